import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { jwt } from '../../test/provider.ts'
import { createWorld, defer, type Answer, type World } from '../../test/world.ts'
import type { Environment } from '../browser/environment.ts'
import { password } from '../methods/password.ts'
import type { RefreshStatus } from '../tokens/refreshStatus.ts'
import { createAuth } from './createAuth.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
/** When the refresh of a token of one hour is due. */
const due = 55 * minute

const method = password({ loginUrl: '/login', refreshUrl: '/refresh', logoutUrl: '/logout' })

let world: World
let environment: Environment
/** What the refresh endpoint answers. */
let answer: Answer
let count: number
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
  environment = { ...world.environment, crypto: { ...world.environment.crypto, fraction: () => 0.5 } }
  count = 0
  answer = tokens
  world.answer = (request) => {
    const { pathname } = new URL(request.url)
    return pathname === '/login' ? tokens(request) : pathname === '/refresh' ? answer(request) : Response.json({ ok: true })
  }
})
afterEach(() => vi.useRealTimers())

const tokens: Answer = () => {
  count++
  return Response.json({ access_token: jwt({ sub: 'ada', jti: `at-${count}` }), refresh_token: `rt-${count}`, token_type: 'Bearer', expires_in: 3600 })
}
const down: Answer = () => Promise.reject(new TypeError('Failed to fetch'))
const refreshes = () => world.requests.filter(({ url }) => url.endsWith('/refresh')).length

async function signedIn() {
  const auth = createAuth({ method, storage: 'session' }, environment)
  await auth.login({ email: 'ada@example.com', password: 'x' })
  auth.start()
  const phases: RefreshStatus['phase'][] = []
  auth.refreshStore.subscribe(({ phase }) => void phases.push(phase))
  return { auth, phases, first: await auth.getAccessToken() }
}
/** A token that has run out, so that a caller has to wait for another. */
async function runOut() {
  const held = await signedIn()
  vi.setSystemTime(Date.now() + hour)
  return held
}

const status = (code: number, body: BodyInit = '', headers: Record<string, string> = {}): Answer => () => new Response(body, { status: code, headers })
const oauth = (error: string, code = 400): Answer => () => Response.json({ error }, { status: code })
const html = { 'content-type': 'text/html' }
const cut: Answer = () => new Response(new ReadableStream({ start: (body) => body.error(new TypeError('network error')) }))

describe('a refresh that is answered by', () => {
  test.each([
    ['RF-11', '429', status(429), 'rate_limited'],
    ['RF-12', '408', status(408), 'server_error'],
    ['RF-12', '425', status(425), 'server_error'],
    ['RF-12', '500 with JSON', oauth('server_error', 500), 'server_error'],
    ['RF-12', '500 that says invalid_grant', oauth('invalid_grant', 500), 'server_error'],
    ['RF-12', '502 with a page', status(502, '<html>', html), 'server_error'],
    ['RF-12', '503', status(503), 'server_error'],
    ['RF-12', '504', status(504), 'server_error'],
    ['RF-12', '599', status(599), 'server_error'],
    ['RF-13', 'the page of a portal', status(200, '<html>', html), 'invalid_response'],
    ['RF-13', 'the page of a portal, with 403', status(403, '<html>', html), 'invalid_response'],
    ['RF-13', 'nothing', status(200), 'invalid_response'],
    ['RF-13', 'half of an answer', status(200, '{"access_token":"at'), 'invalid_response'],
    ['RF-13', 'no token', status(200, '{}'), 'invalid_response'],
    ['RF-14', 'a connection that breaks', cut, 'network'],
    ['RF-14', 'no network', down, 'network'],
    ['RF-14', 'silence', () => new Promise<Response>(() => {}), 'timeout'],
  ] as const)('INV-5 %s %s passes: who is signed in stays so, with the same tokens, and the next attempt succeeds', async (_id, _what, bad, code) => {
    const { auth, phases } = await runOut()
    const state = auth.store.getState()
    const stored = world.tabStorage.getItem('tessera:default:tokens')
    answer = bad
    const caller = auth.getAccessToken().catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(20 * second)
    expect(await caller).toMatchObject({ code, retryable: true })
    expect(auth.store.getState()).toBe(state)
    expect(world.tabStorage.getItem('tessera:default:tokens')).toBe(stored)
    expect(auth.lastSignOut).toBeNull()
    expect(phases).toContain('degraded')
    answer = tokens
    await vi.advanceTimersByTimeAsync(minute)
    expect(auth.refreshStore.getState()).toMatchObject({ phase: 'idle', error: null })
    expect(await auth.getAccessToken()).toBeTypeOf('string')
  })

  test.each([
    ['invalid_client', oauth('invalid_client', 403)],
    ['unauthorized_client', oauth('unauthorized_client')],
    ['unsupported_grant_type', oauth('unsupported_grant_type')],
    ['invalid_request', oauth('invalid_request')],
    ['invalid_scope', oauth('invalid_scope')],
    ['404', status(404)],
    ['405', status(405)],
  ])('RF-09 INV-13 %s is said, and tried no second time before the token has run out, which then ends the session', async (_, bad) => {
    const { auth, first } = await signedIn()
    answer = bad
    await vi.advanceTimersByTimeAsync(due)
    expect(auth.refreshStore.getState()).toMatchObject({ phase: 'degraded', error: { code: 'client_rejected', retryable: false } })
    for (let i = 0; i < 4 * 60; i++) {
      await vi.advanceTimersByTimeAsync(second)
      expect(await auth.getAccessToken()).toBe(first)
    }
    expect(refreshes()).toBe(1)
    await vi.advanceTimersByTimeAsync(2 * minute)
    expect(refreshes()).toBe(2)
    expect(auth.store.getState()).toMatchObject({ reason: 'expired', error: { code: 'session_expired', cause: { code: 'client_rejected' } } })
    await vi.advanceTimersByTimeAsync(hour)
    expect(refreshes()).toBe(2)
  })

  test.each([
    ['invalid_grant', oauth('invalid_grant')],
    ['invalid_token', oauth('invalid_token', 403)],
    ['401', status(401)],
    ['401 with a page', status(401, '<html>', html)],
  ])('RF-07 %s ends the session once: all who wait hear it, and nothing more is sent', async (_, bad) => {
    const { auth } = await runOut()
    const ends: unknown[] = []
    auth.inspect((event) => event.type === 'signed_out' && ends.push(event.reason))
    answer = bad
    const callers = await Promise.allSettled([auth.getAccessToken(), auth.getAccessToken(), auth.fetch('/api')])
    for (const caller of callers) expect(caller).toMatchObject({ reason: { code: 'refresh_rejected' } })
    expect(ends).toEqual(['refresh_rejected'])
    expect(world.tabStorage.getItem('tessera:default:tokens')).toBeNull()
    const before = world.requests.length
    await vi.advanceTimersByTimeAsync(24 * hour)
    await expect(auth.getAccessToken()).rejects.toMatchObject({ code: 'not_authenticated' })
    expect(world.requests).toHaveLength(before)
  })

  test.each([0, 0.5, 0.9999])('RF-06 nothing that arrives, though the server has rotated, costs one quick second try and no third; the refusal of that ends the session (with chance at %d)', async (fraction) => {
    environment = { ...environment, crypto: { ...environment.crypto, fraction: () => fraction } }
    const { auth } = await signedIn()
    const sent: number[] = []
    answer = (request) => (sent.push(Date.now()), cut(request))
    await vi.advanceTimersByTimeAsync(due + 2 * second)
    expect(sent).toHaveLength(2)
    expect(sent[1]).toBeGreaterThan(sent[0] ?? Infinity)
    expect(auth.store.getState().status).toBe('authenticated')
    answer = (request) => (sent.push(Date.now()), oauth('invalid_grant')(request))
    await vi.advanceTimersByTimeAsync(minute)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'refresh_rejected' })
    await vi.advanceTimersByTimeAsync(24 * hour)
    expect(sent).toHaveLength(3)
    expect(new Set(world.bodies.filter((body) => body.includes('rt-')))).toEqual(new Set(['{"refresh_token":"rt-1"}']))
  })

  test('RF-06 nor does a reload with the old refresh token send it more than once', async () => {
    const { auth } = await signedIn()
    answer = () => new Promise<Response>(() => {})
    await vi.advanceTimersByTimeAsync(due)
    auth.dispose()
    answer = oauth('invalid_grant')
    const before = refreshes()
    const reloaded = createAuth({ method, storage: 'session' }, environment)
    reloaded.start()
    await reloaded.ready
    await vi.advanceTimersByTimeAsync(24 * hour)
    expect(refreshes() - before).toBe(1)
    expect(reloaded.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'refresh_rejected' })
  })

  test('RF-29 a redirect elsewhere is not followed: the refresh token does not travel', async () => {
    const { auth } = await signedIn()
    await auth.tokens.refresh()
    expect(world.requests.at(-1)?.redirect).toBe('error')
  })
})

describe('the next attempt', () => {
  const at = (ms: number) => new Date(1_800_000_000_000 + due + ms).toUTCString()
  test.each([
    ['120', 120],
    [at(90 * second), 90],
    ['0', 1],
    [at(-hour), 1],
    ['1000000000', 300],
    [at(24 * hour), 300],
  ])('RF-11 comes when Retry-After %s allows it, neither earlier nor later: after %i s', async (header, waitS) => {
    const { auth } = await signedIn()
    answer = status(429, '', { 'retry-after': header })
    await vi.advanceTimersByTimeAsync(due)
    answer = tokens
    world.wake('online')
    await auth.tokens.refresh().catch(() => {})
    await vi.advanceTimersByTimeAsync(waitS * second - 1)
    expect(refreshes()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(refreshes()).toBe(2)
  })

  test.each(['soon', '-5', '1.5', ''])('RF-11 takes no notice of Retry-After %j', async (header) => {
    await signedIn()
    answer = status(429, '', { 'retry-after': header })
    await vi.advanceTimersByTimeAsync(due + second)
    expect(refreshes()).toBe(2)
  })

  test.each([
    [0, [0.5, 2, 2, 2, 2, 2, 2, 2]],
    [0.5, [1, 2, 4, 8, 16, 30, 30, 30]],
    [0.9999, [2, 4, 8, 16, 32, 60, 60, 60]],
  ])('RF-12 is spread over a window that doubles from 2 s to a minute: with chance at %d', async (fraction, expected) => {
    environment = { ...environment, crypto: { ...environment.crypto, fraction: () => fraction } }
    await signedIn()
    const sentAt: number[] = []
    answer = (request) => (sentAt.push(Date.now()), down(request))
    await vi.advanceTimersByTimeAsync(due + 250 * second)
    const gaps = sentAt.slice(1, 9).map((each, i) => (each - (sentAt[i] ?? 0)) / second)
    gaps.forEach((gap, i) => expect(gap).toBeCloseTo(expected[i] ?? 0, 1))
  })

  test.each([
    ['500 with JSON', oauth('server_error', 500)],
    ['502 with a page', status(502, '<html>', html)],
    ['503', status(503)],
    ['504', status(504)],
  ])('RF-12 is spread likewise after %s', async (_, bad) => {
    await signedIn()
    const sentAt: number[] = []
    answer = (request) => (sentAt.push(Date.now()), bad(request))
    await vi.advanceTimersByTimeAsync(due + 150 * second)
    const gaps = sentAt.slice(1, 9).map((each, i) => Math.round((each - (sentAt[i] ?? 0)) / second))
    expect(gaps).toEqual([1, 2, 4, 8, 16, 30, 30, 30])
  })

  test.each(['online', 'visible', 'focus', 'restored', 'resumed'] as const)('RF-14 comes at once with %s, after a night without a network', async (reason) => {
    const { auth } = await signedIn()
    answer = down
    world.isOnline = false
    await vi.advanceTimersByTimeAsync(12 * hour)
    expect(auth.refreshStore.getState().phase).toBe('paused')
    answer = tokens
    world.isOnline = true
    world.wake(reason)
    await vi.advanceTimersByTimeAsync(second)
    expect(auth.refreshStore.getState()).toMatchObject({ phase: 'idle', error: null })
    expect(auth.store.getState().status).toBe('authenticated')
  })

  test('RF-14 comes with the next call where nothing is refreshed ahead of need, and no event tells of the network', async () => {
    const auth = createAuth({ method, storage: 'session' }, environment)
    await auth.login({ email: 'ada@example.com', password: 'x' })
    answer = down
    world.isOnline = false
    await vi.advanceTimersByTimeAsync(12 * hour)
    await expect(auth.getAccessToken()).rejects.toMatchObject({ code: 'network' })
    answer = tokens
    await vi.advanceTimersByTimeAsync(minute)
    const before = refreshes()
    expect((await auth.fetch('/api')).status).toBe(200)
    expect(refreshes()).toBe(before + 1)
  })

  test('RF-14 comes by itself where the browser never says that it is online again', async () => {
    const { auth } = await signedIn()
    answer = down
    world.isOnline = false
    await vi.advanceTimersByTimeAsync(12 * hour)
    answer = tokens
    await vi.advanceTimersByTimeAsync(minute)
    expect(auth.refreshStore.getState().phase).toBe('idle')
  })
})

describe('an outage', () => {
  test('is shown beside the state, which does not change: refreshing, degraded, paused, and idle in the end', async () => {
    const { auth, phases } = await signedIn()
    const changes = vi.fn()
    auth.store.subscribe(changes)
    answer = down
    await vi.advanceTimersByTimeAsync(due)
    expect(auth.refreshStore.getState()).toMatchObject({ phase: 'degraded', refreshAt: Date.now() + second, error: { code: 'network' } })
    world.isOnline = false
    await vi.advanceTimersByTimeAsync(second)
    world.isOnline = true
    answer = tokens
    await vi.advanceTimersByTimeAsync(2 * second)
    expect(phases).toEqual(['refreshing', 'degraded', 'refreshing', 'paused', 'refreshing', 'idle'])
    expect(changes).not.toHaveBeenCalled()
  })

  test('INV-5 costs nobody a call while the token lives: it is sent as ever', async () => {
    const { auth, first } = await signedIn()
    answer = down
    await vi.advanceTimersByTimeAsync(due)
    while (Date.now() < 1_800_000_000_000 + hour - 6 * second) {
      await vi.advanceTimersByTimeAsync(5 * second)
      expect(await auth.getAccessToken()).toBe(first)
      expect((await auth.fetch('/api')).status).toBe(200)
      expect(world.requests.at(-1)?.headers.get('authorization')).toBe(`Bearer ${first}`)
    }
  })

  test('INV-5 INV-13 of an hour, with somebody asking every second, costs few requests, and each call an answer at once', async () => {
    const { auth } = await signedIn()
    answer = down
    await vi.advanceTimersByTimeAsync(due)
    /** Requests at the end of each minute. */
    const sent: number[] = []
    for (let i = 1; i <= 3600; i++) {
      await vi.advanceTimersByTimeAsync(second)
      const before = Date.now()
      const outcome = await auth.getAccessToken().catch((error: unknown) => error)
      if (i > 300) expect(outcome).toMatchObject({ code: 'network', retryable: true })
      expect(Date.now()).toBe(before)
      if (i % 60 === 0) sent.push(refreshes())
    }
    expect(sent[0]).toBeLessThanOrEqual(1 + Math.log2(60 / 0.5))
    for (const [i, total] of sent.entries()) expect(total - (sent[i - 1] ?? total)).toBeLessThanOrEqual(2)
    expect(auth.store.getState().status).toBe('authenticated')
    answer = tokens
    await vi.advanceTimersByTimeAsync(minute)
    expect(await auth.getAccessToken()).toBeTypeOf('string')
  })

  test('RF-33 in which a caller gives up costs that caller alone', async () => {
    const { auth } = await runOut()
    const late = defer<Response>()
    answer = () => late.promise
    const leaving = new AbortController()
    const [left, stayed] = [auth.getAccessToken({ signal: leaving.signal }).catch((error: unknown) => error), auth.getAccessToken()]
    await vi.advanceTimersByTimeAsync(second)
    leaving.abort()
    expect(await left).toMatchObject({ code: 'aborted' })
    late.resolve(await tokens(world.requests[0]!))
    expect(await stayed).toBeTypeOf('string')
    expect(refreshes()).toBe(1)
  })
})

test('INV-2 the token of a login has aged while its answer was on its way', async () => {
  const auth = createAuth({ method, storage: 'session', requestTimeoutMs: 2 * hour }, environment)
  const answered = defer<void>()
  world.answer = (request) => answered.promise.then(() => tokens(request))
  const login = auth.login({ email: 'ada@example.com', password: 'x' })
  await vi.advanceTimersByTimeAsync(hour / 2)
  answered.resolve()
  await login
  expect(auth.tokens.current?.lifetime.lifetimeMs).toBe(hour / 2)
})
