import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createWorld, type World } from '../../test/world.ts'
import type { AuthCore } from '../auth/auth.ts'
import { createAuth } from '../auth/createAuth.ts'
import type { InspectEvent } from '../auth/inspect.ts'
import { accessToken, type AccessTokenMethodOptions } from './accessToken.ts'

const token = 'ac_canary_cdef'
const api = 'https://api.example/v4/'
const probeUrl = `${api}me`

let world: World
let events: InspectEvent[]
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
  events = []
})
afterEach(() => vi.useRealTimers())

function create<Fields = unknown>(options: AccessTokenMethodOptions<Fields> = {}, storage: 'memory' | 'session' = 'memory') {
  const auth = createAuth({ method: accessToken(options), api, storage }, world.environment)
  auth.inspect((event) => events.push(event))
  return auth
}

const failure = (login: Promise<unknown>) => login.then(() => null, (reason: unknown) => reason)

/** All that an app, a log or an error report could show of an auth. */
const shown = (auth: Pick<AuthCore<unknown>, 'store' | 'refreshStore'>, ...more: readonly unknown[]) =>
  [auth.store.getState(), auth.refreshStore.getState(), events, auth, ...more].map((each) => JSON.stringify(each) + inspect(each, { depth: 9 })).join()

describe('options', () => {
  test.each([
    ['probeUrl', { probeUrl: 'http://api.example/me' }],
    ['probeUrl', { probeUrl: '//evil.example/me' }],
    ['probeUrl', { probeUrl: 7 }],
    ['fields', { probeUrl, fields: {} }],
    ['fields', { fields: z.object({ plan: z.string() }) }],
    ['refreshUrl', { refreshUrl: '/refresh' }],
  ])('a wrong %s is refused at construction, by name', (option, options) => {
    expect(() => accessToken(options as never)).toThrow(expect.objectContaining({ code: 'invalid_config', option }))
  })
})

describe('signing in', () => {
  test('without probeUrl nothing is sent, and the state shows the end of the token alone', async () => {
    const auth = create()
    await auth.login({ token: ` ${token}\n` })
    expect(world.requests).toEqual([])
    expect(auth.store.getState()).toEqual({ status: 'authenticated', method: 'accessToken', user: { hint: '…cdef' }, scope: [], pending: null, error: null })
    expect(await auth.getAccessToken()).toBe(token)
  })

  test('of a short token the state shows nothing', async () => {
    const auth = create()
    await auth.login({ token: 'ac_12345678' })
    expect(auth.store.getState()).toMatchObject({ user: { hint: '…' } })
  })

  test.each(['', '  ', 'Bearer ac_canary', 'ac_canary\r\nX-Evil: 1', 'ac_canäry', 'ac_canary\u0000', 42, null, undefined])(
    'INV-22 %j is refused before anything is sent, and the error holds none of it',
    async (given) => {
      const auth = create({ probeUrl })
      const error = await failure(auth.login({ token: given as never }))
      expect(error).toMatchObject({ code: 'invalid_input', retryable: false })
      expect(world.requests).toEqual([])
      expect(shown(auth, error)).not.toContain('canar')
    },
  )

  test.each([undefined, null, 'ac_canary', 7])('input that is no object is refused: %j', async (input) => {
    await expect(create().login(input as never)).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test('the probe carries the token in its header: no cookie, no cache, no redirect, no referrer', async () => {
    world.answer = () => Response.json({ sub: 'ada', plan: 'pro', stitch_account_id: 7 })
    const auth = create({ probeUrl, fields: z.object({ plan: z.string() }) })
    await auth.login({ token })
    const [request] = world.requests
    expect(request).toMatchObject({ method: 'GET', url: probeUrl, credentials: 'omit', cache: 'no-store', redirect: 'error', referrerPolicy: 'no-referrer' })
    expect([...(request?.headers ?? [])]).toEqual([['accept', 'application/json'], ['authorization', `Bearer ${token}`]])
    expect(world.bodies).toEqual([''])
    expect(auth.tokens.current?.tokens.subject).toBe('ada')
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { hint: '…cdef', plan: 'pro' } })
  })

  test('a path is of this page', async () => {
    world.answer = () => new Response(null, { status: 204 })
    await create({ probeUrl: '/me' }).login({ token })
    expect(world.requests[0]?.url).toBe('https://app.example/me')
  })

  test.each([
    ['nothing', () => new Response(null, { status: 204 }), null],
    ['text', () => new Response('pong'), null],
    ['a list', () => Response.json(['ada']), null],
    ['a number for a subject', () => Response.json({ sub: 7, error: null }), '7'],
    ['an error that is none', () => Response.json({ sub: 'ada', error: false }), 'ada'],
    ['something else for a subject', () => Response.json({ sub: { id: 7 } }), null],
  ])('a probe that answers with %s will do', async (_, answer, subject) => {
    world.answer = answer
    const auth = create({ probeUrl })
    await auth.login({ token })
    expect(auth.tokens.current?.tokens.subject).toBe(subject)
    expect(auth.store.getState()).toMatchObject({ user: { hint: '…cdef' } })
  })

  test.each([
    [401, '', 'invalid_credentials', false],
    [403, '', 'invalid_credentials', false],
    [404, '', 'client_rejected', false],
    [429, '', 'rate_limited', true],
    [503, '', 'server_error', true],
  ])('INV-22 status %i %s is %s, and nothing shows the token', async (status, body, code, retryable) => {
    world.answer = () => new Response(body, { status, headers: { 'retry-after': '2' } })
    const auth = create({ probeUrl })
    const error = await failure(auth.login({ token }))
    expect(error).toMatchObject({ code, retryable, status, retryAfterMs: 2_000 })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'never_signed_in', error: { code } })
    expect(shown(auth, error)).not.toContain('canary')
  })

  test.each([
    ['PT-05 an error inside a 200', 200, () => Response.json({ error: 'bad_token' }), 'error inside'],
    ['a page, as an app gives for an unknown path', 200, () => new Response('<html>', { headers: { 'content-type': 'text/html' } }), '"probeUrl"'],
    ['a page of a proxy', 403, () => new Response('<html>', { status: 403, headers: { 'content-type': 'text/html' } }), 'proxy'],
  ])('%s (%i) says nothing about the token: invalid_response', async (_, status, answer, hint) => {
    world.answer = answer
    const message = expect.stringContaining(hint)
    await expect(create({ probeUrl }).login({ token })).rejects.toMatchObject({ code: 'invalid_response', retryable: true, status, message })
  })

  test('a network failure passes', async () => {
    world.answer = () => Promise.reject(new TypeError(`Failed to fetch`))
    await expect(create({ probeUrl }).login({ token })).rejects.toMatchObject({ code: 'network', retryable: true })
  })

  test('fields that do not fit are named, and no secret among them is shown to the schema', async () => {
    world.answer = () => Response.json({ plan: 7, access_token: 'canary-echo' })
    const auth = create({ probeUrl, fields: z.looseObject({ plan: z.string() }) })
    const error = await failure(auth.login({ token }))
    expect(error).toMatchObject({ code: 'invalid_response', message: expect.stringContaining('plan') })
    world.answer = () => Response.json({ plan: 'pro', access_token: 'canary-echo' })
    await auth.login({ token })
    expect(auth.store.getState()).toMatchObject({ user: { hint: '…cdef', plan: 'pro' } })
    expect(shown(auth, error)).not.toContain('canary')
  })
})

describe('the session', () => {
  test('has no timer and never refreshes', async () => {
    const auth = create()
    const stop = auth.start()
    await auth.login({ token })
    expect(vi.getTimerCount()).toBe(0)
    await vi.advanceTimersByTimeAsync(400 * 24 * 3_600_000)
    expect(await auth.getAccessToken()).toBe(token)
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'session_expired' })
    expect(auth.store.getState().status).toBe('authenticated')
    stop()
  })

  test('requests carry the token, to allowed destinations alone', async () => {
    world.answer = () => new Response('ok')
    const auth = create()
    await auth.login({ token })
    await auth.fetch(`${api}sources`)
    await expect(auth.fetch('https://evil.example/')).rejects.toMatchObject({ code: 'destination_not_allowed' })
    expect(world.requests.map((request) => [request.url, request.headers.get('authorization')])).toEqual([[`${api}sources`, `Bearer ${token}`]])
  })

  test('INV-22 FE-09 a 401 ends it with reason revoked, after one request, and another token connects again', async () => {
    world.answer = () => new Response(null, { status: 401 })
    const auth = create()
    await auth.login({ token })
    expect(await auth.fetch(`${api}sources`)).toMatchObject({ status: 401 })
    expect(world.requests).toHaveLength(1)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'revoked', error: { code: 'revoked' } })
    expect(shown(auth)).not.toContain('canary')
    world.answer = () => new Response('ok')
    await auth.login({ token: 'ac_another_wxyz' })
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { hint: '…wxyz' }, error: null })
    expect(await auth.fetch(`${api}sources`)).toMatchObject({ status: 200 })
  })

  test('FE-13 a 403 is returned untouched', async () => {
    world.answer = () => new Response(null, { status: 403 })
    const auth = create()
    await auth.login({ token })
    expect(await auth.fetch(`${api}sources`)).toMatchObject({ status: 403 })
    expect(auth.store.getState().status).toBe('authenticated')
    expect(world.requests).toHaveLength(1)
  })

  test('sign-out is local', async () => {
    const auth = create()
    await auth.login({ token })
    expect(await auth.logout()).toEqual({ isRemote: false, error: null })
    expect(world.requests).toEqual([])
    await expect(auth.getAccessToken()).rejects.toMatchObject({ code: 'not_authenticated' })
  })

  test('survives a reload with storage session, without a request, and not with memory', async () => {
    await create({}, 'session').login({ token })
    const again = create({}, 'session')
    expect(await again.ready).toMatchObject({ status: 'authenticated', user: { hint: '…cdef' } })
    expect(await again.getAccessToken()).toBe(token)
    world = createWorld()
    await create().login({ token })
    expect(await create().ready).toMatchObject({ status: 'unauthenticated', reason: 'never_signed_in' })
    expect(world.tabStorage.keys()).toEqual([])
  })
})
