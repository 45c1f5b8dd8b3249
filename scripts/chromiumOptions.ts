import { findChromium } from './browsers.ts'

/** The popups of the address bar are two more pages in every window. The others are what Playwright says itself, which ours replaces. */
const offFeatures = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'BlockOriginHeaderModificationOnRedirect',
  'DestroyProfileOnBrowserClose',
  'DialMediaRouteProvider',
  'GlobalMediaControls',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'Translate',
]

/** How every test starts Chromium. */
export function chromiumOptions(executablePath = findChromium()): { args: string[]; ignoreDefaultArgs: string[]; executablePath?: string } {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic', `--disable-features=${offFeatures.join()}`]
  // Chromium's sandbox refuses to start as root.
  const args = process.getuid?.() === 0 ? ['--no-sandbox', ...quiet] : quiet
  // Playwright switches the back/forward cache off; people have it on.
  const ignoreDefaultArgs = ['--disable-back-forward-cache']
  return { args, ignoreDefaultArgs, ...(executablePath === undefined ? {} : { executablePath }) }
}
