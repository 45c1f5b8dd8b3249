import { playwright } from '@vitest/browser-playwright'
import { webdriverio } from '@vitest/browser-webdriverio'
import type { TestProjectInlineConfiguration } from 'vitest/config'
import type { BrowserProviderOption } from 'vitest/node'
import { chromiumAdvice, findChromium, findFirefox, findWebKit } from '../../scripts/browsers.ts'
import { chromiumOptions } from '../../scripts/chromiumOptions.ts'
import type { Missing, WebKit } from '../../scripts/browsers.ts'
import { freePort } from './webkitDriver.ts'

interface Engine {
  readonly name: string
  readonly browser: string
  readonly provider: BrowserProviderOption
  readonly headless?: boolean
  readonly test?: TestProjectInlineConfiguration['test']
}

/** The tests of the browser seams in each real engine that is installed; a line on stderr names those that are not. */
export async function browserProjects(base: TestProjectInlineConfiguration): Promise<TestProjectInlineConfiguration[]> {
  const engines = [chromiumEngine(), firefoxEngine(), await webkitEngine()]
  return engines.flatMap((engine) => (engine === undefined ? [] : [project(base, engine)]))
}

function project(base: TestProjectInlineConfiguration, engine: Engine): TestProjectInlineConfiguration {
  const { name, browser, provider, headless = true } = engine
  return {
    ...base,
    test: {
      ...engine.test,
      include: ['test/browsers/**/*.test.ts', 'packages/core/src/browser/**/*.test.ts'],
      browser: {
        enabled: true,
        provider,
        headless,
        screenshotFailures: false,
        ui: false,
        instances: [{ browser, name }],
      },
    },
  } as TestProjectInlineConfiguration
}

function skip(name: string, { missing, install }: Missing): undefined {
  process.stderr.write(`Skipped: the tests in ${name}. Not found: ${missing}. To run them: ${install}.\n`)
}

function chromiumEngine(): Engine | undefined {
  const executablePath = findChromium()
  if (executablePath === undefined) return skip('Chromium', { missing: 'Chromium', install: chromiumAdvice })
  return { name: 'chromium', browser: 'chromium', provider: playwright({ launchOptions: chromiumOptions(executablePath) }) }
}

function firefoxEngine(): Engine | undefined {
  const found = findFirefox()
  if (typeof found !== 'string') return skip('Firefox', found)
  const launchOptions = { channel: 'moz-firefox', executablePath: found }
  return { name: 'firefox', browser: 'firefox', provider: playwright({ launchOptions }) }
}

async function webkitEngine(): Promise<Engine | undefined> {
  const found = findWebKit()
  if ('missing' in found) return skip('WebKit', found)
  const port = await freePort()
  return {
    name: 'webkit',
    browser: 'safari',
    // WebKitGTK has no headless mode: it is shown on a display that nobody sees.
    headless: false,
    provider: webkitProvider(found, port),
    test: { globalSetup: 'test/browsers/webkitSetup.ts', provide: { webkitDriverPort: port } },
  }
}

function webkitProvider({ miniBrowser }: WebKit, port: number): BrowserProviderOption {
  const capabilities = {
    'wdio:enforceWebDriverClassic': true,
    'webkitgtk:browserOptions': { binary: miniBrowser, args: ['--automation'] },
  }
  return webdriverio({
    capabilities,
    hostname: '127.0.0.1',
    port,
    logLevel: 'error',
    // Vitest knows Safari only; WebKitWebDriver starts its MiniBrowser only when asked for it by name.
    transformRequest: (request) => ({
      ...request,
      ...(typeof request.body === 'string' && { body: request.body.replaceAll('"safari"', '"MiniBrowser"') }),
    }),
  })
}
