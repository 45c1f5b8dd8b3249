import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { jwt } from '../../test/provider.ts'
import { createWorld, defer, type World } from '../../test/world.ts'
import type { CallbackResult } from '../auth/auth.ts'
import { createAuth } from '../auth/createAuth.ts'
import { AuthError } from '../errors.ts'
import { ephemeralToken, type EphemeralTokenOptions } from './ephemeralToken.ts'

const hour = 3_600_000
const exchangeUrl = '/v1/sessions/exchange'
const given = { ephemeralToken: 'canary-once' }
const api = 'https://api.example/'

let world: World
/** Answers of the exchange, by count; everything else is the API, which takes any token but those in `revoked`. */
let answers: (count: number) => Response | Promise<Response>
let revoked: string[]
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
  revoked = []
  let count = 0
  answers = (n) => Response.json(answer({ access_token: `canary-session-${n}` }))
  world.answer = (request) => {
    if (!request.url.startsWith(api)) return answers(++count)
    const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
    return Response.json({ token }, { status: revoked.includes(token) ? 401 : 200 })
  }
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const answer = (members: Record<string, unknown> = {}) => ({ access_token: 'canary-session', token_type: 'Bearer', expires_in: 43_200, ...members })
const refused = () => Response.json({ error: 'invalid_grant' }, { status: 401 })

function create(options: Partial<EphemeralTokenOptions> = {}, storage: 'memory' | 'session' = 'memory') {
  const auth = createAuth({ method: ephemeralToken({ exchangeUrl, ...options }), api, storage }, world.environment)
  const events: unknown[] = []
  auth.inspect((event) => events.push(event))
  return Object.assign(auth, { shown: (...more: unknown[]) => inspect([auth.store.getState(), events, ...more], { depth: 9 }) + JSON.stringify([auth, events, more]) })
}

/** Requests to the app's own origin, as [path, body]. */
const sent = () => world.requests.flatMap(({ url }, index) => (url.startsWith(api) ? [] : [[new URL(url).pathname, world.bodies[index]]]))
const exchangeOf = (token: string) => [exchangeUrl, JSON.stringify({ ephemeral_token: token })]

describe('options', () => {
  test.each([
    ['exchangeUrl', {}],
    ['exchangeUrl', { exchangeUrl: 'http://app.example/x' }],
    ['endUrl', { exchangeUrl, endUrl: '//evil.example' }],
    ['mint', { exchangeUrl, mint: '/mint' }],
    ['urlParameter', { exchangeUrl, urlParameter: '' }],
    ['urlParameter', { exchangeUrl, urlParameter: 'a&b' }],
    ['urlParameter', { exchangeUrl, urlParameter: ['token'] }],
    ['urlParameter', { exchangeUrl, urlParameter: 'code' }],
    ['urlParameter', { exchangeUrl, urlParameter: 'state' }],
    ['maxLifetimeMs', { exchangeUrl, maxLifetimeMs: 0 }],
    ['maxLifetimeMs', { exchangeUrl, maxLifetimeMs: Infinity }],
    ['lifetime', { exchangeUrl, lifetime: 3600 }],
    ['fields', { exchangeUrl, fields: {} }],
    ['refreshUrl', { exchangeUrl, refreshUrl: '/r' }],
  ])('a wrong or missing %s is refused at construction, by name', (option, options) => {
    expect(() => ephemeralToken(options as never)).toThrow(expect.objectContaining({ code: 'invalid_config', option }))
  })
})

describe('signing in', () => {
  test('EP-01 EP-02 exchanges the token, by POST and without a Referer, for a session token', async () => {
    const auth = create({ fields: z.object({ plan: z.string() }) })
    answers = () => Response.json(answer({ access_token: jwt({ sub: 'ada', name: 'Ada' }), plan: 'pro' }))
    await auth.login(given)
    expect(sent()).toEqual([exchangeOf('canary-once')])
    const [request] = world.requests
    expect(Object.fromEntries(request?.headers ?? [])).toEqual({ accept: 'application/json', 'content-type': 'application/json' })
    expect(request).toMatchObject({ method: 'POST', credentials: 'omit', cache: 'no-store', redirect: 'error', referrerPolicy: 'no-referrer' })
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', method: 'ephemeralToken', user: { sub: 'ada', name: 'Ada', plan: 'pro' } })
  })

  test.each(['', 'with space', 'with\nline', 'ünicode', 42, null, undefined])('%j is no token, and is not sent', async (token) => {
    await expect(create().login({ ephemeralToken: token as never })).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(create().login(token as never)).rejects.toMatchObject({ code: 'invalid_input' })
    expect(world.requests).toEqual([])
  })

  test.each([
    ['what the server says', { expires_in: 60 }, {}, 60_000],
    ['twelve hours when it says more', { expires_in: 86_400 }, {}, 12 * hour],
    ['twelve hours when it says nothing', { expires_in: undefined }, {}, 12 * hour],
    ['twelve hours though it is permanent', {}, { lifetime: 'permanent' }, 12 * hour],
    ['what the app says at most', {}, { maxLifetimeMs: hour }, hour],
    ['what the JWT says', { expires_in: undefined, access_token: jwt({ iat: 10, exp: 70 }) }, {}, 60_000],
  ] as const)('a session lives for %s', async (_, members, options, lifetimeMs) => {
    answers = () => Response.json(answer(members))
    const auth = create(options)
    await auth.login(given)
    expect(auth.tokens.current?.lifetime.lifetimeMs).toBe(lifetimeMs)
  })

  test('EP-05 the token is neither stored nor shown, and no refresh token outlives the session', async () => {
    answers = () => Response.json(answer({ refresh_token: 'canary-rt' }))
    const auth = create({ urlParameter: 'token' }, 'session')
    await auth.login(given)
    const stored = world.tabStorage.keys().map((key) => world.tabStorage.getItem(key)).join()
    expect(stored).toContain('canary-session')
    expect(stored).not.toMatch(/canary-once|canary-rt/)
    expect(auth.shown()).not.toContain('canary')
    expect(await auth.getAccessToken()).toBe('canary-session')
  })

  test.each([
    [401, {}, 'invalid_credentials'],
    [401, { error: 'invalid_grant' }, 'invalid_credentials'],
    [400, { error: 'invalid_grant' }, 'invalid_credentials'],
    [400, { error: 'invalid_request' }, 'client_rejected'],
    [404, {}, 'client_rejected'],
    [429, {}, 'rate_limited'],
    [500, {}, 'server_error'],
  ])('EP-03 status %i with %j is %s: whoever is signed in stays, and nothing shows a token', async (status, body, code) => {
    const auth = create()
    await auth.login({ ephemeralToken: 'canary-first' })
    answers = () => Response.json(body, { status })
    const error = await auth.login(given).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code, status })
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', error: { code } })
    expect(await auth.getAccessToken()).toBe('canary-session-1')
    expect(auth.shown(error)).not.toContain('canary')
  })

  test.each([
    ['a page', () => new Response('<html>')],
    ['an error inside a 200', () => Response.json({ error: 'invalid_grant' })],
    ['no access token', () => Response.json(answer({ access_token: undefined }))],
    ['another token type', () => Response.json(answer({ token_type: 'mac' }))],
  ])('TR-01 TR-04 TR-07 %s is no answer, and the token is sent once', async (_, response) => {
    answers = response
    await expect(create().login(given)).rejects.toMatchObject({ code: 'invalid_response', retryable: true })
    expect(sent()).toHaveLength(1)
  })

  test('INV-6 a session that comes after a logout is ended at the server', async () => {
    const late = defer<Response>()
    answers = () => late.promise
    const auth = create({ endUrl: '/v1/sessions/end' })
    const login = auth.login(given)
    await vi.advanceTimersByTimeAsync(0)
    await auth.logout()
    late.resolve(Response.json(answer()))
    answers = () => new Response(null, { status: 204 })
    await expect(login).rejects.toMatchObject({ code: 'superseded' })
    expect(sent().at(-1)?.[0]).toBe('/v1/sessions/end')
    expect(auth.store.getState().status).toBe('unauthenticated')
  })
})

describe('the end of a session', () => {
  test('without mint it ends with its token', async () => {
    const auth = create()
    await auth.login(given)
    auth.start()
    await vi.advanceTimersByTimeAsync(12 * hour)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
    expect(sent()).toHaveLength(1)
    auth.dispose()
  })

  test('a reload does not lengthen it', async () => {
    await create({}, 'session').login(given)
    await vi.advanceTimersByTimeAsync(11 * hour)
    const auth = create({}, 'session')
    expect(await auth.ready).toMatchObject({ status: 'authenticated', method: 'ephemeralToken' })
    await vi.advanceTimersByTimeAsync(hour)
    await expect(auth.getAccessToken()).rejects.toMatchObject({ code: 'session_expired' })
  })

  test('a 401 of the API ends it, for there is nothing to refresh it with', async () => {
    const auth = create()
    await auth.login(given)
    revoked = ['canary-session-1']
    expect((await auth.fetch(`${api}x`)).status).toBe(401)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'revoked' })
  })

  test('a 403 is given back untouched', async () => {
    const auth = create()
    await auth.login(given)
    world.answer = () => new Response('no', { status: 403 })
    expect(await (await auth.fetch(`${api}x`)).text()).toBe('no')
    expect(auth.store.getState().status).toBe('authenticated')
  })
})

describe('with mint', () => {
  const minting = (mint = vi.fn(async () => 'canary-minted')) => ({ mint, auth: create({ mint }) })

  test('a refresh mints a token and exchanges it', async () => {
    const { mint, auth } = minting()
    await auth.login(given)
    expect(mint).not.toHaveBeenCalled()
    await auth.tokens.refresh()
    expect(sent()).toEqual([exchangeOf('canary-once'), exchangeOf('canary-minted')])
    expect(await auth.getAccessToken()).toBe('canary-session-2')
  })

  test('a 401 of the API refreshes once, and the request is sent again', async () => {
    const { mint, auth } = minting()
    await auth.login(given)
    revoked = ['canary-session-1']
    expect(await (await auth.fetch(`${api}x`)).json()).toEqual({ token: 'canary-session-2' })
    expect(mint).toHaveBeenCalledOnce()
  })

  test('a minted token that is refused ends the session', async () => {
    const { auth } = minting()
    await auth.login(given)
    answers = refused
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'refresh_rejected' })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'refresh_rejected' })
  })

  test.each([
    ['gives no token', async () => '', 'invalid_response', 'authenticated'],
    ['gives nothing', async () => undefined, 'invalid_response', 'authenticated'],
    ['fails', () => Promise.reject(new TypeError('offline')), 'network', 'authenticated'],
    ['says that it is over', () => Promise.reject(new AuthError('session_expired', 'Over.')), 'session_expired', 'unauthenticated'],
  ])('when it %s, that is %s, and the person is then %s', async (_, mint, code, status) => {
    const { auth } = minting(vi.fn(mint as () => Promise<string>))
    await auth.login(given)
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code })
    expect(auth.store.getState().status).toBe(status)
    expect(sent()).toHaveLength(1)
  })

  test('INV-6 what is minted after a logout is not exchanged', async () => {
    const late = defer<string>()
    const { auth } = minting(vi.fn(() => late.promise))
    await auth.login(given)
    const refreshing = auth.tokens.refresh().catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(0)
    await auth.logout()
    late.resolve('canary-minted')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await refreshing).toMatchObject({ code: 'not_authenticated' })
    expect(sent()).toEqual([exchangeOf('canary-once')])
  })

  test('INV-6 a session that a refresh gets after a logout is ended at the server', async () => {
    const late = defer<Response>()
    const auth = create({ mint: async () => 'canary-minted', endUrl: '/v1/sessions/end' })
    await auth.login(given)
    answers = () => late.promise
    const refreshing = auth.tokens.refresh().catch(() => {})
    await vi.advanceTimersByTimeAsync(0)
    answers = () => new Response(null, { status: 204 })
    await auth.logout()
    late.resolve(Response.json(answer({ access_token: 'canary-late' })))
    await refreshing
    await vi.waitFor(() => expect(world.requests.at(-1)?.headers.get('authorization')).toBe('Bearer canary-late'))
    expect(sent().at(-1)).toEqual(['/v1/sessions/end', '{}'])
  })

  test('a token for somebody else ends the session', async () => {
    answers = (n) => Response.json(answer({ access_token: jwt({ sub: n === 1 ? 'ada' : 'bob' }) }))
    const { auth } = minting()
    await auth.login(given)
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'subject_changed' })
  })
})

describe('signing out', () => {
  const endUrl = '/v1/sessions/end'

  test('without endUrl it is local', async () => {
    const auth = create()
    await auth.login(given)
    expect(await auth.logout()).toEqual({ isRemote: false, error: null })
    expect(sent()).toHaveLength(1)
  })

  test.each([
    [204, { isRemote: true, error: null }],
    [401, { isRemote: true, error: null }],
    [500, { isRemote: false, error: expect.objectContaining({ code: 'server_error' }) as unknown }],
  ])('LO-01 the server answers %i: signed out here in any case', async (status, result) => {
    const auth = create({ endUrl })
    await auth.login(given)
    answers = () => new Response(null, { status })
    expect(await auth.logout()).toEqual(result)
    expect(sent().at(-1)).toEqual([endUrl, '{}'])
    const request = world.requests.at(-1)
    expect([request?.method, request?.keepalive, request?.headers.get('authorization')]).toEqual(['POST', true, 'Bearer canary-session-1'])
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user', error: null })
  })
})

describe('a token in the address', () => {
  const urlParameter = 'token'
  const load = (options: Partial<EphemeralTokenOptions> = {}, storage: 'memory' | 'session' = 'memory') => create({ urlParameter, ...options }, storage)
  const failure = (result: CallbackResult) => ('error' in result ? `${result.type} ${result.error.code}` : result.type)

  test('is left alone unless the app asks for it', async () => {
    world.href = 'https://app.example/home?token=canary-once&undefined=canary-once'
    expect(await create().handleCallback()).toEqual({ type: 'none' })
    expect(world.href).toContain('?token=canary-once&undefined=canary-once')
    expect(world.requests).toEqual([])
  })

  test('may have a name that begins like a parameter of OAuth', async () => {
    world.href = 'https://app.example/home?code_of_mail=canary-once'
    expect(await load({ urlParameter: 'code_of_mail' }).handleCallback()).toEqual({ type: 'signed_in', returnTo: '/home' })
    expect(sent()).toEqual([exchangeOf('canary-once')])
  })

  test.each([
    ['?token=canary-once', ''],
    ['?page=2&token=canary-once', '?page=2'],
    ['?q=a%20b+c&token=canary-once&x=%26', '?q=a%20b+c&x=%26'],
    ['?tok%65n=canary%2Donce', ''],
    ['?page=2#token=canary-once', '?page=2'],
    ['?page=2#tab=1&token=canary-once&x', '?page=2#tab=1&x'],
    ['?token=canary-once#token=canary-once', ''],
    ['?token=canary-once&token=canary-once#top', '#top'],
  ])('EP-02 %s is cleaned before the first await, exchanged, and leads to the rest of it', async (search, rest) => {
    world.href = `https://app.example/home${search}`
    const auth = load()
    const outcome = auth.handleCallback()
    expect(world.href).toBe(`https://app.example/home${rest}`)
    expect(await outcome).toEqual({ type: 'signed_in', returnTo: `/home${rest}` })
    expect(sent()).toEqual([exchangeOf('canary-once')])
    expect(auth.store.getState().status).toBe('authenticated')
  })

  test.each([
    ['no such parameter', 'https://app.example/home?page=2#top'],
    ['an anchor of that name', 'https://app.example/home?page=2#token'],
    ['another name', 'https://app.example/home?token2=canary-once&Token=x'],
    ['a part of a path in the fragment', 'https://app.example/home#/token=canary-once'],
    ['another origin', 'https://evil.example/home?token=canary-once'],
    ['no URL', 'https://'],
  ])('%s is none of ours', async (_, address) => {
    const before = world.href
    expect(await load().handleCallback(address)).toEqual({ type: 'none' })
    expect([world.href, world.requests]).toEqual([before, []])
  })

  test.each([
    ['nothing', '?token='],
    ['no token', '?token=a%20b'],
    ['two tokens', '?token=canary-1&token=canary-2'],
    ['one token in the query and one in the fragment', '?token=canary-1#token=canary-2'],
  ])('%s is cleaned and refused, and nothing is sent', async (_, search) => {
    world.href = `https://app.example/home${search}`
    const auth = load()
    const result = await auth.handleCallback()
    expect(failure(result)).toBe('failed invalid_callback')
    expect(world.href).toBe('https://app.example/home')
    expect(world.requests).toEqual([])
    expect(auth.shown(result)).not.toContain('canary')
  })

  test('EP-01 is not used up by a page that is loaded ahead and perhaps never shown', async () => {
    const shown = defer<void>()
    world.href = 'https://app.example/?token=canary-once'
    const environment = { ...world.environment, page: { ...world.environment.page, whenActivated: () => shown.promise } }
    const auth = createAuth({ method: ephemeralToken({ exchangeUrl, urlParameter }), api }, environment)
    const outcome = auth.handleCallback()
    await vi.advanceTimersByTimeAsync(hour)
    expect(world.requests).toEqual([])
    expect(world.href).toBe('https://app.example/')
    shown.resolve()
    expect(await outcome).toEqual({ type: 'signed_in', returnTo: '/' })
  })

  test('EP-01 waits for the real page where the environment has no other', async () => {
    const page = Object.assign(new EventTarget(), { prerendering: true })
    vi.stubGlobal('document', page)
    world.href = 'https://app.example/?token=canary-once'
    const environment = { ...world.environment, page: { ...world.environment.page, whenActivated: undefined } }
    const outcome = createAuth({ method: ephemeralToken({ exchangeUrl, urlParameter }), api }, environment).handleCallback()
    await vi.advanceTimersByTimeAsync(hour)
    expect(world.requests).toEqual([])
    page.dispatchEvent(new Event('prerenderingchange'))
    expect(await outcome).toEqual({ type: 'signed_in', returnTo: '/' })
  })

  test.each(['logout', 'dispose'] as const)('EP-01 INV-6 is not used up when %s() comes before the page is shown', async (act) => {
    const shown = defer<void>()
    world.href = 'https://app.example/?token=canary-once'
    const environment = { ...world.environment, page: { ...world.environment.page, whenActivated: () => shown.promise } }
    const auth = createAuth({ method: ephemeralToken({ exchangeUrl, urlParameter }), api }, environment)
    const outcome = auth.handleCallback()
    await auth[act]()
    shown.resolve()
    expect(failure(await outcome)).toBe('failed superseded')
    expect(world.requests).toEqual([])
  })

  test('EP-01 where there is no page nothing is used up', async () => {
    const environment = { ...world.environment, page: { ...world.environment.page, href: () => null } }
    const auth = createAuth({ method: ephemeralToken({ exchangeUrl: 'https://app.example/x', urlParameter }), api }, environment)
    expect(await auth.handleCallback('https://app.example/?token=canary-once')).toEqual({ type: 'none' })
    expect(world.requests).toEqual([])
  })

  test('INV-11 StrictMode and a second call: one exchange, one outcome', async () => {
    const href = 'https://app.example/home?token=canary-once'
    world.href = href
    const auth = load()
    const outcomes = await Promise.all([auth.handleCallback(), auth.handleCallback(), auth.handleCallback(href)])
    expect(outcomes).toEqual(Array.from({ length: 3 }, () => ({ type: 'signed_in', returnTo: '/home' })))
    expect(await auth.handleCallback()).toEqual(outcomes[0])
    expect(await auth.handleCallback(href)).toEqual(outcomes[0])
    expect(sent()).toHaveLength(1)
  })

  test('EP-02 the same link opened again in the same document is cleaned again, and not exchanged again', async () => {
    const href = 'https://app.example/home#token=canary-once'
    const auth = load()
    answers = () => new Response(null, { status: 503 })
    for (let opened = 0; opened < 2; opened++) {
      world.href = href
      const outcome = auth.handleCallback()
      expect(world.href).toBe('https://app.example/home')
      expect(failure(await outcome)).toBe('failed server_error')
    }
    expect(sent()).toHaveLength(1)
  })

  test('EP-02 the same link opened again after a sign-out is one exchange, in StrictMode too', async () => {
    const auth = load()
    world.href = 'https://app.example/home#token=canary-once'
    await auth.handleCallback()
    await auth.logout()
    answers = refused
    world.href = 'https://app.example/home#token=canary-once'
    const outcomes = await Promise.all([auth.handleCallback(), auth.handleCallback()])
    expect(world.href).toBe('https://app.example/home')
    expect(outcomes.map(failure)).toEqual(['failed invalid_credentials', 'failed invalid_credentials'])
    expect(sent()).toHaveLength(2)
  })

  test.each([
    ['a retry that signed in', (result: CallbackResult) => ('retry' in result ? result.retry() : undefined)],
    ['another login', (_: CallbackResult, auth: ReturnType<typeof load>) => auth.login(given)],
    ['a logout', (_: CallbackResult, auth: ReturnType<typeof load>) => auth.logout()],
  ])('after %s the page is an ordinary one: what became of its link is forgotten', async (_, act) => {
    const auth = load()
    answers = () => Response.error()
    world.href = 'https://app.example/home#token=canary-link'
    const result = await auth.handleCallback()
    expect(await auth.handleCallback()).toMatchObject({ type: 'failed', returnTo: '/home' })
    answers = () => Response.json(answer())
    await act(result, auth)
    expect(await auth.handleCallback()).toEqual({ type: 'none' })
  })

  test('INV-6 whoever asked before a logout came is told that it was superseded, once or twice', async () => {
    const late = defer<Response>()
    const auth = load()
    answers = () => late.promise
    const href = 'https://app.example/home#token=canary-once'
    world.href = href
    const outcomes = Promise.all([auth.handleCallback(), auth.handleCallback(), auth.handleCallback(href)])
    await vi.advanceTimersByTimeAsync(0)
    await auth.logout()
    late.resolve(Response.json(answer()))
    expect((await outcomes).map(failure)).toEqual(['failed superseded', 'failed superseded', 'failed superseded'])
    expect(sent()).toHaveLength(1)
  })

  test('another token on the same page is another sign-in', async () => {
    const auth = load()
    for (const token of ['canary-once', 'canary-other']) {
      world.href = `https://app.example/home#token=${token}`
      expect(await auth.handleCallback()).toEqual({ type: 'signed_in', returnTo: '/home' })
    }
    expect(sent()).toEqual([exchangeOf('canary-once'), exchangeOf('canary-other')])
    expect(await auth.getAccessToken()).toBe('canary-session-2')
  })

  test('after a sign-out the clean address signs nobody in', async () => {
    world.href = 'https://app.example/home?token=canary-once'
    const auth = load()
    await auth.handleCallback()
    await auth.logout()
    expect(await auth.handleCallback()).toEqual({ type: 'none' })
    expect(sent()).toHaveLength(1)
  })

  test('EP-03 one that is spent leaves whoever is signed in, and nothing shows it', async () => {
    const auth = load()
    await auth.login({ ephemeralToken: 'canary-first' })
    world.href = 'https://app.example/home?token=canary-once'
    answers = refused
    const result = await auth.handleCallback()
    expect(failure(result)).toBe('failed invalid_credentials')
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', error: { code: 'invalid_credentials' } })
    expect(auth.shown(result)).not.toContain('canary')
  })

  test('EP-07 a request of before is not sent again as whom the token signs in', async () => {
    answers = (n) => Response.json(answer({ access_token: jwt({ sub: n === 1 ? 'ada' : 'bob' }) }))
    const auth = load()
    await auth.login(given)
    const late = defer<Response>()
    const { answer: exchanges } = world
    world.answer = (request) => (request.url.startsWith(api) ? late.promise : exchanges(request))
    const request = auth.fetch(`${api}x`)
    await vi.advanceTimersByTimeAsync(0)
    world.href = 'https://app.example/home?token=canary-other'
    await auth.handleCallback()
    late.resolve(new Response(null, { status: 401 }))
    await expect(request).rejects.toMatchObject({ code: 'user_changed' })
    expect(world.requests.filter(({ url }) => url.startsWith(api))).toHaveLength(1)
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'bob' } })
  })

  test('survives a reload as any session does', async () => {
    world.href = 'https://app.example/home?token=canary-once'
    await load({}, 'session').handleCallback()
    const auth = load({}, 'session')
    expect(await auth.handleCallback()).toEqual({ type: 'none' })
    expect(await auth.ready).toMatchObject({ status: 'authenticated' })
    expect(sent()).toHaveLength(1)
  })

  describe('retry()', () => {
    const failed = async (auth: ReturnType<typeof load>) => {
      world.href = 'https://app.example/home?token=canary-once'
      const result = await auth.handleCallback()
      if (result.type !== 'failed') throw new Error(`It is ${result.type}.`)
      return result
    }

    test('sends the token again as long as no server has judged it', async () => {
      const auth = load()
      answers = () => Response.error()
      const result = await failed(auth)
      expect(result.error.retryable).toBe(true)
      answers = () => new Response(null, { status: 503 })
      await expect(result.retry()).rejects.toMatchObject({ code: 'server_error' })
      answers = () => Response.json(answer())
      await result.retry()
      expect(auth.store.getState().status).toBe('authenticated')
      expect(sent()).toEqual(Array.from({ length: 3 }, () => exchangeOf('canary-once')))
    })

    test('EP-05 sends nothing once it was exchanged', async () => {
      const auth = load()
      answers = () => Response.error()
      const { retry } = await failed(auth)
      answers = () => Response.json(answer())
      await retry()
      await expect(retry()).rejects.toMatchObject({ code: 'invalid_input' })
      expect(sent()).toHaveLength(2)
    })

    test.each([
      ['a logout', (auth: ReturnType<typeof load>) => auth.logout()],
      ['another login', (auth: ReturnType<typeof load>) => auth.login(given)],
      ['another login that failed', (auth: ReturnType<typeof load>) => auth.login({ ephemeralToken: '' }).catch(() => {})],
      ['another login that may be tried again', (auth: ReturnType<typeof load>) => {
        answers = () => Response.error()
        return auth.login(given).catch(() => {})
      }],
    ])('EP-05 sends nothing after %s', async (_, act) => {
      const auth = load()
      answers = () => Response.error()
      world.href = 'https://app.example/home?token=canary-link'
      const result = await auth.handleCallback()
      answers = () => Response.json(answer())
      await act(auth)
      const count = sent().length
      await expect('retry' in result && result.retry()).rejects.toMatchObject({ code: 'invalid_input' })
      expect(sent()).toHaveLength(count)
      expect(sent().filter(([, body]) => body?.includes('canary-link'))).toHaveLength(1)
    })

    test('EP-05 is all that may use it: a login without a token sends nothing', async () => {
      const auth = load()
      answers = () => Response.error()
      await failed(auth)
      for (const input of [{}, { ephemeralToken: undefined }, undefined]) {
        await expect(auth.login(input as never)).rejects.toMatchObject({ code: 'invalid_input' })
      }
      expect(sent()).toHaveLength(1)
    })

    test('EP-05 sends nothing once it was refused', async () => {
      const auth = load()
      answers = refused
      const { retry } = await failed(auth)
      await expect(retry()).rejects.toMatchObject({ code: 'invalid_input' })
      expect(sent()).toHaveLength(1)
    })
  })
})
