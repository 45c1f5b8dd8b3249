import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { jwt } from '../../test/provider.ts'
import { createWorld, defer, type Deferred, type World } from '../../test/world.ts'
import { authorizationCode } from '../methods/authorizationCode.ts'
import type { AuthMethod } from '../methods/method.ts'
import { password } from '../methods/password.ts'
import type { CallbackResult } from './auth.ts'
import { createAuth } from './createAuth.ts'
import type { InspectEvent } from './inspect.ts'

const hour = 3_600_000
const ada = { email: 'ada@example.com', password: 'canary-password' }

let world: World
let count: number
/** Held back until they are settled, by path. */
let slow: Map<string, Deferred<Response>>

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
  count = 0
  slow = new Map()
  world.answer = (request) => slow.get(new URL(request.url).pathname)?.promise ?? answer(request)
})
afterEach(() => vi.useRealTimers())

/** Two providers, a backend with a login page, and APIs that take anybody. */
function answer(request: Request): Response {
  const { origin, pathname } = new URL(request.url)
  if (pathname === '/.well-known/openid-configuration') {
    return Response.json({
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      revocation_endpoint: `${origin}/revoke`,
      authorization_response_iss_parameter_supported: true,
    })
  }
  if (pathname === '/token') return tokens(origin)
  if (pathname === '/home/login' || pathname === '/home/refresh') return tokens('ada')
  return Response.json({})
}

function tokens(sub: string): Response {
  count++
  const iat = Date.now() / 1000
  const access_token = jwt({ sub, name: sub, iat, exp: iat + 3600, jti: `canary-${count}` })
  return Response.json({ access_token, refresh_token: `canary-rt-${count}`, token_type: 'Bearer', expires_in: 3600 })
}

interface Door {
  readonly id: number
}

/** A method of the app's own: no request, a header of its own. */
function door(calls: string[] = []): AuthMethod<{ readonly id: number }, Door> {
  return {
    name: 'a name that nobody sees',
    async login({ id }) {
      calls.push(`login ${id}`)
      return { accessToken: `canary-door-${id}`, refreshToken: 'canary-door', expiresInMs: hour, subject: `${id}`, user: { id }, scope: ['open'] }
    },
    prepare: () => void calls.push('prepare'),
    async refresh(session) {
      calls.push('refresh')
      return { ...session, accessToken: `${session.accessToken}-again` }
    },
    async logout({ subject }) {
      calls.push(`logout ${subject}`)
      return true
    },
    attach(request, { accessToken }) {
      request.headers.set('x-door', accessToken ?? '')
      return request
    },
  }
}

const home = password({ loginUrl: '/home/login', refreshUrl: '/home/refresh', logoutUrl: '/home/logout' })
const work = authorizationCode({ issuer: 'https://work.example', clientId: 'web', scope: 'profile' })
const partner = authorizationCode({ issuer: 'https://partner.example', clientId: 'web', scope: 'profile' })

type Storage = 'memory' | 'session'

function create(calls: string[] = [], storage: Storage = 'memory') {
  return createAuth({ methods: { home, door: door(calls), work, partner }, storage }, world.environment)
}

const paths = () => world.requests.map(({ url }) => new URL(url).pathname)
const stored = (name = 'default') => world.tabStorage.getItem(`tessera:${name}:tokens`) ?? ''
const transactions = () => world.tabStorage.keys().filter((key) => key.includes('transaction:'))

/** Comes back from where the page left for: `[0]` is the first login. */
function comeBack(parameters: Record<string, string>, login = -1): void {
  const left = new URL(world.left.at(login) ?? '')
  const state = left.searchParams.get('state') ?? ''
  const url = new URL(left.searchParams.get('redirect_uri') ?? '')
  url.search = new URLSearchParams({ state, iss: left.origin, ...parameters }).toString()
  world.href = url.href
}

function summary(result: CallbackResult): string {
  return 'error' in result ? `${result.type} ${result.error.code}` : result.type
}

describe('options', () => {
  test.each([
    ['method', {}],
    ['methods', { method: home, methods: { home } }],
    ['methods', { methods: {} }],
    ['methods', { methods: null }],
    ['methods', { methods: 'password' }],
    ['methods', { methods: () => ({ home }) }],
    ['methods', { methods: [home] }],
    ['methods', { methods: { '': home } }],
    ['methods', { methods: { 'my home': home } }],
    ['methods', { methods: { 'my.home': home } }],
    ['methods', { methods: { 'my:home': home } }],
    ['methods', { methods: { zuhöre: home } }],
    ['methods', { methods: { ['x'.repeat(65)]: home } }],
    ['methods.door', { methods: { home, door: null } }],
    ['methods.door', { methods: { home, door: 'password' } }],
    ['methods.door', { methods: { home, door: { name: 'door' } } }],
    ['methods.door', { methods: { home, door: { login: home.login } } }],
  ])('DO-07 a wrong %s is refused by name: %o', (option, options) => {
    expect(() => createAuth(options as never, world.environment)).toThrow(expect.objectContaining({ code: 'invalid_config', option }))
  })

  test('DO-07 a getter among the methods that throws is refused', () => {
    const get = () => {
      throw new Error('a bug')
    }
    const methods = Object.defineProperty({}, 'home', { enumerable: true, get })
    expect(() => createAuth({ methods }, world.environment)).toThrow(expect.objectContaining({ code: 'invalid_config', option: 'methods' }))
  })

  test.each(['x', '__proto__', 'constructor', '0', 'my-home_2', 'x'.repeat(64)])('takes the name %s', async (name) => {
    const auth = createAuth({ methods: { [name]: home } }, world.environment)
    await auth.login(name, ada)
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', method: name, user: { name: 'ada' } })
  })

  test('methods that are added to the object afterwards are none', async () => {
    const methods: Record<string, typeof home> = { home }
    const auth = createAuth({ methods }, world.environment)
    methods['later'] = home
    await expect(auth.login('later', ada)).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

describe('a login', () => {
  test('by name is by that method, with its input, and shows under that name', async () => {
    const calls: string[] = []
    const auth = create(calls)
    const events: InspectEvent[] = []
    auth.inspect((event) => void ('method' in event && events.push(event)))

    const first = auth.login('home', ada)
    expect(auth.store.getState().pending).toBe('home')
    await first
    expect(world.bodies).toEqual([JSON.stringify(ada)])
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', method: 'home', user: { name: 'ada' }, pending: null })
    expect(auth.tokens.current?.tokens.method).toBe('home')

    const second = auth.login('door', { id: 7 })
    expect(auth.store.getState()).toMatchObject({ method: 'home', pending: 'door' })
    await second
    expect(calls).toEqual(['login 7', 'prepare'])
    expect(auth.store.getState()).toMatchObject({ method: 'door', user: { id: 7 }, scope: ['open'] })
    expect(auth.tokens.current?.tokens.method).toBe('door')

    await auth.login('work')
    expect(world.left).toEqual([expect.stringContaining('https://work.example/authorize?')])
    expect(auth.store.getState()).toMatchObject({ method: 'door', pending: 'work' })
    expect(events.map((event) => `${event.type} ${'method' in event && event.method}`)).toEqual([
      'login_started home', 'signed_in home', 'login_started door', 'signed_in door', 'login_started work',
    ]) // prettier-ignore
  })

  test('that fails says so under that name, and costs nobody the session', async () => {
    const auth = create()
    await auth.login('door', { id: 7 })
    const events: unknown[] = []
    auth.inspect((event) => events.push(event))
    slow.set('/home/login', { ...defer<Response>(), promise: Promise.resolve(new Response('', { status: 401 })) })
    await expect(auth.login('home', ada)).rejects.toMatchObject({ code: 'invalid_credentials' })
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', method: 'door', pending: null, error: { code: 'invalid_credentials' } })
    expect(events).toMatchObject([{ type: 'login_started', method: 'home' }, { type: 'login_failed', method: 'home' }])
  })

  test.each([['elsewhere'], ['toString'], ['a name that nobody sees'], ['password'], [''], [undefined], [0], [{ ...ada }]])(
    'by the name %o, which there is not, changes nothing',
    async (name) => {
      const answered = defer<Response>()
      slow.set('/home/login', answered)
      const auth = create()
      const login = auth.login('home', ada)
      const events = vi.fn()
      auth.inspect(events)
      const error: unknown = await auth.login(name as 'home', ada).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'invalid_input' })
      expect(String(error)).toContain('home, door, work, partner')
      expect(String(error)).not.toContain('canary')
      expect(auth.store.getState()).toMatchObject({ pending: 'home', error: null })
      expect(events).not.toHaveBeenCalled()
      expect(world.requests).toHaveLength(1)
      answered.resolve(tokens('ada'))
      await login
      expect(auth.store.getState()).toMatchObject({ status: 'authenticated', method: 'home' })
    },
  )

  test('DO-06 a method that is not its own member of the object is none', async () => {
    const methods = Object.assign(Object.create({ inherited: home }) as object, { home })
    const auth = createAuth({ methods }, world.environment)
    await expect(auth.login('inherited' as 'home', ada)).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test('by a method under two names is a login of that name', async () => {
    const calls: string[] = []
    const shared = door(calls)
    const auth = createAuth({ methods: { front: shared, back: shared } }, world.environment)
    await auth.login('back', { id: 1 })
    expect(auth.store.getState()).toMatchObject({ method: 'back' })
    await auth.login('front', { id: 1 })
    expect(auth.store.getState()).toMatchObject({ method: 'front' })
  })

  test('without a name, where there is one method, is under the name of that', async () => {
    const auth = createAuth({ method: { ...door(), name: 'mine' } }, world.environment)
    await auth.login({ id: 7 })
    expect(auth.store.getState()).toMatchObject({ method: 'mine', user: { id: 7 } })
  })
})

describe('one session at a time', () => {
  test('a login by another method replaces the session in one step, and leaves nothing of it', async () => {
    const calls: string[] = []
    const auth = create(calls, 'session')
    await auth.login('home', ada)
    const token = await auth.getAccessToken()
    const states: string[] = []
    auth.store.subscribe((state) => states.push(`${state.status === 'authenticated' ? state.method : state.status}|${state.pending}`))
    await auth.login('door', { id: 7 })
    expect(states).toEqual(['home|door', 'door|null'])
    expect(await auth.getAccessToken()).toBe('canary-door-7')
    expect(stored()).toContain('"method":"door"')
    expect(stored()).not.toContain(token)
    expect(stored()).not.toMatch(/\bada\b/)
    // The person did not sign out: nobody is told so.
    expect(paths()).toEqual(['/home/login'])
  })

  test('RF-25 a refresh that the login overtook is dropped, and revoked by the method that it came from', async () => {
    const calls: string[] = []
    const auth = createAuth({ methods: { door: door(calls), home } }, world.environment)
    await auth.login('home', ada)
    const late = defer<Response>()
    slow.set('/home/refresh', late)
    const refresh = expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'user_changed' })
    await vi.advanceTimersByTimeAsync(0)
    await auth.login('door', { id: 7 })
    await refresh
    late.resolve(tokens('ada'))
    await vi.waitFor(() => expect(paths()).toEqual(['/home/login', '/home/refresh', '/home/logout']))
    expect(world.bodies.at(-1)).toContain(`canary-rt-${count}`)
    expect(calls).toEqual(['login 7', 'prepare'])
    expect(await auth.getAccessToken()).toBe('canary-door-7')
    expect(auth.store.getState()).toMatchObject({ method: 'door', user: { id: 7 } })
  })

  test('of two logins the last wins, whatever their names; the other is revoked by its own method', async () => {
    const calls: string[] = []
    const auth = createAuth({ methods: { door: door(calls), home } }, world.environment)
    const late = defer<Response>()
    slow.set('/home/login', late)
    const first = expect(auth.login('home', ada)).rejects.toMatchObject({ code: 'superseded' })
    await vi.advanceTimersByTimeAsync(0)
    await auth.login('door', { id: 7 })
    late.resolve(tokens('ada'))
    await first
    await vi.waitFor(() => expect(paths()).toEqual(['/home/login', '/home/logout']))
    expect(calls).toEqual(['login 7', 'prepare'])
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', method: 'door', pending: null, error: null })
  })

  test('INV-6 a login by redirect that another one overtook does not leave', async () => {
    const metadata = defer<Response>()
    slow.set('/.well-known/openid-configuration', metadata)
    const auth = create()
    const first = expect(auth.login('work')).rejects.toMatchObject({ code: 'superseded' })
    await vi.advanceTimersByTimeAsync(0)
    await auth.login('door', { id: 7 })
    metadata.resolve(answer(new Request('https://work.example/.well-known/openid-configuration')))
    await first
    expect(world.left).toEqual([])
  })

  test('FE-22 a request of the one is never sent as the other', async () => {
    const auth = create()
    await auth.login('home', ada)
    vi.setSystemTime(Date.now() + 2 * hour)
    const late = defer<Response>()
    slow.set('/home/refresh', late)
    const hers = expect(auth.fetch('/api', { method: 'POST', body: 'from Ada' })).rejects.toMatchObject({ code: 'user_changed' })
    await vi.advanceTimersByTimeAsync(0)
    await auth.login('door', { id: 7 })
    late.resolve(tokens('ada'))
    await hers
    expect(world.bodies).not.toContain('from Ada')
  })
})

describe('the method that made the session', () => {
  test('puts it on requests', async () => {
    const auth = create()
    await auth.login('home', ada)
    await auth.fetch('/api')
    await auth.login('door', { id: 7 })
    await auth.fetch('/api')
    const [bearer, header] = world.requests.slice(-2).map(({ headers }) => [headers.get('authorization'), headers.get('x-door')])
    expect(bearer).toEqual([expect.stringMatching(/^Bearer ey/), null])
    expect(header).toEqual([null, 'canary-door-7'])
  })

  test('refreshes it, ahead of need and after a 401', async () => {
    const calls: string[] = []
    const auth = create(calls)
    await auth.login('door', { id: 7 })
    auth.start()
    await vi.advanceTimersByTimeAsync(55 * 60_000)
    expect(calls).toEqual(['login 7', 'prepare', 'refresh'])
    world.answer = ({ headers }) => new Response('', { status: headers.get('x-door') === 'canary-door-7-again' ? 401 : 200 })
    expect((await auth.fetch('/api')).status).toBe(200)
    expect(calls.slice(3)).toEqual(['refresh'])
    expect(auth.tokens.current?.tokens.method).toBe('door')
    expect(paths()).toEqual(['/api', '/api'])
    auth.dispose()
  })

  test('says whether it can be refreshed', async () => {
    const { refresh: _, ...without } = door()
    const auth = createAuth({ methods: { home, short: without } }, world.environment)
    await auth.login('short', { id: 7 })
    vi.setSystemTime(Date.now() + hour)
    const events: string[] = []
    auth.inspect(({ type }) => events.push(type))
    await expect(auth.getAccessToken()).rejects.toMatchObject({ code: 'session_expired' })
    expect(events).toEqual(['ended', 'signed_out'])
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
    await auth.login('home', ada)
    vi.setSystemTime(Date.now() + hour)
    await auth.getAccessToken()
    expect(paths()).toEqual(['/home/login', '/home/refresh'])
  })

  test('signs out of it', async () => {
    const calls: string[] = []
    const auth = create(calls)
    await auth.login('door', { id: 7 })
    expect(await auth.logout()).toEqual({ isRemote: true, error: null })
    expect(calls).toEqual(['login 7', 'prepare', 'logout 7'])
    await auth.login('home', ada)
    await auth.logout()
    expect(paths()).toEqual(['/home/login', '/home/logout'])
    expect(calls).toHaveLength(3)
    expect(await auth.logout()).toEqual({ isRemote: false, error: null })
  })

  test('is found again after a reload', async () => {
    const calls: string[] = []
    await create([], 'session').login('door', { id: 7 })
    const auth = create(calls, 'session')
    expect(await auth.ready).toMatchObject({ status: 'authenticated', method: 'door', user: { id: 7 }, scope: ['open'] })
    await auth.tokens.refresh()
    expect(calls).toEqual(['prepare', 'refresh'])
    expect(stored()).toContain('"method":"door"')
    await auth.logout()
    expect(calls).toEqual(['prepare', 'refresh', 'logout 7'])
    expect(stored()).toBe('')
    expect(paths()).toEqual([])
  })

  test('signs out also while the storage is being read', async () => {
    const calls: string[] = []
    await create([], 'session').login('door', { id: 7 })
    expect(await create(calls, 'session').logout()).toEqual({ isRemote: true, error: null })
    expect(calls).toEqual(['logout 7'])
  })

  test.each(['"elsewhere"', '"password"', '"toString"', '"a name that nobody sees"', '7', 'null'])(
    'ST-05 a session in the storage that was made by %s is not restored',
    async (name) => {
      await create([], 'session').login('door', { id: 7 })
      world.tabStorage.setItem('tessera:default:tokens', stored().replace('"method":"door"', `"method":${name}`))
      const calls: string[] = []
      expect(await create(calls, 'session').ready).toMatchObject({ status: 'unauthenticated', reason: 'never_signed_in' })
      expect(calls).toEqual([])
      expect(stored()).toBe('')
    },
  )

  test('keeps its session when the app goes from one method to several, under its own name alone', async () => {
    const load = (methods: Record<string, typeof home>) => createAuth({ methods, storage: 'session' }, world.environment)
    await createAuth({ method: home, storage: 'session' }, world.environment).login(ada)
    const text = stored()
    expect(await load({ password: home, other: home }).ready).toMatchObject({ status: 'authenticated', method: 'password' })
    world.tabStorage.setItem('tessera:default:tokens', text)
    expect(await load({ home }).ready).toMatchObject({ status: 'unauthenticated' })
  })
})

describe('callbacks', () => {
  test.each(['work', 'partner'] as const)('of two methods with one redirect URI reach the one that left: %s', async (name) => {
    await create().login(name, { returnTo: '/orders' })
    comeBack({ code: 'the-code' })
    const auth = create()
    expect(await auth.handleCallback()).toEqual({ type: 'signed_in', returnTo: '/orders' })
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', method: name })
    expect(world.requests.at(-1)?.url).toBe(`https://${name}.example/token`)
    expect(paths().filter((path) => path === '/token')).toHaveLength(1)
    expect(world.href).toBe('https://app.example/callback')

    await auth.logout()
    expect(world.requests.at(-1)?.url).toBe(`https://${name}.example/revoke`)
  })

  test('CB-04 of two logins under way each finds its own', async () => {
    await create().login('work', { returnTo: '/from-work' })
    await create().login('partner', { returnTo: '/from-partner' })
    expect(transactions().map((key) => key.replace(/transaction:.*/, ''))).toEqual([
      'tessera:default:scratch:work:',
      'tessera:default:scratch:partner:',
    ])
    const auth = create()
    comeBack({ code: 'one' }, 0)
    expect(await auth.handleCallback()).toEqual({ type: 'signed_in', returnTo: '/from-work' })
    expect(auth.store.getState()).toMatchObject({ method: 'work' })
    comeBack({ code: 'two' }, 1)
    expect(await auth.handleCallback()).toEqual({ type: 'signed_in', returnTo: '/from-partner' })
    expect(auth.store.getState()).toMatchObject({ method: 'partner' })
  })

  test('CB-02 that are of neither are one refusal, and touch nothing', async () => {
    await create().login('work')
    await create().login('partner')
    const before = [transactions(), world.requests.length]
    comeBack({ code: 'stolen', state: 'forged' })
    const { href } = world
    const auth = create()
    expect(summary(await auth.handleCallback())).toBe('failed transaction_not_found')
    expect([transactions(), world.requests.length]).toEqual(before)
    expect(world.href).toBe(href)
    comeBack({ code: 'one' }, 0)
    expect(summary(await auth.handleCallback())).toBe('signed_in')
  })

  test('of neither are a refusal too when only one of them comes back there, whatever their order', async () => {
    const elsewhere = authorizationCode({ issuer: 'https://partner.example', clientId: 'web', redirectUri: '/elsewhere' })
    world.href = 'https://app.example/callback?code=stolen&state=forged'
    for (const methods of [{ work, elsewhere }, { elsewhere, work }]) {
      const result = await createAuth({ methods }, world.environment).handleCallback()
      expect(summary(result)).toBe('failed transaction_not_found')
    }
  })

  test('CB-13 with the issuer of the other are refused, and go to neither', async () => {
    await create().login('work')
    comeBack({ code: 'mixed-up', iss: 'https://partner.example' })
    expect(summary(await create().handleCallback())).toBe('failed issuer_mismatch')
    expect(paths()).not.toContain('/token')
  })

  test('CB-05 handled twice are one exchange with one outcome, at once and later', async () => {
    await create().login('partner', { returnTo: '/orders' })
    comeBack({ code: 'the-code' })
    const auth = create()
    const results = await Promise.all([auth.handleCallback(), auth.handleCallback()])
    const expected = { type: 'signed_in', returnTo: '/orders' }
    expect([...results, await auth.handleCallback()]).toEqual([expected, expected, expected])
    expect(paths().filter((path) => path === '/token')).toHaveLength(1)
  })

  test('CB-05 handled again once somebody signed in by another method: callback_used, no request, and they stay signed in', async () => {
    await create().login('partner')
    comeBack({ code: 'the-code' })
    const auth = create([], 'session')
    expect(summary(await auth.handleCallback())).toBe('signed_in')
    await auth.login('home', ada)
    for (const each of [auth, create([], 'session')]) {
      comeBack({ code: 'the-code' })
      expect(summary(await each.handleCallback())).toBe('failed callback_used')
      expect(await each.ready).toMatchObject({ status: 'authenticated', method: 'home', user: { name: 'ada' } })
    }
    expect(paths().filter((path) => path === '/token')).toHaveLength(1)
  })

  test('that the person cancelled can be tried again by the same method, to the same place', async () => {
    await create().login('partner', { returnTo: '/orders' })
    comeBack({ error: 'access_denied' })
    const result = await create().handleCallback()
    expect(summary(result)).toBe('cancelled access_denied')
    if ('retry' in result) await result.retry()
    expect(world.left).toHaveLength(2)
    expect(new URL(world.left[1] ?? '').origin).toBe('https://partner.example')
    comeBack({ code: 'the-code' })
    expect(await create().handleCallback()).toEqual({ type: 'signed_in', returnTo: '/orders' })
  })

  test('replace the session of another method', async () => {
    await create([], 'session').login('door', { id: 7 })
    await create([], 'session').login('work')
    comeBack({ code: 'the-code' })
    const auth = create([], 'session')
    const states: string[] = []
    auth.store.subscribe((state) => states.push(state.status === 'authenticated' ? state.method : state.status))
    await auth.ready
    expect(summary(await auth.handleCallback())).toBe('signed_in')
    expect(states).toEqual(['door', 'door', 'work'])
    expect(stored()).not.toContain('door')
  })
})

describe('several auths on one page', () => {
  const key: AuthMethod<string, null> = {
    name: 'key',
    login: async (accessToken) => ({ accessToken, subject: null, user: null, scope: [] }),
    attach(request, { accessToken }) {
      request.headers.set('x-api-key', accessToken ?? '')
      return request
    },
  }
  const person = () => createAuth({ method: home, storage: 'session' }, world.environment)
  const machine = () => createAuth({ method: key, api: 'https://maps.example', name: 'maps', storage: 'session' }, world.environment)

  test('FE-23 each have their own session, their own credential and their own destinations', async () => {
    const [hers, its] = [person(), machine()]
    await Promise.all([hers.login(ada), its.login('canary-key')])
    expect([hers, its].map(({ store }) => store.getState())).toMatchObject([{ method: 'password' }, { method: 'key' }])
    await hers.fetch('/api')
    await its.fetch('https://maps.example/tiles')
    const sent = world.requests.slice(-2).map(({ headers }) => [headers.get('authorization')?.slice(0, 9), headers.get('x-api-key')])
    expect(sent).toEqual([['Bearer ey', null], [undefined, 'canary-key']])
    await expect(hers.fetch('https://maps.example/tiles')).rejects.toMatchObject({ code: 'destination_not_allowed' })
    await expect(its.fetch('/api')).rejects.toMatchObject({ code: 'destination_not_allowed' })
  })

  test('ST-09 a logout, or a refusal, of the one leaves the other, also in the storage', async () => {
    const [hers, its] = [person(), machine()]
    await hers.login(ada)
    await its.login('canary-key')
    await hers.logout()
    expect([stored(), stored('maps')]).toEqual(['', expect.stringContaining('canary-key')])
    expect(await machine().ready).toMatchObject({ status: 'authenticated', method: 'key' })
    expect(await person().ready).toMatchObject({ status: 'unauthenticated' })

    await hers.login(ada)
    world.answer = () => new Response('', { status: 401 })
    await its.fetch('https://maps.example/tiles')
    expect(its.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'revoked' })
    expect(hers.store.getState()).toMatchObject({ status: 'authenticated' })
    expect(await person().ready).toMatchObject({ status: 'authenticated', user: { name: 'ada' } })
  })

  test('also in a storage of the app that they share', async () => {
    const items = new Map<string, string>()
    const storage = {
      getItem: async (name: string) => items.get(name) ?? null,
      setItem: async (name: string, value: string) => void items.set(name, value),
      removeItem: async (name: string) => void items.delete(name),
    }
    const load = (name: string) => createAuth({ methods: { door: door() }, name, storage }, world.environment)
    await load('a').login('door', { id: 1 })
    await load('b').login('door', { id: 2 })
    await load('a').logout()
    await vi.waitFor(() => expect([...items.keys()]).toEqual(['tessera:b:tokens']))
    expect(await load('b').ready).toMatchObject({ user: { id: 2 } })
  })

  test('a login, a refresh or dispose() of the one does not disturb the other', async () => {
    const [hers, its] = [person(), machine()]
    await hers.login(ada)
    const late = defer<Response>()
    slow.set('/home/refresh', late)
    const refresh = hers.tokens.refresh()
    await vi.advanceTimersByTimeAsync(0)
    await its.login('canary-key')
    await its.logout()
    its.dispose()
    late.resolve(tokens('ada'))
    await refresh
    expect(hers.store.getState()).toMatchObject({ status: 'authenticated', pending: null })
  })

  describe('with one redirect path', () => {
    const load = (name: string) =>
      createAuth({ method: name === 'a' ? work : partner, name, storage: 'session' }, world.environment)

    test.each([
      { order: ['a', 'b'], results: ['failed transaction_not_found', 'signed_in'] },
      { order: ['b', 'a'], results: ['signed_in', 'none'] },
    ])('a callback is of the auth that left: asked in the order $order', async ({ order, results }) => {
      await load('a').login({ returnTo: '/a' })
      await load('b').login({ returnTo: '/b' })
      expect(transactions().map((name) => name.split(':')[1])).toEqual(['a', 'b'])
      comeBack({ code: 'the-code' })
      const auths = order.map(load)
      const found = [await auths[0]?.handleCallback(), await auths[1]?.handleCallback()]
      expect(found.map((result) => result && summary(result))).toEqual(results)
      expect(found).toContainEqual({ type: 'signed_in', returnTo: '/b' })
      expect([stored('a'), stored('b')]).toEqual(['', expect.stringContaining('refreshToken')])

      comeBack({ code: 'the-other-code' }, 0)
      expect(await load('a').handleCallback()).toEqual({ type: 'signed_in', returnTo: '/a' })
      expect(await load('b').ready).toMatchObject({ status: 'authenticated' })
    })
  })
})
