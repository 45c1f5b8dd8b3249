import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { apiOrigin, createBoundServers, hashOf, proofOf, refusal, type BoundServers, type Proof } from '../../test/boundServers.ts'
import { issuer, type Provider } from '../../test/provider.ts'
import type { FakePopup } from '../../test/windows.ts'
import { createWorld, type Answer, type World } from '../../test/world.ts'
import { createAuth } from '../auth/createAuth.ts'
import { atProvider, resultOf, type OAuth } from '../../test/journey.ts'
import type { Database } from '../browser/database.ts'
import type { Environment } from '../browser/environment.ts'
import { authorizationCode, type AuthorizationCodeOptions } from './authorizationCode.ts'
import type { CallbackOutcome } from './method.ts'

const resource = `${apiOrigin}/v1/orders`

let world: World
let provider: Provider
let servers: BoundServers
beforeEach(() => {
  ;({ world, provider } = atProvider())
  servers = createBoundServers(provider)
  world.answer = servers.answer
})
afterEach(() => vi.useRealTimers())

interface Given {
  readonly options?: Partial<AuthorizationCodeOptions>
  readonly environment?: Partial<Environment>
}

/** A page load. */
function load({ options, environment }: Given = {}): OAuth {
  const method = authorizationCode({ issuer, clientId: 'web', dpop: true, ...options } as AuthorizationCodeOptions)
  return createAuth({ method, storage: 'session', api: `${apiOrigin}/` }, { ...world.environment, ...environment })
}

/** What the newest login asked for, in the address or pushed. */
function asked(): URLSearchParams {
  const pushed = world.requests.flatMap(({ url }, index) => (url.endsWith('/par') ? [world.bodies[index]] : [])).at(-1)
  return pushed === undefined ? new URL(world.left.at(-1) ?? '').searchParams : new URLSearchParams(pushed)
}

async function signIn(given: Given = {}): Promise<{ auth: OAuth; outcome: CallbackOutcome }> {
  await load(given).login()
  return comeBack(given)
}

async function comeBack(given: Given = {}): Promise<{ auth: OAuth; outcome: CallbackOutcome }> {
  provider.nonce = asked().get('nonce') ?? ''
  world.href = `https://app.example/callback?${new URLSearchParams({ code: 'the-code', state: asked().get('state') ?? '', iss: issuer }).toString()}`
  const auth = load(given)
  const outcome = await auth.handleCallback()
  return { auth, outcome }
}

async function signedIn(given: Given = {}): Promise<OAuth> {
  const { auth, outcome } = await signIn(given)
  expect(resultOf(outcome)).toBe('signed_in')
  return auth
}

const sentTo = (path: string): Request[] => world.requests.filter(({ url }) => new URL(url).pathname === path)
const proofsTo = (path: string): Promise<Proof[]> => Promise.all(sentTo(path).map(proofOf))
const grants = (): (string | null)[] =>
  world.requests.flatMap(({ url }, index) => (url === `${issuer}/token` ? [new URLSearchParams(world.bodies[index]).get('grant_type')] : []))

const revoked = (): (string | null)[] =>
  world.requests.flatMap(({ url }, index) => (url === `${issuer}/revoke` ? [new URLSearchParams(world.bodies[index]).get('token')] : []))

/** What the database has of keys. */
const keyRecords = (): string[] => [...world.origin.records.keys()].filter((name) => name.startsWith('dpop '))

/** The database, without what is about keys. */
function withoutKeys(isBroken = (): boolean => true): Database {
  const { database } = world.origin
  const isLost = (key: string): boolean => key.startsWith('dpop ') && isBroken()
  return {
    ...database,
    read: (key) => (isLost(key) ? Promise.reject(new Error('lost')) : database.read(key)),
    update: (key, change) => (isLost(key) ? Promise.reject(new Error('lost')) : database.update(key, change)),
  }
}

function forgetKeys(): void {
  for (const name of keyRecords()) world.origin.records.delete(name)
}

describe('signing in', () => {
  test('binds the code and the tokens to one key, which cannot be exported and is kept for all tabs', async () => {
    const auth = await signedIn()
    const [{ jkt, header, payload } = expect.fail('no proof')] = await proofsTo('/token')
    expect(new URL(world.left[0] ?? '').searchParams.get('dpop_jkt')).toBe(jkt)
    expect(Object.keys(header).sort()).toEqual(['alg', 'jwk', 'typ'])
    expect(header['jwk']).toEqual({ kty: 'EC', crv: 'P-256', x: expect.any(String) as string, y: expect.any(String) as string })
    expect(payload).toEqual({ htm: 'POST', htu: `${issuer}/token`, iat: 1_800_000_000, jti: expect.stringMatching(/^[\w-]{20,}$/) as string })
    expect(keyRecords()).toEqual([`dpop default authorizationCode ${issuer} web`])
    const { privateKey } = world.origin.records.get(keyRecords()[0] ?? '') as CryptoKeyPair
    expect(privateKey.extractable).toBe(false)
    expect(auth.tokens.current?.tokens.secrets).toEqual({ jkt, isKept: 'yes' })
  })

  test('without the option nothing of it shows', async () => {
    provider.tokens = {}
    world.answer = provider.answer
    const auth = await signedIn({ options: { dpop: false } })
    await auth.fetch(resource).catch(() => {})
    expect(new URL(world.left[0] ?? '').searchParams.has('dpop_jkt')).toBe(false)
    expect(world.requests.some(({ headers }) => headers.has('dpop'))).toBe(false)
    expect(sentTo('/v1/orders')[0]?.headers.get('authorization')).toBe('Bearer at-1')
    expect(keyRecords()).toEqual([])
  })

  test('DP-02 the provider asks for its nonce: the code is sent once more with it, and later requests have it at once', async () => {
    servers.providerNonce = 'canary-nonce-1'
    const auth = await signedIn()
    expect((await proofsTo('/token')).map(({ payload }) => payload['nonce'])).toEqual([undefined, 'canary-nonce-1'])
    expect(new Set((await proofsTo('/token')).map(({ payload }) => payload['jti'])).size).toBe(2)

    await auth.tokens.refresh()
    expect((await proofsTo('/token')).map(({ payload }) => payload['nonce'])).toEqual([undefined, 'canary-nonce-1', 'canary-nonce-1'])
  })

  test('DP-02 a provider that asks for a nonce for ever is not asked for ever', async () => {
    provider.tokenAnswer = () => Response.json({ error: 'use_dpop_nonce' }, { status: 400, headers: { 'dpop-nonce': 'another' } })
    const { outcome } = await signIn()
    expect(outcome).toMatchObject({ type: 'failed', error: { code: 'client_rejected', oauthError: 'use_dpop_nonce' } })
    expect(grants()).toHaveLength(2)
  })

  test('DO-04 a challenge of a quarter of a megabyte takes no time', async () => {
    const challenge = `DPoP ${'a=b,'.repeat(65_000)}error="use_dpop_nonce"`
    provider.tokenAnswer = () => new Response('', { status: 401, headers: { 'dpop-nonce': 'x', 'www-authenticate': challenge } })
    vi.useRealTimers()
    const startedAt = performance.now()
    expect(resultOf((await signIn()).outcome)).toBe('client_rejected')
    expect(performance.now() - startedAt).toBeLessThan(1_000)
    expect(grants()).toHaveLength(1)
  })

  test('DP-02 a nonce that cannot be read, as CORS hides it, does not have the same sent again', async () => {
    provider.tokenAnswer = () => Response.json({ error: 'use_dpop_nonce' }, { status: 400 })
    expect(resultOf((await signIn()).outcome)).toBe('client_rejected')
    expect(grants()).toHaveLength(1)
  })

  test('a code that is bound when it is pushed: the proof goes with the push, with the nonce of the provider', async () => {
    provider.metadata['pushed_authorization_request_endpoint'] = `${issuer}/par`
    servers.providerNonce = 'canary-nonce'
    const auth = await signedIn()
    const proofs = await proofsTo('/par')
    expect(proofs.map(({ payload }) => [payload['htu'], payload['nonce']])).toEqual([[`${issuer}/par`, undefined], [`${issuer}/par`, 'canary-nonce']])
    expect(asked().get('dpop_jkt')).toBe(servers.jkt)
    expect(proofs.every(({ jkt }) => jkt === servers.jkt)).toBe(true)
    expect(new URL(world.left[0] ?? '').searchParams.has('dpop_jkt')).toBe(false)
    // A page that knows the nonce is not refused again.
    await auth.login()
    expect((await proofsTo('/par')).map(({ payload }) => payload['nonce'])).toEqual([undefined, 'canary-nonce', 'canary-nonce'])
  })

  test('UserInfo is asked with a proof for the token, and once more where it wants its nonce', async () => {
    let count = 0
    provider.userInfoAnswer = () => (++count === 1 ? refusal('dpop realm="me", Error="use_dpop_nonce"', 'canary-me') : Response.json({ sub: 'ada', picture: 'ada.png' }))
    const auth = await signedIn({ options: { userInfo: true } })
    expect(sentTo('/me').map(({ headers }) => headers.get('authorization'))).toEqual(['DPoP at-1', 'DPoP at-1'])
    const ath = await hashOf('at-1')
    expect((await proofsTo('/me')).map(({ payload }) => [payload['ath'], payload['nonce']])).toEqual([[ath, undefined], [ath, 'canary-me']])
    expect(auth.store.getState()).toMatchObject({ user: { picture: 'ada.png' } })
  })

  test.each(['Bearer', 'bearer', 'N_A', 'MAC'])('TR-09 tokens of the type %s are a downgrade: refused and revoked, and nothing of them is kept', async (type) => {
    provider.tokens = { token_type: type }
    const { auth, outcome } = await signIn()
    expect(resultOf(outcome)).toBe('invalid_response')
    expect(auth.tokens.current).toBeNull()
    await vi.waitFor(() => expect(revoked()).toEqual(['rt-1']))
    expect(world.tabStorage.keys().map((key) => world.tabStorage.getItem(key)).join(' ')).not.toMatch(/at-1|rt-1/)
  })

  test.each<[string, Answer]>([
    ['never answers', () => new Promise(() => {})],
    ['fails', () => new Response('', { status: 500 })],
    ['cannot be reached', () => Promise.reject(new TypeError('Failed to fetch'))],
  ])('TR-09 a revocation that %s neither delays nor hides that a downgrade was refused', async (_, answer) => {
    provider.tokens = { token_type: 'Bearer' }
    world.answer = (request) => (request.url.endsWith('/revoke') ? answer(request) : servers.answer(request))
    const { auth, outcome } = await signIn()
    expect(resultOf(outcome)).toBe('invalid_response')
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', error: { code: 'invalid_response' } })
  })

  test.each(['dpop', 'DPOP', 'DPoP'])('TR-09 the type %s is accepted in whatever letters', async (type) => {
    provider.tokens = { token_type: type }
    expect(resultOf((await signIn()).outcome)).toBe('signed_in')
  })

  test('TR-09 bound tokens that nobody asked for are refused', async () => {
    world.answer = provider.answer
    expect(resultOf((await signIn({ options: { dpop: false } })).outcome)).toBe('invalid_response')
  })

  test('DP-09 a proof that is refused by a server of another time is clock_skew', async () => {
    const date = (at: number): Record<string, string> => ({ date: new Date(at).toUTCString() })
    const refuse = (headers: Record<string, string>) => (): Response => Response.json({ error: 'invalid_dpop_proof' }, { status: 400, headers })
    provider.tokenAnswer = refuse(date(Date.now() + 61_000))
    expect(resultOf((await signIn()).outcome)).toBe('clock_skew')
    provider.tokenAnswer = refuse(date(Date.now() - 300_000))
    expect(resultOf((await signIn()).outcome)).toBe('clock_skew')
    provider.tokenAnswer = refuse(date(Date.now() + 59_000))
    expect(resultOf((await signIn()).outcome)).toBe('client_rejected')
    provider.tokenAnswer = refuse({})
    expect(resultOf((await signIn()).outcome)).toBe('client_rejected')
  })

  test('DP-09 the error says by how much the clocks differ, and the nonce that comes with it is that of the next proof', async () => {
    const auth = await signedIn()
    const headers = { 'dpop-nonce': 'canary-time', date: new Date(Date.now() + 600_000).toUTCString() }
    provider.tokenAnswer = () => Response.json({ error: 'invalid_dpop_proof' }, { status: 400, headers })
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'clock_skew', message: expect.stringContaining('600 s ahead of') as string })
    provider.tokenAnswer = null
    await vi.advanceTimersByTimeAsync(300_000)
    await auth.tokens.refresh()
    expect((await proofsTo('/token')).at(-1)?.payload['nonce']).toBe('canary-time')
  })

  test.each([1, 'yes', null, {}])('the option %j is refused at construction', (dpop) => {
    expect(() => load({ options: { dpop: dpop as never } })).toThrow(expect.objectContaining({ code: 'invalid_config', option: 'dpop' }))
  })
})

describe('calling an API', () => {
  test('DP-01 the proof names method and address without query and fragment, the token and the time', async () => {
    const auth = await signedIn()
    const response = await auth.fetch(`${resource}?page=2#top`, { method: 'POST', body: 'x', headers: { 'x-mine': '1' } })
    expect(response.status).toBe(200)
    const [request] = sentTo('/v1/orders')
    expect(request?.headers.get('authorization')).toBe('DPoP at-1')
    expect(request?.headers.get('x-mine')).toBe('1')
    expect(world.bodies.at(-1)).toBe('x')
    const [{ payload, jkt } = expect.fail('no proof')] = await proofsTo('/v1/orders')
    expect(payload).toEqual({ htm: 'POST', htu: resource, iat: 1_800_000_000, ath: await hashOf('at-1'), jti: expect.any(String) as string })
    expect(jkt).toBe(auth.tokens.current?.tokens.secrets?.['jkt'])
  })

  test('DP-10 each request has a proof of its own', async () => {
    const auth = await signedIn()
    await Promise.all(Array.from({ length: 20 }, () => auth.fetch(resource)))
    const jtis = (await proofsTo('/v1/orders')).map(({ payload }) => payload['jti'])
    expect(new Set(jtis).size).toBe(20)
  })

  test('DP-02 the API asks for its nonce: the same once more, with the same token, no refresh, and from then on at once', async () => {
    const auth = await signedIn()
    servers.apiNonce = 'canary-api'
    expect((await auth.fetch(resource, { method: 'PUT', body: 'the body' })).status).toBe(200)
    expect((await auth.fetch(resource)).status).toBe(200)
    expect((await proofsTo('/v1/orders')).map(({ payload }) => payload['nonce'])).toEqual([undefined, 'canary-api', 'canary-api'])
    expect(world.bodies.slice(-3)).toEqual(['the body', 'the body', ''])
    expect(grants()).toEqual(['authorization_code'])
  })

  test.each(['dpop', 'DPOP', 'DPoP', 'dPoP'])('DP-05 the scheme %s of a challenge counts in whatever letters', async (scheme) => {
    const auth = await signedIn()
    let count = 0
    servers.apiAnswer = () => (++count === 1 ? refusal(`Basic, ${scheme} algs="ES256", error="use_dpop_nonce"`, 'canary') : null)
    expect((await auth.fetch(resource)).status).toBe(200)
    servers.apiAnswer = () => (++count === 3 ? refusal(`${scheme} error="invalid_token"`) : null)
    expect((await auth.fetch(resource)).status).toBe(200)
    expect(grants()).toEqual(['authorization_code', 'refresh_token'])
  })

  test('DP-02 an API that asks for ever gets it once, and the 401 is given back without a refresh', async () => {
    const auth = await signedIn()
    let count = 0
    servers.apiAnswer = () => refusal('DPoP error="use_dpop_nonce"', `nonce-${++count}`)
    const response = await auth.fetch(resource)
    expect([response.status, await response.text()]).toEqual([401, 'refused'])
    expect(sentTo('/v1/orders')).toHaveLength(2)
    expect(grants()).toEqual(['authorization_code'])
    expect(auth.store.getState().status).toBe('authenticated')
    // The nonce of the second answer is not lost.
    await auth.fetch(resource)
    expect((await proofsTo('/v1/orders')).map(({ payload }) => payload['nonce'])).toEqual([undefined, 'nonce-1', 'nonce-2', 'nonce-3'])
  })

  test.each([
    ['DPoP error="invalid_dpop_proof"', 1, 1],
    ['Bearer error="use_dpop_nonce"', 1, 1],
    ['DPoP error="invalid_token"', 2, 2],
  ])('DP-03 %s that merely carries a nonce is no reason to send the same again: it is kept', async (challenge, requests, tokenRequests) => {
    const auth = await signedIn()
    servers.apiAnswer = () => refusal(challenge, 'canary-kept')
    await auth.fetch(resource)
    expect(sentTo('/v1/orders')).toHaveLength(requests)
    expect(grants()).toHaveLength(tokenRequests)
    if (requests === 2) return
    servers.apiAnswer = null
    servers.apiNonce = 'canary-kept'
    expect((await auth.fetch(resource)).status).toBe(200)
    expect(sentTo('/v1/orders')).toHaveLength(requests + 1)
  })

  test('a nonce that comes with a success is the next one', async () => {
    const auth = await signedIn()
    servers.apiAnswer = () => Response.json({}, { headers: { 'dpop-nonce': 'canary-next' } })
    await auth.fetch(resource)
    await auth.fetch(resource)
    expect((await proofsTo('/v1/orders')).map(({ payload }) => payload['nonce'])).toEqual([undefined, 'canary-next'])
  })

  test('DP-02 a nonce is of its origin: another API, and the provider, do not see it', async () => {
    const auth = createAuth(
      { method: authorizationCode({ issuer, clientId: 'web', dpop: true }), storage: 'session', api: [`${apiOrigin}/`, 'https://other.example/'] },
      world.environment,
    )
    await signedIn()
    await auth.ready
    servers.apiNonce = 'canary-api'
    await auth.fetch(resource)
    servers.apiNonce = null
    await auth.fetch('https://other.example/there')
    await auth.tokens.refresh()
    expect((await proofsTo('/there')).map(({ payload }) => payload['nonce'])).toEqual([undefined])
    expect((await proofsTo('/token')).map(({ payload }) => payload['nonce'])).toEqual([undefined, undefined])
  })

  test('a redirect that the caller follows: its nonce is of where it led, and nothing is sent again for it', async () => {
    const auth = await signedIn()
    servers.apiAnswer = () => {
      const response = refusal('DPoP error="use_dpop_nonce"', 'canary-elsewhere')
      return Object.defineProperties(response, { redirected: { value: true }, url: { value: 'https://elsewhere.example/x' } })
    }
    expect((await auth.fetch(resource, { redirect: 'follow' })).status).toBe(401)
    expect(sentTo('/v1/orders')).toHaveLength(1)
    servers.apiAnswer = null
    await auth.fetch(resource)
    expect((await proofsTo('/v1/orders')).map(({ payload }) => payload['nonce'])).toEqual([undefined, undefined])
  })

  test.each(['', 'a b', 'quote"', 'x'.repeat(1025), 'é'])('a nonce that is none (%j) is left alone', async (nonce) => {
    const auth = await signedIn()
    servers.apiAnswer = () => refusal('DPoP error="use_dpop_nonce"', nonce)
    expect((await auth.fetch(resource)).status).toBe(401)
    expect(sentTo('/v1/orders')).toHaveLength(1)
  })

  test('nonces of a hundred APIs are kept, the oldest goes', async () => {
    const method = authorizationCode({ issuer, clientId: 'web', dpop: true })
    await signedIn()
    const auth = createAuth({ method, storage: 'session', api: Array.from({ length: 101 }, (_, index) => `https://api-${index}.example/`) }, world.environment)
    servers.apiAnswer = ({ url }) => Response.json({}, { headers: { 'dpop-nonce': `of-${new URL(url).hostname}` } })
    const first = (index: number): Promise<Response> => auth.fetch(`https://api-${index}.example/first`)
    for (let index = 0; index < 100; index++) await first(index)
    // That of the first is the newest now.
    await first(0)
    await first(100)
    for (const index of [1, 0, 2, 100]) await auth.fetch(`https://api-${index}.example/second`)
    expect((await proofsTo('/second')).map(({ payload }) => payload['nonce'])).toEqual([undefined, 'of-api-0.example', undefined, 'of-api-100.example'])
  })

  test('a body that can be read only once is not sent again: the 401 is given back', async () => {
    const auth = await signedIn()
    servers.apiNonce = 'canary-api'
    const body = new Response('once').body
    const response = await auth.fetch(resource, { method: 'POST', body, duplex: 'half' } as RequestInit)
    expect(response.status).toBe(401)
    expect(sentTo('/v1/orders')).toHaveLength(1)
    expect(grants()).toHaveLength(1)
  })

  test("FE-08 after the nonce, a token that is no good is met by one refresh and one replay, which may need the new server's nonce too", async () => {
    const auth = await signedIn()
    servers.apiAnswer = async (request) => {
      const { payload } = await proofOf(request)
      if (payload['nonce'] === undefined) return refusal('DPoP error="use_dpop_nonce"', 'canary-1')
      return request.headers.get('authorization') === 'DPoP at-1' ? refusal('DPoP error="invalid_token"') : Response.json({})
    }
    expect((await auth.fetch(resource, { method: 'POST', body: 'x' })).status).toBe(200)
    expect(sentTo('/v1/orders').map(({ headers }) => headers.get('authorization'))).toEqual(['DPoP at-1', 'DPoP at-1', 'DPoP at-2'])
    expect(grants()).toEqual(['authorization_code', 'refresh_token'])
  })

  test('a request with a credential of its own goes as it is', async () => {
    const auth = await signedIn()
    servers.apiAnswer = () => refusal('DPoP error="use_dpop_nonce"', 'n')
    await auth.fetch(resource, { headers: { authorization: 'Basic eDp5' } })
    expect(sentTo('/v1/orders').map(({ headers }) => [headers.get('authorization'), headers.get('dpop')])).toEqual([['Basic eDp5', null]])
  })
})

describe('refreshing', () => {
  test('the same key again, and the session keeps saying which', async () => {
    const auth = await signedIn()
    const before = servers.jkt
    await auth.tokens.refresh()
    expect(servers.jkt).toBe(before)
    expect(auth.tokens.current?.tokens).toMatchObject({ accessToken: 'at-2', secrets: { jkt: before, isKept: 'yes' } })
  })

  test.each(['invalid_dpop_proof', 'invalid_request'])('DP-03 %s that merely carries a nonce is not sent again, and the nonce is kept', async (error) => {
    const auth = await signedIn()
    provider.tokenAnswer = () => Response.json({ error }, { status: 400, headers: { 'dpop-nonce': 'canary-kept' } })
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'client_rejected', oauthError: error })
    expect(grants()).toHaveLength(2)
    provider.tokenAnswer = null
    await vi.advanceTimersByTimeAsync(300_000)
    await auth.tokens.refresh()
    expect((await proofsTo('/token')).map(({ payload }) => payload['nonce'])).toEqual([undefined, undefined, 'canary-kept'])
  })

  test('TR-09 a refresh that answers with plain tokens and a new refresh token ends the session: the old one is spent', async () => {
    const auth = await signedIn()
    provider.tokens = { token_type: 'Bearer' }
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'refresh_rejected' })
    expect(auth.tokens.current).toBeNull()
    await vi.waitFor(() => expect(revoked()).toEqual(['rt-2']))
  })

  test('TR-09 one that answers with plain tokens and no new refresh token leaves the session as it was', async () => {
    const auth = await signedIn()
    provider.tokens = { token_type: 'Bearer', refresh_token: undefined }
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'invalid_response' })
    expect(auth.tokens.current?.tokens).toMatchObject({ accessToken: 'at-1', secrets: { jkt: servers.jkt } })
    await vi.advanceTimersByTimeAsync(0)
    expect(revoked()).toEqual([])
  })

  test('a session from before the option goes on as it was, and is bound at its next refresh', async () => {
    provider.tokens = {}
    world.answer = provider.answer
    await signedIn({ options: { dpop: false } })
    provider.tokens = { token_type: 'DPoP' }
    world.answer = servers.answer
    servers.apiAnswer = () => Response.json({})
    const auth = load()
    await auth.fetch(resource)
    expect(sentTo('/v1/orders').at(-1)?.headers.get('authorization')).toBe('Bearer at-1')
    expect(sentTo('/v1/orders').at(-1)?.headers.has('dpop')).toBe(false)
    await auth.tokens.refresh()
    await auth.fetch(resource)
    expect(sentTo('/v1/orders').at(-1)?.headers.get('authorization')).toBe('DPoP at-2')
    expect(auth.tokens.current?.tokens.secrets).toEqual({ jkt: servers.jkt, isKept: 'yes' })
  })
})

describe('the key', () => {
  test('is the same after a reload, and for each tab and each login', async () => {
    await signedIn()
    const { jkt } = servers
    const reloaded = load()
    expect((await reloaded.fetch(resource)).status).toBe(200)
    await reloaded.tokens.refresh()
    expect(servers.jkt).toBe(jkt)
    const beside = createWorld(world.origin)
    beside.answer = servers.answer
    const copy = load({ environment: { ...beside.environment, tabStorage: world.tabStorage } })
    expect((await copy.fetch(resource)).status).toBe(200)
  })

  test('two tabs that make one at the same time agree on one', async () => {
    const logins = await Promise.all([load(), load(), load()].map((auth) => auth.login()))
    expect(logins).toHaveLength(3)
    expect(new Set(world.left.map((url) => new URL(url).searchParams.get('dpop_jkt'))).size).toBe(1)
  })

  test('each auth, method, provider and client has its own', async () => {
    const environment = world.environment
    const method = (clientId: string) => authorizationCode({ issuer, clientId, dpop: true })
    await createAuth({ method: method('web') }, environment).login()
    await createAuth({ method: method('other') }, environment).login()
    await createAuth({ method: method('web'), name: 'second' }, environment).login()
    await createAuth({ methods: { work: method('web') } }, environment).login('work')
    expect(keyRecords()).toEqual([
      `dpop default authorizationCode ${issuer} web`,
      `dpop default authorizationCode ${issuer} other`,
      `dpop second authorizationCode ${issuer} web`,
      `dpop default work ${issuer} web`,
    ])
    expect(new Set(world.left.map((url) => new URL(url).searchParams.get('dpop_jkt'))).size).toBe(4)
  })

  test.each([42, null, 'key', {}, { privateKey: 1, publicKey: 2 }])('what is no key pair (%j) is written over', async (junk) => {
    world.origin.records.set(`dpop default authorizationCode ${issuer} web`, junk)
    const auth = await signedIn()
    expect((await auth.fetch(resource)).status).toBe(200)
  })

  test('a key pair that cannot sign is written over', async () => {
    const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits'])
    world.origin.records.set(`dpop default authorizationCode ${issuer} web`, pair)
    const auth = await signedIn()
    expect((await auth.fetch(resource)).status).toBe(200)
  })

  test('gone: the next request ends the session with key_lost, and nothing is sent', async () => {
    await signedIn()
    forgetKeys()
    const auth = load()
    await auth.ready
    await expect(auth.fetch(resource)).rejects.toMatchObject({ code: 'key_lost', retryable: false })
    expect(sentTo('/v1/orders')).toEqual([])
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'key_lost', error: { code: 'key_lost' } })
    expect(auth.tokens.current).toBeNull()
    expect(load().lastSignOut).toMatchObject({ reason: 'key_lost', code: 'key_lost' })
  })

  test('gone: a refresh ends the session with key_lost, and the refresh token is not sent', async () => {
    await signedIn()
    forgetKeys()
    const auth = load()
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'key_lost' })
    expect(grants()).toEqual(['authorization_code'])
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'key_lost' })
  })

  test('another one in its place: key_lost as well', async () => {
    await signedIn()
    forgetKeys()
    await load().login()
    expect(keyRecords()).toHaveLength(1)
    const auth = load()
    await expect(auth.fetch(resource)).rejects.toMatchObject({ code: 'key_lost' })
    expect(auth.store.getState()).toMatchObject({ reason: 'key_lost' })
  })

  test('gone from the database while a page still has it: that page goes on, and its next login puts it back', async () => {
    const auth = await signedIn()
    forgetKeys()
    expect((await auth.fetch(resource)).status).toBe(200)
    await auth.login()
    expect(keyRecords()).toHaveLength(1)
    expect((await load().fetch(resource)).status).toBe(200)
  })

  test('ended with key_lost, signing in again makes another key, and all is well', async () => {
    await signedIn()
    const { jkt } = servers
    forgetKeys()
    await load().fetch(resource).catch(() => {})
    const auth = await signedIn()
    expect(servers.jkt).not.toBe(jkt)
    expect((await auth.fetch(resource)).status).toBe(200)
  })

  test('ST a database that fails for now ends nothing: the request fails, and works again with the database', async () => {
    await signedIn()
    let isBroken = true
    const auth = load({ environment: { database: withoutKeys(() => isBroken) } })
    await expect(auth.fetch(resource)).rejects.toMatchObject({ code: 'storage_failed' })
    expect(auth.store.getState().status).toBe('authenticated')
    isBroken = false
    expect((await auth.fetch(resource)).status).toBe(200)
  })

  test('ST-14 a database that fails for minutes ends nothing either, though the access token has run out and each refresh needs the key', async () => {
    await signedIn()
    await vi.advanceTimersByTimeAsync(2 * 3_600_000)
    let isBroken = true
    const auth = load({ environment: { database: withoutKeys(() => isBroken) } })
    const stop = auth.start()
    for (let seconds = 0; seconds < 300; seconds += 10) {
      await vi.advanceTimersByTimeAsync(10_000)
      await expect(auth.getAccessToken()).rejects.toMatchObject({ code: 'storage_failed' })
    }
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', error: null })
    isBroken = false
    await auth.tokens.refresh()
    expect((await auth.fetch(resource)).status).toBe(200)
    stop()
  })

  /** The database, of which what is about keys hangs. */
  function hanging(): Database {
    const { database } = world.origin
    const isStuck = (key: string): boolean => key.startsWith('dpop ')
    return {
      ...database,
      read: (key) => (isStuck(key) ? new Promise<never>(() => {}) : database.read(key)),
      update: (key, change) => (isStuck(key) ? new Promise<never>(() => {}) : database.update(key, change)),
    }
  }

  /** What it gives, be it that the database hangs. */
  async function patiently<R>(result: Promise<R>): Promise<R> {
    const settled = vi.fn()
    void result.finally(settled).catch(() => {})
    await vi.waitFor(() => expect(settled).toHaveBeenCalled(), { interval: 100, timeout: 10_000 })
    return result
  }

  describe('that a code is bound to, on the way back from the provider', () => {
    test.each<[string, string, () => Given]>([
      ['cannot be read', 'storage_failed', () => ({ environment: { database: withoutKeys() } })],
      ['is not read in time', 'timeout', () => ({ environment: { database: hanging() } })],
      ['is gone', 'key_lost', () => (forgetKeys(), {})],
    ])('INV-11 %s: %s, before the code is sent, and whoever was signed in still is', async (_, code, make) => {
      await signedIn()
      await load().login()
      const { auth, outcome } = await patiently(comeBack(make()))
      expect(resultOf(outcome)).toBe(code)
      expect(grants()).toEqual(['authorization_code'])
      expect(auth.store.getState()).toMatchObject({ status: 'authenticated', error: { code } })
      expect(resultOf((await signIn()).outcome)).toBe('signed_in')
    })

    test('is another by now: key_lost, and the code is not sent with that', async () => {
      await load().login()
      const bound = asked()
      forgetKeys()
      await load().login()
      world.left.push(`${issuer}/authorize?${bound.toString()}`)
      expect(resultOf((await comeBack()).outcome)).toBe('key_lost')
      expect(grants()).toEqual([])
    })
  })

  test('ST a database that hangs is waited for no longer than 3 s', async () => {
    await signedIn()
    const auth = load({ environment: { database: hanging() } })
    const failure = auth.fetch(resource).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(3_000)
    expect(await failure).toMatchObject({ code: 'timeout', retryable: true })
    expect(auth.store.getState().status).toBe('authenticated')
  })

  /** Begins a login in a window, which is then closed. */
  async function giveUp(auth: OAuth): Promise<void> {
    const result = auth.login({ presentation: 'popup' }).catch((error: unknown) => error)
    const popup = world.windows.opened.at(-1) as FakePopup
    await popup.sentTo
    world.windows.isFocused = true
    popup.isClosed = true
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await result).toMatchObject({ code: 'popup_closed' })
  }

  test('gone from the database while a page still has it, and another one in its place: a login there that is given up costs no session', async () => {
    const auth = await signedIn()
    forgetKeys()
    await load().login()
    await giveUp(auth)
    await giveUp(auth)
    expect((await auth.fetch(resource)).status).toBe(200)
    await auth.tokens.refresh()
    expect((await auth.fetch(resource)).status).toBe(200)
    expect(auth.store.getState().status).toBe('authenticated')
  })

  describe('at a step-up whose answer has no refresh token', () => {
    const scope = 'openid profile email'

    async function stepUp(auth: OAuth, given: Given = {}): Promise<OAuth> {
      await auth.stepUp({ scope: ['pay'], url: '' })
      provider.tokens = { ...provider.tokens, scope: `${scope} pay`, refresh_token: undefined }
      const back = await comeBack(given)
      expect(resultOf(back.outcome)).toBe('signed_in')
      provider.tokens = { token_type: 'DPoP', scope }
      return back.auth
    }

    test('the same: the refresh token that is bound to it stays, and can be used', async () => {
      const auth = await stepUp(await signedIn())
      expect(auth.tokens.current?.tokens).toMatchObject({ accessToken: 'at-2', refreshToken: 'rt-1' })
      await auth.tokens.refresh()
      expect(await auth.getAccessToken()).toBe('at-3')
    })

    test('another one: the refresh token that is bound to the one of before is not kept, and never sent', async () => {
      await signedIn()
      const given = { environment: { database: withoutKeys() } }
      const after = await stepUp(load(given), given)
      expect(after.tokens.current?.tokens).toMatchObject({ accessToken: 'at-2', refreshToken: undefined })
      await expect(after.tokens.refresh()).rejects.toMatchObject({ code: 'session_expired' })
      expect(grants()).toEqual(['authorization_code', 'authorization_code'])
    })

    test('none before: the refresh token from before the option stays, and what it gives is bound', async () => {
      world.answer = provider.answer
      provider.tokens = {}
      await signedIn({ options: { dpop: false } })
      world.answer = servers.answer
      provider.tokens = { token_type: 'DPoP' }
      const auth = await stepUp(load())
      expect(auth.tokens.current?.tokens).toMatchObject({ refreshToken: 'rt-1', secrets: { jkt: servers.jkt } })
      await auth.tokens.refresh()
      expect(auth.tokens.current?.tokens.secrets).toMatchObject({ jkt: servers.jkt })
      expect((await auth.fetch(resource)).status).toBe(200)
    })
  })

  describe('without a database', () => {
    test('lives in this page: it works, by redirect without a code bound to what the way back does not have', async () => {
      const environment = { database: withoutKeys() }
      const auth = await signedIn({ environment })
      expect(new URL(world.left[0] ?? '').searchParams.has('dpop_jkt')).toBe(false)
      expect((await auth.fetch(resource)).status).toBe(200)
      await auth.tokens.refresh()
      expect((await auth.fetch(resource)).status).toBe(200)
      expect(auth.tokens.current?.tokens.secrets).toEqual({ jkt: servers.jkt })
    })

    test('in a popup the code is bound to it: this page is there when the answer comes', async () => {
      const auth = load({ environment: { database: withoutKeys() } })
      const login = auth.login({ presentation: 'popup' })
      const popup = world.windows.opened.at(-1) as FakePopup
      const { searchParams } = new URL(await popup.sentTo)
      provider.nonce = searchParams.get('nonce') ?? ''
      popup.inside.post({ type: 'tessera:answer', url: `https://app.example/callback?${new URLSearchParams({ code: 'c', state: searchParams.get('state') ?? '', iss: issuer }).toString()}` })
      await login
      expect(searchParams.get('dpop_jkt')).toBe(servers.jkt)
      expect((await auth.fetch(resource)).status).toBe(200)
    })

    test('a reload loses it: key_lost', async () => {
      const environment = { database: withoutKeys() }
      await signedIn({ environment })
      const auth = load({ environment })
      await expect(auth.fetch(resource)).rejects.toMatchObject({ code: 'key_lost' })
      expect(auth.store.getState()).toMatchObject({ reason: 'key_lost' })
    })
  })
})
