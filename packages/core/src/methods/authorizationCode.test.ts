import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createProvider, issuer, type Provider } from '../../test/provider.ts'
import { createWorld, defer, type World } from '../../test/world.ts'
import type { Auth } from '../auth/auth.ts'
import { createAuth } from '../auth/createAuth.ts'
import type { Claims } from '../session/claims.ts'
import { authorizationCode, type AuthorizationCodeInput, type AuthorizationCodeOptions } from './authorizationCode.ts'
import type { CallbackOutcome } from './method.ts'

type OAuth = Auth<AuthorizationCodeInput | void, Claims>

const minute = 60_000
const hour = 60 * minute

let world: World
let provider: Provider
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
  provider = createProvider()
  world.answer = provider.answer
})
afterEach(() => vi.useRealTimers())

/** A page load: the same tab's storage, a new auth. */
function load(options: Partial<AuthorizationCodeOptions> = {}, storage: 'memory' | 'session' = 'memory'): OAuth {
  return createAuth({ method: authorizationCode({ issuer, clientId: 'web', ...options }), storage }, world.environment)
}

/** Leaves for the provider, and gives the parameters that it was asked with. */
async function leave(auth: OAuth = load(), input?: AuthorizationCodeInput): Promise<URLSearchParams> {
  await auth.login(input)
  const parameters = new URL(world.left.at(-1) ?? '').searchParams
  provider.nonce = parameters.get('nonce') ?? ''
  return parameters
}

/** Comes back from the provider. */
function comeBack(parameters: Record<string, string | undefined>): void {
  const url = new URL('https://app.example/callback')
  for (const [name, value] of Object.entries({ iss: issuer, ...parameters })) if (value !== undefined) url.searchParams.set(name, value)
  world.href = url.href
}

async function signedIn(options: Partial<AuthorizationCodeOptions> = {}, storage: 'memory' | 'session' = 'memory') {
  const state = (await leave(load(options, storage))).get('state') ?? ''
  comeBack({ code: 'the-code', state })
  const auth = load(options, storage)
  const outcome = await auth.handleCallback()
  return { auth, outcome, state }
}

/** Requests to the token endpoint, as their form parameters. */
const tokenRequests = (): URLSearchParams[] =>
  world.requests.flatMap((request, index) => (request.url === `${issuer}/token` ? [new URLSearchParams(world.bodies[index])] : []))

function failure(outcome: CallbackOutcome): string {
  return 'error' in outcome ? `${outcome.type} ${outcome.error.code}` : outcome.type
}

describe('options', () => {
  test.each([
    ['issuer', {}],
    ['issuer', { issuer: 'id.example', clientId: 'web' }],
    ['issuer', { issuer: 'http://id.example', clientId: 'web' }],
    ['issuer', { issuer: 'http://localhost.evil.example', clientId: 'web' }],
    ['issuer', { issuer: 'https://id.example/?tenant=1', clientId: 'web' }],
    ['issuer', { issuer: 'https://u:p@id.example', clientId: 'web' }],
    ['clientId', { issuer }],
    ['clientId', { issuer, clientId: ' ' }],
    ['redirectUri', { issuer, clientId: 'web', redirectUri: 'http://app.example/callback' }],
    ['redirectUri', { issuer, clientId: 'web', redirectUri: 'javascript:alert(1)' }],
    ['redirectUri', { issuer, clientId: 'web', redirectUri: '/callback#x' }],
    ['redirectUri', { issuer, clientId: 'web', redirectUri: 'callback' }],
    ['redirectUri', { issuer, clientId: 'web', redirectUri: '//evil.example/callback' }],
    ['redirectUri', { issuer, clientId: 'web', redirectUri: '?x' }],
    ['postLogoutRedirectUri', { issuer, clientId: 'web', postLogoutRedirectUri: 'ftp://app.example' }],
    ['scope', { issuer, clientId: 'web', scope: '' }],
    ['clientSecret', { issuer, clientId: 'web', clientSecret: 'x' }],
  ])('a wrong or missing %s is refused at construction, by name', (option, options) => {
    expect(() => authorizationCode(options as never)).toThrow(expect.objectContaining({ code: 'invalid_config', option }))
  })

  test.each(['https://id.example', 'http://localhost:4400', 'http://127.0.0.1:1', 'http://[::1]:1'])('accepts the issuer %s', (good) => {
    expect(authorizationCode({ issuer: good, clientId: 'web' }).name).toBe('authorizationCode')
  })

  test('MD-07 a redirect URI of another origin is refused when it is to be used', async () => {
    await expect(load({ redirectUri: 'https://other.example/callback' }).login()).rejects.toMatchObject({ code: 'invalid_config', option: 'redirectUri' })
    expect(world.left).toEqual([])
  })
})

describe('leaving', () => {
  test('asks with PKCE S256, state and nonce, each fresh', async () => {
    const [one, two] = [await leave(), await leave()]
    expect(Object.fromEntries(one)).toEqual({
      response_type: 'code',
      client_id: 'web',
      redirect_uri: 'https://app.example/callback',
      scope: 'openid profile email',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    for (const name of ['state', 'nonce', 'code_challenge']) expect(one.get(name)).not.toBe(two.get(name))
  })

  test('MD-05 what an endpoint has in its own query is kept, and can override nothing of ours', async () => {
    provider.metadata['authorization_endpoint'] = `${issuer}/authorize?tenant=1&client_id=evil&state=fixed`
    const parameters = await leave()
    expect(parameters.get('tenant')).toBe('1')
    expect(parameters.getAll('client_id')).toEqual(['web'])
    expect(parameters.getAll('state')).toHaveLength(1)
    expect(parameters.get('state')).not.toBe('fixed')
  })

  test('kept metadata of another issuer is not used', async () => {
    await leave()
    const key = 'tessera:default:scratch:metadata'
    world.tabStorage.setItem(key, (world.tabStorage.getItem(key) ?? '').replaceAll('id.example', 'evil.example'))
    await leave()
    expect(new URL(world.left.at(-1) ?? '').origin).toBe(issuer)
    expect(world.requests).toHaveLength(2)
  })

  test('asks for the metadata once an hour', async () => {
    await leave()
    await leave()
    expect(world.requests).toHaveLength(1)
    vi.setSystemTime(Date.now() + hour)
    await leave()
    expect(world.requests).toHaveLength(2)
  })

  test('the verifier never leaves with the person, and state carries nothing', async () => {
    const url = (await leave(), world.left.at(-1) ?? '')
    const kept = world.tabStorage.keys().map((key) => world.tabStorage.getItem(key) ?? '').join()
    const verifier = /"verifier":"([\w-]{43})"/.exec(kept)?.[1] ?? 'none'
    expect(kept).toContain(verifier)
    expect(url).not.toContain(verifier)
  })

  test('prompt and loginHint are passed on', async () => {
    expect(Object.fromEntries(await leave(load(), { prompt: 'login', loginHint: 'ada@example.com' }))).toMatchObject({ prompt: 'login', login_hint: 'ada@example.com' })
  })

  test('a login under way shows as pending, until the person comes back by the back button', async () => {
    const auth = load()
    await auth.ready
    await leave(auth)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', pending: 'authorizationCode' })
    world.wake('visible')
    expect(auth.store.getState().pending).toBe('authorizationCode')
    world.wake('restored')
    expect(auth.store.getState().pending).toBeNull()
  })

  test('INV-18 however often somebody leaves, one listener waits for them, and none after a logout or dispose()', async () => {
    let listeners = 0
    const wake = { subscribe: () => (listeners++, () => void listeners--) }
    const auth = createAuth({ method: authorizationCode({ issuer, clientId: 'web' }) }, { ...world.environment, wake })
    await leave(auth)
    await leave(auth)
    expect(listeners).toBe(1)
    await auth.logout()
    expect(listeners).toBe(0)
    await leave(auth)
    auth.dispose()
    expect(listeners).toBe(0)
  })

  test('without crypto.subtle it says so, and asks nobody', async () => {
    const environment = { ...world.environment, crypto: { ...world.environment.crypto, isSecureContext: () => false } }
    const auth = createAuth({ method: authorizationCode({ issuer, clientId: 'web' }) }, environment)
    await expect(auth.login()).rejects.toMatchObject({ code: 'insecure_context' })
    expect(world.requests).toEqual([])
  })

  test('ST-01 a blocked sessionStorage is a typed error, and nobody leaves', async () => {
    const environment = { ...world.environment, tabStorage: { ...world.tabStorage, setItem: () => { throw new Error('blocked') } } } // prettier-ignore
    const auth = createAuth({ method: authorizationCode({ issuer, clientId: 'web' }) }, environment)
    await expect(auth.login()).rejects.toMatchObject({ code: 'storage_failed' })
    expect(world.left).toEqual([])
  })

  test.each([
    ['another issuer', { issuer: 'https://evil.example' }],
    ['a javascript: endpoint', { authorization_endpoint: 'javascript:alert(1)' }],
    ['an http endpoint', { token_endpoint: 'http://id.example/token' }],
    ['a relative endpoint', { authorization_endpoint: '/authorize' }],
    ['no authorization endpoint', { authorization_endpoint: undefined }],
    ['no token endpoint', { token_endpoint: undefined }],
  ])('MD-02 metadata with %s is refused before anybody leaves', async (_, members) => {
    Object.assign(provider.metadata, members)
    await expect(load().login()).rejects.toMatchObject({ code: 'invalid_response' })
    expect(world.left).toEqual([])
  })

  test.each([
    ['HTML', () => new Response('<html>', { headers: { 'content-type': 'text/html' } }), 'invalid_response'],
    ['500', () => new Response('', { status: 500 }), 'server_error'],
    ['404', () => new Response('', { status: 404 }), 'client_rejected'],
    ['no network', () => Promise.reject(new TypeError('Failed to fetch')), 'network'],
  ])('MD-03 metadata answered with %s is a typed error, not kept', async (_, answer, code) => {
    world.answer = answer
    await expect(load().login()).rejects.toMatchObject({ code })
    world.answer = provider.answer
    await leave()
    expect(world.left).toHaveLength(1)
  })

  test('DO-05 at most ten logins are remembered, the newest', async () => {
    const states: string[] = []
    for (let i = 0; i < 12; i++) {
      states.push((await leave()).get('state') ?? '')
      vi.setSystemTime(Date.now() + 1)
    }
    const kept = world.tabStorage.keys().filter((key) => key.includes('transaction:'))
    expect(kept).toHaveLength(10)
    expect(kept.join()).not.toContain(states[0])
    expect(kept.join()).toContain(states[11])
  })
})

describe('coming back', () => {
  test('exchanges the code with the verifier, once, and signs in', async () => {
    const { auth, outcome } = await signedIn()
    expect(outcome).toEqual({ type: 'signed_in', returnTo: '/home' })
    expect(auth.store.getState()).toEqual({
      status: 'authenticated',
      method: 'authorizationCode',
      user: expect.objectContaining({ sub: 'ada', name: 'Ada Lovelace', email: 'ada@example.com' }),
      scope: ['openid', 'profile', 'email'],
      pending: null,
      error: null,
    })
    expect(tokenRequests().map((form) => Object.fromEntries(form))).toEqual([
      {
        grant_type: 'authorization_code',
        code: 'the-code',
        redirect_uri: 'https://app.example/callback',
        code_verifier: expect.stringMatching(/^[\w-]{43}$/),
        client_id: 'web',
      },
    ])
    expect(await auth.getAccessToken()).toBe('at-1')
  })

  test('CB-19 the address is clean before the first await, and keeps what is not the provider\'s', async () => {
    const state = (await leave()).get('state') ?? ''
    world.href = `https://app.example/callback?tab=2&code=c&state=${state}&iss=${encodeURIComponent(issuer)}&session_state=x#frag`
    void load().handleCallback()
    expect(world.href).toBe('https://app.example/callback?tab=2')
  })

  test('the address is clean after a failure too', async () => {
    const state = (await leave()).get('state') ?? ''
    comeBack({ error: 'access_denied', error_description: 'no', state })
    void load().handleCallback()
    expect(world.href).toBe('https://app.example/callback')
  })

  test('CB-19 also when the address is given as a path', async () => {
    const state = (await leave()).get('state') ?? ''
    comeBack({ code: 'c', state })
    expect(failure(await load().handleCallback(world.href.replace('https://app.example', '')))).toBe('signed_in')
    expect(world.href).toBe('https://app.example/callback')
  })

  test('the secrets of a login are forgotten before its code is sent', async () => {
    const { state } = await signedIn()
    const kept = world.tabStorage.getItem(`tessera:default:scratch:transaction:${state}`) ?? ''
    expect(kept).toContain('"spent":true')
    expect(kept).toContain('"verifier":""')
    expect(kept).toContain('"nonce":""')
  })

  test('any other address is left alone', async () => {
    const state = (await leave()).get('state') ?? ''
    for (const href of [`https://app.example/shop?code=1&state=${state}`, 'https://app.example/callback?page=2', 'https://app.example/callback']) {
      world.href = href
      expect(await load().handleCallback()).toEqual({ type: 'none' })
      expect(world.href).toBe(href)
    }
    expect(tokenRequests()).toEqual([])
  })

  test('CB-23 an address that is no URL is no callback', async () => {
    expect(await load().handleCallback('https://')).toEqual({ type: 'none' })
  })

  test.each([
    ['CB-01', 'no state', { code: 'c' }],
    ['CB-02', 'a forged state', { code: 'c', state: 'forged' }],
    ['CB-10', 'an error with a foreign state', { error: '<b>hello</b>', error_description: 'text', state: 'foreign' }],
    ['CB-17', 'a state of another tab', { code: 'c', state: 'x'.repeat(43) }],
    ['CB-26', "an attacker's own code and state", { code: 'attacker', state: 'attacker' }],
    ['CB-23', 'a megabyte of state', { code: 'c', state: 'x'.repeat(1_000_000) }],
  ])('%s %s is refused without a token request, and the login under way can still be completed', async (_id, _what, parameters) => {
    const state = (await leave()).get('state') ?? ''
    comeBack(parameters)
    const before = world.href
    expect(failure(await load().handleCallback())).toBe('failed transaction_not_found')
    expect(world.href).toBe(before)
    expect(tokenRequests()).toEqual([])
    comeBack({ code: 'the-code', state })
    expect(failure(await load().handleCallback())).toBe('signed_in')
  })

  test.each([
    ['CB-13', 'another issuer', 'https://evil.example'],
    ['CB-14', 'no issuer, though one was announced', undefined],
    ['CB-15', 'the issuer with a slash', `${issuer}/`],
    ['CB-15', 'the issuer in capitals', 'https://ID.example'],
    ['CB-15', 'the issuer with its port', 'https://id.example:443'],
  ])('%s %s is a mix-up: refused before the token request, nothing consumed', async (_id, _what, iss) => {
    const state = (await leave()).get('state') ?? ''
    comeBack({ code: 'c', state, iss })
    expect(failure(await load().handleCallback())).toBe('failed issuer_mismatch')
    expect(tokenRequests()).toEqual([])
    comeBack({ code: 'the-code', state })
    expect(failure(await load().handleCallback())).toBe('signed_in')
  })

  test('a provider that does not announce an issuer in its answers need not send one', async () => {
    provider.metadata['authorization_response_iss_parameter_supported'] = undefined
    const state = (await leave()).get('state') ?? ''
    comeBack({ code: 'c', state, iss: undefined })
    expect(failure(await load().handleCallback())).toBe('signed_in')
  })

  test.each([
    ['CB-11', 'code and error together', { code: 'c', error: 'server_error' }, 'failed authorization_failed'],
    ['CB-12', 'neither code nor error', {}, 'failed invalid_callback'],
    ['CB-18', 'an id_token in the address', { code: 'c', id_token: 'x.y.z' }, 'failed invalid_callback'],
    ['CB-18', 'a JARM response', { code: 'c', response: 'x.y.z' }, 'failed invalid_callback'],
    ['cancelled', 'access_denied', { error: 'access_denied' }, 'cancelled access_denied'],
    ['error', 'a hostile error value', { error: '<script>alert(1)</script>' }, 'failed authorization_failed'],
  ])('%s %s: %j gives "%s" and no token request', async (_id, _what, parameters, expected) => {
    const state = (await leave(load(), { returnTo: '/orders?page=2' })).get('state') ?? ''
    comeBack({ ...parameters, state })
    const outcome = await load().handleCallback()
    expect(failure(outcome)).toBe(expected)
    expect(outcome).toMatchObject({ returnTo: '/orders?page=2' })
    expect(JSON.stringify(outcome) + String('error' in outcome && outcome.error)).not.toContain('script')
    expect(tokenRequests()).toEqual([])
  })

  test('a repeated parameter is refused', async () => {
    const state = (await leave()).get('state') ?? ''
    comeBack({ code: 'c', state })
    world.href += '&code=d'
    expect(failure(await load().handleCallback())).toBe('failed invalid_callback')
    expect(tokenRequests()).toEqual([])
  })

  test('CB-04 two logins of one tab live side by side', async () => {
    const [one, two] = [(await leave()).get('state') ?? '', (await leave(load(), { returnTo: '/two' })).get('state') ?? '']
    comeBack({ code: 'c', state: two })
    expect(await load().handleCallback()).toEqual({ type: 'signed_in', returnTo: '/two' })
    expect(one).not.toBe(two)
    const kept = world.tabStorage.getItem(`tessera:default:scratch:transaction:${one}`) ?? ''
    provider.claims = { nonce: /"nonce":"([^"]+)"/.exec(kept)?.[1] }
    comeBack({ code: 'c', state: one })
    expect(await load().handleCallback()).toEqual({ type: 'signed_in', returnTo: '/home' })
  })

  test('StrictMode: handled twice at once is one exchange with one outcome, and so is a later call', async () => {
    const state = (await leave()).get('state') ?? ''
    comeBack({ code: 'c', state })
    const auth = load()
    const outcomes = await Promise.all([auth.handleCallback(), auth.handleCallback()])
    expect(outcomes[0]).toEqual(outcomes[1])
    expect(await auth.handleCallback()).toEqual(outcomes[0])
    expect(tokenRequests()).toHaveLength(1)
  })

  test('after a sign-out the outcome of before is no longer true: the clean address is no callback, the old one is used', async () => {
    const { auth, state } = await signedIn()
    await auth.logout()
    expect(await auth.handleCallback()).toEqual({ type: 'none' })
    comeBack({ code: 'the-code', state })
    expect(failure(await auth.handleCallback())).toBe('failed callback_used')
    expect(tokenRequests()).toHaveLength(1)
  })

  test('CB-05 the same callback again after it signed in: same outcome, no request, still signed in', async () => {
    const { state } = await signedIn({}, 'session')
    comeBack({ code: 'the-code', state })
    const auth = load({}, 'session')
    expect(await auth.handleCallback()).toEqual({ type: 'signed_in', returnTo: '/home' })
    expect(tokenRequests()).toHaveLength(1)
    expect((await auth.ready).status).toBe('authenticated')
  })

  test('CB-05 the same callback again when its session is gone: callback_used, no request', async () => {
    const { state } = await signedIn({}, 'memory')
    comeBack({ code: 'the-code', state })
    expect(failure(await load().handleCallback())).toBe('failed callback_used')
    expect(tokenRequests()).toHaveLength(1)
  })

  test('INV-10 a login that took over an hour is refused without a token request, with its way back', async () => {
    const state = (await leave(load(), { returnTo: '/slow' })).get('state') ?? ''
    vi.setSystemTime(Date.now() + hour + 1)
    comeBack({ code: 'c', state })
    expect(await load().handleCallback()).toMatchObject({ type: 'failed', returnTo: '/slow', error: { code: 'transaction_expired' } })
    expect(tokenRequests()).toEqual([])
  })

  test.each(['{', '42', '{"state":"x"}'])('OR-06 ST-04 a transaction record of %j is no transaction', async (text) => {
    world.tabStorage.setItem('tessera:default:scratch:transaction:abc', text)
    comeBack({ code: 'c', state: 'abc' })
    expect(failure(await load().handleCallback())).toBe('failed transaction_not_found')
  })

  test('OR-06 OR-05 returnTo is checked again when it is used', async () => {
    for (const returnTo of ['https://evil.example/', '//evil.example', '/callback?code=1&state=2', 'javascript:alert(1)']) {
      const state = (await leave()).get('state') ?? ''
      const key = `tessera:default:scratch:transaction:${state}`
      world.tabStorage.setItem(key, (world.tabStorage.getItem(key) ?? '').replace('/home', returnTo))
      comeBack({ code: 'c', state })
      expect(await load().handleCallback()).toMatchObject({ returnTo: '/' })
    }
  })

  test('LO-07 a logout while the exchange is under way wins, and the late tokens are revoked', async () => {
    const answer = defer<Response>()
    const state = (await leave()).get('state') ?? ''
    comeBack({ code: 'c', state })
    const auth = load()
    provider.tokenAnswer = () => answer.promise
    const outcome = auth.handleCallback()
    await vi.advanceTimersByTimeAsync(0)
    await auth.logout()
    provider.tokenAnswer = null
    answer.resolve(await provider.answer(new Request(`${issuer}/token`, { method: 'POST', body: 'grant_type=authorization_code' })))
    expect(failure(await outcome)).toBe('failed superseded')
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', pending: null })
    await vi.advanceTimersByTimeAsync(0)
    expect(world.requests.at(-1)?.url).toBe(`${issuer}/revoke`)
    expect(world.bodies.at(-1)).toContain('token=rt-1')
  })

  test('a failed callback leaves whoever was signed in signed in', async () => {
    const { auth } = await signedIn()
    const state = (await leave(auth)).get('state') ?? ''
    comeBack({ error: 'access_denied', state })
    expect(failure(await auth.handleCallback())).toBe('cancelled access_denied')
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', error: { code: 'access_denied' } })
    expect(await auth.getAccessToken()).toBe('at-1')
  })
})

describe('the answer of the token endpoint', () => {
  async function exchange(): Promise<string> {
    const state = (await leave()).get('state') ?? ''
    comeBack({ code: 'c', state })
    return failure(await load().handleCallback())
  }

  test.each([
    ['ID-02', 'another issuer', { iss: 'https://evil.example' }],
    ['ID-02', 'no issuer', { iss: undefined }],
    ['B1', 'another audience', { aud: 'other' }],
    ['B1', 'a second audience without azp', { aud: ['web', 'other'] }],
    ['ID-06', 'azp of another client', { aud: ['web', 'other'], azp: 'other' }],
    ['ID-08', 'no iat', { iat: undefined }],
    ['ID-10', 'another nonce', { nonce: 'other' }],
    ['ID-10', 'no nonce', { nonce: undefined }],
    ['ID-12', 'no subject', { sub: undefined }],
    ['ID-12', 'an empty subject', { sub: '' }],
    ['ID-12', 'a subject of 256 characters', { sub: 'x'.repeat(256) }],
    ['ID-12', 'a subject that is a number', { sub: 7 }],
    ['B6', 'no expiry', { exp: undefined }],
  ])('%s an ID token with %s is refused', async (_id, _what, claims) => {
    provider.claims = claims
    expect(await exchange()).toBe('failed invalid_id_token')
  })

  test('TM-07 an ID token of the wrong time names the clock', async () => {
    provider.claims = { exp: Math.floor(Date.now() / 1000) - 600 }
    expect(await exchange()).toBe('failed clock_skew')
    provider.claims = { exp: Math.floor(Date.now() / 1000) - 30 }
    expect(await exchange()).toBe('signed_in')
  })

  test('an OpenID login without an ID token is refused', async () => {
    provider.claims = null
    expect(await exchange()).toBe('failed invalid_id_token')
  })

  test('plain OAuth without openid needs none, and knows no person', async () => {
    provider.claims = null
    const { auth } = await signedIn({ scope: 'read' })
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: {}, scope: ['read'] })
    expect(new URL(world.left[0] ?? '').searchParams.has('nonce')).toBe(false)
  })

  test.each([
    ['ID-13', 'none', { alg: 'none' }],
    ['ID-14', 'HS256', { alg: 'HS256' }],
    ['ID-20', 'RS256 and the type of an access token', { alg: 'RS256', typ: 'at+jwt' }],
  ])('%s an ID token with alg %s is refused', async (_id, _what, header) => {
    const { jwt } = await import('../../test/provider.ts')
    const nowS = Math.floor(Date.now() / 1000)
    const state = (await leave()).get('state') ?? ''
    provider.tokens = { id_token: jwt({ iss: issuer, aud: 'web', sub: 'ada', iat: nowS, exp: nowS + 60, nonce: provider.nonce }, header) }
    comeBack({ code: 'c', state })
    expect(failure(await load().handleCallback())).toBe('failed invalid_id_token')
  })

  test.each([
    ['TR-01', 'a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } }), 'invalid_response'],
    ['TR-02', 'an empty body', () => new Response(''), 'invalid_response'],
    ['TR-04', 'an error inside a 200', () => Response.json({ error: 'invalid_grant' }), 'invalid_response'],
    ['TR-06', 'a token with a line break', () => Response.json({ access_token: 'a\r\nb', token_type: 'Bearer' }), 'invalid_response'],
    ['TR-06', 'a token of a megabyte', () => Response.json({ access_token: 'a'.repeat(900_000), token_type: 'Bearer' }), 'invalid_response'],
    ['TR-07', 'no token type', () => Response.json({ access_token: 'a' }), 'invalid_response'],
    ['TR-07', 'another token type', () => Response.json({ access_token: 'a', token_type: 'mac' }), 'invalid_response'],
    ['TR-19', 'trailing data', () => new Response('{"access_token":"a","token_type":"Bearer"} x'), 'invalid_response'],
    ['TR-21', '401', () => new Response('', { status: 401 }), 'client_rejected'],
    ['TR-21', 'invalid_client', () => Response.json({ error: 'invalid_client' }, { status: 401 }), 'client_rejected'],
    ['TR-22', '503', () => new Response('', { status: 503 }), 'server_error'],
    ['TR-22', '429', () => new Response('', { status: 429, headers: { 'retry-after': '7' } }), 'rate_limited'],
    ['TR-26', 'more than a megabyte', () => new Response('x'.repeat(1_100_000)), 'invalid_response'],
    ['TR-27', 'no network', () => Promise.reject(new TypeError('Failed to fetch')), 'network'],
    ['RFC 6749 §5.2', 'invalid_grant', () => Response.json({ error: 'invalid_grant' }, { status: 400 }), 'authorization_failed'],
  ])('%s %s: a typed error, and the code was sent once', async (_id, _what, answer, code) => {
    provider.tokenAnswer = answer
    expect(await exchange()).toBe(`failed ${code}`)
    await vi.advanceTimersByTimeAsync(hour)
    expect(tokenRequests()).toHaveLength(1)
  })

  test('TR-23 a token endpoint that never answers is given ten seconds', async () => {
    const asked = defer<void>()
    provider.tokenAnswer = () => (asked.resolve(), new Promise(() => {}))
    const outcome = exchange()
    await asked.promise
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await outcome).toBe('failed timeout')
  })

  test.each([
    ['TR-11', '3600', 3_600_000],
    ['TR-12', '1h', null],
    ['TR-12', {}, null],
    ['TR-12', [], null],
    ['TR-12', true, null],
    ['RFC 6749', 60, 60_000],
    ['FAPI2', undefined, null],
  ])('%s expires_in %j means %j ms', async (_id, value, lifetimeMs) => {
    provider.tokens = { expires_in: value }
    const { auth } = await signedIn()
    expect(auth.tokens.current?.lifetime.lifetimeMs).toBe(lifetimeMs)
  })

  test('TR-17 TR-18 only known members of the answer are taken', async () => {
    provider.tokenAnswer = async (request) => {
      provider.tokenAnswer = null
      const good = (await (await provider.answer(request)).json()) as object
      return new Response(JSON.stringify({ ...good, returnTo: 'https://evil.example', profile: { sub: 'eve' } }).replace('{', '{"__proto__":{"polluted":true},'))
    }
    const { auth, outcome } = await signedIn({}, 'session')
    expect(outcome).toEqual({ type: 'signed_in', returnTo: '/home' })
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(JSON.stringify(auth.tokens.current)).not.toContain('evil')
  })

  test('FAPI2 token-type-case-insensitivity', async () => {
    provider.tokens = { token_type: 'bEARER' }
    expect(await exchange()).toBe('signed_in')
  })
})

describe('refreshing', () => {
  test('its code is loaded as soon as there is a session, not when the network may be gone', async () => {
    await signedIn({}, 'session')
    const method = authorizationCode({ issuer, clientId: 'web' })
    const prepare = vi.fn(method.prepare)
    const auth = createAuth({ method: { ...method, prepare }, storage: 'session' }, world.environment)
    expect(prepare).not.toHaveBeenCalled()
    await auth.ready
    expect(prepare).toHaveBeenCalledTimes(1)
    await auth.tokens.refresh()
    expect(prepare).toHaveBeenCalledTimes(1)
  })

  test('sends the refresh token, takes the rotated one, and changes nothing that an app shows', async () => {
    const { auth } = await signedIn()
    const state = auth.store.getState()
    await auth.tokens.refresh()
    await auth.tokens.refresh()
    expect(tokenRequests().slice(1).map((form) => Object.fromEntries(form))).toEqual([
      { grant_type: 'refresh_token', refresh_token: 'rt-1', client_id: 'web' },
      { grant_type: 'refresh_token', refresh_token: 'rt-2', client_id: 'web' },
    ])
    expect(auth.store.getState()).toBe(state)
  })

  test('RF-03 RF-04 RF-18 no refresh token and no ID token in the answer: the old ones stay', async () => {
    const { auth } = await signedIn()
    const before = auth.tokens.current?.tokens
    provider.claims = null
    provider.tokens = { refresh_token: null }
    await auth.tokens.refresh()
    expect(auth.tokens.current?.tokens).toMatchObject({ accessToken: 'at-2', refreshToken: 'rt-1', idToken: before?.idToken, user: before?.user, subject: 'ada' })
  })

  test('a user who changed their name is shown with it', async () => {
    const { auth } = await signedIn()
    provider.claims = { name: 'Ada King' }
    await auth.tokens.refresh()
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { name: 'Ada King' } })
  })

  test('RF-16 another subject ends the session, and the tokens of the answer are revoked', async () => {
    const { auth } = await signedIn()
    provider.claims = { sub: 'eve' }
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'subject_changed' })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'subject_changed' })
    await vi.advanceTimersByTimeAsync(0)
    expect(world.bodies.at(-1)).toContain('token=rt-2')
  })

  test.each([['iss', 'https://evil.example'], ['aud', 'other']])('RF-17 another %s in the ID token ends the session', async (name, value) => {
    const { auth } = await signedIn()
    provider.claims = { [name]: value }
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'invalid_id_token' })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'refresh_rejected' })
  })

  test('a device clock that is hours wrong at a refresh does not end the session', async () => {
    const { auth } = await signedIn()
    provider.claims = { exp: Math.floor(Date.now() / 1000) - 3 * 3600 }
    await auth.tokens.refresh()
    expect(auth.store.getState().status).toBe('authenticated')
  })

  test.each([
    ['RF-07', 'invalid_grant', () => Response.json({ error: 'invalid_grant' }, { status: 400 }), 'refresh_rejected', 'unauthenticated'],
    ['RF-09', 'invalid_client', () => Response.json({ error: 'invalid_client' }, { status: 401 }), 'client_rejected', 'authenticated'],
    ['RF-12', '500 with HTML', () => new Response('<html>', { status: 500 }), 'server_error', 'authenticated'],
    ['RF-12', '502', () => new Response('', { status: 502 }), 'server_error', 'authenticated'],
    ['RF-13', 'a portal page', () => new Response('<html>'), 'invalid_response', 'authenticated'],
    ['RF-13', 'a portal page with 403', () => new Response('<html>', { status: 403, headers: { 'content-type': 'text/html' } }), 'invalid_response', 'authenticated'],
    ['RF-14', 'no network', () => Promise.reject(new TypeError('Failed to fetch')), 'network', 'authenticated'],
    ['RF-11', '429', () => new Response('', { status: 429, headers: { 'retry-after': '30' } }), 'rate_limited', 'authenticated'],
  ])('%s %s is %3$s, and the person is %4$s', async (_id, _what, answer, code, status) => {
    const { auth } = await signedIn()
    provider.tokenAnswer = answer
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code })
    expect(auth.store.getState().status).toBe(status)
  })
})

describe('signing out', () => {
  test('forgets first, then revokes the refresh token; the page stays', async () => {
    const { auth } = await signedIn({}, 'session')
    const done = auth.logout()
    await vi.advanceTimersByTimeAsync(0)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
    expect(world.tabStorage.keys().filter((key) => key.endsWith(':tokens'))).toEqual([])
    expect(await done).toEqual({ isRemote: true, error: null })
    expect(Object.fromEntries(new URLSearchParams(world.bodies.at(-1)))).toEqual({ token: 'rt-1', client_id: 'web' })
    expect(world.requests.at(-1)?.keepalive).toBe(true)
    expect(world.left).toHaveLength(1)
  })

  test('with postLogoutRedirectUri it also ends the session at the provider (RP-Initiated Logout)', async () => {
    const { auth } = await signedIn({ postLogoutRedirectUri: '/bye' })
    const idToken = auth.tokens.current?.tokens.idToken
    await auth.logout()
    const url = new URL(world.left.at(-1) ?? '')
    expect(url.origin + url.pathname).toBe(`${issuer}/logout`)
    expect(Object.fromEntries(url.searchParams)).toEqual({ client_id: 'web', post_logout_redirect_uri: 'https://app.example/bye', id_token_hint: idToken })
  })

  test('a provider that offers neither revocation nor sign-out is told nothing, and the result says so', async () => {
    provider.metadata['revocation_endpoint'] = undefined
    const { auth } = await signedIn()
    expect(await auth.logout()).toEqual({ isRemote: false, error: null })
  })

  test('LO-01 a provider that cannot be reached: signed out here all the same, and the result says so', async () => {
    const { auth } = await signedIn()
    world.answer = () => Promise.reject(new TypeError('Failed to fetch'))
    expect(await auth.logout()).toMatchObject({ isRemote: false, error: { code: 'network' } })
    expect(auth.store.getState().status).toBe('unauthenticated')
    await expect(auth.getAccessToken()).rejects.toMatchObject({ code: 'not_authenticated' })
  })

  test('LO-01 the page does not leave for a provider that does not answer', async () => {
    const { auth } = await signedIn({ postLogoutRedirectUri: '/bye' })
    world.answer = () => Promise.reject(new TypeError('Failed to fetch'))
    expect(await auth.logout()).toMatchObject({ isRemote: false, error: { code: 'network' } })
    expect(world.left).toHaveLength(1)
  })

  test('a redirect sign-in starts once and is resumed once', async () => {
    const types: string[] = []
    const auth = load()
    auth.inspect(({ type }) => types.push(type))
    const state = (await leave(auth)).get('state') ?? ''
    comeBack({ code: 'c', state })
    await auth.handleCallback()
    expect(types).toEqual(['login_started', 'login_resumed', 'set', 'signed_in'])
  })

  test('LO-01 a failed revocation does not keep the person from the sign-out page', async () => {
    const { auth } = await signedIn({ postLogoutRedirectUri: '/bye' })
    world.answer = (request) => (request.url.endsWith('/revoke') ? new Response('', { status: 503 }) : provider.answer(request))
    expect(await auth.logout()).toMatchObject({ isRemote: false, error: { code: 'server_error' } })
    expect(new URL(world.left.at(-1) ?? '').pathname).toBe('/logout')
  })
})
