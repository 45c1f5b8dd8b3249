import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { jwt } from '../../test/provider.ts'
import { createOrigin, type Origin } from '../../test/origin.ts'
import { createWorld, defer, type Deferred, type World } from '../../test/world.ts'
import type { AuthOptions } from '../auth/authOptions.ts'
import { createAuth } from '../auth/createAuth.ts'
import type { Auth } from '../auth/auth.ts'
import { AuthError } from '../errors.ts'
import { cookieSession } from '../methods/cookieSession.ts'
import { password, type PasswordInput } from '../methods/password.ts'
import type { AuthMethod } from '../methods/method.ts'
import type { Claims } from '../session/claims.ts'
import { parkRequests, type Parked, type ParkingOptions } from './parkRequests.ts'

const second = 1_000
const minute = 60 * second
const method = password({ loginUrl: '/login', refreshUrl: '/refresh', logoutUrl: '/logout' })

let origin: Origin
let world: World
/** What the API was sent and took, as `who method path body`. */
let taken: string[]
/** How often the API was asked. */
let asked: number
/** Access and refresh tokens that are good. */
let good: Set<string>
let issued: number
/** What the API does before it looks at the token. */
let before: () => Promise<Response | undefined> | undefined

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  origin = createOrigin()
  taken = []
  good = new Set()
  ;[asked, issued] = [0, 0]
  before = () => undefined
  world = openWorld()
})
afterEach(() => vi.useRealTimers())

function openWorld(): World {
  const opened = createWorld(origin)
  opened.answer = async (request) => {
    const { pathname } = new URL(request.url)
    const text = await request.clone().text()
    if (pathname === '/login') return tokensOf((JSON.parse(text) as PasswordInput).email)
    if (pathname === '/logout') return new Response(null, { status: 204 })
    if (pathname === '/refresh') {
      const { refresh_token: token = '' } = JSON.parse(text) as { readonly refresh_token?: string }
      return good.delete(token) ? tokensOf(/^rt-(\w+)-/.exec(token)?.[1] ?? '') : Response.json({ error: 'invalid_grant' }, { status: 400 })
    }
    asked++
    const instead = await before()
    if (instead !== undefined) return instead
    const token = request.headers.get('authorization')?.slice('Bearer '.length) ?? ''
    if (!good.has(token)) return new Response('no', { status: 401 })
    const { sub } = JSON.parse(atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/'))) as { readonly sub: string }
    taken.push(`${sub} ${request.method} ${pathname} ${text}`)
    return new Response(`for ${sub}`)
  }
  return opened
}
function tokensOf(email: string): Response {
  issued++
  const sub = email.replace(/@.*/, '')
  const [access, refresh] = [jwt({ sub, jti: `${issued}` }), `rt-${sub}-${issued}`]
  good.add(access).add(refresh)
  return Response.json({ access_token: access, refresh_token: refresh, token_type: 'Bearer', expires_in: 3600 })
}

type Parking = Auth<PasswordInput, Claims> & Parked
function create(options: ParkingOptions = {}, auth: Partial<AuthOptions<PasswordInput, Claims>> = {}, { environment } = world): Parking {
  return parkRequests(createAuth({ method, ...auth }, environment), options, environment)
}
const login = (auth: Parking, name = 'ada') => auth.login({ email: `${name}@example.com`, password: 'x' })
async function signedIn(options: ParkingOptions = {}): Promise<Parking> {
  const auth = create(options)
  await login(auth)
  return auth
}
/** The server ends every session, and tells nobody. */
const revoke = () => good.clear()
const post = (auth: Parking, body: BodyInit = 'a form', init: RequestInit = {}) => auth.fetch('/orders', { method: 'POST', body, ...init })
const waiting = ({ parkedStore }: Parking) => parkedStore.getState()
const parked = (auth: Parking, count = 1) => vi.waitFor(() => expect(waiting(auth)).toBe(count))
/** What came of something: its value, or what it was rejected with. */
function watch<T>(promise: Promise<T>) {
  const seen: { outcome?: unknown } = {}
  promise.then((value) => (seen.outcome = value), (error: unknown) => (seen.outcome = error))
  return seen
}
/** Reading bodies takes turns of the event loop that nobody fakes. */
const settled = async () => {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => void setImmediate(resolve))
}

/** A request whose token is refused straight after a refresh as well, which ends the session; then its person comes back. */
async function refusedTwice(auth: Parking): Promise<void> {
  before = async () => new Response('no', { status: 401 })
  const sent = post(auth)
  await parked(auth)
  expect(auth.store.getState()).toMatchObject({ reason: 'revoked' })
  before = () => undefined
  await login(auth)
  expect((await sent).status).toBe(200)
}

describe('a request that meets the end of the session', () => {
  test('waits, and is sent once more when the same person has signed in again, with its body and headers', async () => {
    const auth = await signedIn()
    revoke()
    const sent = post(auth, JSON.stringify({ item: 42 }), { headers: { 'content-type': 'application/json', 'x-own': 'kept' } })
    await parked(auth)
    expect(auth.store.getState()).toMatchObject({ reason: 'refresh_rejected' })
    await login(auth)
    expect(await (await sent).text()).toBe('for ada')
    expect(taken).toEqual(['ada POST /orders {"item":42}'])
    expect(asked).toBe(2)
    const last = world.requests.at(-1)!
    expect([last.headers.get('content-type'), last.headers.get('x-own')]).toEqual(['application/json', 'kept'])
    expect(last.headers.get('authorization')).toBe(`Bearer ${await auth.getAccessToken()}`)
    expect(waiting(auth)).toBe(0)
  })

  test('waits also when it was rejected, as the refresh that it waited for was refused', async () => {
    const auth = await signedIn()
    vi.setSystemTime(Date.now() + 2 * 60 * minute)
    revoke()
    const sent = post(auth)
    await parked(auth)
    expect(asked).toBe(0)
    await login(auth)
    expect((await sent).status).toBe(200)
    expect(taken).toEqual(['ada POST /orders a form'])
  })

  test('waits also when the session ends before it is sent', async () => {
    const auth = await signedIn()
    const sent = post(auth)
    auth.tokens.end(new AuthError('session_expired', 'over'))
    await parked(auth)
    expect(asked).toBe(0)
    await login(auth)
    expect((await sent).status).toBe(200)
    expect(taken).toEqual(['ada POST /orders a form'])
  })

  test('waits also when it is refused a second time, straight after a refresh', async () => {
    await refusedTwice(await signedIn())
    expect([taken.length, asked]).toEqual([1, 3])
  })

  test('waits also when it was made after the end, and is sent by nobody meanwhile', async () => {
    const auth = await signedIn()
    revoke()
    const first = post(auth, 'first')
    await parked(auth)
    const later = post(auth, 'later')
    await parked(auth, 2)
    expect(asked).toBe(1)
    await login(auth)
    await Promise.all([first, later])
    expect(taken).toEqual(['ada POST /orders first', 'ada POST /orders later'])
  })

  test('is sent at once when the person has signed in again by the time that it is refused', async () => {
    const auth = await signedIn()
    const gate = defer<undefined>()
    let held = 0
    before = () => (held++ === 0 ? gate.promise.then(() => new Response('no', { status: 401 })) : undefined)
    const slow = post(auth, 'slow')
    await vi.waitFor(() => expect(held).toBe(1))
    revoke()
    const fast = post(auth, 'fast')
    await parked(auth)
    await login(auth)
    await fast
    gate.resolve(undefined)
    expect((await slow).status).toBe(200)
    expect(taken).toEqual(['ada POST /orders fast', 'ada POST /orders slow'])
  })

  test.each([
    ['text', () => 'ä form', 'ä form', /^text\/plain/],
    ['bytes', () => new Uint8Array([97, 98]), 'ab', null],
    ['a blob', () => new Blob(['ab'], { type: 'image/png' }), 'ab', 'image/png'],
    ['fields', () => new URLSearchParams({ a: '1 2' }), 'a=1+2', /^application\/x-www-form-urlencoded/],
    ['nothing', () => '', '', /^text\/plain/],
  ])('has %s as its body again', async (_, body, text, type) => {
    const auth = await signedIn()
    revoke()
    const given = body()
    const sent = post(auth, given)
    await parked(auth)
    // What becomes of it meanwhile is of no account.
    if (given instanceof Uint8Array) given.fill(0)
    if (given instanceof URLSearchParams) given.set('a', 'other')
    await login(auth)
    await sent
    expect(taken).toEqual([`ada POST /orders ${text}`])
    const contentType = world.requests.at(-1)!.headers.get('content-type')
    if (type instanceof RegExp) expect(contentType).toMatch(type)
    else expect(contentType).toBe(type)
  })

  test('has a form with a file as its body again', async () => {
    const auth = await signedIn()
    revoke()
    const form = new FormData()
    form.set('note', 'two\nlines')
    form.set('file', new File(['bytes'], 'a.txt', { type: 'text/plain' }))
    const sent = post(auth, form)
    await parked(auth)
    await login(auth)
    await sent
    const again = await world.requests.at(-1)!.formData()
    expect(again.get('note')).toMatch(/^two\r?\nlines$/)
    expect(await (again.get('file') as File).text()).toBe('bytes')
  })

  test('may be a Request, which stays readable, or have no body', async () => {
    const auth = await signedIn()
    revoke()
    const request = new Request('https://app.example/orders/7', { method: 'PUT', body: 'new' })
    const sent = [auth.fetch(request), auth.fetch('/orders'), auth.fetch(new URL('https://app.example/x'), { method: 'DELETE' })]
    await parked(auth, 3)
    await login(auth)
    await Promise.all(sent)
    expect(world.requests.slice(-3).map(({ method: verb, url }) => `${verb} ${url}`)).toEqual([
      'PUT https://app.example/orders/7',
      'GET https://app.example/orders',
      'DELETE https://app.example/x',
    ])
    expect(taken.sort()).toEqual(['ada DELETE /x ', 'ada GET /orders ', 'ada PUT /orders/7 new'])
    expect(await request.text()).toBe('new')
  })

  test('goes to where it went first, though the page’s base or address changed', async () => {
    let base = 'https://app.example/base/'
    const environment = { ...world.environment, page: { ...world.environment.page, baseUrl: () => base } }
    const auth = create({}, {}, { ...world, environment })
    await login(auth)
    revoke()
    const sent = auth.fetch('orders')
    await parked(auth)
    base = 'https://app.example/other/'
    await login(auth)
    await sent
    expect(taken).toEqual(['ada GET /base/orders '])
  })

  test('keeps what it says of redirects', async () => {
    const auth = await signedIn()
    revoke()
    const sent = [auth.fetch('/a'), auth.fetch('/b', { redirect: 'follow' }), auth.fetch('/c', { redirect: 'manual' })]
    await parked(auth, 3)
    await login(auth)
    await Promise.all(sent)
    expect(world.requests.slice(-3).map(({ redirect }) => redirect)).toEqual(['error', 'follow', 'manual'])
  })

  test('is sent in the order in which all were made, whichever was refused first', async () => {
    const auth = await signedIn()
    const gates: Deferred<undefined>[] = []
    before = () => {
      const gate = defer<undefined>()
      gates.push(gate)
      return gate.promise
    }
    const sent = ['one', 'two', 'three'].map((body) => post(auth, body))
    await vi.waitFor(() => expect(gates).toHaveLength(3))
    before = () => undefined
    revoke()
    for (const [index, count] of [[2, 1], [0, 2], [1, 3]] as const) {
      gates[index]!.resolve(undefined)
      await parked(auth, count)
      await settled()
    }
    await login(auth)
    await Promise.all(sent)
    expect(taken.map((text) => text.split(' ').at(-1))).toEqual(['one', 'two', 'three'])
  })

  test('is sent when its body is there, where that comes later than the person', async () => {
    const send = world.environment.network.fetch
    let isRefused = true
    const fetch = async (request: Request) => (isRefused && request.url.endsWith('/orders') ? new Response('no', { status: 401 }) : send(request))
    const environment = { ...world.environment, network: { ...world.environment.network, fetch } }
    const auth = create({}, {}, { ...world, environment })
    await login(auth)
    revoke()
    let body!: ReadableStreamDefaultController<Uint8Array>
    const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (body = controller) })
    const request = new Request('https://app.example/orders', { method: 'POST', body: stream, duplex: 'half' } as RequestInit)
    const sent = auth.fetch(request)
    body.enqueue(new Uint8Array([97]))
    await parked(auth)
    isRefused = false
    await login(auth)
    await settled()
    expect(waiting(auth)).toBe(1)
    body.enqueue(new Uint8Array([98]))
    body.close()
    expect((await sent).status).toBe(200)
    expect(taken).toEqual(['ada POST /orders ab'])
  })

  test('is sent once more and no third time: what comes of that stands', async () => {
    const auth = await signedIn()
    revoke()
    const sent = watch(post(auth))
    await parked(auth)
    before = async () => new Response('never', { status: 401 })
    await login(auth)
    await vi.waitFor(() => expect(sent.outcome).toBeInstanceOf(Response))
    expect((sent.outcome as Response).status).toBe(401)
    expect(auth.store.getState()).toMatchObject({ reason: 'revoked' })
    const sofar = asked
    before = () => undefined
    await login(auth)
    await settled()
    expect([asked, taken, waiting(auth)]).toEqual([sofar, [], 0])
  })

  test('is sent once although several logins follow each other', async () => {
    const auth = await signedIn()
    revoke()
    const sent = post(auth)
    await parked(auth)
    await Promise.allSettled([login(auth), login(auth), login(auth)])
    await sent
    await settled()
    expect(taken).toHaveLength(1)
  })
})

describe('it settles as it would have at once', () => {
  const refused = async (options: ParkingOptions = {}) => {
    const auth = await signedIn(options)
    revoke()
    const sent = watch(post(auth))
    await parked(auth)
    await settled()
    return { auth, sent }
  }
  const expect401 = async ({ auth, sent }: Awaited<ReturnType<typeof refused>>) => {
    await vi.waitFor(() => expect(sent.outcome).toBeInstanceOf(Response))
    expect((sent.outcome as Response).status).toBe(401)
    expect(await (sent.outcome as Response).text()).toBe('no')
    expect([asked, taken, waiting(auth)]).toEqual([1, [], 0])
  }

  test('when the person signs out', async () => {
    const all = await refused()
    await all.auth.logout()
    await expect401(all)
    await login(all.auth)
    await settled()
    expect(taken).toEqual([])
  })

  test('when the auth is disposed of, which leaves no timer', async () => {
    const all = await refused()
    all.auth.dispose()
    await expect401(all)
    expect(vi.getTimerCount()).toBe(0)
    await expect(post(all.auth)).rejects.toMatchObject({ code: 'disposed' })
  })

  test('after `longestMs`, and no sooner', async () => {
    const all = await refused({ longestMs: minute })
    // Waiting for it to be parked took some time, too.
    await vi.advanceTimersByTimeAsync(minute - second)
    expect(all.sent.outcome).toBeUndefined()
    await vi.advanceTimersByTimeAsync(second)
    await expect401(all)
    await login(all.auth)
    await settled()
    expect(taken).toEqual([])
  })

  test('TM-04: when the computer slept past `longestMs`, also where the person signs in before any timer has run', async () => {
    const all = await refused({ longestMs: minute })
    vi.setSystemTime(Date.now() + 2 * minute)
    await login(all.auth)
    expect(waiting(all.auth)).toBe(0)
    await expect401(all)
  })

  test.each(['visible', 'restored', 'resumed'] as const)('TM-04: as soon as a page wakes that slept past `longestMs`: %s', async (reason) => {
    const all = await refused({ longestMs: minute })
    vi.setSystemTime(Date.now() + minute - 2 * second)
    world.wake(reason)
    await settled()
    expect(all.sent.outcome).toBeUndefined()
    vi.setSystemTime(Date.now() + 2 * second)
    world.wake(reason)
    await expect401(all)
    all.auth.dispose()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('each at its own time, and leaves no timer after the last', async () => {
    const auth = await signedIn({ longestMs: 10 * minute })
    const stop = auth.start()
    revoke()
    const first = watch(post(auth))
    await parked(auth)
    await vi.advanceTimersByTimeAsync(4 * minute)
    const other = watch(post(auth))
    await parked(auth, 2)
    await vi.advanceTimersByTimeAsync(6 * minute)
    expect([waiting(auth), (first.outcome as Response).status, other.outcome]).toEqual([1, 401, undefined])
    await vi.advanceTimersByTimeAsync(4 * minute)
    expect([waiting(auth), other.outcome]).toMatchObject([0, { code: 'not_authenticated' }])
    stop()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('with the error that it was rejected with', async () => {
    const auth = await signedIn()
    vi.setSystemTime(Date.now() + 2 * 60 * minute)
    revoke()
    const sent = watch(post(auth))
    await parked(auth)
    const later = watch(post(auth))
    await parked(auth, 2)
    await vi.advanceTimersByTimeAsync(5 * minute)
    expect(sent.outcome).toMatchObject({ code: 'refresh_rejected' })
    expect(later.outcome).toMatchObject({ code: 'not_authenticated' })
  })

  test('but as an error when somebody else signs in, as whom it is not sent', async () => {
    const { auth, sent } = await refused()
    await login(auth, 'bob')
    await vi.waitFor(() => expect(sent.outcome).toMatchObject({ code: 'user_changed' }))
    await login(auth, 'ada')
    await settled()
    expect([asked, taken, waiting(auth)]).toEqual([1, [], 0])
  })

  test('and with the reason of its signal, as fetch does, when the caller aborts', async () => {
    const auth = await signedIn()
    revoke()
    const controller = new AbortController()
    const sent = watch(post(auth, 'x', { signal: controller.signal }))
    await parked(auth)
    controller.abort(new Error('changed my mind'))
    await vi.waitFor(() => expect(sent.outcome).toMatchObject({ message: 'changed my mind' }))
    expect(waiting(auth)).toBe(0)
    await login(auth)
    await settled()
    expect(taken).toEqual([])
  })

  test('RF-33 at once, as it came, when the caller aborts before it is known whether the session is over', async () => {
    const auth = await signedIn()
    before = async () => {
      if (asked === 2) auth.tokens.guard(() => new Promise(() => {}))
      return new Response('no', { status: 401 })
    }
    const controller = new AbortController()
    const sent = watch(post(auth, 'x', { signal: controller.signal }))
    await vi.waitFor(() => expect(asked).toBe(2))
    await settled()
    expect(sent.outcome).toBeUndefined()
    controller.abort()
    await settled()
    expect([(sent.outcome as Response).status, waiting(auth)]).toEqual([401, 0])
  })

  test('and its signal still counts when it is sent again', async () => {
    const auth = await signedIn()
    revoke()
    const controller = new AbortController()
    const sent = watch(post(auth, 'x', { signal: controller.signal }))
    await parked(auth)
    await settled()
    await login(auth)
    await vi.waitFor(() => expect(asked).toBe(2))
    expect(world.requests.at(-1)!.signal.aborted).toBe(false)
    controller.abort()
    expect(world.requests.at(-1)!.signal.aborted).toBe(true)
    await settled()
    expect(sent.outcome).toBeDefined()
  })
})

describe('it is not parked', () => {
  const gives = async (sent: Promise<Response>, auth: Parking, status = 401) => {
    expect((await sent).status).toBe(status)
    expect(waiting(auth)).toBe(0)
  }

  test('without an end: a success, a 403, a 401 that says nothing of the token', async () => {
    const auth = await signedIn()
    for (const [status, headers] of [[200, {}], [403, {}], [401, { 'www-authenticate': 'Basic' }], [500, {}]] as const) {
      before = async () => new Response('', { status, headers })
      await gives(post(auth), auth, status)
    }
    expect(asked).toBe(4)
    expect(auth.store.getState().status).toBe('authenticated')
  })

  test('when it is answered, also while the session ends', async () => {
    const auth = await signedIn()
    const gate = defer<Response>()
    before = () => gate.promise
    const sent = post(auth)
    await vi.waitFor(() => expect(asked).toBe(1))
    auth.tokens.end(new AuthError('session_expired', 'over'))
    gate.resolve(new Response('', { status: 403 }))
    await gives(sent, auth, 403)
  })

  test('when the server may have done it, and led on to where the 401 came from; a GET has nothing done', async () => {
    const auth = await signedIn()
    revoke()
    before = async () => Object.defineProperties(new Response('no', { status: 401 }), { redirected: { value: true }, url: { value: 'https://app.example/orders/1' } })
    await gives(post(auth, 'x', { redirect: 'follow' }), auth)
    expect(auth.store.getState()).toMatchObject({ reason: 'refresh_rejected' })
    await login(auth)
    revoke()
    const sent = auth.fetch('/orders', { redirect: 'follow' })
    await parked(auth)
    before = () => undefined
    await login(auth)
    expect((await sent).status).toBe(200)
    expect([taken, asked]).toEqual([['ada GET /orders '], 3])
  })

  test('when the network fails, also while the session ends', async () => {
    const auth = await signedIn()
    const gate = defer<Response>()
    before = () => gate.promise
    const sent = watch(post(auth))
    await vi.waitFor(() => expect(asked).toBe(1))
    auth.tokens.end(new AuthError('session_expired', 'over'))
    gate.reject(new TypeError('Failed to fetch'))
    await vi.waitFor(() => expect(sent.outcome).toBeInstanceOf(TypeError))
    expect(waiting(auth)).toBe(0)
  })

  test('when the refresh fails for a passing reason', async () => {
    const auth = await signedIn()
    const { answer } = world
    world.answer = (request) => (request.url.endsWith('/refresh') ? new Response('', { status: 503 }) : answer(request))
    before = async () => new Response('no', { status: 401 })
    await gives(post(auth), auth)
    expect(auth.store.getState().status).toBe('authenticated')
  })

  test('when nobody was signed in, or not known yet to be', async () => {
    const auth = create()
    for (let i = 0; i < 2; i++) await expect(post(auth)).rejects.toMatchObject({ code: 'not_authenticated' })
    await login(auth)
    await auth.logout()
    await expect(post(auth)).rejects.toMatchObject({ code: 'not_authenticated' })
    expect(waiting(auth)).toBe(0)
  })

  test('when the person signs out meanwhile', async () => {
    const auth = await signedIn()
    const gate = defer<Response>()
    before = () => gate.promise
    const sent = post(auth)
    await vi.waitFor(() => expect(asked).toBe(1))
    await auth.logout()
    gate.resolve(new Response('', { status: 401 }))
    await gives(sent, auth)
  })

  test.each(['subject_changed', 'storage_failed', 'session_idle'] as const)('when the session ends by %s', async (code) => {
    const auth = await signedIn()
    const gate = defer<Response>()
    before = () => gate.promise
    const sent = post(auth)
    await vi.waitFor(() => expect(asked).toBe(1))
    auth.tokens.end(new AuthError(code, 'over'))
    gate.resolve(new Response('', { status: 401 }))
    await gives(sent, auth)
  })

  test('when its session has no subject, so that nobody could be told to be the same', async () => {
    const nameless: AuthMethod<PasswordInput, Claims> = {
      name: 'password',
      login: async ({ email }) => ({ accessToken: email, subject: null, user: {}, scope: [] }),
    }
    const auth = create({}, { method: nameless })
    await login(auth)
    await gives(post(auth), auth)
    expect(auth.store.getState()).toMatchObject({ reason: 'revoked' })
  })

  test('when its body is a stream, or larger than `largestBytes`', async () => {
    const auth = await signedIn({ largestBytes: 4 })
    revoke()
    const streaming = () => auth.fetch('/orders', { method: 'POST', body: new Blob(['abc']).stream(), duplex: 'half' } as RequestInit)
    await gives(streaming(), auth)
    await login(auth)
    await gives(streaming(), auth, 200)
    expect(taken.splice(0)).toEqual(['ada POST /orders abc'])
    revoke()
    const pieces = async function* () {
      yield new Uint8Array([97])
    }
    await gives(auth.fetch('/orders', { method: 'POST', body: pieces(), duplex: 'half' } as unknown as RequestInit), auth)
    await login(auth)
    revoke()
    await gives(post(auth, '12345'), auth)
    await login(auth)
    revoke()
    const sent = post(auth, '1234')
    await parked(auth)
    await login(auth)
    await gives(sent, auth, 200)
    expect(taken).toEqual(['ada POST /orders 1234'])
  })

  test('when `most` others wait', async () => {
    const auth = await signedIn({ most: 1 })
    revoke()
    const sent = post(auth, 'first')
    await parked(auth)
    await expect(post(auth, 'second')).rejects.toMatchObject({ code: 'not_authenticated' })
    expect(waiting(auth)).toBe(1)
    await login(auth)
    await sent
    expect(taken).toEqual(['ada POST /orders first'])
  })

  test('when it has credentials of its own, goes where none may go, or is no request', async () => {
    const auth = await signedIn()
    revoke()
    const held = watch(post(auth))
    await parked(auth)
    await gives(auth.fetch('/own', { headers: { authorization: 'Basic own' } }).then((response) => (expect(waiting(auth)).toBe(1), auth.logout(), response)), auth)
    await settled()
    expect(held.outcome).toBeInstanceOf(Response)
    await login(auth)
    await expect(auth.fetch('https://elsewhere.example/')).rejects.toMatchObject({ code: 'destination_not_allowed' })
    await expect(auth.fetch('/x', { method: 'GET', body: 'x' })).rejects.toBeInstanceOf(TypeError)
  })
})

describe('after the end, before anybody is back', () => {
  test('what may have no credentials is refused at once, as ever, and does not wait', async () => {
    const auth = await signedIn()
    revoke()
    const held = post(auth)
    await parked(auth)
    await expect(auth.fetch('https://elsewhere.example/')).rejects.toMatchObject({ code: 'destination_not_allowed' })
    await expect(auth.fetch('/x', { mode: 'no-cors' })).rejects.toMatchObject({ code: 'unsupported_request' })
    await expect(auth.fetch('/x', { method: 'GET', body: 'x' })).rejects.toBeInstanceOf(TypeError)
    const used = new Request('https://app.example/x', { method: 'POST', body: 'x' })
    await used.text()
    await expect(auth.fetch(used)).rejects.toBeInstanceOf(TypeError)
    await expect(auth.fetch('/x', { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone')
    expect([waiting(auth), asked]).toEqual([1, 1])
    await login(auth)
    await held
  })

  test('a failed login, or one that was given up, changes nothing', async () => {
    const auth = await signedIn()
    revoke()
    const sent = post(auth)
    await parked(auth)
    const { answer } = world
    world.answer = () => Response.json({ error: 'invalid_credentials' }, { status: 401 })
    await expect(login(auth, 'bob')).rejects.toMatchObject({ code: 'invalid_credentials' })
    world.answer = answer
    expect(waiting(auth)).toBe(1)
    await login(auth)
    expect((await sent).status).toBe(200)
  })

  test('one that is made while those that waited are sent goes out after them, each once', async () => {
    const auth = await signedIn()
    revoke()
    const sent = [post(auth, 'one'), post(auth, 'two')]
    await parked(auth, 2)
    await settled()
    auth.parkedStore.subscribe((count) => void (count === 1 && sent.push(post(auth, 'three'))))
    await login(auth)
    await Promise.all(sent)
    await settled()
    expect([...taken].sort()).toEqual(['ada POST /orders one', 'ada POST /orders three', 'ada POST /orders two'])
    expect(waiting(auth)).toBe(0)
  })

  test('a header that tells a server of a repetition goes along as it was', async () => {
    const auth = await signedIn()
    revoke()
    const sent = post(auth, 'x', { headers: { 'idempotency-key': 'k1' }, keepalive: true, credentials: 'include', cache: 'no-store' })
    await parked(auth)
    await login(auth)
    await sent
    const again = world.requests.at(-1)!
    expect([again.headers.get('idempotency-key'), again.keepalive, again.credentials, again.cache]).toEqual(['k1', true, 'include', 'no-store'])
  })
})

describe('auth.inspect', () => {
  type Seen = { readonly type: string; readonly url?: string; readonly verdict?: string }
  const parking = (auth: Parking) => {
    const seen: Seen[] = []
    const stop = auth.inspect((event) => {
      if (event.type === 'parked' || event.type === 'unparked') seen.push(event)
    })
    return { seen, stop }
  }
  const url = 'https://app.example/orders'

  test('tells of each that waits and what ends the wait, with no query, header or body', async () => {
    const auth = await signedIn({ longestMs: minute, largestBytes: 20 })
    const { seen, stop } = parking(auth)
    revoke()
    const sent = [auth.fetch('/orders?secret=1', { method: 'POST', body: 'canary', headers: { 'x-own': 'canary' } })]
    await parked(auth)
    await login(auth)
    await Promise.all(sent)
    expect(seen).toEqual([
      { type: 'parked', url, at: expect.any(Number) },
      { type: 'unparked', url, verdict: 'released', at: Date.now() },
    ])
    stop()
    revoke()
    const next = post(auth)
    await parked(auth)
    await login(auth)
    await next
    expect(seen).toHaveLength(2)
  })

  test.each([
    ['user_changed', (auth) => login(auth, 'bob')],
    ['signed_out', (auth) => auth.logout()],
    ['too_late', async () => void (await vi.advanceTimersByTimeAsync(minute))],
    ['aborted', async (_, controller) => controller.abort()],
  ] satisfies [string, (auth: Parking, controller: AbortController) => Promise<unknown>][])('says why it was given up: %s', async (verdict, giveUp) => {
    const auth = await signedIn({ longestMs: minute })
    const { seen } = parking(auth)
    revoke()
    const controller = new AbortController()
    const sent = watch(post(auth, 'x', { signal: controller.signal }))
    await parked(auth)
    await settled()
    await giveUp(auth, controller)
    await vi.waitFor(() => expect(sent.outcome).toBeDefined())
    expect(seen).toMatchObject([{ type: 'parked', url }, { type: 'unparked', url, verdict }])
  })

  test('says so of a body that is not kept, and nothing of what never waits', async () => {
    const auth = await signedIn({ largestBytes: 4, most: 1 })
    const { seen } = parking(auth)
    revoke()
    expect((await post(auth, '12345')).status).toBe(401)
    expect(seen).toMatchObject([{ type: 'parked', url }, { type: 'unparked', url, verdict: 'not_kept' }])
    const sent = post(auth, '1')
    await parked(auth)
    await expect(post(auth, '2')).rejects.toMatchObject({ code: 'not_authenticated' })
    expect(seen).toHaveLength(3)
    await login(auth)
    await sent
  })

  test('tells of all else as without parking, in order, and of nothing once disposed of', async () => {
    const auth = await signedIn()
    const types: string[] = []
    auth.inspect(({ type }) => void types.push(type))
    revoke()
    const sent = post(auth)
    await parked(auth)
    expect(types).toEqual(['unauthorized', 'refresh_started', 'ended', 'signed_out', 'parked'])
    await login(auth)
    await sent
    expect(types.slice(5)).toEqual(['login_started', 'set', 'signed_in', 'unparked'])
    revoke()
    void post(auth).catch(() => {})
    await parked(auth)
    const sofar = types.length
    auth.dispose()
    await settled()
    expect(types).toHaveLength(sofar)
  })
})

describe('somebody else', () => {
  test('who signs in while the session is in use gets nothing of it: no end, no parking', async () => {
    const auth = await signedIn()
    const gate = defer<Response>()
    before = () => gate.promise
    const sent = watch(post(auth))
    await vi.waitFor(() => expect(asked).toBe(1))
    before = () => undefined
    await login(auth, 'bob')
    gate.resolve(new Response('', { status: 401 }))
    await vi.waitFor(() => expect(sent.outcome).toMatchObject({ code: 'user_changed' }))
    expect([taken, waiting(auth)]).toEqual([[], 0])
  })

  test('with the same subject at another method is somebody else', async () => {
    const home = password({ loginUrl: '/login', refreshUrl: '/refresh' })
    const auth = parkRequests(createAuth({ methods: { home, work: home } }, world.environment), {}, world.environment)
    const ada = { email: 'ada@example.com', password: 'x' }
    await auth.login('home', ada)
    revoke()
    const sent = watch(auth.fetch('/orders', { method: 'POST', body: 'x' }))
    await vi.waitFor(() => expect(auth.parkedStore.getState()).toBe(1))
    await auth.login('work', ada)
    await vi.waitFor(() => expect(sent.outcome).toMatchObject({ code: 'user_changed' }))
    expect(taken).toEqual([])
  })

  test('who takes the place of the person in the very moment in which requests are let go gets nothing either', async () => {
    const auth = await signedIn()
    revoke()
    const sent = watch(post(auth))
    await parked(auth)
    await settled()
    const bob = { accessToken: jwt({ sub: 'bob', jti: 'b' }), subject: 'bob', user: {}, scope: [], method: 'password', family: 'bob' }
    good.add(bob.accessToken)
    auth.tokens.subscribe(({ type }) => {
      if (type !== 'set' || auth.tokens.current?.tokens.subject !== 'ada') return
      auth.tokens.clear()
      void auth.tokens.setTokens(bob)
    })
    await login(auth).catch(() => {})
    await vi.waitFor(() => expect(sent.outcome).toMatchObject({ status: 401 }))
    await settled()
    expect([taken, asked]).toEqual([[], 1])
    expect(await (await auth.fetch('/orders')).text()).toBe('for bob')
  })

  test('who signed in before the request was refused: it waits for nobody', async () => {
    const auth = await signedIn()
    const gate = defer<Response>()
    before = () => gate.promise
    const sent = watch(post(auth))
    await vi.waitFor(() => expect(asked).toBe(1))
    before = () => undefined
    auth.tokens.end(new AuthError('session_expired', 'over'))
    await login(auth, 'bob')
    gate.resolve(new Response('', { status: 401 }))
    await settled()
    expect(sent.outcome).toMatchObject({ code: 'user_changed' })
    expect([taken, waiting(auth)]).toEqual([[], 0])
  })
})

describe('another tab of the same circle', () => {
  const tabs = async () => {
    const [one, two] = [world, openWorld()].map((each) => create({}, { shareAcrossTabs: true }, each))
    await login(one!)
    await two!.ready
    await vi.waitFor(() => expect(two!.store.getState().status).toBe('authenticated'))
    return [one!, two!] as const
  }

  test('signs the same person in again: that is the login', async () => {
    const [one, two] = await tabs()
    revoke()
    const sent = post(one)
    await parked(one)
    await login(two)
    expect((await sent).status).toBe(200)
    expect(taken).toEqual(['ada POST /orders a form'])
  })

  test('has requests of its own that wait: one login lets all go, in both, each once', async () => {
    const [one, two] = await tabs()
    revoke()
    const sent = [post(one, 'one')]
    await parked(one)
    sent.push(post(two, 'two'))
    await parked(two)
    await login(two)
    for (const each of sent) expect((await each).status).toBe(200)
    await settled()
    expect(taken.sort()).toEqual(['ada POST /orders one', 'ada POST /orders two'])
  })

  test('signs somebody else in', async () => {
    const [one, two] = await tabs()
    revoke()
    const sent = watch(post(one))
    await parked(one)
    await login(two, 'bob')
    await vi.waitFor(() => expect(sent.outcome).toMatchObject({ code: 'user_changed' }))
    expect(taken).toEqual([])
  })

  test('has the same session, so that a second 401 ends it only when it is known that the other has no newer token', async () => {
    const [one] = await tabs()
    await refusedTwice(one)
    expect(taken).toEqual(['ada POST /orders a form'])
  })

  test('signs out of a session that has ended in both: there is none any more that they share, so that each goes on for itself', async () => {
    const [one, two] = await tabs()
    revoke()
    const sent = watch(post(one))
    await parked(one)
    await vi.waitFor(() => expect(two.store.getState().status).toBe('unauthenticated'))
    await two.logout()
    await settled()
    expect([waiting(one), sent.outcome]).toEqual([1, undefined])
    await one.logout()
    await vi.waitFor(() => expect(sent.outcome).toMatchObject({ status: 401 }))
  })

  test('signs out: nothing waits for a person who left', async () => {
    const [one, two] = await tabs()
    const gate = defer<Response>()
    before = () => gate.promise
    const sent = watch(post(one))
    await vi.waitFor(() => expect(asked).toBe(1))
    await two.logout()
    await vi.waitFor(() => expect(one.store.getState()).toMatchObject({ reason: 'other_tab' }))
    gate.resolve(new Response('', { status: 401 }))
    await vi.waitFor(() => expect(sent.outcome).toMatchObject({ status: 401 }))
    expect(waiting(one)).toBe(0)
  })
})

describe('a session that a cookie keeps', () => {
  test('parks as any other', async () => {
    let cookie: string | null = 'ada'
    const bodies: string[] = []
    world.answer = async (request) => {
      const { pathname } = new URL(request.url)
      if (pathname === '/login') cookie = ((await request.json()) as { readonly email: string }).email
      if (cookie === null) return new Response(null, { status: 401 })
      if (pathname === '/orders') bodies.push(`${cookie} ${await request.text()}`)
      return Response.json({ sub: cookie })
    }
    const kept = cookieSession({ sessionUrl: '/session', loginUrl: '/login', logoutUrl: '/logout' })
    const auth = parkRequests(createAuth({ method: kept }, world.environment), {}, world.environment)
    await auth.ready
    cookie = null
    const sent = auth.fetch('/orders', { method: 'POST', body: 'a form' })
    await vi.waitFor(() => expect(auth.parkedStore.getState()).toBe(1))
    await auth.login({ email: 'ada', password: 'x' })
    expect((await sent).status).toBe(200)
    expect(bodies).toEqual(['ada a form'])
  })
})

describe('the auth that it gives', () => {
  test('is as the other in all else, and looks for nobody by itself', async () => {
    const given = createAuth({ method, storage: 'session' }, world.environment)
    const read = vi.spyOn(world.tabStorage, 'getItem')
    const auth = parkRequests(given, {}, world.environment)
    expect(read).not.toHaveBeenCalled()
    expect(Object.keys(auth).sort()).toEqual([...Object.keys(given), 'parkedStore'].sort())
    for (const name of ['store', 'refreshStore', 'tokens', 'login', 'logout', 'name', 'checkDestination', 'start'] as const) expect(auth[name]).toBe(given[name])
    expect(auth.ready).toBe(given.ready)
    await login(auth)
    await auth.logout()
    expect(auth.lastSignOut).toMatchObject({ reason: 'user' })
  })

  test('tells how many wait', async () => {
    const auth = await signedIn()
    const counts: number[] = []
    auth.parkedStore.subscribe((count) => void counts.push(count))
    revoke()
    const sent = [post(auth, '1'), post(auth, '2')]
    await parked(auth, 2)
    await settled()
    await login(auth)
    await Promise.all(sent)
    expect(counts).toEqual([1, 2, 1, 0])
    expect(auth.parkedStore.getInitialState()).toBe(0)
  })

  test.each([
    ['most', { most: -1 }],
    ['most', { most: 1.5 }],
    ['longestMs', { longestMs: Infinity }],
    ['largestBytes', { largestBytes: NaN }],
    ['longest', { longest: 5 } as ParkingOptions],
  ])('refuses an option that makes no sense: %s', (option, options) => {
    const error = ((): unknown => {
      try {
        return create(options)
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toMatchObject({ code: 'invalid_config', option })
  })

  test.each([null, undefined, 'auth'])('DO-07 %o is no auth', (auth) => {
    expect(() => parkRequests(auth as never)).toThrow(expect.objectContaining({ code: 'invalid_config', option: 'parkRequests' }))
  })
})
