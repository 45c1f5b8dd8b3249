import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { jwt } from '../../test/provider.ts'
import { copyOf } from '../../test/siblingTabs.ts'
import { createWorld, defer, type World } from '../../test/world.ts'
import type { AuthOptions } from '../auth/authOptions.ts'
import { createAuth } from '../auth/createAuth.ts'
import type { Claims } from '../session/claims.ts'
import { backendCode, type BackendCodeInput, type BackendCodeTokenOptions } from './backendCode.ts'
import { cookieSession } from './cookieSession.ts'
import { password } from './password.ts'

const authorizationUrl = 'https://id.example/oauth/authorize'
const client = { authorizationUrl, clientId: 'partner-1', exchangeUrl: '/v1/exchange' }
const code = 'canary-code'
const stitch = { token_type: 'bearer', access_token: 'canary-at', stitch_account_id: 7 }
const account = z.object({ stitch_account_id: z.number() })

let world: World
/** What the backend answers to a code, to the question who is signed in, to a sign-out and to anything else. */
let exchange: (request: Request) => Response | Promise<Response>
let whoAmI: () => Response
let api: () => Response
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
  exchange = () => json(stitch)
  whoAmI = () => json({}, 401)
  api = () => json({})
  world.answer = (request) => {
    const path = new URL(request.url).pathname
    if (path === client.exchangeUrl) return exchange(request)
    if (path === '/v1/session') return whoAmI()
    return path === '/v1/session/logout' ? new Response(null, { status: 204 }) : api()
  }
})
afterEach(() => vi.useRealTimers())

const json = (body: unknown, status = 200) => Response.json(body, { status })
const settled = () => vi.advanceTimersByTimeAsync(0)
const paths = () => world.requests.map(({ method, url }) => `${method} ${new URL(url).pathname}`)
/** Parameters of the last leave-taking. */
const asked = () => new URL(world.left.at(-1) ?? '').searchParams

function createToken(options: Partial<BackendCodeTokenOptions<unknown>> = {}, more: Partial<AuthOptions<BackendCodeInput | void, Claims>> = {}) {
  return createAuth({ method: backendCode({ ...client, ...options }), ...more }, world.environment)
}
const web = () => cookieSession({ sessionUrl: '/v1/session', logoutUrl: '/v1/session/logout' })
const createCookie = () => createAuth({ method: backendCode({ ...client, session: web() }) }, world.environment)

interface Redirecting {
  readonly login: (input?: BackendCodeInput) => Promise<void>
}
/** Leaves for the provider, and comes back with this answer. */
async function comeBack(auth: Redirecting, answer: Record<string, string> = { code }, input?: BackendCodeInput) {
  await auth.login(input)
  world.href = `https://app.example/callback?${String(new URLSearchParams({ state: asked().get('state') ?? '', ...answer }))}`
}
async function signedIn(options: Partial<BackendCodeTokenOptions<unknown>> = {}, more = {}) {
  const auth = createToken(options, more)
  await comeBack(auth)
  expect(await auth.handleCallback()).toMatchObject({ type: 'signed_in' })
  return auth
}

describe('options', () => {
  test.each([
    ['authorizationUrl', { authorizationUrl: undefined }],
    ['authorizationUrl', { authorizationUrl: '/authorize' }],
    ['authorizationUrl', { authorizationUrl: 'http://id.example/authorize' }],
    ['clientId', { clientId: '' }],
    ['exchangeUrl', { exchangeUrl: undefined }],
    ['exchangeUrl', { exchangeUrl: 'http://api.example/exchange' }],
    ['exchangeUrl', { exchangeUrl: '//evil.example/exchange' }],
    ['exchangeUrl', { exchangeUrl: '/\\evil.example' }],
    ['redirectUri', { redirectUri: 'callback' }],
    ['scope', { scope: ' read' }],
    ['issuer', { issuer: 'id.example' }],
    ['parameters', { parameters: { redirect_uri: 'https://evil.example' } }],
    ['parameters', { parameters: { state: 'x' } }],
    ['parameters', { parameters: { prompt: 1 } }],
    ['csrfHeader', { csrfHeader: 'a b' }],
    ['lifetime', { lifetime: 'long' }],
    ['fields', { fields: {} }],
    ['session', { session: null }],
    ['session', { session: {} }],
    ['session', { session: password({ loginUrl: '/login', refreshUrl: '/refresh' }) }],
    ['session', { session: { ...web(), adopt: undefined } }],
    ['session', { session: { ...web(), presence: undefined } }],
    ['lifetime', { session: web(), lifetime: 'permanent' }],
    ['fields', { session: web(), fields: account }],
    ['clientSecret', { clientSecret: 'x' }],
  ])('PT-01 a wrong, missing or unknown %s is refused at construction, by name', (option, options) => {
    expect(() => backendCode({ ...client, ...options } as never)).toThrow(expect.objectContaining({ code: 'invalid_config', option }))
  })
})

describe('leaving', () => {
  test('sends state and PKCE S256, and no more than is needed', async () => {
    const auth = createToken()
    await auth.login()
    const [url = ''] = world.left
    expect(url.startsWith(`${authorizationUrl}?`)).toBe(true)
    expect(Object.fromEntries(asked())).toEqual({
      response_type: 'code',
      client_id: 'partner-1',
      redirect_uri: 'https://app.example/callback',
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    expect(auth.store.getState()).toMatchObject({ pending: 'backendCode' })
    expect(paths()).toEqual([])
  })

  test('takes scopes, parameters of the provider, and a query of its endpoint', async () => {
    const parameters = { access_type: 'offline', prompt: 'consent' }
    await createToken({ authorizationUrl: `${authorizationUrl}?tenant=7&state=old`, scope: 'read write', redirectUri: '/in', parameters }).login()
    expect(Object.fromEntries(asked())).toMatchObject({ tenant: '7', scope: 'read write', redirect_uri: 'https://app.example/in', ...parameters })
    expect(asked().getAll('state')).toEqual([expect.stringMatching(/^[\w-]{43}$/)])
  })

  test('scopes may have more than one space between them', async () => {
    await createToken({ scope: 'read   write' }).login()
    expect(asked().get('scope')).toBe('read write')
  })

  test.each([
    ['https://api.example/v1/exchange', 'https://api.example', true],
    ['/v1/exchange', 'https://api.example', true],
    ['https://app.example/v1/exchange', undefined, true],
    ['https://evil.example/v1/exchange', 'https://api.example', false],
    ['https://api.example:444/v1/exchange', 'https://api.example', false],
    ['https://api.example/exchange', 'https://api.example/v1/', false],
    ['https://api.example/v1/exchange', undefined, false],
  ])('PT-01 codes go to this origin, or to a place that "api" covers, or nobody leaves for one: %s with api %s: %s', async (exchangeUrl, to, isAllowed) => {
    const leaving = createToken({ exchangeUrl }, { api: to }).login()
    await (isAllowed ? leaving : expect(leaving).rejects.toMatchObject({ code: 'destination_not_allowed', option: 'api' }))
    expect([world.left.length, world.requests]).toEqual([isAllowed ? 1 : 0, []])
  })

  interface Elsewhere {
    readonly crypto?: { readonly isSecureContext: () => boolean }
    readonly page?: { readonly href: () => null }
  }
  test.each<[string, Elsewhere]>([
    ['insecure_context', { crypto: { isSecureContext: () => false } }],
    ['unsupported_request', { page: { href: () => null } }],
  ])('%s', async (expected, environment) => {
    const real = world.environment
    const fake = { ...real, crypto: { ...real.crypto, ...environment.crypto }, page: { ...real.page, ...environment.page } }
    const auth = createAuth({ method: backendCode(client), api: 'https://api.example' }, fake)
    await expect(auth.login()).rejects.toMatchObject({ code: expected })
    expect(world.left).toEqual([])
  })

  test('MD-07 nobody is sent back to another origin, nor is a callback there one', async () => {
    const auth = createToken({ redirectUri: 'https://elsewhere.example/callback' })
    const refused = { code: 'invalid_config', option: 'redirectUri' }
    await expect(auth.login()).rejects.toMatchObject(refused)
    await expect(auth.handleCallback('https://elsewhere.example/callback?code=x&state=y')).rejects.toMatchObject(refused)
    expect([world.left, world.requests]).toEqual([[], []])
  })
})

describe('the exchange', () => {
  test('PT-04 PT-07 is one POST with the code in its body, bound to the state, which no form of another site can send', async () => {
    const auth = createToken()
    await comeBack(auth)
    const { state, code_challenge: challenge } = Object.fromEntries(asked())
    const outcome = await auth.handleCallback()
    expect(outcome).toEqual({ type: 'signed_in', returnTo: '/home' })
    expect(paths()).toEqual(['POST /v1/exchange'])
    const [request] = world.requests
    expect(request).toMatchObject({ url: 'https://app.example/v1/exchange', credentials: 'include', cache: 'no-store', redirect: 'error', referrerPolicy: 'no-referrer' })
    expect(Object.fromEntries(request?.headers ?? [])).toEqual({
      'content-type': 'application/json',
      accept: 'application/json',
      'x-csrf-token': '1',
      'idempotency-key': state,
    })
    const body = JSON.parse(world.bodies[0] ?? '') as Record<string, string>
    expect(body).toEqual({ code, redirect_uri: 'https://app.example/callback', code_verifier: expect.stringMatching(/^[\w-]{43}$/), state })
    expect(createHash('sha256').update(body['code_verifier'] ?? '').digest('base64url')).toBe(challenge)
    expect(world.href).toBe('https://app.example/callback')
  })

  test('PT-03 is sent once for a callback that is handled twice, and not again after it failed', async () => {
    const auth = createToken()
    await comeBack(auth)
    const { href } = world
    const outcomes = await Promise.all([auth.handleCallback(), auth.handleCallback(href)])
    expect(outcomes).toEqual([{ type: 'signed_in', returnTo: '/home' }, { type: 'signed_in', returnTo: '/home' }])
    expect(paths()).toEqual(['POST /v1/exchange'])
    exchange = () => json({}, 500)
    await comeBack(auth)
    const failed = world.href
    expect(await auth.handleCallback()).toMatchObject({ type: 'failed', error: { code: 'server_error' } })
    expect(await createToken().handleCallback(failed)).toMatchObject({ type: 'failed', error: { code: 'callback_used' } })
    expect(paths()).toHaveLength(2)
  })

  test('PT-03 a copy of the tab sends it with the same key, by which the backend knows that it is the same', async () => {
    const auth = createToken()
    await comeBack(auth)
    const copy = Object.assign(copyOf(world), { href: world.href, answer: world.answer })
    const other = createAuth({ method: backendCode(client) }, copy.environment)
    await Promise.all([auth.handleCallback(), other.handleCallback()])
    const [keys, bodies] = [[world, copy].map(({ requests }) => requests.map(({ headers }) => headers.get('idempotency-key'))), [world.bodies, copy.bodies]]
    expect(keys).toEqual([[asked().get('state')], [asked().get('state')]])
    expect(bodies[1]).toEqual(bodies[0])
  })

  test.each([
    [json({ error: 'invalid_grant' }, 400), 'authorization_failed', false],
    [json({ error: 'bad_verification_code', error_description: 'canary' }), 'authorization_failed', false],
    [json({ error: { canary: 1 } }), 'authorization_failed', false],
    [json({ error: 'csrf_mismatch' }, 403), 'client_rejected', false],
    [json({}, 404), 'client_rejected', false],
    [json({}, 429), 'rate_limited', true],
    [json({}, 502), 'server_error', true],
  ])('PT-05 %# a refusal is an error without the code: %s', async (response, expected, retryable) => {
    for (const auth of [createToken(), createCookie()]) {
      exchange = () => response.clone()
      await comeBack(auth)
      const outcome = await auth.handleCallback()
      expect(outcome).toMatchObject({ type: 'failed', returnTo: '/home', error: { code: expected, retryable } })
      expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', error: { code: expected } })
      expect(inspect(outcome, { depth: 9 }) + inspect(auth.store.getState(), { depth: 9 })).not.toContain('canary')
      world.href = 'https://app.example/home'
    }
  })

  test('says what the provider said, where it may be shown', async () => {
    exchange = () => json({ error: 'bad_verification_code' })
    const auth = createToken()
    await comeBack(auth)
    expect(await auth.handleCallback()).toMatchObject({ error: { oauthError: 'bad_verification_code' } })
  })

  test('a network failure may pass: signing in again begins anew', async () => {
    exchange = () => Promise.reject(new TypeError('Failed to fetch'))
    const auth = createToken()
    await comeBack(auth)
    const outcome = await auth.handleCallback()
    expect(outcome).toMatchObject({ type: 'failed', error: { code: 'network' } })
    if (outcome.type === 'failed') await outcome.retry()
    expect(world.left).toHaveLength(2)
  })
})

describe('the callback', () => {
  test('of somebody who cancelled is told so, and nothing is sent', async () => {
    const auth = createToken()
    await comeBack(auth, { error: 'access_denied', error_description: 'x' }, { returnTo: '/orders' })
    expect(await auth.handleCallback()).toMatchObject({ type: 'cancelled', returnTo: '/orders', error: { code: 'access_denied' } })
    expect(world.href).toBe('https://app.example/callback')
    expect(paths()).toEqual([])
  })

  test.each([
    ['an error', '&error=server_error', 'authorization_failed'],
    ['a code and an error', '&code=x&error=server_error', 'authorization_failed'],
    ['neither', '', 'invalid_callback'],
    ['an empty code', '&code=', 'invalid_callback'],
    ['two codes', '&code=x&code=y', 'invalid_callback'],
    ['two states', '&code=x&state=y', 'invalid_callback'],
    ['two errors', '&error=access_denied&error=x', 'invalid_callback'],
    ['CB-18 an access token alone', '&access_token=canary', 'invalid_callback'],
    ['CB-18 an access token beside the code', '&code=x&access_token=canary', 'invalid_callback'],
    ['CB-18 an ID token beside the code', '&code=x&id_token=x.y.z', 'invalid_callback'],
  ])('with %s fails, and nothing is sent', async (_, query, expected) => {
    const auth = createToken()
    await auth.login()
    world.href = `https://app.example/callback?state=${asked().get('state')}${query}`
    expect(await auth.handleCallback()).toMatchObject({ type: 'failed', error: { code: expected } })
    expect(paths()).toEqual([])
    expect(world.href).toBe('https://app.example/callback')
  })

  test('CB-13 with two issuers fails, and nothing is sent', async () => {
    const auth = createToken({ issuer: 'https://id.example' })
    await comeBack(auth, { code, iss: 'https://id.example' })
    world.href += '&iss=https%3A%2F%2Fevil.example'
    expect(await auth.handleCallback()).toMatchObject({ type: 'failed', error: { code: 'invalid_callback' } })
    expect(paths()).toEqual([])
  })

  test.each(['?code=x', '?code=x&state=forged', '?error=access_denied'])('CB-01 that this tab did not ask for (%s) touches nothing', async (query) => {
    const auth = createToken()
    await auth.login()
    world.href = `https://app.example/callback${query}`
    expect(await auth.handleCallback()).toMatchObject({ type: 'failed', error: { code: 'transaction_not_found' } })
    expect(world.href).toBe(`https://app.example/callback${query}`)
    expect(paths()).toEqual([])
  })

  test('elsewhere is none', async () => {
    world.href = 'https://app.example/elsewhere?code=x&state=y'
    expect(await createToken().handleCallback()).toEqual({ type: 'none' })
  })

  test.each([
    [undefined, 'https://id.example', 'The answer names an issuer and none is configured: give the method its `issuer`.'],
    ['https://id.example', 'https://evil.example', 'The answer does not come from the provider that was asked, perhaps by an attack: sign in again, or check `issuer`.'],
    ['https://id.example', 'https://id.example', null],
  ])('CB-13 RFC 9207 with issuer %s, one that names %s', async (issuer, iss, message) => {
    const auth = createToken({ issuer })
    await comeBack(auth, { code, iss })
    const outcome = await auth.handleCallback()
    expect(outcome).toMatchObject(message === null ? { type: 'signed_in' } : { type: 'failed', error: { code: 'issuer_mismatch', message } })
    expect(paths()).toHaveLength(message === null ? 1 : 0)
  })

  test('after more than an hour has expired', async () => {
    const auth = createToken()
    await comeBack(auth)
    await vi.advanceTimersByTimeAsync(3_600_001)
    expect(await auth.handleCallback()).toMatchObject({ type: 'failed', error: { code: 'transaction_expired' } })
    expect(paths()).toEqual([])
  })

  test('OR-01 leads nowhere else', async () => {
    const auth = createToken()
    await comeBack(auth, { code }, { returnTo: '//evil.example' })
    expect(await auth.handleCallback()).toEqual({ type: 'signed_in', returnTo: '/' })
  })
})

describe("with the provider's token", () => {
  test('is permanent until a server refuses it, with the account as user', async () => {
    const auth = await signedIn({ fields: account })
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', method: 'backendCode', user: { stitch_account_id: 7 }, scope: [] })
    expect(auth.tokens.current?.lifetime.lifetimeMs).toBeNull()
    auth.start()
    await vi.advanceTimersByTimeAsync(30 * 86_400_000)
    await auth.fetch('/api')
    expect(world.requests.at(-1)?.headers.get('authorization')).toBe('Bearer canary-at')
    expect(paths()).toEqual(['POST /v1/exchange', 'GET /api'])
    api = () => json({}, 403)
    expect((await auth.fetch('/api')).status).toBe(403)
    expect(auth.store.getState().status).toBe('authenticated')
    api = () => json({}, 401)
    expect((await auth.fetch('/api')).status).toBe(401)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'revoked', error: { code: 'revoked' } })
    expect(paths()).toHaveLength(4)
  })

  test('keeps nothing that it has no use for', async () => {
    const iat = Date.now() / 1000
    exchange = () => json({ ...stitch, refresh_token: 'canary-rt', expires_in: 60, id_token: jwt({ sub: 'ada', name: 'Ada', iat }) })
    const auth = await signedIn({ scope: 'read' })
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'ada', name: 'Ada' }, scope: ['read'] })
    expect(inspect(auth.tokens.current)).not.toMatch(/canary-rt|eyJ[\w-]+\./)
    auth.start()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
    expect(paths()).toHaveLength(1)
  })

  test('lives as long as the app says', async () => {
    const auth = await signedIn({ lifetime: { expiresInMs: 1000 } })
    expect(auth.tokens.current?.lifetime.lifetimeMs).toBe(1000)
  })

  test.each([
    ['a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['nothing', () => new Response(null, { status: 204 })],
    ['no token', () => json({ token_type: 'bearer' })],
    ['another type of token', () => json({ ...stitch, token_type: 'mac' })],
    ['no account', () => json({ ...stitch, stitch_account_id: 'canary-x' })],
  ])('a weird answer is invalid_response: %s', async (_, respond) => {
    exchange = respond
    const auth = createToken({ fields: account })
    await comeBack(auth)
    const outcome = await auth.handleCallback()
    expect(outcome).toMatchObject({ type: 'failed', error: { code: 'invalid_response' } })
    expect(inspect(outcome, { depth: 9 })).not.toContain('canary')
  })

  test('survives a reload where the app stores sessions', async () => {
    await signedIn({ fields: account }, { storage: 'session' })
    const again = createToken({ fields: account }, { storage: 'session' })
    expect(await again.ready).toMatchObject({ status: 'authenticated', user: { stitch_account_id: 7 } })
    expect(await again.getAccessToken()).toBe('canary-at')
    expect(await again.logout()).toEqual({ isRemote: false, error: null })
    expect((await createToken({}, { storage: 'session' }).ready).status).toBe('unauthenticated')
  })

  test('INV-7 INV-22 nothing printed ever held a secret, and nothing is left after a logout', async () => {
    const auth = createToken({ fields: account }, { storage: 'session' })
    const printed: string[] = []
    const print = (value: unknown) => printed.push(inspect(value, { depth: 9 }), JSON.stringify(value) ?? '')
    auth.inspect(print)
    auth.store.subscribe(print)
    await comeBack(auth)
    print(await auth.handleCallback())
    expect(world.tabStorage.keys().map((key) => world.tabStorage.getItem(key)).join()).not.toContain('canary-code')
    print(await auth.logout())
    await auth.getAccessToken().catch(print)
    expect(printed.join()).not.toContain('canary')
    expect(world.tabStorage.keys().map((key) => world.tabStorage.getItem(key)).join()).not.toContain('canary')
  })
})

describe('with a cookie session', () => {
  const asCookie = (sub = 'ada', csrf = 'canary-csrf') => {
    exchange = () => {
      whoAmI = () => json({ sub, name: sub, csrf_token: csrf })
      return new Response(null, { status: 204 })
    }
  }
  async function signedInByCookie() {
    asCookie()
    const auth = createCookie()
    await auth.ready
    await comeBack(auth)
    expect(await auth.handleCallback()).toMatchObject({ type: 'signed_in' })
    return auth
  }

  test('asks who signed in, and JavaScript gets no token', async () => {
    const auth = await signedInByCookie()
    expect(paths()).toEqual(['GET /v1/session', 'POST /v1/exchange', 'GET /v1/session'])
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', method: 'backendCode', user: { sub: 'ada' } })
    await expect(auth.getAccessToken()).rejects.toMatchObject({ code: 'unsupported_request' })
    await auth.fetch('/api', { method: 'POST' })
    expect(world.requests.at(-1)).toMatchObject({ credentials: 'include' })
    expect(world.requests.at(-1)?.headers.get('x-csrf-token')).toBe('canary-csrf')
    expect(world.requests.at(-1)?.headers.has('authorization')).toBe(false)
  })

  test('takes any 2xx, whatever is in it', async () => {
    asCookie()
    const answer = exchange
    exchange = async (request) => {
      await answer(request)
      return json({ sub: 'of the provider' }, 201)
    }
    const auth = createCookie()
    await comeBack(auth)
    expect(await auth.handleCallback()).toMatchObject({ type: 'signed_in' })
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'ada' } })
  })

  test('PT-05 a page is no answer to the exchange: whoever the cookie names did not sign in by it', async () => {
    whoAmI = () => json({ sub: 'bob' })
    exchange = () => new Response('<form>', { headers: { 'content-type': 'text/html' } })
    const auth = createCookie()
    await auth.ready
    await comeBack(auth)
    expect(await auth.handleCallback()).toMatchObject({ type: 'failed', error: { code: 'invalid_response' } })
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'bob' } })
  })

  test('CK-14 says so when the cookie is not there afterwards', async () => {
    exchange = () => new Response(null, { status: 204 })
    const auth = createCookie()
    await comeBack(auth)
    expect(await auth.handleCallback()).toMatchObject({ type: 'failed', error: { code: 'unsupported_request', message: expect.stringContaining('cookie') } })
  })

  test('CK-02 fails like the question who signed in', async () => {
    exchange = () => {
      whoAmI = () => json({}, 503)
      return new Response(null, { status: 204 })
    }
    const auth = createCookie()
    await comeBack(auth)
    expect(await auth.handleCallback()).toMatchObject({ type: 'failed', error: { code: 'server_error' } })
  })

  test('is found again after a reload, looks again when the page wakes, and signs out at the backend', async () => {
    await signedInByCookie()
    world.href = 'https://app.example/home'
    const auth = createCookie()
    auth.start()
    expect(await auth.ready).toMatchObject({ status: 'authenticated', user: { sub: 'ada' } })
    whoAmI = () => json({ sub: 'bob' })
    await vi.advanceTimersByTimeAsync(1000)
    world.wake('focus')
    await settled()
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'bob' } })
    expect(await auth.logout()).toEqual({ isRemote: true, error: null })
    expect(paths().at(-1)).toBe('POST /v1/session/logout')
  })

  test('a 419 gets a new token and is replayed, and a 401 asks whether the session is over', async () => {
    const auth = await signedInByCookie()
    let count = 0
    api = () => json({}, count++ === 0 ? 419 : 200)
    expect((await auth.fetch('/api', { method: 'POST' })).status).toBe(200)
    api = () => json({}, 401)
    whoAmI = () => json({}, 401)
    expect((await auth.fetch('/api')).status).toBe(401)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
  })

  /** Somebody whose exchange takes its time, at a backend that sets the cookie a moment before the page has its answer. */
  async function exchanging() {
    let cookie: string | null = null
    const arrived = defer<undefined>()
    whoAmI = () => (cookie === null ? json({}, 401) : json({ sub: cookie }))
    exchange = async () => {
      await arrived.promise
      return new Response(null, { status: 204 })
    }
    const { answer } = world
    world.answer = (request) => {
      if (!request.url.endsWith('/logout')) return answer(request)
      const status = cookie === null ? 401 : 204
      cookie = null
      return new Response(null, { status })
    }
    const form = cookieSession({ sessionUrl: '/v1/session', loginUrl: '/v1/session/login', logoutUrl: '/v1/session/logout' })
    const auth = createAuth({ methods: { partner: backendCode({ ...client, session: form }), form } }, world.environment)
    auth.start()
    await auth.ready
    await comeBack({ login: (input) => auth.login('partner', input) })
    const outcome = auth.handleCallback()
    await vi.advanceTimersByTimeAsync(1000)
    const setCookie = (): void => void (cookie = 'ada')
    return { auth, outcome, arrived, setCookie, cookie: () => cookie }
  }

  test('LO-07 INV-6 a logout during the exchange wins: the session that comes of it ends, and no look finds it', async () => {
    const { auth, outcome, arrived, setCookie, cookie } = await exchanging()
    const seen: string[] = []
    const logout = auth.logout()
    auth.store.subscribe(({ status }) => seen.push(status))
    await vi.advanceTimersByTimeAsync(1000)
    setCookie()
    world.wake('focus')
    await vi.advanceTimersByTimeAsync(1000)
    world.wake('focus')
    arrived.resolve(undefined)
    await vi.advanceTimersByTimeAsync(1000)
    expect(await outcome).toMatchObject({ type: 'failed', error: { code: 'superseded' } })
    expect(await logout).toEqual({ isRemote: true, error: null })
    expect(cookie()).toBeNull()
    world.wake('focus')
    await settled()
    expect(seen).toEqual([])
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
  })

  test('INV-6 a failed login with the same cookie, during the exchange, wins over it, too', async () => {
    const { auth, outcome, arrived, setCookie, cookie } = await exchanging()
    api = () => json({}, 401)
    const login = expect(auth.login('form', { email: 'ada@example.com', password: 'wrong' })).rejects.toMatchObject({ code: 'invalid_credentials' })
    world.wake('focus')
    setCookie()
    arrived.resolve(undefined)
    await vi.advanceTimersByTimeAsync(1000)
    await login
    expect(await outcome).toMatchObject({ type: 'failed', error: { code: 'superseded' } })
    expect(cookie()).toBeNull()
    expect(paths().filter((path) => path.startsWith('POST'))).toEqual(['POST /v1/exchange', 'POST /v1/session/logout', 'POST /v1/session/login'])
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', error: { code: 'invalid_credentials' } })
  })
})

describe('beside another method', () => {
  test('there is one session at a time, and a password may lead to the same cookie', async () => {
    const session = cookieSession({ sessionUrl: '/v1/session', loginUrl: '/v1/session/login', logoutUrl: '/v1/session/logout' })
    const auth = createAuth(
      { methods: { partner: backendCode({ ...client, session }), form: session, app: password({ loginUrl: '/login' }) }, storage: 'session' },
      world.environment,
    )
    auth.start()
    expect(await auth.ready).toMatchObject({ status: 'unauthenticated' })
    api = () => json({ access_token: 'canary-at', token_type: 'Bearer' })
    await auth.login('app', { email: 'ada@example.com', password: 'x' })
    exchange = () => {
      whoAmI = () => json({ sub: 'ada' })
      return new Response(null, { status: 204 })
    }
    await comeBack({ login: (input) => auth.login('partner', input) })
    expect(await auth.handleCallback()).toMatchObject({ type: 'signed_in' })
    expect(auth.store.getState()).toMatchObject({ method: 'partner', user: { sub: 'ada' } })
    expect(world.tabStorage.keys().some((key) => key.endsWith(':tokens'))).toBe(false)
    await vi.advanceTimersByTimeAsync(2000)
    whoAmI = () => json({ sub: 'bob' })
    world.wake('focus')
    await settled()
    expect(auth.store.getState()).toMatchObject({ method: 'partner', user: { sub: 'bob' } })
    whoAmI = () => json({}, 401)
    await vi.advanceTimersByTimeAsync(1000)
    world.wake('focus')
    await settled()
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
  })
})
