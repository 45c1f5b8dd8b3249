import type { BrowserContext, Page } from 'playwright'
import { until } from '../tabs/until.ts'

/** The demo in a browser, and a person in front of it. */
export interface App {
  /** Presses “Sign in” and waits for what comes of it: whether somebody is signed in. */
  readonly signIn: () => Promise<boolean>
  readonly press: (button: string) => Promise<void>
  /** Waits until the page says this of the session. */
  readonly waitForStatus: (status: string | RegExp) => Promise<void>
  /** Waits until the panel with answers has this in it. */
  readonly waitForAnswer: (text: string) => Promise<void>
  /** What is said of a failure, its code included. */
  readonly problem: () => Promise<string>
  /** Goes from the page of a callback, if that is where it is, to the page that it belongs to. */
  readonly goBack: () => Promise<void>
  /** All that can be read on the page. */
  readonly text: () => Promise<string>
  /** What is kept in the two storages of this tab, and where it is. */
  readonly kept: () => Promise<string>
  /** Lets so much time pass as the suite waits for requests, and waits for the answers to those that were sent. */
  readonly letTimePass: () => Promise<void>
}

/** What the suite waits, in milliseconds, for a request that must not come. */
const suiteWaitMs = 5_000

/** Opens this page of the demo, with what is chosen on it, in a browser that knows nothing yet. */
export async function openApp(context: BrowserContext, address: string): Promise<App> {
  const underWay = watchRequests(context)
  // Time runs as ever until it is told to run faster.
  await context.clock.install()
  const page = await context.newPage()
  await page.goto(address)
  const status = page.getByRole('status')
  const answer = page.locator('.answer')
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const alert = page.getByRole('alert').filter({ hasText: /\S/ })

  return {
    async signIn() {
      await button('Sign in').click()
      const signedIn = status.filter({ hasText: 'Signed in as' })
      await signedIn.or(alert).first().waitFor()
      return signedIn.isVisible()
    },
    press: (name) => button(name).click(),
    async waitForStatus(text) {
      const isThere = await status.filter({ hasText: text }).first().waitFor().then(() => true, () => false)
      if (!isThere) throw new Error(`The page does not say “${text}” but “${await status.first().textContent()}”`)
    },
    async waitForAnswer(text) {
      const isThere = await answer.filter({ hasText: text }).waitFor().then(() => true, () => false)
      if (!isThere) throw new Error(`The page does not answer “${text}” but “${(await answer.innerText()).replaceAll(/\s+/g, ' ')}”`)
    },
    async problem() {
      const code = page.getByText('For developers:')
      return [await alert.first().textContent(), ...((await code.isVisible()) ? [await code.textContent()] : [])].join(' ')
    },
    async goBack() {
      const back = page.getByRole('link', { name: 'Back without signing in' })
      if (await back.isVisible()) await back.click()
    },
    text: () => page.locator('body').innerText(),
    kept: () => readStorages(page),
    async letTimePass() {
      await page.clock.fastForward(suiteWaitMs)
      await until('no request is under way', async () => {
        // A turn of the page, for what an answer makes it send: its timers are not real, this is.
        await page.evaluate(() => fetch('data:,').then(() => null))
        return underWay.size === 0
      })
    },
  }
}

/** What scripts asked for and have no answer to yet. Whoever leaves a page leaves that behind. */
function watchRequests(context: BrowserContext): ReadonlySet<unknown> {
  const underWay = new Set<unknown>()
  context.on('request', (request) => {
    if (request.isNavigationRequest()) underWay.clear()
    else if (request.resourceType() === 'fetch' && request.url().startsWith('http')) underWay.add(request)
  })
  context.on('requestfinished', (request) => void underWay.delete(request))
  context.on('requestfailed', (request) => void underWay.delete(request))
  return underWay
}

function readStorages(page: Page): Promise<string> {
  return page.evaluate(() => JSON.stringify([location.href, history.state, Object.entries(sessionStorage), Object.entries(localStorage), document.cookie]))
}
