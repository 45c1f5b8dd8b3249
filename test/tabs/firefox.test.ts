import { findFirefox } from '../../scripts/browsers.ts'
import { launchFirefox } from './playwrightEngine.ts'
import { testTabs } from './testTabs.ts'

testTabs('Firefox', () => launchFirefox(findFirefox()), true)
