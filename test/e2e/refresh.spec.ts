import { expect, test, type Demo } from './demo.ts'
import { methods, signInAs, type Method } from './methods.ts'

// Nothing but time makes a server refuse a token, so all methods that refresh wait for it together, each in a tab of its own.

type Refreshing = Method & Required<Pick<Method, 'onRefresh'>>

/** A tab, signed in with tokens that live for eight seconds. */
interface Tab {
  readonly demo: Demo
  readonly method: Refreshing
  /** Requests until here. */
  readonly before: number
}

const minting = { mint: 'on', lifetime: '3600' }
const mint = ['POST /demo/ephemeral-token {email} 200', 'POST /v1/sessions/exchange?lifetime=3600 {ephemeral_token} 200']

const refreshing = methods
  .map((method): Method => (method.name === 'ephemeralToken' ? { ...method, settings: minting, onRefresh: mint } : method))
  .flatMap((method) => (method.onRefresh === undefined ? [] : [shortLived(method, method.onRefresh)]))

function shortLived(method: Method, onRefresh: readonly string[]): Refreshing {
  const lines = onRefresh.map((line) => line.replace('3600', '8').replace('1h', '8s'))
  return { ...method, settings: { ...method.settings, lifetime: '8' }, onRefresh: lines }
}

async function signInAll(demo: Demo, use: (tab: Demo) => Promise<void> = async () => {}): Promise<readonly Tab[]> {
  return Promise.all(
    refreshing.map(async (method) => {
      const tab = await demo.beside()
      await tab.open(method.path, method.settings)
      await signInAs(tab, method)
      await use(tab)
      return { demo: tab, method, before: tab.sent().length }
    }),
  )
}

async function callOnce(tab: Demo): Promise<void> {
  expect(await tab.call('Call the API')).toBe(200)
}

/** Waits until the server itself refuses the token of every tab. */
async function outliveTokens(tabs: readonly Tab[]): Promise<void> {
  const statuses = () =>
    Promise.all(
      tabs.map(async ({ demo }) => {
        const { authorization = '' } = demo.sent().findLast(({ what }) => what === 'GET /v1/resources')?.request.headers() ?? {}
        return (await fetch(`${demo.identityOrigin}/v1/resources`, { headers: { authorization } })).status
      }),
    )
  await expect.poll(statuses, { timeout: 20_000, intervals: [250] }).toEqual(tabs.map(() => 401))
}

test.beforeEach(() => test.slow())

test('left alone, every method refreshes ahead of expiry, and again', async ({ demo }) => {
  const tabs = await signInAll(demo)
  for (const { demo: tab, method, before } of tabs) {
    const { name, onRefresh } = method
    const twice = [...onRefresh, ...onRefresh]
    await expect.poll(() => tab.lines(before).slice(0, twice.length), { message: name, timeout: 20_000 }).toEqual(twice)
    const requests = tab.sent().slice(before - 1)
    const startedAt = requests.filter((_, index) => index % onRefresh.length === 0).map(({ request }) => request.timing().startTime)
    for (const [index, at] of startedAt.slice(1).entries()) {
      expect(at - (startedAt[index] ?? 0), name).toBeGreaterThan(5_000)
      expect(at - (startedAt[index] ?? 0), name).toBeLessThan(8_000)
    }
    const refreshTokens = requests.slice(1).flatMap(({ body }) => /refresh_token[^&]+/.exec(body) ?? [])
    if (name !== 'firebase') expect(new Set(refreshTokens).size, `${name}: each refresh token is used once`).toBe(refreshTokens.length)
    await expect(tab.status).toHaveText(method.signedIn.ada)
  }
})

test('FE-08 a 401 is met by one refresh and one replay; TM-04 an expired token is replaced before the call', async ({ demo, page }) => {
  await page.clock.install()
  // A little ahead: the clock may be, and cannot be set back.
  await page.clock.pauseAt(Date.now() + 500)
  const tabs = await signInAll(demo, callOnce)
  await outliveTokens(tabs)
  // The pages still believe that no time has passed.
  for (const { demo: tab, method, before } of tabs) {
    await callOnce(tab)
    expect(tab.lines(before), method.name).toEqual(['GET /v1/resources 401', ...method.onRefresh, 'GET /v1/resources 200'])
  }

  const refreshed = tabs.map((tab) => ({ ...tab, before: tab.demo.sent().length }))
  await outliveTokens(refreshed)
  // The computer wakes: the clock is later, and no timer has run yet.
  await page.clock.setSystemTime(Date.now())
  for (const { demo: tab, method, before } of refreshed) {
    await callOnce(tab)
    expect(tab.lines(before), method.name).toEqual([...method.onRefresh, 'GET /v1/resources 200'])
    await expect(tab.status).toHaveText(method.signedIn.ada)
  }
})
