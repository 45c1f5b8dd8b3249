import { decodeJwt } from 'jose'
import { afterEach, expect, test, vi } from 'vitest'
import { ada, bob, createClient, plain } from './testing/createClient.ts'
import { demoOrigin, startServer } from './testing/startServer.ts'

const server = await startServer()
const callbackUri = `${demoOrigin}/authorization-code/callback`
const plainClient = () => createClient(server, 'plain-1h', plain)

afterEach(() => void vi.useRealTimers())

/** The parameters that came back to the client. */
function answerOf({ url }: { readonly url: URL }): object {
  expect(`${url.origin}${url.pathname}`).toBe(callbackUri)
  return Object.fromEntries(url.searchParams)
}

test('signs in through the same pages, and goes back with the code and the state alone', async () => {
  const client = plainClient()
  const login = await client.authorize()
  expect(login.html).toContain('<h1>Sign in</h1>')
  const consent = await client.browser.submit(login, { ...ada, decision: 'sign-in' })
  expect(consent.html).toContain('<h1>Allow access?</h1>')
  expect(consent.html).toContain('<strong>Tessera demo</strong>')
  expect(consent.html).toContain('<li>Add and change resources</li>')
  const callback = await client.browser.submit(consent, { decision: 'allow' })
  expect(answerOf(callback)).toEqual({ code: expect.stringMatching(/^[\w-]{43}$/), state: 'the-state' })
  for (const { headers } of [login, consent]) {
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('access-control-allow-origin')).toBeNull()
  }
  expect([...login.setCookies, ...consent.setCookies]).toEqual([])
})

test('without a state none comes back', async () => {
  const client = plainClient()
  const callback = await client.answer(await client.authorize({ state: '' }), ada)
  expect(answerOf(callback)).toEqual({ code: expect.any(String) })
})

test('Deny and Cancel go back with access_denied and the state', async () => {
  const client = plainClient()
  const denied = await client.answer(await client.authorize(), { ...ada, consent: 'deny' })
  const cancelled = await client.browser.submit(await client.authorize(), { decision: 'cancel' })
  for (const page of [denied, cancelled]) expect(answerOf(page)).toEqual({ error: 'access_denied', state: 'the-state' })
})

test('asks again after a wrong password, on the same page', async () => {
  const client = plainClient()
  const login = await client.authorize()
  const again = await client.browser.submit(login, { email: ada.email, password: 'wrong', decision: 'sign-in' })
  expect(again.html).toContain('role="alert">Wrong email or password.')
  expect(again.html).toContain('value="ada@example.com"')
  expect(answerOf(await client.answer(again, ada))).toHaveProperty('code')
})

test('Bob is not asked for what he does not have', async () => {
  const client = plainClient()
  const consent = await client.browser.submit(await client.authorize(), { ...bob, decision: 'sign-in' })
  expect(consent.html).toContain('Bob Martin may not change resources')
  const { json } = await client.redeem(await client.browser.submit(consent, { decision: 'allow' }))
  expect(json.scope).toBe('read:resources')
  expect(decodeJwt(String(json.access_token)).scope).toBe('read:resources')

  const nothing = await client.answer(await client.authorize({ scope: 'write:resources' }), bob)
  expect(answerOf(nothing)).toEqual({ error: 'access_denied', state: 'the-state' })
})

test('each page takes one answer', async () => {
  const client = plainClient()
  const login = await client.authorize()
  const consent = await client.browser.submit(login, { ...ada, decision: 'sign-in' })
  await client.browser.submit(consent, { decision: 'allow' })
  for (const page of [login, consent]) {
    const stale = await client.browser.submit(page, { ...ada, decision: 'allow' })
    expect(stale.status).toBe(400)
    expect(stale.html).toContain('out of date')
    expect((await client.browser.open(page.url)).status).toBe(400)
  }
})

test('a page can be loaded again, and waits for an hour', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 2_000_000_000_000 })
  const { url } = await plainClient().authorize()
  vi.setSystemTime(2_000_003_599_999)
  expect((await plainClient().browser.open(url)).html).toContain('<h1>Sign in</h1>')
  vi.setSystemTime(2_000_003_600_000)
  expect((await plainClient().browser.open(url)).status).toBe(400)
})

test.for([
  [{ client_id: 'unknown' }, 'client_id'],
  [{ client_id: '' }, 'client_id'],
  [{ client_id: 'machine' }, 'client_id'],
  [{ client_id: 'demo-1h' }, 'client_id'],
  [{ redirect_uri: '' }, 'redirect_uri'],
  [{ redirect_uri: `${callbackUri}/` }, 'redirect_uri'],
  [{ redirect_uri: `${callbackUri}?more` }, 'redirect_uri'],
  [{ redirect_uri: 'http://evil.example/authorization-code/callback' }, 'redirect_uri'],
] as const)('%j leads to an error page and to no redirect', async ([extra, wrong]) => {
  const page = await plainClient().authorize({ ...extra })
  expect(page.status).toBe(400)
  expect(page.url.origin).toBe(server.origin)
  expect(page.html).toContain('invalid_request')
  expect(page.html).toContain(wrong)
})

test.for([
  [{ response_type: '' }, 'invalid_request'],
  [{ response_type: 'token' }, 'unsupported_response_type'],
  [{ scope: 'openid read:resources' }, 'invalid_scope'],
  [{ code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
  [{ code_challenge_method: 'plain' }, 'invalid_request'],
  [{ code_challenge_method: '' }, 'invalid_request'],
  [{ code_challenge: 'short' }, 'invalid_request'],
] as const)('%j goes back with %s', async ([extra, error]) => {
  const page = await plainClient().authorize({ ...extra })
  expect(answerOf(page)).toEqual({ error, error_description: expect.any(String), state: 'the-state' })
})

test('a parameter that comes twice is refused, and a redirect_uri that comes twice is not followed', async () => {
  const { browser } = plainClient()
  const query = new URLSearchParams({ client_id: 'plain-1h', redirect_uri: callbackUri, response_type: 'code' })
  const address = `${server.origin}/oauth/authorize?${query}`
  const scopes = await browser.open(`${address}&scope=read:resources&scope=write:resources`)
  expect(answerOf(scopes)).toEqual({ error: 'invalid_request', error_description: 'A parameter was sent twice.' })
  const redirects = await browser.open(`${address}&redirect_uri=${encodeURIComponent(callbackUri)}`)
  expect([redirects.status, redirects.url.origin]).toEqual([400, server.origin])
})

test('the scope defaults to everything', async () => {
  const { json } = await plainClient().signIn(ada, { scope: '' })
  expect(json.scope).toBe('read:resources write:resources')
})

test('tells each step, and no secret', async () => {
  const own = await startServer()
  const client = createClient(own, 'plain-60s', plain)
  const callback = await client.answer(await client.authorize(), ada)
  const { json } = await client.redeem(callback)
  await client.redeem(callback)
  await client.authorize({ scope: 'unknown' })
  const told = own.lines.map((line) => line.split(/ {2,}/).slice(1).join(' | '))
  expect(told).toEqual([
    'sign in | ada | plain-60s | ok',
    'consent | ada | plain-60s | allowed',
    'authorize | ada | plain-60s | code issued',
    'redeem code | ada | POST /oauth/token | tokens issued',
    'redeem code | ada | POST /oauth/token | invalid_grant: already used',
    'authorize | - | plain-60s | invalid_scope: scope may have read:resources and write:resources only.',
  ])
  for (const secret of [json.access_token, json.refresh_token, callback.url.searchParams.get('code')]) {
    expect(own.lines.join('\n')).not.toContain(secret)
  }
})
