import { expect, test, type Demo } from './demo.ts'

const path = '/cookie-session'

/** The person comes back to this tab. Pages of Playwright all have the focus, so none gets it. */
async function comeBack({ page }: Demo): Promise<void> {
  await page.evaluate(() => dispatchEvent(new Event('focus')))
}

/** Leaves this tab to find out by itself: what other tabs say, it does not hear. */
async function hearNothing({ page }: Demo): Promise<void> {
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'BroadcastChannel'))
}

/** Two tabs of a browser, and Ada in both. */
async function openTwo(first: Demo): Promise<Demo> {
  await first.open(path)
  await first.signInByPassword()
  const second = await first.beside()
  await second.open(path)
  await expect(second.status).toHaveText('Signed in as Ada Lovelace.')
  expect(second.lines()).toEqual(['GET /v1/session 200'])
  return second
}

test('a reload asks once who is signed in; nothing is in a storage', async ({ demo, page, context }) => {
  await demo.open(path)
  await demo.signInByPassword()
  const before = demo.sent().length
  await page.reload()
  await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
  await expect.poll(() => demo.lines(before)).toEqual(['GET /v1/session 200'])
  expect(await demo.held()).toEqual([])
  const [cookie] = await context.cookies(demo.identityOrigin)
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
  expect(await demo.stored()).not.toContain(cookie?.value)
  expect((await demo.stored()).match(/tessera:/)).toBeNull()
})

test('a wrong password is said in words', async ({ demo, page }) => {
  await demo.open(path)
  await page.getByLabel('Password').fill('wrong')
  await demo.button('Sign in').click()
  await expect(page.getByRole('alert')).toHaveText('Wrong email or password.')
  await expect.poll(() => demo.lines()).toEqual(['GET /v1/session 401', 'POST /v1/session/login {email password} 401'])
})

test('a call that changes something carries the cookie and the CSRF token', async ({ demo, page }) => {
  await demo.open(path)
  await demo.signInByPassword()
  const before = demo.sent().length
  await demo.button('Add a resource').click()
  await expect(page.locator('.answer-status')).toHaveText(/^201/)
  await expect(page.locator('pre')).toContainText('"name": "Punched card"')
  await expect.poll(() => demo.lines(before)).toEqual(['POST /v1/resources 201'])
  expect(await demo.wire.credentialsOf(demo.sent().at(-1)!)).toEqual(['Cookie: tessera_app', 'X-CSRF-Token: csrf_token'])
})

test('XT-01 XT-10 a sign-out and a login in another tab show in this one at once', async ({ demo }) => {
  const other = await openTwo(demo)
  const before = demo.sent().length
  await other.signOut()
  await expect(demo.status).toHaveText('The session ended: it ran out, or was ended elsewhere.')
  await other.signInByPassword('bob')
  await expect(demo.status).toHaveText('Signed in as Bob Martin.')
  await expect.poll(() => demo.lines(before)).toEqual(['GET /v1/session 401', 'GET /v1/session 200'])
  expect(await demo.call('Call the admin API')).toBe(403)
})

test('somebody else signs in in another tab: back at this one, it shows who it is now', async ({ demo }) => {
  await hearNothing(demo)
  const other = await openTwo(demo)
  await other.signOut()
  await other.signInByPassword('bob')
  await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
  const before = demo.sent().length
  await comeBack(demo)
  await expect(demo.status).toHaveText('Signed in as Bob Martin.')
  await expect.poll(() => demo.lines(before)).toEqual(['GET /v1/session 200'])
  expect(await demo.call('Call the admin API')).toBe(403)
})

test('the same person signs in again in another tab: one 419, one new CSRF token, and the call succeeds', async ({ demo, page }) => {
  await hearNothing(demo)
  const other = await openTwo(demo)
  const csrfToken = demo.secret('csrf_token')
  await other.signOut()
  await other.signInByPassword()
  const before = demo.sent().length
  await demo.button('Add a resource').click()
  await expect(page.locator('.answer-status')).toHaveText(/^201/)
  await expect(page.locator('pre')).toContainText('"name": "Punched card"')
  await expect.poll(() => demo.lines(before)).toEqual(['POST /v1/resources 419', 'GET /v1/session 200', 'POST /v1/resources 201'])
  const [refused, , repeated] = demo.sent().slice(before)
  expect(refused?.request.headers()['x-csrf-token']).toBe(csrfToken)
  expect(repeated?.request.headers()['x-csrf-token']).toBe(other.secret('csrf_token'))
  await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
})

test('signed out in another tab: back at this one, it is signed out', async ({ demo }) => {
  await hearNothing(demo)
  const other = await openTwo(demo)
  await other.signOut()
  const before = demo.sent().length
  await comeBack(demo)
  await expect(demo.status).toHaveText('The session ended: it ran out, or was ended elsewhere.')
  await expect(demo.button('Call the API')).toBeDisabled()
  await expect.poll(() => demo.lines(before)).toEqual(['GET /v1/session 401'])
})

test('a server that does not answer leaves it open who is signed in, and is asked again', async ({ demo, page }) => {
  await demo.open(path)
  await demo.signInByPassword()
  await page.route('**/v1/session', (route) => route.abort())
  await page.reload()
  await expect(demo.status).toHaveText(/^The server could not be asked who is signed in\./)
  await page.unroute('**/v1/session')
  await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
})
