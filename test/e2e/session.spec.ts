import type { APIRequestContext } from '@playwright/test'
import { expect, test, type Demo } from './demo.ts'

/** Both methods are to behave alike: what they differ in is how one signs in. */
const methods = [
  {
    path: '/authorization-code',
    signIn: (demo: Demo, who?: 'ada' | 'bob') => demo.signInByRedirect(who),
    revocation: 'POST /token/revocation 200',
    refreshWith: (request: APIRequestContext, origin: string, token: string) =>
      request.post(`${origin}/token`, { form: { grant_type: 'refresh_token', client_id: 'demo-1h', refresh_token: token } }),
  },
  {
    path: '/password',
    signIn: (demo: Demo, who?: 'ada' | 'bob') => demo.signInByPassword(who),
    revocation: 'POST /v1/auth/logout 204',
    refreshWith: (request: APIRequestContext, origin: string, token: string) =>
      request.post(`${origin}/v1/auth/refresh`, { data: { refresh_token: token } }),
  },
]

for (const { path, signIn, revocation, refreshWith } of methods) {
  test.describe(path, () => {
    test('storage "session": a reload stays signed in, without any request', async ({ demo, page }) => {
      await page.goto(`${path}?storage=session&lifetime=3600`)
      await signIn(demo)
      const before = demo.sent.length
      await page.reload()
      await expect(demo.status).toContainText('Signed in as Ada Lovelace')
      expect(demo.sent).toHaveLength(before)
      expect(await demo.call('Call the API')).toBe(200)
      expect(demo.sent.slice(before).map(({ what }) => what)).toEqual(['GET /v1/resources'])
    })

    test('storage "memory": a reload is signed out cleanly, and nothing was kept', async ({ demo, page }) => {
      await page.goto(`${path}?storage=memory&lifetime=3600`)
      await signIn(demo)
      const token = (await demo.call('Call the API'), demo.sent.at(-1)?.bearer ?? 'none')
      expect(await demo.stored()).not.toContain(token)
      const before = demo.sent.length
      await page.reload()
      await expect(demo.status).toHaveText('Nobody is signed in.')
      await expect(demo.button('Call the API')).toBeDisabled()
      expect(demo.sent).toHaveLength(before)
    })

    test('refreshes ahead of expiry, seen on the wire, with a rotated refresh token each time', async ({ demo, page }) => {
      await page.goto(`${path}?lifetime=8`)
      await signIn(demo)
      const refreshes = () => demo.tokenRequests().slice(1)
      await expect.poll(() => refreshes().filter(({ status }) => status === 200).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(2)
      const times = demo.tokenRequests().map(({ at }) => at)
      for (const [index, at] of times.slice(1).entries()) {
        expect(at - (times[index] ?? 0)).toBeLessThan(8_000)
        expect(at - (times[index] ?? 0)).toBeGreaterThan(5_000)
      }
      expect(new Set(refreshes().map(({ body }) => body)).size).toBe(refreshes().length)
      await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
    })

    test('TM-04 an expired token is replaced before the API is called: the call does not fail', async ({ demo, page }) => {
      await page.clock.install()
      await page.goto(`${path}?lifetime=8`)
      await signIn(demo)
      await demo.call('Call the API')
      const token = await sleepUntilExpired(demo)
      // The computer wakes: the clock is later, and no timer has run yet.
      await page.clock.setSystemTime(Date.now())
      expect(await demo.call('Call the API')).toBe(200)
      const calls = demo.sent.filter(({ what }) => what === 'GET /v1/resources')
      expect(calls.map(({ status }) => status)).toEqual([200, 200])
      expect(calls[1]?.bearer).not.toBe(token)
    })

    test('FE-08 a 401 is met by one refresh and one replay: the call does not fail', async ({ demo, page }) => {
      await page.clock.install()
      await page.goto(`${path}?lifetime=8`)
      await signIn(demo)
      await demo.call('Call the API')
      await sleepUntilExpired(demo)
      // The page still believes that no time has passed.
      await demo.button('Call the API').click()
      await expect(page.getByRole('listitem').filter({ hasText: 'replayed' })).toBeVisible()
      await expect(page.locator('.answer-status')).toHaveText(/^200/)
      const after = demo.sent.slice(-3)
      expect(after.map(({ what, status }) => `${what} ${status}`)).toEqual([
        'GET /v1/resources 401',
        expect.stringMatching(/^POST (\/token|\/v1\/auth\/refresh) 200$/),
        'GET /v1/resources 200',
      ])
      await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
    })

    test('FE-13 a 403 neither refreshes nor signs out', async ({ demo, page }) => {
      await page.goto(`${path}?lifetime=3600`)
      await signIn(demo, 'bob')
      expect(await demo.call('Call the API')).toBe(200)
      expect(await demo.call('Call the admin API')).toBe(403)
      await expect(demo.status).toHaveText('Signed in as Bob Martin.')
      expect(demo.tokenRequests()).toHaveLength(1)
      expect(await demo.call('Call the API')).toBe(200)
    })

    test('sign-out revokes, clears, and survives the back button', async ({ demo, page, request }) => {
      await page.goto('/')
      await page.goto(`${path}?storage=session&lifetime=3600`)
      await signIn(demo)
      await demo.button('Refresh now').click()
      await expect.poll(() => demo.tokenRequests().length).toBe(2)
      await expect(page.getByRole('listitem').filter({ hasText: 'refreshed' })).toBeVisible()
      const token = (await demo.storedRefreshToken()) ?? 'none'

      // The identity server ends its session too, where there is one, and sends the person back.
      const back = path === '/password' ? null : page.waitForURL(`**${path}`)
      await demo.button('Sign out').click()
      await back
      await expect(demo.status).toHaveText(/Nobody is signed in/)
      const told = demo.sent.filter(({ body }) => body.includes(token)).map(({ what, status }) => `${what} ${status}`)
      expect(told).toEqual([revocation])
      expect(await demo.storedRefreshToken()).toBeNull()
      expect(await demo.stored()).not.toContain(token)
      const again = await refreshWith(request, demo.identityOrigin, token)
      expect(await again.json()).toMatchObject({ error: 'invalid_grant' })

      await page.goto('/')
      await page.goBack()
      await expect(demo.status).toHaveText(/Nobody is signed in/)
      await expect(demo.button('Call the API')).toBeDisabled()
      await page.reload()
      await expect(demo.status).toHaveText(/Nobody is signed in/)
    })
  })
}

/** Stops the page's clock, as sleep does, until the server itself refuses the token of the last call. Gives that token. */
async function sleepUntilExpired(demo: Demo): Promise<string> {
  const token = demo.sent.findLast(({ bearer }) => bearer !== null)?.bearer ?? ''
  // A little ahead: the page's clock may be, and cannot be set back.
  await demo.page.clock.pauseAt(Date.now() + 500)
  const refused = async () => (await fetch(`${demo.identityOrigin}/v1/resources`, { headers: { authorization: `Bearer ${token}` } })).status
  await expect.poll(refused, { timeout: 15_000, intervals: [250] }).toBe(401)
  return token
}
