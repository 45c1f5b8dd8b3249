import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createWorld, defer, type World } from '../../test/world.ts'
import { createAuth } from '../auth/createAuth.ts'
import type { AuthCore } from '../auth/auth.ts'
import type { AuthOptions } from '../auth/authOptions.ts'
import type { TokenStorage } from '../browser/storage.ts'
import type { WakeReason } from '../browser/wake.ts'
import type { Claims } from '../session/claims.ts'
import { cookieSession, type CookieSessionInput, type CookieSessionOptions } from './cookieSession.ts'
import { password } from './password.ts'

const urls = { sessionUrl: '/v1/session', loginUrl: '/v1/session/login', logoutUrl: '/v1/session/logout' }
const ada = { email: 'ada@example.com', password: 'canary-password' }
const person = (sub: string) => ({ sub, name: sub, email: `${sub}@example.com`, scope: 'read write' })

/** A server with one browser, whose cookie is `signedIn`. */
interface Server {
  signedIn: string | null
  csrf: string | null
  /** Answers that come before its own, by path. */
  readonly instead: Map<string, (request: Request) => Response | Promise<Response> | undefined>
}

let world: World
let server: Server
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
  server = { signedIn: null, csrf: 'canary-csrf', instead: new Map() }
  world.answer = async (request) => (await server.instead.get(path(request))?.(request)) ?? answer(request)
})
afterEach(() => vi.useRealTimers())

const path = ({ url }: Request) => new URL(url).pathname
const json = (body: unknown, status = 200) => Response.json(body, { status })
const csrfOf = (request: Request | undefined) => request?.headers.get('x-csrf-token')
const whoAmI = () => (server.signedIn === null ? json({ error: 'unauthenticated' }, 401) : json({ ...person(server.signedIn), csrf_token: server.csrf }))

async function answer(request: Request): Promise<Response> {
  // As servers do that keep a token with the session.
  const isForged = request.method === 'POST' && server.signedIn !== null && csrfOf(request) !== server.csrf
  if (isForged) return json({ error: 'csrf_mismatch' }, 419)
  if (path(request) === urls.sessionUrl) return whoAmI()
  if (path(request) === '/csrf') return json({ csrf_token: server.csrf })
  if (path(request) === urls.logoutUrl) {
    server.signedIn = null
    return new Response(null, { status: 204 })
  }
  if (path(request) === urls.loginUrl) {
    const { email, password: given } = (await request.json()) as CookieSessionInput
    if (given !== 'canary-password') return json({ error: 'invalid_credentials' }, 401)
    server.signedIn = email.replace(/@.*/, '')
    return whoAmI()
  }
  return server.signedIn === null ? json({}, 401) : json({ by: server.signedIn })
}

type Options = Partial<CookieSessionOptions>

function create(options: Options = urls, more: Partial<AuthOptions<CookieSessionInput, Claims>> = {}) {
  return createAuth({ method: cookieSession({ sessionUrl: urls.sessionUrl, ...options }), ...more }, world.environment)
}
async function signedIn(options: Options = urls) {
  const auth = create(options)
  await auth.ready
  await auth.login(ada)
  return auth
}
/** Everything that was sent, in short. */
const sent = () => world.requests.map((request) => `${request.method} ${path(request)} ${csrfOf(request)}`)
const settled = () => vi.advanceTimersByTimeAsync(0)
/** What the next wake makes of whom the server has signed in. */
async function statusWith({ store }: Pick<AuthCore<unknown>, 'store'>, name: string | null, afterMs: number) {
  server.signedIn = name
  await vi.advanceTimersByTimeAsync(afterMs)
  world.wake('focus')
  await settled()
  return store.getState().status
}

describe('options', () => {
  test.each([
    ['sessionUrl', {}],
    ['sessionUrl', { sessionUrl: 'session' }],
    ['sessionUrl', { sessionUrl: '//evil.example/session' }],
    ['sessionUrl', { sessionUrl: 'http://api.example/session' }],
    ['subject', { sessionUrl: '/s', subject: '' }],
    ['subject', { sessionUrl: '/s', subject: 7 }],
    ['loginUrl', { sessionUrl: '/s', loginUrl: 7 }],
    ['logoutUrl', { sessionUrl: '/s', logoutUrl: 'ftp://api.example' }],
    ['csrfUrl', { sessionUrl: '/s', csrfUrl: '/\\evil.example' }],
    ['csrfHeader', { sessionUrl: '/s', csrfHeader: '' }],
    ['csrfHeader', { sessionUrl: '/s', csrfHeader: 'X CSRF' }],
    ['csrfHeader', { sessionUrl: '/s', csrfHeader: 'X-CSRF:' }],
    ['fields', { sessionUrl: '/s', fields: { plan: 'string' } }],
    ['refreshUrl', { sessionUrl: '/s', refreshUrl: '/r' }],
  ])('a wrong, missing or unknown %s is refused at construction, by name: %j', (option, options) => {
    expect(() => cookieSession(options as never)).toThrow(expect.objectContaining({ code: 'invalid_config', option }))
  })
})

describe('finding out who is signed in', () => {
  test('CK-11 asks with the cookie, uncached, and shows the claims without the CSRF token', async () => {
    server.signedIn = 'ada'
    const auth = create()
    expect(await auth.ready).toEqual({
      status: 'authenticated',
      method: 'cookieSession',
      user: { sub: 'ada', name: 'ada', email: 'ada@example.com' },
      scope: ['read', 'write'],
      pending: null,
      error: null,
    })
    expect(sent()).toEqual(['GET /v1/session 1'])
    expect(world.requests[0]).toMatchObject({ credentials: 'include', cache: 'no-store', redirect: 'error', referrerPolicy: 'no-referrer' })
    expect(world.requests[0]?.headers.get('accept')).toBe('application/json')
    expect(auth.tokens.current?.tokens).toMatchObject({ accessToken: null, subject: 'ada', secrets: { csrf: 'canary-csrf' } })
    await expect(auth.getAccessToken()).rejects.toMatchObject({ code: 'unsupported_request' })
  })

  test.each([
    ['401', json({ error: 'unauthenticated' }, 401)],
    ['401 with a page', new Response('<html>', { status: 401, headers: { 'content-type': 'text/html' } })],
    ['204', new Response(null, { status: 204 })],
    ['null', json(null)],
    ['an empty object', json({})],
    ['a CSRF token alone', json({ csrf_token: 'x', sub: null })],
    ['a flag', json({ authenticated: false })],
    ['a person who is null', json({ user: null })],
    ['a name, and nobody whose it is', json({ id: 1, name: 'Ada', email: 'ada@example.com' })],
    ['an empty subject', json({ sub: '', name: 'Ada' })],
    ['a subject that is none', json({ sub: { id: 1 }, name: 'Ada' })],
    ['a subject that is inherited', new Response('{"__proto__":{"sub":"ada"}}')],
  ])('INV-25 nobody: %s', async (_, response) => {
    server.instead.set(urls.sessionUrl, () => response.clone())
    expect(await create().ready).toMatchObject({ status: 'unauthenticated', reason: 'never_signed_in', error: null })
  })

  test.each([
    ['503', json({}, 503), 'server_error'],
    ['429', json({}, 429), 'rate_limited'],
    ['404', json({}, 404), 'client_rejected'],
    ['403', json({}, 403), 'client_rejected'],
    ['a page', new Response('<html>', { headers: { 'content-type': 'text/html' } }), 'invalid_response'],
    ['nothing', new Response(''), 'invalid_response'],
    ['text', json('ada'), 'invalid_response'],
    ['a number', json(1), 'invalid_response'],
    ['a list', json(['ada']), 'invalid_response'],
    ['an error inside a 200', json({ error: 'unauthenticated', sub: 'ada' }), 'invalid_response'],
    ['something nested too deep', new Response(`{"sub":"ada","x":${'['.repeat(9999)}${']'.repeat(9999)}}`), 'invalid_response'],
  ])('CK-02 not known: %s', async (_, response, code) => {
    server.instead.set(urls.sessionUrl, () => response.clone())
    expect(await create().ready).toMatchObject({ status: 'loading', error: { code } })
  })

  test.each([null, false])('"error": %j is none', async (error) => {
    server.instead.set(urls.sessionUrl, () => json({ sub: 'ada', error }))
    expect(await create().ready).toMatchObject({ status: 'authenticated', user: { sub: 'ada' } })
  })

  test('CK-02 not known: no answer, or none in time', async () => {
    server.instead.set(urls.sessionUrl, () => Promise.reject(new TypeError('Failed to fetch')))
    expect(await create().ready).toMatchObject({ status: 'loading', error: { code: 'network' } })
    server.instead.set(urls.sessionUrl, () => new Promise<Response>(() => {}))
    const { ready } = create()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await ready).toMatchObject({ status: 'loading', error: { code: 'timeout' } })
  })

  test('CK-02 not known: a schema that fails', async () => {
    server.signedIn = 'ada'
    const validate = () => {
      throw new TypeError('canary')
    }
    const fields = { '~standard': { version: 1, vendor: 'mine', validate } } as const
    expect(await create({ fields }).ready).toMatchObject({ status: 'loading', error: { code: 'network', retryable: true, message: expect.not.stringContaining('canary') } })
  })

  test.each([
    [{ sub: 7, name: 'Ada', iat: 1, exp: 2 }, '7', { sub: '7', name: 'Ada' }],
    [{ sub: 0 }, '0', { sub: '0' }],
    [{ sub: 'ada', access_token: 'canary', nested: { api_key: 'canary', plan: 'pro' } }, 'ada', { sub: 'ada', nested: { plan: 'pro' } }],
  ])('shows of %j what is about the person', async (body, subject, user) => {
    server.instead.set(urls.sessionUrl, () => json(body))
    const auth = create()
    expect(await auth.ready).toMatchObject({ user, scope: [] })
    expect(auth.tokens.current?.tokens).toEqual(expect.objectContaining({ subject, user, secrets: {} }))
  })

  test.each([
    [{ id: 1, name: 'Ada' }, '1', { id: 1, sub: '1', name: 'Ada' }],
    [{ id: 'ada', sub: 'of something else' }, 'ada', { id: 'ada', sub: 'ada' }],
  ])('takes another member that names the person, of %j', async (body, subject, user) => {
    server.instead.set(urls.sessionUrl, () => json(body))
    const auth = create({ subject: 'id', fields: z.looseObject({}) })
    expect(await auth.ready).toMatchObject({ user })
    expect(auth.tokens.current?.tokens).toMatchObject({ subject, user })
    server.instead.set(urls.sessionUrl, () => json({ sub: 'ada' }))
    expect(await create({ subject: 'id' }).ready).toMatchObject({ status: 'unauthenticated' })
  })

  test('validates further members', async () => {
    server.instead.set(urls.sessionUrl, () => json({ ...person('ada'), seats: '7' }))
    const fields = z.object({ seats: z.coerce.number() })
    expect(await create({ fields }).ready).toMatchObject({ user: { sub: 'ada', seats: 7 } })
    expect(await create({ fields: z.object({ plan: z.string() }) }).ready).toMatchObject({ status: 'loading', error: { code: 'invalid_response' } })
  })

  test('asks for the CSRF token where it is, and does without when there is none', async () => {
    server.signedIn = 'ada'
    const auth = create({ csrfUrl: '/csrf' })
    await auth.ready
    expect(sent()).toEqual(['GET /v1/session 1', 'GET /csrf 1'])
    expect(world.requests[1]).toMatchObject({ credentials: 'include', cache: 'no-store' })
    expect(auth.tokens.current?.tokens.secrets).toEqual({ csrf: 'canary-csrf' })
    server.instead.set('/csrf', () => json({ csrf_token: 'of-an-error' }, 500))
    const without = create({ csrfUrl: '/csrf' })
    expect(await without.ready).toMatchObject({ status: 'authenticated' })
    await without.fetch('/api')
    expect(csrfOf(world.requests.at(-1))).toBe('1')
  })

  test('nothing is stored, and a reload asks again', async () => {
    server.signedIn = 'ada'
    const auth = create(urls, { storage: 'session' })
    await auth.ready
    expect(world.tabStorage.keys()).toEqual([])
    server.signedIn = 'bob'
    expect(await create(urls, { storage: 'session' }).ready).toMatchObject({ user: { sub: 'bob' } })
  })
})

describe('looking again', () => {
  /** Looks so far. */
  const looks = () => sent().filter((each) => each.startsWith(`GET ${urls.sessionUrl} `)).length

  async function watched(name: string | null = 'ada') {
    server.signedIn = name
    const auth = create()
    const release = auth.start()
    await auth.ready
    await vi.advanceTimersByTimeAsync(60_000)
    expect(looks()).toBe(1)
    return { auth, release }
  }

  test.each<WakeReason>(['visible', 'focus', 'online', 'restored', 'resumed'])('CK-09 when the page wakes (%s): the person may have changed elsewhere', async (reason) => {
    const { auth } = await watched()
    server.signedIn = 'bob'
    world.wake(reason)
    await settled()
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'bob' } })
    server.signedIn = null
    await vi.advanceTimersByTimeAsync(1000)
    world.wake(reason)
    await settled()
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
    server.signedIn = 'ada'
    await vi.advanceTimersByTimeAsync(1000)
    world.wake(reason)
    await settled()
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'ada' } })
  })

  test('CK-09 somebody whose session ran out, and who signed in again elsewhere, is back', async () => {
    const { auth } = await watched('ada')
    expect(await statusWith(auth, null, 1000)).toBe('unauthenticated')
    expect(await statusWith(auth, 'ada', 1000)).toBe('authenticated')
  })

  test('CK-09 a refresh that fails meanwhile says nothing of who is signed in: the look does', async () => {
    const { auth } = await watched('ada')
    const late = defer<undefined>()
    const answers = [late.promise.then(() => json(person('bob'))), json({}, 500)]
    server.instead.set(urls.sessionUrl, () => answers.shift())
    world.wake('focus')
    await settled()
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'server_error' })
    late.resolve(undefined)
    await settled()
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'bob' } })
  })

  test('INV-6 a look from before a logout which the server did not hear of says nothing, not even that there is nobody', async () => {
    const { auth } = await watched('ada')
    const late = defer<Response>()
    const answers = [late.promise]
    server.instead.set(urls.sessionUrl, () => answers.shift())
    server.instead.set(urls.logoutUrl, () => json({}, 500))
    world.wake('focus')
    await settled()
    await auth.logout()
    late.resolve(json({}, 401))
    await vi.advanceTimersByTimeAsync(1000)
    world.wake('focus')
    await settled()
    expect(looks()).toBe(3)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
  })

  test('at most once a second, and no wake is lost', async () => {
    await watched()
    world.wake('visible')
    world.wake('focus')
    await settled()
    expect(looks()).toBe(2)
    world.wake('focus')
    await vi.advanceTimersByTimeAsync(999)
    expect(looks()).toBe(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(looks()).toBe(3)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(looks()).toBe(3)
  })

  test.each([0, 500, 5000])('one at a time: a wake %i ms into a look waits for its answer, which may be of before, and then looks again', async (delayMs) => {
    const { auth } = await watched()
    const late = defer<undefined>()
    const answers = [late.promise.then(() => json(person('ada')))]
    server.instead.set(urls.sessionUrl, () => answers.shift())
    world.wake('focus')
    await vi.advanceTimersByTimeAsync(delayMs)
    server.signedIn = 'bob'
    world.wake('focus')
    await vi.advanceTimersByTimeAsync(2000)
    expect(looks()).toBe(2)
    late.resolve(undefined)
    await settled()
    expect(looks()).toBe(3)
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'bob' } })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(looks()).toBe(3)
  })

  test('a wake during a look that fails is not lost', async () => {
    await watched()
    server.instead.set(urls.sessionUrl, () => json({}, 500))
    world.wake('online')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(looks()).toBe(5)
    const late = defer<Response>()
    server.instead.set(urls.sessionUrl, () => late.promise)
    await vi.advanceTimersByTimeAsync(6000)
    expect(looks()).toBe(6)
    world.wake('online')
    server.instead.clear()
    late.resolve(json({}, 500))
    await vi.advanceTimersByTimeAsync(1000)
    expect(looks()).toBe(7)
  })

  test('INV-24 an answer that is older than a refresh says nothing', async () => {
    const { auth } = await watched()
    const late = defer<undefined>()
    const old = json({ ...person('ada'), csrf_token: server.csrf })
    server.instead.set(urls.sessionUrl, () => late.promise.then(() => old))
    world.wake('focus')
    await settled()
    server.instead.clear()
    server.csrf = 'canary-next'
    expect((await auth.fetch('/api', { method: 'POST' })).status).toBe(200)
    late.resolve(undefined)
    await settled()
    expect(auth.tokens.current?.tokens.secrets).toEqual({ csrf: 'canary-next' })
  })

  test('INV-13 after failures, in one second, two, four, up to a minute, and then no more than is asked for', async () => {
    server.instead.set(urls.sessionUrl, () => json({}, 500))
    const auth = create()
    auth.start()
    await auth.ready
    const waits: number[] = []
    let last = Date.now()
    for (let count = 2; count < 11; count++) {
      while (looks() < count) await vi.advanceTimersByTimeAsync(500)
      waits.push(Date.now() - last)
      last = Date.now()
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000))
    expect(auth.store.getState()).toMatchObject({ status: 'loading', error: { code: 'server_error' } })
    server.signedIn = 'ada'
    server.instead.clear()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', error: null })
    const count = looks()
    await vi.advanceTimersByTimeAsync(600_000)
    expect(looks()).toBe(count)
  })

  test('a wake hurries the next attempt along, but not before the server allows it', async () => {
    server.instead.set(urls.sessionUrl, () => json({}, 500))
    const auth = create()
    auth.start()
    await vi.advanceTimersByTimeAsync(40_000)
    expect(looks()).toBe(6)
    world.wake('online')
    await settled()
    expect(looks()).toBe(7)
    server.instead.set(urls.sessionUrl, () => new Response('', { status: 429, headers: { 'retry-after': '30' } }))
    await vi.advanceTimersByTimeAsync(1000)
    world.wake('focus')
    await settled()
    expect(looks()).toBe(8)
    world.wake('focus')
    await auth.fetch('/api').catch(() => {})
    await vi.advanceTimersByTimeAsync(29_999)
    expect(looks()).toBe(8)
    await vi.advanceTimersByTimeAsync(1)
    expect(looks()).toBe(9)
  })

  test('CK-02 a request waits for the look that is under way, rather than to go by the one that failed', async () => {
    server.instead.set(urls.sessionUrl, () => json({}, 500))
    const auth = create()
    auth.start()
    await auth.ready
    const late = defer<undefined>()
    server.instead.set(urls.sessionUrl, () => late.promise as never)
    await vi.advanceTimersByTimeAsync(1000)
    expect(looks()).toBe(2)
    const asked = auth.fetch('/api')
    await settled()
    server.signedIn = 'ada'
    late.resolve(undefined)
    expect(await (await asked).json()).toEqual({ by: 'ada' })
    expect(looks()).toBe(2)
  })

  test('CK-02 failures do not end a session', async () => {
    const { auth } = await watched()
    const state = auth.store.getState()
    server.instead.set(urls.sessionUrl, () => json({}, 500))
    world.wake('focus')
    await vi.advanceTimersByTimeAsync(600_000)
    expect(auth.store.getState()).toBe(state)
  })

  test('INV-18 only while somebody watches', async () => {
    server.instead.set(urls.sessionUrl, () => json({}, 500))
    const auth = create()
    await auth.ready
    expect(vi.getTimerCount()).toBe(0)
    const release = auth.start()
    await vi.advanceTimersByTimeAsync(1000)
    expect(looks()).toBe(2)
    release()
    world.wake('focus')
    await vi.advanceTimersByTimeAsync(600_000)
    expect(looks()).toBe(2)
    auth.start()
    await settled()
    expect(looks()).toBe(3)
    auth.dispose()
    await vi.advanceTimersByTimeAsync(600_000)
    expect(looks()).toBe(3)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('INV-18 leaves no listener behind, and a look that fails after the watch starts no other', async () => {
    let listeners = 0
    const wake: typeof world.environment.wake = {
      subscribe(listener) {
        const unsubscribe = world.environment.wake.subscribe(listener)
        listeners++
        return () => {
          listeners--
          unsubscribe()
        }
      },
    }
    const late = defer<Response>()
    server.instead.set(urls.sessionUrl, () => late.promise)
    const release = createAuth({ method: cookieSession(urls) }, { ...world.environment, wake }).start()
    await settled()
    expect(listeners).toBe(1)
    release()
    expect(listeners).toBe(0)
    late.resolve(json({}, 500))
    await settled()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a look that waited for a login waits for the next one, too', async () => {
    const { auth } = await watched(null)
    const answers = [defer<undefined>(), defer<undefined>()]
    const waiting = answers.values()
    server.instead.set(urls.loginUrl, () => waiting.next().value?.promise as never)
    const logins = [auth.login(ada).catch(() => {})]
    world.wake('focus')
    await vi.advanceTimersByTimeAsync(1000)
    logins.push(auth.login(ada))
    answers[0]?.resolve(undefined)
    await settled()
    expect(looks()).toBe(1)
    answers[1]?.resolve(undefined)
    await Promise.all(logins)
    await settled()
    expect(looks()).toBe(2)
  })

  test('a look does not overlap a login or a logout', async () => {
    const { auth } = await watched(null)
    const late = defer<Response>()
    server.instead.set(urls.loginUrl, () => late.promise)
    const login = auth.login(ada)
    world.wake('focus')
    await vi.advanceTimersByTimeAsync(2000)
    expect(looks()).toBe(1)
    server.signedIn = 'ada'
    late.resolve(whoAmI())
    await login
    await settled()
    expect(looks()).toBe(2)
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'ada' } })
    const telling = defer<undefined>()
    server.instead.set(urls.logoutUrl, () => telling.promise as never)
    const logout = auth.logout()
    await vi.advanceTimersByTimeAsync(2000)
    world.wake('focus')
    await vi.advanceTimersByTimeAsync(2000)
    expect(looks()).toBe(2)
    telling.resolve(undefined)
    await logout
    await settled()
    expect(looks()).toBe(3)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
  })
})

describe('signing in', () => {
  test('CK-05 sends the input as JSON, with the cookie and a custom header, and takes who is named', async () => {
    const auth = await signedIn()
    expect(sent()).toEqual(['GET /v1/session 1', 'POST /v1/session/login 1'])
    const [, request] = world.requests
    expect(request).toMatchObject({
      url: 'https://app.example/v1/session/login', credentials: 'include', cache: 'no-store', redirect: 'error', referrerPolicy: 'no-referrer', keepalive: false,
    }) // prettier-ignore
    expect(Object.fromEntries(request?.headers ?? [])).toEqual({ 'content-type': 'application/json', accept: 'application/json', 'x-csrf-token': '1' })
    expect(world.bodies[1]).toBe(JSON.stringify(ada))
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'ada' }, scope: ['read', 'write'] })
    expect(auth.tokens.current?.tokens.secrets).toEqual({ csrf: 'canary-csrf' })
  })

  test.each([
    ['204', new Response(null, { status: 204 })],
    ['text', new Response('welcome')],
    ['no name', json({ ok: true })],
  ])('asks who signed in where the answer does not say: %s', async (_, response) => {
    server.instead.set(urls.loginUrl, () => {
      server.signedIn = 'ada'
      return response.clone()
    })
    const auth = await signedIn()
    expect(sent()).toEqual(['GET /v1/session 1', 'POST /v1/session/login 1', 'GET /v1/session 1'])
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'ada' } })
  })

  test('takes a number for a name', async () => {
    server.instead.set(urls.loginUrl, () => json({ sub: 7 }))
    const auth = await signedIn()
    expect(sent()).toHaveLength(2)
    expect(auth.tokens.current?.tokens.subject).toBe('7')
  })

  test('CK-14 a cookie that is not kept is said to be, and nothing goes in circles', async () => {
    server.instead.set(urls.loginUrl, () => new Response(null, { status: 204 }))
    const auth = create()
    await auth.ready
    await expect(auth.login(ada)).rejects.toMatchObject({ code: 'unsupported_request', message: expect.stringContaining('cookie') })
    expect(sent()).toHaveLength(3)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', error: { code: 'unsupported_request' } })
  })

  test('a login whose answers name nobody says which member is missing', async () => {
    server.instead.set(urls.sessionUrl, () => json({ id: 1, name: 'Ada' }))
    server.instead.set(urls.loginUrl, () => json({ id: 1 }))
    for (const [options, member] of [[urls, '"sub"'], [{ ...urls, subject: 'uid' }, '"uid"']] as const) {
      const login = create(options).login(ada)
      await expect(login).rejects.toMatchObject({ code: 'unsupported_request', message: expect.stringContaining(member) })
    }
  })

  test('PW-01 a page is no answer to a login: nobody is signed in, and whoever was still is', async () => {
    server.signedIn = 'bob'
    server.csrf = null
    const auth = create()
    await auth.ready
    server.instead.set(urls.loginUrl, () => new Response('<form>', { headers: { 'content-type': 'text/html; charset=utf-8' } }))
    await expect(auth.login(ada)).rejects.toMatchObject({ code: 'invalid_response', status: 200, message: expect.stringContaining('page') })
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'bob' }, error: { code: 'invalid_response' } })
  })

  test.each([
    [json({}, 401), 'invalid_credentials', false],
    [json({ error: 'invalid_credentials' }, 400), 'invalid_credentials', false],
    [json({ error: 'invalid_credentials' }), 'invalid_response', true],
    [json({}, 404), 'client_rejected', false],
    [json({}, 429), 'rate_limited', true],
    [json({}, 500), 'server_error', true],
  ])('PW-01 %# a refusal is an error without the password: %s', async (response, code, retryable) => {
    server.instead.set(urls.loginUrl, () => response.clone())
    const auth = create()
    await auth.ready
    const error = await auth.login(ada).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code, retryable, status: response.status })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', error: { code } })
    expect(inspect(error, { depth: 9 }) + JSON.stringify(error) + inspect(auth.store.getState(), { depth: 9 })).not.toContain('canary')
  })

  test('an error inside a 200 is not taken for whoever was signed in before', async () => {
    server.signedIn = 'bob'
    const auth = create()
    await auth.ready
    server.instead.set(urls.loginUrl, () => json({ error: 'invalid_credentials' }))
    await expect(auth.login(ada)).rejects.toMatchObject({ code: 'invalid_response' })
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'bob' } })
  })

  test.each([
    ['from csrfUrl', { ...urls, csrfUrl: '/csrf' }, '/csrf'],
    ['from sessionUrl', urls, '/v1/session'],
  ])('a 419 gets a token %s, once, and repeats the login, once', async (_, options, from) => {
    server.signedIn = 'bob'
    const auth = create(options)
    await auth.ready
    world.requests.length = 0
    await auth.login(ada)
    expect(sent().slice(0, 3)).toEqual(['POST /v1/session/login 1', `GET ${from} 1`, 'POST /v1/session/login canary-csrf'])
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'ada' } })
    world.requests.length = 0
    server.instead.set(urls.loginUrl, () => json({}, 419))
    await expect(auth.login(ada)).rejects.toMatchObject({ code: 'client_rejected', status: 419 })
    expect(sent()).toHaveLength(3)
  })

  test.each([
    ['nobody is signed in', json({}, 401)],
    ['it is no text', json({ csrf_token: 7 })],
    ['it fits in no header', json({ csrf_token: 'a b' })],
    ['there is a page', new Response('<html>')],
  ])('a 419 is final where no token is to be had: %s', async (_, response) => {
    server.instead.set(urls.loginUrl, () => json({}, 419))
    server.instead.set('/csrf', () => response.clone())
    const auth = create({ ...urls, csrfUrl: '/csrf' })
    await auth.ready
    await expect(auth.login(ada)).rejects.toMatchObject({ code: 'client_rejected', status: 419 })
    expect(sent()).toEqual(['GET /v1/session 1', 'POST /v1/session/login 1', 'GET /csrf 1'])
  })

  test('CK-07 a token for somebody who is not signed in yet is taken where sessionUrl gives one', async () => {
    server.instead.set(urls.sessionUrl, () => (server.signedIn === null ? json({ csrf_token: 'pre' }) : undefined))
    server.instead.set(urls.loginUrl, (request) => (csrfOf(request) === 'pre' ? undefined : json({}, 419)))
    const auth = await signedIn()
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'ada' } })
    expect(sent().at(-1)).toBe('POST /v1/session/login pre')
  })

  test('PW-06 the last of two logins wins, at the server too', async () => {
    const auth = create()
    await auth.ready
    const answers = await Promise.allSettled([auth.login(ada), auth.login({ ...ada, email: 'bob@example.com' })])
    expect(answers).toMatchObject([{ status: 'rejected', reason: { code: 'superseded' } }, { status: 'fulfilled' }])
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'bob' } })
    expect(server.signedIn).toBe('bob')
    expect(world.bodies.join()).not.toContain('ada@')
  })

  test('PW-07 INV-6 a logout during a login has the last word, at the server too', async () => {
    const auth = create()
    await auth.ready
    const late = defer<undefined>()
    server.instead.set(urls.loginUrl, () => late.promise as never)
    const login = auth.login(ada).catch((error: unknown) => error)
    await settled()
    const logout = auth.logout()
    late.resolve(undefined)
    expect(await login).toMatchObject({ code: 'superseded' })
    expect(await logout).toEqual({ isRemote: true, error: null })
    expect(server.signedIn).toBeNull()
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
  })

  test('INV-6 a login that a failed one overtook is over, at the server too', async () => {
    const auth = create()
    auth.start()
    await auth.ready
    const late = defer<undefined>()
    server.instead.set(urls.loginUrl, () => (world.bodies.at(-1)?.includes('wrong') === true ? undefined : (late.promise as never)))
    const first = auth.login(ada).catch((error: unknown) => error)
    world.wake('focus')
    await vi.advanceTimersByTimeAsync(1000)
    const second = auth.login({ ...ada, password: 'wrong' }).catch((error: unknown) => error)
    late.resolve(undefined)
    expect(await first).toMatchObject({ code: 'superseded' })
    expect(await second).toMatchObject({ code: 'invalid_credentials' })
    expect(server.signedIn).toBeNull()
    await vi.advanceTimersByTimeAsync(2000)
    expect(sent().slice(1)).toEqual([
      'POST /v1/session/login 1', 'POST /v1/session/logout canary-csrf', 'POST /v1/session/login 1', 'GET /v1/session 1',
    ]) // prettier-ignore
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', error: { code: 'invalid_credentials' } })
  })

  test('INV-6 a login that a logout overtook ends even if it is not known whose it was, and even after dispose()', async () => {
    for (const act of ['logout', 'dispose'] as const) {
      const auth = create()
      await auth.ready
      const late = defer<undefined>()
      server.instead.set(urls.loginUrl, (request) => answer(request).then(() => new Response(null, { status: 204 })))
      server.instead.set(urls.sessionUrl, () => late.promise.then(() => json({}, 503)))
      const login = auth.login(ada).catch((error: unknown) => error)
      await settled()
      expect(server.signedIn).toBe('ada')
      server.csrf = '1'
      const acting = auth[act]()
      late.resolve(undefined)
      expect(await login).toMatchObject({ code: act === 'logout' ? 'server_error' : 'disposed' })
      await acting
      await settled()
      expect(server.signedIn).toBeNull()
      server.instead.clear()
    }
  })

  test('takes another shape of input, and nothing that is no object', async () => {
    server.instead.set('/login', () => json(person('ada')))
    const method = cookieSession<{ username: string; pin: string }>({ sessionUrl: '/v1/session', loginUrl: '/login' })
    const auth = createAuth({ method }, world.environment)
    await auth.ready
    await auth.login({ username: 'ada', pin: '1815' })
    expect(world.bodies.at(-1)).toBe('{"username":"ada","pin":"1815"}')
    const count = world.requests.length
    for (const input of [undefined, null, 'ada']) await expect(auth.login(input as never)).rejects.toMatchObject({ code: 'invalid_input' })
    expect(world.requests).toHaveLength(count)
  })

  test('without loginUrl it says so', async () => {
    await expect(create({}).login(ada)).rejects.toMatchObject({ code: 'unsupported_request', message: expect.stringContaining('loginUrl') })
  })

  test('a path without a page is refused with what to do', async () => {
    const environment = { ...world.environment, page: { ...world.environment.page, href: () => null } }
    const auth = createAuth({ method: cookieSession(urls), api: 'https://api.example' }, environment)
    await expect(auth.login(ada)).rejects.toMatchObject({ code: 'unsupported_request' })
  })
})

describe('auth.fetch', () => {
  test('CK-05 sends the cookie and the CSRF token', async () => {
    const auth = await signedIn()
    const response = await auth.fetch('/api', { method: 'POST', body: 'x', headers: { 'x-mine': 'y' } })
    expect(await response.json()).toEqual({ by: 'ada' })
    const request = world.requests.at(-1)
    expect(request).toMatchObject({ method: 'POST', credentials: 'include', redirect: 'error' })
    expect(Object.fromEntries(request?.headers ?? [])).toMatchObject({ 'x-csrf-token': 'canary-csrf', 'x-mine': 'y' })
    expect(request?.headers.has('authorization')).toBe(false)
    expect(world.bodies.at(-1)).toBe('x')
  })

  test('CK-05 sends a header even when no token is known', async () => {
    server.csrf = null
    server.signedIn = 'ada'
    const auth = create()
    await auth.fetch('/api')
    expect(csrfOf(world.requests.at(-1))).toBe('1')
  })

  /** Signed in with a CSRF token, and then at a look `csrfUrl` answers this. */
  async function lookedAgain(answered: Response) {
    const auth = await signedIn({ ...urls, csrfUrl: '/csrf' })
    server.instead.set('/csrf', () => answered.clone())
    await vi.advanceTimersByTimeAsync(1000)
    await auth.look()
    return auth
  }

  test.each([408, 429, 500, 503])('CK-05 a CSRF token stays while csrfUrl fails (%i), at a look and at a refresh', async (status) => {
    const auth = await lookedAgain(json({ csrf_token: 'of-an-error' }, status))
    expect((await auth.fetch('/api', { method: 'POST' })).status).toBe(200)
    await auth.tokens.refresh()
    expect((await auth.fetch('/api', { method: 'POST' })).status).toBe(200)
    expect(sent().slice(-4)).toEqual(['POST /api canary-csrf', 'GET /v1/session 1', 'GET /csrf 1', 'POST /api canary-csrf'])
  })

  test.each([
    ['where csrfUrl refuses', json({ csrf_token: 'of-an-error' }, 404)],
    ['where csrfUrl has none any more', json({ csrf_token: null })],
  ])('a CSRF token is over %s', async (_, answered) => {
    const auth = await lookedAgain(answered)
    await auth.fetch('/api')
    expect(csrfOf(world.requests.at(-1))).toBe('1')
    await auth.tokens.refresh()
    await auth.fetch('/api')
    expect(csrfOf(world.requests.at(-1))).toBe('1')
  })

  test("CK-09 Ada's CSRF token does not stay for Bob, whose own cannot be had just now", async () => {
    const auth = await signedIn({ ...urls, csrfUrl: '/csrf' })
    server.signedIn = 'bob'
    server.instead.set('/csrf', () => json({}, 503))
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'user_changed' })
    await auth.fetch('/api')
    expect(csrfOf(world.requests.at(-1))).toBe('1')
    server.signedIn = 'ada'
    await vi.advanceTimersByTimeAsync(1000)
    await auth.look()
    await auth.fetch('/api')
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'ada' } })
    expect(csrfOf(world.requests.at(-1))).toBe('1')
  })

  test.each(['a b', 'a\r\nx: y', '', 7, null])('CK-05 takes no CSRF token that is none: %j', async (token) => {
    for (const options of [urls, { ...urls, csrfUrl: '/csrf' }]) {
      server.instead.set(urls.sessionUrl, () => json({ ...person('ada'), csrf_token: token }))
      server.instead.set('/csrf', () => json({ csrf_token: token }))
      await create(options).fetch('/api')
      expect(csrfOf(world.requests.at(-1))).toBe('1')
    }
  })

  test('leaves a CSRF header that the caller set, and the referrer', async () => {
    const auth = await signedIn()
    await auth.fetch('/api', { headers: { 'X-CSRF-Token': 'mine' }, credentials: 'omit', referrer: '', referrerPolicy: 'origin' })
    expect(csrfOf(world.requests.at(-1))).toBe('mine')
    expect(world.requests.at(-1)).toMatchObject({ credentials: 'include', referrer: '', referrerPolicy: 'origin' })
  })

  test('INV-16 the CSRF token goes nowhere that a redirect may lead', async () => {
    const auth = await signedIn()
    await auth.fetch('/api', { redirect: 'follow' })
    expect(csrfOf(world.requests.at(-1))).toBe('1')
    await auth.fetch('/api', { redirect: 'manual' })
    expect(csrfOf(world.requests.at(-1))).toBe('canary-csrf')
  })

  test('uses the header that the app names', async () => {
    server.instead.set(urls.loginUrl, () => json({ ...person('ada'), csrf_token: 'named' }))
    const auth = await signedIn({ ...urls, csrfHeader: 'X-XSRF' })
    server.signedIn = 'ada'
    await auth.fetch('/api')
    expect(world.requests.map(({ headers }) => [headers.get('x-xsrf'), headers.get('x-csrf-token')])).toEqual([['1', null], ['1', null], ['named', null]])
  })

  test('INV-16 sends the cookie nowhere else', async () => {
    const auth = await signedIn()
    const count = world.requests.length
    await expect(auth.fetch('https://evil.example/')).rejects.toMatchObject({ code: 'destination_not_allowed' })
    expect(world.requests).toHaveLength(count)
  })

  test('a 419 gets the new token and is replayed once', async () => {
    const auth = await signedIn()
    server.csrf = 'canary-next'
    world.requests.length = 0
    expect((await auth.fetch('/api', { method: 'POST', body: 'x' })).status).toBe(200)
    expect(sent()).toEqual(['POST /api canary-csrf', 'GET /v1/session 1', 'POST /api canary-next'])
    expect(world.bodies.at(-1)).toBe('x')
  })

  test('a second 419 is returned and ends nothing', async () => {
    const auth = await signedIn({ ...urls, csrfUrl: '/csrf' })
    const state = auth.store.getState()
    server.instead.set('/api', () => json({}, 419))
    world.requests.length = 0
    expect((await auth.fetch('/api', { method: 'POST' })).status).toBe(419)
    expect(sent()).toEqual(['POST /api canary-csrf', 'GET /v1/session 1', 'GET /csrf 1', 'POST /api canary-csrf'])
    expect(auth.store.getState()).toBe(state)
  })

  test('FE-09 a 401 with the session still there is replayed once; a second one ends it', async () => {
    const auth = await signedIn()
    let count = 0
    server.instead.set('/api', () => (count++ === 0 ? json({}, 401) : undefined))
    expect((await auth.fetch('/api')).status).toBe(200)
    server.instead.set('/api', () => json({}, 401))
    world.requests.length = 0
    expect((await auth.fetch('/api')).status).toBe(401)
    expect(sent()).toEqual(['GET /api canary-csrf', 'GET /v1/session 1', 'GET /api canary-csrf'])
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'revoked' })
  })

  test('a 401 because the session is over ends it', async () => {
    const auth = await signedIn()
    server.signedIn = null
    expect((await auth.fetch('/api')).status).toBe(401)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'expired', error: { code: 'session_expired' } })
  })

  test('CK-02 a 401 when the server cannot say who is signed in ends nothing', async () => {
    const auth = await signedIn()
    server.instead.set('/api', () => json({}, 401))
    server.instead.set(urls.sessionUrl, () => json({}, 503))
    expect((await auth.fetch('/api')).status).toBe(401)
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated' })
  })

  test('a 403 is returned untouched', async () => {
    const auth = await signedIn()
    server.instead.set('/api', () => json({}, 403))
    const count = world.requests.length
    expect((await auth.fetch('/api')).status).toBe(403)
    expect(world.requests).toHaveLength(count + 1)
    expect(auth.store.getState().status).toBe('authenticated')
  })

  test('CK-09 what Ada wrote is not sent as Bob, who signed in in another tab: his CSRF token is another', async () => {
    const auth = await signedIn()
    server.signedIn = 'bob'
    server.csrf = 'canary-bob'
    world.requests.length = 0
    await expect(auth.fetch('/api', { method: 'POST', body: 'of Ada' })).rejects.toMatchObject({ code: 'user_changed' })
    expect(sent()).toEqual(['POST /api canary-csrf', 'GET /v1/session 1'])
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'bob' } })
  })

  test('CK-09 nobody in particular is nobody: where answers stop to name a person, nothing is sent again', async () => {
    const auth = await signedIn()
    server.csrf = 'canary-bob'
    server.instead.set(urls.sessionUrl, () => json({ name: 'Bob', csrf_token: 'canary-bob' }))
    world.requests.length = 0
    expect((await auth.fetch('/api', { method: 'POST', body: 'of Ada' })).status).toBe(419)
    expect(sent()).toEqual(['POST /api canary-csrf', 'GET /v1/session 1'])
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
  })

  test('somebody else who signs in elsewhere is shown after the API refused a session which its server still knows', async () => {
    const auth = await signedIn()
    auth.start()
    server.instead.set('/api', () => json({}, 401))
    await auth.fetch('/api')
    expect(await statusWith(auth, 'ada', 2000)).toBe('unauthenticated')
    expect(await statusWith(auth, 'bob', 2000)).toBe('authenticated')
  })

  test('many refused at once ask once', async () => {
    const auth = await signedIn()
    server.csrf = 'canary-next'
    world.requests.length = 0
    await Promise.all(['/a', '/b', '/c'].map((each) => auth.fetch(each, { method: 'POST' })))
    expect(sent().filter((each) => each.startsWith('GET'))).toHaveLength(1)
    expect(sent()).toHaveLength(7)
  })
})

describe('signing out', () => {
  test('tells the server, even while the page leaves', async () => {
    const auth = await signedIn()
    world.requests.length = 0
    expect(await auth.logout()).toEqual({ isRemote: true, error: null })
    expect(sent()).toEqual(['POST /v1/session/logout canary-csrf'])
    expect(world.requests[0]).toMatchObject({ credentials: 'include', keepalive: true })
    expect(world.bodies.at(-1)).toBe('{}')
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user', error: null })
  })

  test('a 419 gets the new token, once, and tells it again, once', async () => {
    const auth = await signedIn()
    server.csrf = 'canary-next'
    world.requests.length = 0
    expect(await auth.logout()).toEqual({ isRemote: true, error: null })
    expect(sent()).toEqual(['POST /v1/session/logout canary-csrf', 'GET /v1/session 1', 'POST /v1/session/logout canary-next'])
    expect(server.signedIn).toBeNull()
  })

  test.each([
    [401, { isRemote: true, error: null }],
    [419, { isRemote: false, error: expect.objectContaining({ code: 'client_rejected' }) }],
    [500, { isRemote: false, error: expect.objectContaining({ code: 'server_error' }) }],
  ])('LO-01 the server answers %i: signed out here in any case', async (status, result) => {
    const auth = await signedIn()
    server.instead.set(urls.logoutUrl, () => json({}, status))
    expect(await auth.logout()).toEqual(result)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user', error: null })
  })

  test('INV-6 without logoutUrl it is of this page, which looking does not undo; a reload finds the session again', async () => {
    const auth = await signedIn({ ...urls, logoutUrl: undefined })
    auth.start()
    expect(await auth.logout()).toEqual({ isRemote: false, error: null })
    await vi.advanceTimersByTimeAsync(2000)
    world.wake('focus')
    await settled()
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
    expect(await create().ready).toMatchObject({ status: 'authenticated' })
  })

  test('without logoutUrl it waits for nothing, and a login that it overtook tells nobody either', async () => {
    const auth = create({ ...urls, logoutUrl: undefined })
    await auth.ready
    const late = defer<undefined>()
    server.instead.set(urls.loginUrl, () => late.promise as never)
    const login = auth.login(ada).catch((error: unknown) => error)
    await settled()
    expect(await auth.logout()).toEqual({ isRemote: false, error: null })
    late.resolve(undefined)
    expect(await login).toMatchObject({ code: 'superseded' })
    expect(sent()).toEqual(['GET /v1/session 1', 'POST /v1/session/login 1'])
  })

  test('tells the server even when it is not known who is signed in', async () => {
    server.signedIn = 'ada'
    server.instead.set(urls.sessionUrl, () => json({}, 500))
    const auth = create({ ...urls, csrfUrl: '/csrf' })
    await auth.ready
    expect(await auth.logout()).toEqual({ isRemote: true, error: null })
    expect(server.signedIn).toBeNull()
  })

  test('a login right after it comes after it at the server', async () => {
    const auth = await signedIn()
    world.requests.length = 0
    const logout = auth.logout()
    await auth.login({ ...ada, email: 'bob@example.com' })
    await logout
    expect(sent()).toEqual(['POST /v1/session/logout canary-csrf', 'POST /v1/session/login 1'])
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'bob' } })
  })

  test('INV-7 INV-22 nothing printed ever held a secret', async () => {
    const auth = create({ ...urls, csrfUrl: '/csrf' }, { storage: 'session' })
    const printed: string[] = []
    const print = (value: unknown) => printed.push(inspect(value, { depth: 9 }), JSON.stringify(value) ?? '')
    const reported = vi.spyOn(console, 'error')
    auth.inspect(print)
    auth.store.subscribe(print)
    auth.refreshStore.subscribe(print)
    await auth.login(ada)
    await auth.fetch('/api', { method: 'POST' })
    server.csrf = 'canary-next'
    await auth.fetch('/api', { method: 'POST' })
    server.instead.set(urls.loginUrl, () => json({ error: 'canary token' }, 400))
    print(await auth.logout())
    await auth.getAccessToken().catch(print)
    expect(printed.length).toBeGreaterThan(20)
    expect(printed.join()).not.toMatch(/canary-/)
    expect(reported).not.toHaveBeenCalled()
    reported.mockRestore()
  })
})

describe('beside another method', () => {
  const both = (storage: TokenStorage | 'session' = 'session') =>
    createAuth({ methods: { web: cookieSession(urls), app: password({ loginUrl: '/login', logoutUrl: '/logout' }) }, storage }, world.environment)

  test('CK-02 a look that fails while a login is under way is shown', async () => {
    server.instead.set(urls.sessionUrl, () => json({}, 500))
    const auth = both()
    auth.start()
    await auth.ready
    server.instead.set('/login', () => new Promise<Response>(() => {}))
    void auth.login('app', ada).catch(() => {})
    expect(auth.store.getState()).toMatchObject({ status: 'loading', pending: 'app', error: null })
    server.instead.set(urls.sessionUrl, () => json({}, 429))
    await vi.advanceTimersByTimeAsync(1000)
    expect(auth.store.getState()).toMatchObject({ status: 'loading', pending: 'app', error: { code: 'rate_limited' } })
    auth.dispose()
  })

  test('INV-6 a storage that fails does not undo a sign-out of which the server did not hear', async () => {
    const seen: string[] = []
    const auth = both({ getItem: () => null, setItem: () => {}, removeItem: () => Promise.reject(new Error('full')) })
    auth.inspect(({ type }) => seen.push(type))
    auth.start()
    await auth.ready
    await auth.login('web', ada)
    server.instead.set(urls.logoutUrl, () => json({}, 500))
    seen.length = 0
    await auth.logout()
    await vi.advanceTimersByTimeAsync(2000)
    expect(seen).toEqual(['cleared', 'signed_out', 'storage_failed'])
    world.wake('focus')
    await settled()
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
  })

  test('INV-6 a login that one by the other overtook is over at the server, and a reload finds nobody', async () => {
    const auth = both()
    auth.start()
    await auth.ready
    const late = defer<undefined>()
    server.instead.set(urls.loginUrl, () => late.promise as never)
    server.instead.set('/login', () => json({ access_token: 'canary-at', token_type: 'Bearer' }))
    const first = auth.login('web', ada).catch((error: unknown) => error)
    await settled()
    await auth.login('app', ada)
    late.resolve(undefined)
    expect(await first).toMatchObject({ code: 'superseded' })
    expect(server.signedIn).toBeNull()
    expect(auth.store.getState()).toMatchObject({ method: 'app' })
    expect(await create().ready).toMatchObject({ status: 'unauthenticated' })
  })

  test('there is one session at a time', async () => {
    server.signedIn = 'ada'
    const auth = both()
    auth.start()
    expect(await auth.ready).toMatchObject({ method: 'web', user: { sub: 'ada' } })
    server.instead.set('/login', () => json({ access_token: 'canary-at', token_type: 'Bearer' }))
    await auth.login('app', ada)
    expect(auth.store.getState()).toMatchObject({ method: 'app' })
    await auth.fetch('/api')
    expect(world.requests.at(-1)?.headers.get('authorization')).toBe('Bearer canary-at')
    expect(world.requests.at(-1)?.credentials).toBe('same-origin')
    await vi.advanceTimersByTimeAsync(2000)
    world.wake('focus')
    await settled()
    expect(auth.store.getState()).toMatchObject({ method: 'app' })
    const reloaded = both()
    expect(await reloaded.ready).toMatchObject({ method: 'app' })
    reloaded.dispose()
    await auth.login('web', { ...ada, email: 'bob@example.com' })
    expect(auth.store.getState()).toMatchObject({ method: 'web', user: { sub: 'bob' } })
    await auth.fetch('/api', { method: 'POST' })
    expect(csrfOf(world.requests.at(-1))).toBe('canary-csrf')
    expect(world.tabStorage.keys()).toEqual([])
    expect(await auth.logout()).toMatchObject({ isRemote: true })
    expect(server.signedIn).toBeNull()
  })
})
