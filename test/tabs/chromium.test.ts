import { findChromium } from '../../scripts/browsers.ts'
import { launchChromium } from './playwrightEngine.ts'
import { testTabs } from './testTabs.ts'

testTabs('Chromium', () => launchChromium(findChromium() ?? ''), true)
