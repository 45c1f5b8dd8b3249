import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { jwt } from '../../test/provider.ts'
import { createWorld, defer, type World } from '../../test/world.ts'
import { createAuth } from '../auth/createAuth.ts'
import { password, type PasswordOptions } from './password.ts'

const hour = 3_600_000
const urls = { loginUrl: '/v1/auth/login', refreshUrl: '/v1/auth/refresh', logoutUrl: '/v1/auth/logout' }
const ada = { email: 'ada@example.com', password: 'canary-password' }

let world: World
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
  world.answer = () => Response.json(answer())
})
afterEach(() => vi.useRealTimers())

function answer(claims: Record<string, unknown> = {}, members: Record<string, unknown> = {}) {
  const iat = Date.now() / 1000
  return {
    access_token: jwt({ sub: 'ada', name: 'Ada Lovelace', iat, exp: iat + 3600, jti: Math.random(), ...claims }),
    refresh_token: 'rt-1',
    token_type: 'Bearer',
    expires_in: 3600,
    ...members,
  }
}

function create(options: Partial<PasswordOptions> = urls) {
  return createAuth({ method: password({ loginUrl: urls.loginUrl, ...options }) }, world.environment)
}

const sent = () => world.requests.map((request, index) => [request.method, new URL(request.url).pathname, world.bodies[index]])

describe('options', () => {
  test.each([
    ['loginUrl', {}],
    ['loginUrl', { loginUrl: 'v1/login' }],
    ['loginUrl', { loginUrl: '//evil.example/login' }],
    ['loginUrl', { loginUrl: '/\\evil.example/login' }],
    ['loginUrl', { loginUrl: 'http://api.example/login' }],
    ['refreshUrl', { loginUrl: '/l', refreshUrl: 'ftp://api.example' }],
    ['logoutUrl', { loginUrl: '/l', logoutUrl: 7 }],
    ['grantType', { loginUrl: '/l', grantType: 'password' }],
    ['lifetime', { loginUrl: '/l', lifetime: 'for ever' }],
    ['fields', { loginUrl: '/l', fields: {} }],
    ['password', null],
  ])('a wrong or missing %s is refused at construction, by name', (option, options) => {
    expect(() => password(options as never)).toThrow(expect.objectContaining({ code: 'invalid_config', option }))
  })
})

describe('signing in', () => {
  test('sends the input as JSON, without cookies, and shows the claims of the token', async () => {
    const auth = create()
    await auth.login(ada)
    expect(sent()).toEqual([['POST', '/v1/auth/login', JSON.stringify(ada)]])
    const [request] = world.requests
    expect(request?.headers.get('content-type')).toBe('application/json')
    expect(request).toMatchObject({ url: 'https://app.example/v1/auth/login', credentials: 'omit', cache: 'no-store', redirect: 'error', referrerPolicy: 'no-referrer' })
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', method: 'password', user: { sub: 'ada', name: 'Ada Lovelace' }, scope: [] })
    expect(auth.tokens.current?.lifetime.lifetimeMs).toBe(hour)
  })

  test('a path without a page is refused with what to do', async () => {
    const environment = { ...world.environment, page: { ...world.environment.page, href: () => null } }
    const auth = createAuth({ method: password(urls), api: 'https://api.example' }, environment)
    await expect(auth.login(ada)).rejects.toMatchObject({ code: 'unsupported_request' })
  })

  test('takes another shape of input, and nothing that is no object', async () => {
    const auth = createAuth({ method: password<{ username: string; pin: string }>({ loginUrl: '/login' }) }, world.environment)
    await auth.login({ username: 'ada', pin: '1234' })
    expect(world.bodies).toEqual(['{"username":"ada","pin":"1234"}'])
    for (const input of [undefined, null, 'ada']) await expect(auth.login(input as never)).rejects.toMatchObject({ code: 'invalid_input' })
    expect(world.requests).toHaveLength(1)
  })

  test('takes fields and a lifetime', async () => {
    world.answer = () => Response.json(answer({}, { plan: 'pro' }))
    const auth = create({ fields: z.object({ plan: z.string() }), lifetime: { expiresInMs: 60_000 } })
    await auth.login(ada)
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'ada', plan: 'pro' } })
    expect(auth.tokens.current?.lifetime.lifetimeMs).toBe(60_000)
  })

  test.each([
    [401, {}],
    [401, { error: 'invalid_credentials' }],
    [400, { error: 'invalid_credentials' }],
    [400, { error: 'invalid_grant' }],
  ])('PW-01 status %i with %j is invalid_credentials, and the error holds no password', async (status, body) => {
    world.answer = () => Response.json(body, { status })
    const auth = create()
    const error = await auth.login(ada).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'invalid_credentials', status, retryable: false })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'never_signed_in', error: { code: 'invalid_credentials' } })
    const { inspect } = await import('node:util')
    expect(inspect(error, { depth: 9 }) + inspect(auth.store.getState(), { depth: 9 })).not.toContain('canary')
  })

  test.each([
    [429, 'rate_limited', true],
    [408, 'server_error', true],
    [425, 'server_error', true],
    [500, 'server_error', true],
    [404, 'client_rejected', false],
    [415, 'client_rejected', false],
  ])('status %i is %s', async (status, code, retryable) => {
    world.answer = () => new Response('', { status })
    await expect(create().login(ada)).rejects.toMatchObject({ code, retryable })
  })

  test('PW-06 a double submit makes one session: the last one', async () => {
    const answers = [defer<Response>(), defer<Response>()]
    let count = 0
    world.answer = () => answers[count++]?.promise ?? Response.error()
    const auth = create({})
    const logins = Promise.allSettled([auth.login(ada), auth.login(ada)])
    await vi.advanceTimersByTimeAsync(0)
    answers[1]?.resolve(Response.json(answer({ sub: 'second' })))
    await vi.advanceTimersByTimeAsync(0)
    answers[0]?.resolve(Response.json(answer({ sub: 'first' })))
    expect(await logins).toMatchObject([{ reason: { code: 'superseded' } }, { status: 'fulfilled' }])
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'second' }, pending: null })
  })

  test('PW-07 INV-6 an answer that comes after a logout is dropped, and its tokens are revoked', async () => {
    const late = defer<Response>()
    world.answer = () => late.promise
    const auth = create()
    const login = auth.login(ada)
    await vi.advanceTimersByTimeAsync(0)
    await auth.logout()
    world.answer = () => new Response(null, { status: 204 })
    late.resolve(Response.json(answer()))
    await expect(login).rejects.toMatchObject({ code: 'superseded' })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', pending: null })
    expect(sent().at(-1)).toEqual(['POST', '/v1/auth/logout', '{"refresh_token":"rt-1"}'])
  })

  test.each([
    ['exp and iat', {}, { expires_in: undefined }, hour],
    ['no exp', { exp: undefined }, { expires_in: undefined }, null],
    ['exp before iat', { exp: 1 }, { expires_in: undefined }, null],
    ['exp as text', { exp: '1800003600' }, { expires_in: undefined }, null],
    ['an exp that no number holds in milliseconds', { exp: 1e308 }, { expires_in: undefined }, null],
    ['an expires_in that no number holds in milliseconds', { exp: 1_800_007_200 }, { expires_in: 1.7e308 }, 2 * hour],
    ['expires_in before the JWT', { exp: 1_800_007_200 }, { expires_in: 60 }, 60_000],
  ])('PW-03 a JWT with %s lives as long as it says', async (_, claims, members, lifetimeMs) => {
    world.answer = () => Response.json(answer(claims, members))
    const auth = create()
    await auth.login(ada)
    expect(auth.tokens.current?.lifetime.lifetimeMs).toBe(lifetimeMs)
  })

  test('a token that is no JWT signs in somebody unnamed', async () => {
    world.answer = () => Response.json({ access_token: 'opaque', token_type: 'bearer', expires_in: '60', scope: 'read write' })
    const auth = create()
    await auth.login(ada)
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: {}, scope: ['read', 'write'] })
    expect(auth.tokens.current?.tokens.subject).toBeNull()
  })
})

describe('refreshing', () => {
  test('sends the refresh token as JSON, keeps it when the answer has none, and keeps the user', async () => {
    const auth = create()
    await auth.login(ada)
    const state = auth.store.getState()
    world.answer = () => Response.json(answer({}, { refresh_token: undefined }))
    await auth.tokens.refresh()
    await auth.tokens.refresh()
    expect(sent().slice(1)).toEqual(Array.from({ length: 2 }, () => ['POST', '/v1/auth/refresh', '{"refresh_token":"rt-1"}']))
    expect(auth.store.getState()).toBe(state)
  })

  test('RF-18 whom the ID token of the login named, an access token without one does not rename', async () => {
    const auth = create()
    world.answer = () => Response.json(answer({}, { access_token: 'opaque', id_token: jwt({ sub: 'ada', name: 'Ada Lovelace' }) }))
    await auth.login(ada)
    const state = auth.store.getState()
    world.answer = () => Response.json(answer({ sub: 'internal-7', name: 'service' }))
    await auth.tokens.refresh()
    expect(auth.store.getState()).toBe(state)
  })

  test('somebody unnamed who gets a name stays signed in', async () => {
    const auth = create()
    world.answer = () => Response.json(answer({}, { access_token: 'opaque' }))
    await auth.login(ada)
    world.answer = () => Response.json(answer())
    await auth.tokens.refresh()
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { name: 'Ada Lovelace' } })
  })

  test('a 401 with a page says what any 401 says', async () => {
    world.answer = () => new Response('<html>', { status: 401, headers: { 'content-type': 'text/html' } })
    await expect(create().login(ada)).rejects.toMatchObject({ code: 'invalid_credentials' })
  })

  test.each([
    [401, {}, 'refresh_rejected', 'unauthenticated'],
    [400, { error: 'invalid_grant' }, 'refresh_rejected', 'unauthenticated'],
    [400, { error: 'invalid_request' }, 'client_rejected', 'authenticated'],
    [503, {}, 'server_error', 'authenticated'],
  ])('status %i with %j is %s, and the person is %s', async (status, body, code, signedIn) => {
    const auth = create()
    await auth.login(ada)
    world.answer = () => Response.json(body, { status })
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code })
    expect(auth.store.getState().status).toBe(signedIn)
  })

  test('RF-19 a rotated refresh token that comes with an answer of no use is not followed by the old one', async () => {
    const auth = create()
    await auth.login(ada)
    world.answer = () => Response.json(answer({}, { refresh_token: 'rt-2', token_type: 'mac' }))
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'refresh_rejected', cause: { code: 'invalid_response' } })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'refresh_rejected' })
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'not_authenticated' })
    expect(world.requests).toHaveLength(2)
  })

  test('without refreshUrl the session ends with its token', async () => {
    const auth = create({})
    await auth.login(ada)
    auth.start()
    await vi.advanceTimersByTimeAsync(hour)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'expired', error: { code: 'session_expired' } })
    expect(world.requests).toHaveLength(1)
  })
})

describe('signing out', () => {
  test('without logoutUrl it is local', async () => {
    const auth = create({ refreshUrl: '/r' })
    await auth.login(ada)
    expect(await auth.logout()).toEqual({ isRemote: false, error: null })
    expect(world.requests).toHaveLength(1)
  })

  test('without a refresh token there is nothing to tell the server', async () => {
    world.answer = () => Response.json(answer({}, { refresh_token: undefined }))
    const auth = create()
    await auth.login(ada)
    expect(await auth.logout()).toEqual({ isRemote: false, error: null })
    expect(world.requests).toHaveLength(1)
  })

  test.each([
    [204, { isRemote: true, error: null }],
    [500, { isRemote: false, error: expect.objectContaining({ code: 'server_error' }) }],
  ])('LO-01 the server answers %i: signed out here in any case', async (status, result) => {
    const auth = create()
    await auth.login(ada)
    world.answer = () => new Response(null, { status })
    expect(await auth.logout()).toEqual(result)
    expect(world.requests.at(-1)?.keepalive).toBe(true)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user', error: null })
  })
})
