import type { Page } from '@playwright/test'
import type * as Core from '@tessera-auth/core'
import type * as AuthorizationCode from '@tessera-auth/core/authorization-code'
import { join } from 'node:path'
import { expect, test, type Demo } from './demo.ts'

const path = '/authorization-code'

const signInLines = [
  'GET /.well-known/openid-configuration 200',
  'GET /jwks 200',
  'POST /request (response_type client_id redirect_uri scope state code_challenge code_challenge_method nonce) 201',
  'POST /token (redirect_uri code code_verifier grant_type=authorization_code client_id) 200',
  'GET /v1/userinfo 200',
]

/** Opens the page and, by its button, the window to sign in. */
async function openPopup(demo: Demo): Promise<Page> {
  const opened = demo.page.waitForEvent('popup')
  await demo.button('Sign in').click()
  return opened
}

test('opens in the click, signs in, closes itself, and this page has not moved', async ({ demo, page }) => {
  await page.addInitScript(() => {
    const open = window.open.bind(window)
    window.open = (...options) => {
      const event: unknown = Reflect.get(window, 'event')
      document.documentElement.setAttribute('data-opened-in', event instanceof Event ? event.type : 'nothing')
      return open(...options)
    }
  })
  await demo.open(path, { window: 'popup', lifetime: '3600' })
  await page.evaluate(() => document.documentElement.setAttribute('data-marker', ''))
  const popup = await openPopup(demo)
  const closed = popup.waitForEvent('close')
  await expect(demo.status).toHaveText('Signing in…')
  await demo.signInAtProvider('ada', 'Allow', popup)
  await closed
  await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')

  await expect(page.locator('html')).toHaveAttribute('data-opened-in', 'click')
  await expect(page.locator('html')).toHaveAttribute('data-marker')
  expect(await demo.call('Call the API')).toBe(200)
  await expect.poll(() => demo.lines()).toEqual([...signInLines, 'GET /v1/resources 200'])
  expect(demo.wire.sent).toEqual(demo.sent())
  await page.reload()
  await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
})

test('refused consent closes the window and says so here', async ({ demo, page }) => {
  await demo.open(path, { window: 'popup' })
  const popup = await openPopup(demo)
  const closed = popup.waitForEvent('close')
  await demo.signInAtProvider('ada', 'Deny', popup)
  await closed
  await expect(page.getByRole('alert')).toHaveText('You cancelled the sign-in.')
  await expect.poll(() => demo.lines()).toEqual(signInLines.slice(0, 3))
})

test('a window that the browser blocks is said in words, and nothing is asked for', async ({ demo, page }) => {
  await page.addInitScript(() => void (window.open = () => null))
  await demo.open(path, { window: 'popup' })
  await demo.button('Sign in').click()
  await expect(page.getByRole('alert')).toHaveText(/^The browser blocked the window\./)
  await expect(demo.button('Sign in')).toBeEnabled()
  await expect.poll(() => demo.lines()).toEqual([])

  await demo.choose('Redirect')
  await demo.signInByRedirect()
})

test('a window that the person closes is said in words, and one can try again', async ({ demo, page }) => {
  await demo.open(path, { window: 'popup' })
  const first = await openPopup(demo)
  await expect(first.getByLabel('Password')).toBeVisible()
  await first.close()
  await expect(page.getByRole('alert')).toHaveText('The window was closed before the sign-in was done.')
  await expect(demo.status).toHaveText('Nobody is signed in.')

  const second = await openPopup(demo)
  await expect(page.getByRole('alert')).toBeHidden()
  await demo.signInAtProvider('ada', 'Allow', second)
  await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
})

test('messages from elsewhere, or of another sign-in, do not disturb it', async ({ demo, page }) => {
  await demo.open(path, { window: 'popup' })
  const pushing = page.waitForRequest((request) => request.method() === 'POST' && request.url() === `${demo.identityOrigin}/request`)
  const popup = await openPopup(demo)
  await expect(popup.getByLabel('Password')).toBeVisible()
  const state = new URLSearchParams((await pushing).postData() ?? '').get('state') ?? ''
  expect(state).toMatch(/^popup\.[\w-]{43}$/)
  expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain(state)
  const answer = (ofState: string) => ({ type: 'tessera:answer', url: `${demo.demoOrigin}${path}/callback?code=stolen&state=${ofState}&iss=${demo.identityOrigin}` })

  // The right window, but a page of another origin in it; this origin, but another window; and another sign-in.
  await popup.evaluate((message) => (opener as Window).postMessage(message, '*'), answer(state))
  await page.evaluate((message) => window.postMessage(message, origin), answer(state))
  await page.evaluate(([message, name]) => new BroadcastChannel(name).postMessage(message), [answer('popup.other'), `tessera:${state}`] as const)
  await demo.signInAtProvider('ada', 'Allow', popup)
  await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
  await expect.poll(() => demo.lines()).toEqual(signInLines)
})

test('a provider that cuts the ties between the windows: the answer arrives all the same', async ({ demo, page, context }) => {
  let cut = 0
  await context.route(`${demo.identityOrigin}/**`, async (route) => {
    if (route.request().resourceType() !== 'document') return route.continue()
    const response = await route.fetch({ maxRedirects: 0 })
    cut++
    return route.fulfill({ response, headers: { ...response.headers(), 'cross-origin-opener-policy': 'same-origin' } })
  })
  // The person looks at the new window. Without a screen every page believes that it has the focus.
  await page.addInitScript(() => void (document.hasFocus = () => false))
  await page.clock.install()
  await demo.open(path, { window: 'popup', lifetime: '3600' })
  const popup = await openPopup(demo)
  await expect(popup.getByLabel('Password')).toBeVisible()
  expect(await popup.evaluate(() => opener === null)).toBe(true)
  // From here on, the window reads as closed.
  await page.clock.runFor(5_000)
  await expect(demo.status).toHaveText('Signing in…')
  const closed = popup.waitForEvent('close')
  await demo.signInAtProvider('ada', 'Allow', popup)
  await closed
  await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
  await expect.poll(() => demo.lines()).toEqual(signInLines)
  expect(cut).toBeGreaterThan(0)
})

test('the window gets no copy of the tokens in this tab', async ({ demo, page, context }) => {
  const keys: string[][] = []
  await context.exposeBinding('tellKeys', (_, found: string[]) => keys.push(found))
  await context.addInitScript(() => {
    const { tellKeys } = window as unknown as { readonly tellKeys: (found: string[]) => void }
    if (location.pathname.endsWith('/callback')) tellKeys(Object.keys(sessionStorage))
  })
  await demo.open('/password', { storage: 'session', lifetime: '3600' })
  await demo.signInByPassword()
  await page.getByRole('link', { name: 'All methods' }).click()
  await page.getByRole('link', { name: 'Authorization code with PKCE' }).click()
  await demo.choose('Popup')
  const popup = await openPopup(demo)
  await demo.signInAtProvider('bob', 'Allow', popup)
  await expect(demo.status).toHaveText('Signed in as Bob Martin.')

  const own = await page.evaluate(() => Object.keys(sessionStorage))
  expect(own).toContainEqual(expect.stringMatching(/^tessera:.*:tokens$/))
  expect(keys).toHaveLength(1)
  expect(keys[0]?.filter((key) => key.startsWith('tessera:'))).toEqual([])
})

test('@dev a blocked window, where the app allows for it: this page leaves instead', async ({ demo, page }) => {
  await page.addInitScript(() => void (window.open = () => null))
  await page.goto(path)
  const sources = `/@fs${join(import.meta.dirname, '../../packages/core/src')}`
  const login = page.evaluate(async ([core, issuer]) => {
    const { createAuth } = (await import(`${core}/index.ts`)) as typeof Core
    const { authorizationCode } = (await import(`${core}/methods/authorizationCode.ts`)) as typeof AuthorizationCode
    const method = authorizationCode({ issuer, clientId: 'demo-60s', redirectUri: '/authorization-code/callback', presentation: 'popup_or_redirect' })
    await createAuth({ method }).login()
  }, [sources, demo.identityOrigin] as const)
  // It may be cut short by what it does.
  login.catch(() => {})
  await expect(page.getByLabel('Password')).toBeVisible()
  expect(demo.wire.opened[0]).toBe('GET /auth?client_id&request_uri')
})

test('@dev StrictMode: the window hands over once, though React runs every effect twice', async ({ demo, page }) => {
  await demo.open(path, { window: 'popup', lifetime: '3600' })
  const popup = await openPopup(demo)
  const closed = popup.waitForEvent('close')
  await demo.signInAtProvider('ada', 'Allow', popup)
  await closed
  await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
  await expect.poll(() => demo.lines()).toEqual(signInLines)
  await expect(page.getByRole('listitem').filter({ hasText: 'Signed in.' })).toHaveCount(1)
})
