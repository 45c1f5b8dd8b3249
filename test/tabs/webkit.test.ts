import { inject } from 'vitest'
import { findWebKit } from '../../scripts/browsers.ts'
import { testTabs } from './testTabs.ts'
import { launchWebKit } from './webkitEngine.ts'

testTabs('WebKit', () => launchWebKit(findWebKit(), inject('webkitDriverPort')), false)
