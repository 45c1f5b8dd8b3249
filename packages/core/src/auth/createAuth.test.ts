import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { jwt } from '../../test/provider.ts'
import { createWorld, defer, type World } from '../../test/world.ts'
import { cookieSession } from '../methods/cookieSession.ts'
import { password, type PasswordInput } from '../methods/password.ts'
import { leavingPage, type AuthMethod, type MethodContext } from '../methods/method.ts'
import type { Claims } from '../session/claims.ts'
import type { Session } from '../session/session.ts'
import type { AuthState } from '../session/state.ts'
import type { AuthOptions } from './authOptions.ts'
import { createAuth } from './createAuth.ts'
import type { InspectEvent } from './inspect.ts'

const hour = 3_600_000
const method = password({ loginUrl: '/v1/auth/login', refreshUrl: '/v1/auth/refresh', logoutUrl: '/v1/auth/logout' })

let world: World
let count: number
/** What the API answers; the token endpoints answer by themselves. */
let api: (request: Request) => Response | Promise<Response>

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
  count = 0
  api = () => Response.json({ ok: true })
  world.answer = async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/v1/auth/logout') return new Response(null, { status: 204 })
    if (!pathname.startsWith('/v1/auth/')) return api(request)
    const text = await request.text()
    return tokens(/bob/.test(text) ? 'bob' : 'ada')
  }
})
afterEach(() => vi.useRealTimers())

function tokens(sub: string): Response {
  count++
  const iat = Date.now() / 1000
  return Response.json({
    access_token: jwt({ sub, name: sub, iat, exp: iat + 3600, jti: `canary-at-${count}` }),
    refresh_token: `canary-rt-${sub}-${count}`,
    token_type: 'Bearer',
    expires_in: 3600,
  })
}

type Options = Partial<AuthOptions<PasswordInput, Claims>>

function create(options: Options = {}) {
  return createAuth({ method, ...options }, world.environment)
}
async function signedIn(options: Options = {}, email = 'ada@example.com') {
  const auth = create(options)
  await auth.login({ email, password: 'canary-password' })
  return auth
}
const bearer = (request: Request | undefined) => request?.headers.get('authorization')?.replace('Bearer ', '')
const paths = () => world.requests.map(({ url }) => new URL(url).pathname)

describe('construction', () => {
  test.each([
    ['method', {}],
    ['method', { method: 'password' }],
    ['method', { method: { name: 'x' } }],
    ['api', { method, api: 'http://api.example' }],
    ['api', { method, api: 'api.example' }],
    ['api', { method, api: [] }],
    ['api[1]', { method, api: ['https://api.example', 'javascript:alert(1)'] }],
    ['storage', { method, storage: 'localStorage' }],
    ['refreshLeadMs', { method, refreshLeadMs: Infinity }],
    ['requestTimeoutMs', { method, requestTimeoutMs: -1 }],
    ['name', { method, name: 'a:b' }],
    ['name', { method, name: '' }],
    ['clientId', { method, clientId: 'web' }],
    ['createAuth', null],
  ])('DO-07 a wrong or unknown %s is refused by name, with nothing half-built', (option, options) => {
    const subscribe = vi.spyOn(world.environment.wake, 'subscribe')
    expect(() => createAuth(options as never, world.environment)).toThrow(expect.objectContaining({ name: 'AuthError', code: 'invalid_config', option }))
    expect(subscribe).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
    expect(world.requests).toEqual([])
  })

  test.each(['cookie', 'cookies', 'localStorage', 'local'])('ST-16 there is no storage %j: cookies and localStorage are refused, by name', (storage) => {
    expect(() => createAuth({ method, storage } as never, world.environment)).toThrow(expect.objectContaining({ code: 'invalid_config', option: 'storage' }))
  })

  test.each(['a:b', 'a::b', 'a:tokens', 'default:scratch'])('ST-09 a name that could run into another in a key is refused: %s', (name) => {
    expect(() => create({ name })).toThrow(expect.objectContaining({ code: 'invalid_config', option: 'name' }))
  })

  test('an option given as undefined is one not given', async () => {
    const auth = create({ name: undefined, api: undefined, storage: undefined, refreshLeadMs: undefined, requestTimeoutMs: undefined })
    await auth.login({ email: 'ada@example.com', password: 'x' })
    expect((await auth.fetch('/api')).status).toBe(200)
  })

  test('touches nothing until it is used', () => {
    const untouchable = (name: string) => new Proxy({}, { get: (_, member) => () => expect.unreachable(`touched ${name}.${String(member)}`) })
    const environment = Object.fromEntries(Object.keys(world.environment).map((name) => [name, untouchable(name)]))
    const auth = createAuth({ method, storage: 'session' }, { ...world.environment, ...environment })
    expect(auth.store.getState()).toEqual({ status: 'loading', pending: null, error: null })
  })

  test('members need no this', async () => {
    const { login, fetch, getAccessToken, logout } = create()
    await login({ email: 'ada@example.com', password: 'x' })
    expect((await fetch('/api')).status).toBe(200)
    expect(await getAccessToken()).toBe(bearer(world.requests.at(-1)))
    expect((await logout()).isRemote).toBe(true)
  })

  test('options that are null are none', async () => {
    const auth = await signedIn()
    const none = null as never
    expect(await auth.getAccessToken(none)).toBe(await auth.getAccessToken())
    await auth.logout(none)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
  })
})

describe('start', () => {
  test('ready says who is signed in, without a request', async () => {
    expect(await create().ready).toEqual({ status: 'unauthenticated', reason: 'never_signed_in', pending: null, error: null })
    await signedIn({ storage: 'session' })
    const before = world.requests.length
    expect(await create({ storage: 'session' }).ready).toMatchObject({ status: 'authenticated', method: 'password', user: { name: 'ada' } })
    expect(await create({ storage: 'memory' }).ready).toMatchObject({ status: 'unauthenticated' })
    expect(world.requests).toHaveLength(before)
  })

  test('ready is the same promise for the same state, settled as React marks it, and another for another', async () => {
    const auth = create()
    const looking = auth.ready
    expect(auth.ready).toBe(looking)
    await auth.ready
    const signedOut = auth.ready
    expect(auth.ready).toBe(signedOut)
    expect(signedOut).toBe(looking)
    expect(signedOut).toMatchObject({ status: 'fulfilled', value: auth.store.getState() })
    await auth.login({ email: 'ada@example.com', password: 'x' })
    expect(await auth.ready).toMatchObject({ status: 'authenticated' })
  })

  test('a restored session goes from loading to authenticated in one step', async () => {
    await signedIn({ storage: 'session' })
    const auth = create({ storage: 'session' })
    const states: AuthState['status'][] = []
    auth.store.subscribe(({ status }) => states.push(status))
    auth.start()
    await auth.ready
    expect(states).toEqual(['authenticated'])
  })

  test('an expired session without a way to refresh is signed out, with the reason, in one step', async () => {
    const plain = password({ loginUrl: '/v1/auth/login' })
    await createAuth({ method: plain, storage: 'session' }, world.environment).login({ email: 'ada@example.com', password: 'x' })
    vi.setSystemTime(Date.now() + hour)
    const auth = createAuth({ method: plain, storage: 'session' }, world.environment)
    const states: unknown[] = []
    auth.store.subscribe((state) => states.push(state))
    await auth.ready
    expect(states).toMatchObject([{ status: 'unauthenticated', reason: 'expired' }])
  })

  test('a login that fails while the storage is being read leaves it open who is signed in', async () => {
    const stored = defer<string | null>()
    await signedIn({ storage: 'session' })
    const text = world.tabStorage.getItem('tessera:default:tokens')
    const slow = { getItem: () => stored.promise, setItem: () => {}, removeItem: () => {} }
    const [first, second] = [create({ storage: slow }), create({ storage: slow, name: 'other' })]
    world.answer = () => new Response('', { status: 401 })
    for (const auth of [first, second]) {
      await expect(auth.login({ email: 'ada@example.com', password: 'x' })).rejects.toMatchObject({ code: 'invalid_credentials' })
      expect(auth.store.getState()).toMatchObject({ status: 'loading', pending: null, error: { code: 'invalid_credentials' } })
    }
    stored.resolve(text)
    expect(await first.ready).toMatchObject({ status: 'authenticated', user: { name: 'ada' } })
    const empty = create()
    await expect(empty.login({ email: 'ada@example.com', password: 'x' })).rejects.toThrow('refused')
    expect(await empty.ready).toMatchObject({ status: 'unauthenticated', reason: 'never_signed_in', error: { code: 'invalid_credentials' } })
  })

  test('ST-05 a session of a method that is no longer offered is not restored', async () => {
    await signedIn({ storage: 'session' })
    const key = 'tessera:default:tokens'
    world.tabStorage.setItem(key, (world.tabStorage.getItem(key) ?? '').replace('"method":"password"', '"method":"other"'))
    expect(await create({ storage: 'session' }).ready).toMatchObject({ status: 'unauthenticated', reason: 'never_signed_in' })
    expect(world.tabStorage.keys()).toEqual([])
  })

  test('ST-15 a storage that is gone at the next visit is somebody who never signed in: no error, no reason, no warning, no request', async () => {
    await signedIn({ storage: 'session' })
    const before = world.requests.length
    for (const key of world.tabStorage.keys()) world.tabStorage.removeItem(key)
    world.origin.records.clear()
    const auth = create({ storage: 'session' })
    const events = vi.fn()
    auth.inspect(events)
    expect(await auth.ready).toEqual({ status: 'unauthenticated', reason: 'never_signed_in', pending: null, error: null })
    expect(auth.lastSignOut).toBeNull()
    expect(events).not.toHaveBeenCalled()
    expect([world.warnings, world.requests.length]).toEqual([[], before])
    await auth.login({ email: 'ada@example.com', password: 'x' })
    expect(auth.store.getState().status).toBe('authenticated')
  })

  test('ST-08 ST-09 two auths on one origin keep to themselves', async () => {
    const [one, two] = [await signedIn({ storage: 'session', name: 'spa' }), await signedIn({ storage: 'session', name: 'spa-admin' }, 'bob@example.com')]
    await one.logout()
    expect((await two.ready).status).toBe('authenticated')
    expect(await create({ storage: 'session', name: 'spa-admin' }).ready).toMatchObject({ user: { name: 'bob' } })
    expect(await create({ storage: 'session', name: 'spa' }).ready).toMatchObject({ status: 'unauthenticated' })
  })

  test('SS-11 of two of one name with a session each, one warning tells, and not of keys', async () => {
    // At once.
    await Promise.all([import('../diagnose/diagnose.ts'), import('../tokens/siblings.ts')])
    const roster = new Set<never>()
    const environment = { ...world.environment, page: { ...world.environment.page, roster: () => roster } }
    const auths = [1, 2].map(() => createAuth({ method, storage: 'session' }, environment))
    for (const auth of auths) {
      auth.start()
      await auth.login({ email: 'ada@example.com', password: 'secret' })
    }
    await vi.advanceTimersByTimeAsync(0)
    expect(world.warnings).toEqual([expect.stringMatching(/^Two auths named "default"/)])
    for (const auth of auths) auth.dispose()
  })

  test('start() refreshes ahead of need while in force; without it, on use', async () => {
    const auth = await signedIn()
    await vi.advanceTimersByTimeAsync(56 * 60_000)
    expect(count).toBe(1)
    const stop = auth.start()
    await vi.advanceTimersByTimeAsync(0)
    expect(count).toBe(2)
    stop()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a refresh', () => {
  test('changes nothing in the store, ten times over, while the status beside it moves', async () => {
    const auth = await signedIn()
    auth.start()
    const changes = vi.fn()
    const statuses = vi.fn()
    auth.store.subscribe(changes)
    auth.refreshStore.subscribe(({ phase }) => void statuses(phase))
    await vi.advanceTimersByTimeAsync(10 * 55 * 60_000)
    expect(count).toBe(11)
    expect(changes).not.toHaveBeenCalled()
    expect(statuses).toHaveBeenCalledTimes(20)
    expect(auth.refreshStore.getState()).toMatchObject({ phase: 'idle', error: null, refreshAt: Date.now() + 55 * 60_000, expiresAt: Date.now() + hour })
  })

  test('RF-16 for another subject ends the session and revokes what came', async () => {
    const auth = await signedIn()
    world.answer = async (request) => (request.url.endsWith('/refresh') ? tokens('eve') : new Response(null, { status: 204 }))
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'subject_changed' })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'subject_changed' })
    await vi.waitFor(() => expect(world.bodies.at(-1)).toContain('canary-rt-eve'))
    await expect(auth.fetch('/api')).rejects.toMatchObject({ code: 'not_authenticated' })
  })
})

describe('fetch', () => {
  test('an expired token is replaced before the request: the API never sees it', async () => {
    const auth = await signedIn()
    const stale = await auth.getAccessToken()
    vi.setSystemTime(Date.now() + 2 * hour)
    expect((await auth.fetch('/api')).status).toBe(200)
    expect(paths()).toEqual(['/v1/auth/login', '/v1/auth/refresh', '/api'])
    expect(bearer(world.requests.at(-1))).not.toBe(stale)
  })

  test('FE-08 a 401 is met by one refresh and one replay, with the body, for any number of requests', async () => {
    const auth = await signedIn()
    const stale = await auth.getAccessToken()
    api = (request) => (bearer(request) === stale ? new Response('', { status: 401 }) : Response.json({}))
    const responses = await Promise.all(Array.from({ length: 50 }, (_, i) => auth.fetch(`/api/${i}`, { method: 'POST', body: `body-${i}` })))
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]))
    expect(paths().filter((path) => path === '/v1/auth/refresh')).toHaveLength(1)
    expect(paths()).toHaveLength(102)
    expect(world.bodies.slice(-50).sort()).toEqual(Array.from({ length: 50 }, (_, i) => `body-${i}`).sort())
  })

  test('FE-09 a second 401, for a token straight from a refresh, is returned and ends the session', async () => {
    const auth = await signedIn()
    api = () => new Response('', { status: 401 })
    expect((await auth.fetch('/api')).status).toBe(401)
    expect(paths()).toEqual(['/v1/auth/login', '/api', '/v1/auth/refresh', '/api'])
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'revoked', error: { code: 'revoked' } })
  })

  test('FE-09 a second 401 is told to observers: that it was refused again, and that the session is over', async () => {
    const auth = await signedIn()
    const events: InspectEvent[] = []
    auth.inspect((event) => events.push(event))
    api = () => new Response('', { status: 401 })
    await auth.fetch('/api')
    expect(events).toMatchObject([
      { type: 'unauthorized' },
      { type: 'refresh_started' },
      { type: 'refreshed' },
      { type: 'replayed', status: 401 },
      { type: 'ended' },
      { type: 'signed_out', reason: 'revoked' },
    ])
  })

  test('FE-11 a second 401 that comes after yet another refresh says nothing of the token of now', async () => {
    const auth = await signedIn()
    const second = defer<Response>()
    let asked = 0
    api = () => (++asked === 2 ? second.promise : new Response('', { status: asked === 1 ? 401 : 200 }))
    const response = auth.fetch('/api')
    await vi.waitFor(() => expect(asked).toBe(2))
    await auth.tokens.refresh()
    second.resolve(new Response('', { status: 401 }))
    expect((await response).status).toBe(401)
    expect(auth.store.getState().status).toBe('authenticated')
  })

  test('a 401 for a token that cannot be refreshed ends the session, once it says that the token is no good', async () => {
    const plain = password({ loginUrl: '/v1/auth/login' })
    const auth = createAuth({ method: plain }, world.environment)
    await auth.login({ email: 'ada@example.com', password: 'x' })
    api = () => new Response('', { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } })
    expect((await auth.fetch('/api')).status).toBe(401)
    expect(auth.store.getState().status).toBe('authenticated')
    api = () => new Response('', { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
    expect((await auth.fetch('/api')).status).toBe(401)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'revoked' })
  })

  test('a 401 while the token server is down keeps the session', async () => {
    const auth = await signedIn()
    world.answer = (request) => new Response('', { status: request.url.endsWith('/api') ? 401 : 503 })
    expect((await auth.fetch('/api')).status).toBe(401)
    expect(auth.store.getState().status).toBe('authenticated')
  })

  test('FE-13 a 403 neither refreshes nor signs out', async () => {
    const auth = await signedIn()
    const state = auth.store.getState()
    api = () => new Response('', { status: 403, headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' } })
    expect((await auth.fetch('/api')).status).toBe(403)
    expect(paths()).toEqual(['/v1/auth/login', '/api'])
    expect(auth.store.getState()).toBe(state)
  })

  test('FE-01 FE-02 checkDestination() says so for what is sent by other means', () => {
    const own = create()
    expect(() => own.checkDestination('/own?page=2')).not.toThrow()
    expect(() => own.checkDestination(new URL('https://evil.example/own'))).toThrow(expect.objectContaining({ code: 'destination_not_allowed' }))
    const listed = create({ api: 'https://api.example/v1/' })
    expect(() => listed.checkDestination('https://api.example/v1/prices')).not.toThrow()
    for (const url of ['https://api.example/v2/prices', 'https://api.example.evil.example/v1/', 'http://api.example/v1/', '/own', 'https://ada@api.example/v1/']) {
      expect(() => listed.checkDestination(url)).toThrow(expect.objectContaining({ code: 'destination_not_allowed' }))
    }
    expect(() => listed.checkDestination('https://')).toThrow(TypeError)
  })

  test('FE-01 FE-02 nothing goes to a foreign host; without the option, to our own origin alone', async () => {
    const auth = await signedIn()
    await expect(auth.fetch('https://evil.example/v1')).rejects.toMatchObject({ code: 'destination_not_allowed' })
    const listed = await signedIn({ api: 'https://api.example/v1/' })
    expect((await listed.fetch('https://api.example/v1/x')).status).toBe(200)
    await expect(listed.fetch('/own')).rejects.toMatchObject({ code: 'destination_not_allowed' })
    expect(paths()).toEqual(['/v1/auth/login', '/v1/auth/login', '/v1/x'])
  })

  test('nobody signed in: rejects without a request, also while that is being looked up', async () => {
    await expect(create().fetch('/api')).rejects.toMatchObject({ code: 'not_authenticated' })
    await expect(create().getAccessToken()).rejects.toMatchObject({ code: 'not_authenticated' })
    expect(world.requests).toEqual([])
  })

  test('FE-22 INV-8 a request of Ada is never sent as Bob', async () => {
    const auth = await signedIn()
    vi.setSystemTime(Date.now() + 2 * hour)
    const refresh = defer<Response>()
    const answer = world.answer
    world.answer = (request) => (request.url.endsWith('/refresh') ? refresh.promise : answer(request))
    const hers = auth.fetch('/api', { method: 'POST', body: 'from Ada' })
    await vi.advanceTimersByTimeAsync(0)
    await auth.login({ email: 'bob@example.com', password: 'x' })
    refresh.resolve(tokens('ada'))
    await expect(hers).rejects.toMatchObject({ code: 'user_changed' })
    expect(world.bodies).not.toContain('from Ada')
    expect(auth.store.getState()).toMatchObject({ user: { name: 'bob' } })
    // What came for Ada is revoked, and Bob keeps his.
    await vi.waitFor(() => expect(world.bodies.at(-1)).toContain('canary-rt-ada'))
    expect(bearer(await auth.fetch('/api').then(() => world.requests.at(-1)))).toBe(await auth.getAccessToken())
  })

  test('FE-22 EP-07 a 401 that comes after a change of user is not replayed as the new one', async () => {
    const auth = await signedIn()
    const answer = defer<Response>()
    api = () => answer.promise
    const hers = auth.fetch('/api')
    await vi.advanceTimersByTimeAsync(0)
    await auth.login({ email: 'bob@example.com', password: 'x' })
    answer.resolve(new Response('', { status: 401 }))
    await expect(hers).rejects.toMatchObject({ code: 'user_changed' })
    expect(paths().filter((path) => path === '/api')).toHaveLength(1)
  })
})

describe('logging out', () => {
  test('INV-6 RF-25 wins over a refresh under way', async () => {
    const auth = await signedIn({ storage: 'session' })
    const refresh = defer<Response>()
    const answer = world.answer
    world.answer = (request) => (request.url.endsWith('/refresh') ? refresh.promise : answer(request))
    const refreshing = expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'not_authenticated' })
    await vi.advanceTimersByTimeAsync(0)
    await auth.logout()
    await refreshing
    refresh.resolve(tokens('ada'))
    await vi.waitFor(() => expect(world.bodies.at(-1)).toBe('{"refresh_token":"canary-rt-ada-2"}'))
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
    expect(world.tabStorage.keys()).toEqual(['tessera:default:lastSignOut'])
  })

  test('before the storage was read, it still ends what is stored', async () => {
    await signedIn({ storage: 'session' })
    const auth = create({ storage: 'session' })
    expect(await auth.logout()).toEqual({ isRemote: true, error: null })
    expect(world.tabStorage.keys()).toEqual(['tessera:default:lastSignOut'])
    expect((await auth.ready).status).toBe('unauthenticated')
  })

  test('when nobody is signed in, it does nothing and says so', async () => {
    expect(await create().logout()).toEqual({ isRemote: false, error: null })
    expect(world.requests).toEqual([])
  })

  test('a failed login does not cost the session', async () => {
    const auth = await signedIn()
    world.answer = () => new Response('', { status: 401 })
    await expect(auth.login({ email: 'ada@example.com', password: 'wrong' })).rejects.toMatchObject({ code: 'invalid_credentials' })
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { name: 'ada' }, error: { code: 'invalid_credentials' } })
  })
})

describe('observing', () => {
  test('inspect tells the story in order, and nothing after it was left', async () => {
    const auth = create()
    const events: InspectEvent[] = []
    const leave = auth.inspect((event) => events.push(event))
    await auth.login({ email: 'ada@example.com', password: 'x' })
    const stale = await auth.getAccessToken()
    api = (request) => new Response('', { status: bearer(request) === stale ? 401 : 403 })
    await auth.fetch('/api?secret=1')
    await auth.logout()
    leave()
    await auth.login({ email: 'ada@example.com', password: 'x' })
    expect(events.map(({ type }) => type)).toEqual([
      'login_started', 'set', 'signed_in', 'unauthorized', 'refresh_started', 'refreshed', 'replayed', 'cleared', 'signed_out',
    ]) // prettier-ignore
    expect(events.every(({ at }) => at === Date.now())).toBe(true)
    expect(JSON.stringify(events)).not.toMatch(/canary|secret/)
  })

  test('a change of user is a sign-in of its own', async () => {
    const auth = await signedIn()
    const types: string[] = []
    auth.inspect(({ type }) => types.push(type))
    await auth.login({ email: 'bob@example.com', password: 'x' })
    expect(types).toEqual(['login_started', 'set', 'signed_in'])
  })

  test('INV-7 INV-22 after a logout no token is left anywhere, and nothing printed ever held one', async () => {
    const auth = create({ storage: 'session' })
    const printed: string[] = []
    const print = (value: unknown) => printed.push(inspect(value, { depth: 9, showHidden: true }), JSON.stringify(value) ?? '')
    auth.inspect(print)
    auth.store.subscribe(print)
    auth.refreshStore.subscribe(print)
    await auth.login({ email: 'ada@example.com', password: 'canary-password' })
    await auth.tokens.refresh()
    print(auth)
    world.answer = () => Promise.reject(new TypeError('Failed to fetch'))
    await auth.tokens.refresh().catch(print)
    print(await auth.logout())
    print(auth)
    await auth.getAccessToken().catch(print)
    expect(printed.join()).not.toContain('canary')
    expect(world.tabStorage.keys()).toEqual(['tessera:default:lastSignOut'])
  })

  test('INV-18 dispose() leaves nothing running; ready settles, everything else rejects', async () => {
    const auth = await signedIn()
    auth.start()
    await auth.ready
    expect(vi.getTimerCount()).toBe(1)
    auth.dispose()
    expect(vi.getTimerCount()).toBe(0)
    await expect(auth.fetch('/api')).rejects.toMatchObject({ code: 'disposed' })
    expect(await auth.logout()).toMatchObject({ isRemote: true })
    const observed = await signedIn()
    const observer = vi.fn()
    observed.inspect(observer)
    observed.dispose()
    await observed.logout()
    expect(observer).not.toHaveBeenCalled()
    const fresh = create()
    fresh.dispose()
    expect((await fresh.ready).status).toBe('unauthenticated')
  })

  test('INV-18 after dispose() a login and a callback are refused before anything is sent, opened or left for', async () => {
    const auth = create()
    const leaving = vi.fn<AuthMethod['login']>(async () => leavingPage)
    const handle = vi.fn(async () => ({ type: 'none' }) as const)
    const away = createAuth({ method: { name: 'away', login: leaving, callback: () => handle } satisfies AuthMethod }, world.environment)
    for (const each of [auth, away]) each.dispose()
    await expect(auth.login({ email: 'ada@example.com', password: 'canary-password' })).rejects.toMatchObject({ code: 'disposed' })
    await expect(away.login()).rejects.toMatchObject({ code: 'disposed' })
    await expect(away.handleCallback()).rejects.toMatchObject({ code: 'disposed' })
    expect(world.requests).toEqual([])
    expect([leaving.mock.calls, handle.mock.calls]).toEqual([[], []])
    expect(auth.store.getState()).toEqual({ status: 'loading', pending: null, error: null })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('INV-12 INV-18 dispose() ends a login, a look and a refresh under way, with their deadlines', async () => {
    const sessions = cookieSession({ sessionUrl: '/v1/session' })
    const disposed = async (work: Promise<unknown>, auth: { dispose: () => void }) => {
      const outcome = work.catch((error: unknown) => error)
      await vi.advanceTimersByTimeAsync(0)
      expect(vi.getTimerCount()).toBeGreaterThan(0)
      auth.dispose()
      expect(vi.getTimerCount()).toBe(0)
      return outcome
    }
    const held = await signedIn()
    world.answer = () => new Promise(() => {})
    expect(await disposed(held.tokens.refresh(), held)).toMatchObject({ code: 'disposed' })
    const auth = create()
    expect(await disposed(auth.login({ email: 'ada@example.com', password: 'x' }), auth)).toMatchObject({ code: 'disposed' })
    expect(auth.store.getState()).toMatchObject({ pending: null, error: null })
    const looking = createAuth({ method: sessions }, world.environment)
    looking.start()
    expect(await disposed(looking.ready, looking)).toMatchObject({ status: 'unauthenticated' })
  })

  test('LO-01 dispose() right after a logout does not keep the server from hearing of it', async () => {
    const auth = await signedIn()
    const answer = defer<Response>()
    world.answer = () => answer.promise
    const signingOut = auth.logout()
    auth.dispose()
    await vi.advanceTimersByTimeAsync(0)
    answer.resolve(new Response(null, { status: 204 }))
    expect(await signingOut).toEqual({ isRemote: true, error: null })
    expect(paths().at(-1)).toBe('/v1/auth/logout')
  })
})

describe('the last intent wins', () => {
  /** A method that leaves the page when it is told to. */
  function leaving() {
    const going = [defer<void>(), defer<void>()]
    let next = 0
    return {
      going,
      method: {
        name: 'leaving',
        async login(url: string, ctx: MethodContext) {
          await going[next++]?.promise
          ctx.page.assign(url)
          return leavingPage
        },
      } satisfies AuthMethod<string>,
    }
  }

  test('INV-6 a logout, or dispose(), keeps a login from leaving that was about to', async () => {
    for (const act of ['logout', 'dispose'] as const) {
      const { method: leave, going } = leaving()
      const auth = createAuth({ method: leave }, world.environment)
      const login = auth.login('https://id.example/')
      await auth[act]()
      going[0]?.resolve()
      await expect(login).rejects.toMatchObject({ code: 'superseded' })
      expect(world.left).toEqual([])
      expect(auth.store.getState().pending).toBeNull()
    }
  })

  test('a login that was overtaken says so to its caller alone', async () => {
    const slow = defer<Response>()
    let asked = 0
    world.answer = () => (++asked === 1 ? slow.promise : tokens('bob'))
    const auth = create()
    const first = expect(auth.login({ email: 'ada@example.com', password: 'x' })).rejects.toMatchObject({ code: 'server_error' })
    await vi.advanceTimersByTimeAsync(0)
    await auth.login({ email: 'bob@example.com', password: 'x' })
    slow.resolve(new Response('', { status: 500 }))
    await first
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', error: null, user: { name: 'bob' } })
  })

  test('of two logins the later one leaves, though the earlier one is slower', async () => {
    const { method: leave, going } = leaving()
    const auth = createAuth({ method: leave }, world.environment)
    const logins = Promise.allSettled([auth.login('https://id.example/1'), auth.login('https://id.example/2')])
    going[1]?.resolve()
    await vi.advanceTimersByTimeAsync(0)
    going[0]?.resolve()
    expect(await logins).toMatchObject([{ reason: { code: 'superseded' } }, { status: 'fulfilled' }])
    expect(world.left).toEqual(['https://id.example/2'])
  })

  test('a slow sign-out does not leave once somebody signs in again', async () => {
    const revoked = defer<void>()
    const slow = { ...method, logout: async (_: unknown, ctx: MethodContext) => (await revoked.promise, ctx.page.assign('https://id.example/end'), true) }
    const auth = createAuth({ method: slow }, world.environment)
    await auth.login({ email: 'ada@example.com', password: 'x' })
    const signingOut = auth.logout()
    await auth.login({ email: 'bob@example.com', password: 'x' })
    revoked.resolve()
    await signingOut
    expect(world.left).toEqual([])
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { name: 'bob' } })
  })

  test('a page that did not leave after all can sign in again', async () => {
    const { method: leave, going } = leaving()
    const auth = createAuth({ method: leave }, world.environment)
    going[0]?.resolve()
    await auth.login('https://id.example/')
    expect(auth.store.getState().pending).toBe('leaving')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(auth.store.getState().pending).toBeNull()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('INV-6 a logout while the storage is being read is a logout at once, and what was stored is revoked', async () => {
    await signedIn({ storage: 'session' })
    const text = world.tabStorage.getItem('tessera:default:tokens')
    const stored = defer<string | null>()
    const removeItem = vi.fn()
    const auth = create({ storage: { getItem: () => stored.promise, setItem: () => {}, removeItem } })
    const states: string[] = []
    auth.store.subscribe(({ status }) => states.push(status))
    auth.start()
    const signingOut = auth.logout()
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
    stored.resolve(text)
    expect(await signingOut).toEqual({ isRemote: true, error: null })
    expect(removeItem).toHaveBeenCalled()
    expect(states).toEqual(['unauthenticated'])
    await expect(auth.getAccessToken()).rejects.toMatchObject({ code: 'not_authenticated' })
  })

  test('a login after such a logout is not undone by it', async () => {
    const stored = defer<string | null>()
    const auth = create({ storage: { getItem: () => stored.promise, setItem: () => {}, removeItem: () => {} } })
    const signingOut = auth.logout()
    await auth.login({ email: 'bob@example.com', password: 'x' })
    stored.resolve(null)
    await signingOut
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { name: 'bob' } })
  })

  test('a late refresh of the same person is not revoked: a provider may revoke all they have', async () => {
    const auth = await signedIn()
    const refresh = defer<Response>()
    const answer = world.answer
    world.answer = (request) => (request.url.endsWith('/refresh') ? refresh.promise : answer(request))
    auth.tokens.refresh().catch(() => {})
    await vi.advanceTimersByTimeAsync(0)
    await auth.login({ email: 'ada@example.com', password: 'x' })
    refresh.resolve(tokens('ada'))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(paths()).not.toContain('/v1/auth/logout')
  })

  test('LO-01 a logout after dispose() is one, too', async () => {
    const auth = await signedIn()
    auth.dispose()
    await auth.logout()
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user', pending: null })
  })
})

describe('a method of the app', () => {
  class Mine implements AuthMethod<void, { id: number }> {
    readonly name = 'mine'
    #count = 0
    async login() {
      return { accessToken: 'at-0', refreshToken: 'rt', expiresInMs: hour, subject: '7', user: { id: 7 }, scope: [] }
    }
    async refresh(session: Session<{ id: number }>) {
      return { ...session, accessToken: `at-${++this.#count}` }
    }
  }

  test('may be a class', async () => {
    const auth = createAuth({ method: new Mine() }, world.environment)
    await auth.login()
    await auth.tokens.refresh()
    expect(await auth.getAccessToken()).toBe('at-1')
  })

  test('cannot reach the tokens through its scratch storage', async () => {
    const seen: (string | null)[] = []
    const nosy: AuthMethod = {
      name: 'nosy',
      async login(_, ctx) {
        seen.push(...ctx.scratch.keys(), ctx.scratch.getItem('tokens'))
        return { accessToken: 'canary', subject: null, user: null, scope: [] }
      },
    }
    const auth = createAuth({ method: nosy, storage: 'session' }, world.environment)
    await auth.login()
    await auth.login()
    expect(seen).toEqual([null, null])
  })

  test('that knows no user is restored without one', async () => {
    const anonymous: AuthMethod<void, null> = {
      name: 'anonymous',
      login: async () => ({ accessToken: 'at', subject: null, user: null, scope: [] }),
    }
    await createAuth({ method: anonymous, storage: 'session' }, world.environment).login()
    expect(await createAuth({ method: anonymous, storage: 'session' }, world.environment).ready).toMatchObject({ status: 'authenticated' })
  })

  test('whose token has expired on arrival signs nobody in, and says why', async () => {
    const late: AuthMethod = { name: 'late', login: async () => ({ accessToken: 'at', expiresInMs: 0, subject: null, user: null, scope: [] }) }
    const auth = createAuth({ method: late }, world.environment)
    auth.start()
    await expect(auth.login()).rejects.toMatchObject({ code: 'clock_skew' })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', pending: null, error: { code: 'clock_skew' } })
  })

  test('a restored session does not hide that a login is under way', async () => {
    await signedIn({ storage: 'session' })
    const text = world.tabStorage.getItem('tessera:default:tokens')
    const stored = defer<string | null>()
    const answer = defer<Response>()
    const auth = create({ storage: { getItem: () => stored.promise, setItem: () => {}, removeItem: () => {} } })
    world.answer = () => answer.promise
    const login = auth.login({ email: 'bob@example.com', password: 'x' })
    stored.resolve(text)
    await auth.ready
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { name: 'ada' }, pending: 'password' })
    answer.resolve(tokens('bob'))
    await login
    expect(auth.store.getState()).toMatchObject({ user: { name: 'bob' }, pending: null })
  })
})
