import { chromium, firefox, type Browser, type BrowserContext, type Page } from 'playwright'
import type { Missing } from '../../scripts/browsers.ts'
import { chromiumOptions } from '../../scripts/chromiumOptions.ts'
import type { Engine, Tab } from './engine.ts'

export async function launchChromium(executablePath: string): Promise<Engine> {
  const browser = await startChromium(executablePath)
  return driveChromium(await browser.newContext())
}

export function startChromium(executablePath: string): Promise<Browser> {
  return chromium.launch(chromiumOptions(executablePath))
}

export function driveChromium(context: BrowserContext): Engine {
  return drive(context, /--type=renderer/)
}

export async function launchFirefox(executablePath: string | Missing): Promise<Engine> {
  if (typeof executablePath !== 'string') throw new Error(`${executablePath.missing} is missing: ${executablePath.install}`)
  // A process for each tab, so that stopping one stops no other.
  const firefoxUserPrefs = { 'dom.ipc.processCount.webIsolated': 24 }
  const browser = await firefox.launch({ channel: 'moz-firefox', executablePath, firefoxUserPrefs })
  return drive(await browser.newContext(), /-contentproc.* tab$/)
}

function drive(context: BrowserContext, runsPages: RegExp): Engine {
  const pages = new Map<Tab, Page>()
  const tabOf = (page: Page): Tab => {
    const tab: Tab = {
      goto: async (url) => void (await page.goto(url)),
      evaluate: (expression) => page.evaluate<unknown>(expression),
      reload: async () => void (await page.reload()),
      // Firefox does not tell Playwright of a page that comes out of its cache.
      back: async () => void (await page.evaluate('setTimeout(() => history.back())')),
      close: () => page.close(),
    }
    pages.set(tab, page)
    return tab
  }
  return {
    runsPages,
    open: async () => tabOf(await context.newPage()),
    async clickOpen(tab, selector) {
      // A click waits for a frame, and a tab behind another has none.
      await pages.get(tab)?.bringToFront()
      const [page] = await Promise.all([context.waitForEvent('page'), pages.get(tab)?.click(selector)])
      return tabOf(page)
    },
    setOffline: (isOffline) => context.setOffline(isOffline),
    close: async () => context.browser()?.close(),
  }
}
