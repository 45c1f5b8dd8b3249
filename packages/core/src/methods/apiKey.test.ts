import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi, type MockInstance } from 'vitest'
import { createWorld, defer, type World } from '../../test/world.ts'
import type { AuthCore } from '../auth/auth.ts'
import type { AuthOptions } from '../auth/authOptions.ts'
import { createAuth } from '../auth/createAuth.ts'
import type { InspectEvent } from '../auth/inspect.ts'
import { accessToken } from './accessToken.ts'
import { apiKey, createApiKey, deleteApiKey, rotateApiKey, type ApiKeyInput, type ApiKeyOptions, type ApiKeyUser } from './apiKey.ts'
import { password } from './password.ts'

const api = 'https://api.example/v1/'
const other = 'https://other.example'
const key = 'sk_live_canary_wxyz'
const newKey = 'sk_live_canary_next'

let world: World
let events: InspectEvent[]
let warned: MockInstance<typeof console.warn>
beforeEach(() => {
  warned = vi.spyOn(console, 'warn').mockReturnValue()
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
  world.answer = () => new Response('ok')
  events = []
})
afterEach(() => {
  vi.useRealTimers()
  warned.mockRestore()
})

function create(options: ApiKeyOptions = {}, others: Partial<AuthOptions<ApiKeyInput, ApiKeyUser>> = {}) {
  const auth = createAuth({ method: apiKey(options), api: [api, other], ...others }, world.environment)
  auth.inspect((event) => events.push(event))
  return auth
}

const failure = (work: Promise<unknown>) => work.then(() => null, (reason: unknown) => reason)

/** All that an app, a log or an error report could show of an auth. */
const shown = (auth: Pick<AuthCore<unknown>, 'store' | 'refreshStore'>, ...more: readonly unknown[]) =>
  [auth.store.getState(), auth.refreshStore.getState(), events, auth, ...more].map((each) => JSON.stringify(each) + inspect(each, { depth: 9 })).join()

const sentKeys = () => world.requests.map((request) => request.headers.get('x-api-key'))

describe('options', () => {
  test.each([
    ['header', { header: '' }],
    ['header', { header: 'X API Key' }],
    ['header', { header: 'X-API-Key:' }],
    ['header', { header: 7 }],
    ['header', { header: 'Cookie' }],
    ['header', { header: 'host' }],
    ['header', { header: 'Content-Type' }],
    ['dangerouslySendInQuery', { dangerouslySendInQuery: '' }],
    ['dangerouslySendInQuery', { dangerouslySendInQuery: true }],
    ['dangerouslySendInQuery', { dangerouslySendInQuery: 'api_key', header: 'X-API-Key' }],
    ['probeUrl', { probeUrl: 'http://api.example/me' }],
    ['probeUrl', { probeUrl: '//evil.example/me' }],
    ['sendInQuery', { sendInQuery: 'api_key' }],
  ])('a wrong %s is refused at construction, by name', (option, options) => {
    expect(() => apiKey(options as never)).toThrow(expect.objectContaining({ code: 'invalid_config', option }))
  })
})

describe('signing in', () => {
  test('AK-08 nothing is sent, and the state shows the end of the key alone', async () => {
    const auth = create()
    await auth.login({ key: `\t${key}\r\n` })
    expect(world.requests).toEqual([])
    expect(auth.store.getState()).toEqual({ status: 'authenticated', method: 'apiKey', user: { hint: '…wxyz' }, scope: [], pending: null, error: null })
    expect(await auth.getAccessToken()).toBe(key)
    expect(shown(auth)).not.toContain('canary')
  })

  test('AK-08 nothing that a tool reads by walking through an auth is the key', async () => {
    const auth = create()
    await auth.login({ key })
    const seen = new Set<unknown>()
    const walk = (value: unknown): unknown[] => {
      if (value === null || !['object', 'function'].includes(typeof value) || seen.has(value)) return [value]
      seen.add(value)
      const members: unknown[] = []
      // Inherited ones too.
      for (const name in value as object) members.push((value as Record<string, unknown>)[name])
      return members.flatMap(walk)
    }
    expect(walk({ auth }).filter((each) => typeof each === 'string' && each.includes('canary'))).toEqual([])
    expect(seen.size).toBeGreaterThan(10)
  })

  test('AK-08 with several keys the state shows the end of each, and getAccessToken() gives the first', async () => {
    const auth = create()
    await auth.login({ keys: { 'https://api.example/v1': key, [other]: 'short_key' } })
    expect(auth.store.getState()).toMatchObject({ user: { hint: '…wxyz', hints: { 'https://api.example/v1': '…wxyz', 'https://other.example/': '…' } } })
    expect(await auth.getAccessToken()).toBe(key)
    expect(shown(auth)).not.toMatch(/canary|short_key/)
  })

  test.each(['', ' ', 'sk canary', 'sk_canary\r\nX-Evil: 1', 'sk_canary\u0000', 'sk_canäry', 'sk_canary\u200b', 42, null, undefined])(
    'INV-22 the key %j is refused before anything is sent, and the error holds none of it',
    async (given) => {
      const auth = create({ probeUrl: `${api}me` })
      const errors = await Promise.all([{ key: given }, { keys: { [api]: given } }].map((input) => failure(auth.login(input as never))))
      for (const error of errors) expect(error).toMatchObject({ code: 'invalid_input', retryable: false })
      expect(world.requests).toEqual([])
      expect(shown(auth, errors)).not.toContain('can')
    },
  )

  test.each([
    ['no object', 'sk_canary'],
    ['nothing', undefined],
    ['neither', {}],
    ['both', { key, keys: { [api]: key } }],
    ['no key at all', { keys: {} }],
    ['a list', { keys: [key] }],
    ['a destination without TLS', { keys: { 'http://api.example': key } }],
    ['a destination with a query', { keys: { 'https://api.example/?x': key } }],
    ['a destination with a user', { keys: { 'https://me@api.example/': key } }],
    ['a path alone', { keys: { '/v1': key } }],
    ['key and destination swapped', { keys: { [key]: api } }],
    ['one destination twice', { keys: { 'https://api.example': key, 'https://API.example:443/': key } }],
  ])('INV-22 an input with %s is refused, and the error holds no key', async (_, input) => {
    const auth = create()
    const error = await failure(auth.login(input as never))
    expect(error).toMatchObject({ code: 'invalid_input' })
    expect(shown(auth, error)).not.toContain('canary')
  })

  test('what is wrong with a destination is the cause', async () => {
    const cause = expect.objectContaining({ code: 'invalid_config', option: 'keys' })
    expect(await failure(create().login({ keys: { 'http://api.example': key } }))).toMatchObject({ code: 'invalid_input', cause })
  })

  test('the probe carries the key as requests do: no cookie, no cache, no redirect, no referrer', async () => {
    const auth = create({ probeUrl: `${api}me`, header: 'X-Key' })
    await auth.login({ key })
    const [request] = world.requests
    expect(request).toMatchObject({ method: 'GET', url: `${api}me`, credentials: 'omit', cache: 'no-store', redirect: 'error', referrerPolicy: 'no-referrer' })
    expect([...(request?.headers ?? [])]).toEqual([['accept', 'application/json'], ['x-key', key]])
    expect(auth.store.getState()).toMatchObject({ user: { hint: '…wxyz' } })
  })

  test('in the query, if that is where the API wants it', async () => {
    await create({ probeUrl: '/me?v=2', dangerouslySendInQuery: 'api_key' }).login({ key })
    expect(world.requests[0]?.url).toBe(`https://app.example/me?v=2&api_key=${key}`)
    expect([...(world.requests[0]?.headers ?? [])]).toEqual([['accept', 'application/json']])
  })

  test('FE-23 of several keys, the probe gets the one for its address, or none is sent', async () => {
    await create({ probeUrl: `${api}me` }).login({ keys: { [other]: newKey, [api]: key } })
    expect(sentKeys()).toEqual([key])
    await expect(create({ probeUrl: '/me' }).login({ keys: { [api]: key } })).rejects.toMatchObject({ code: 'destination_not_allowed' })
    expect(world.requests).toHaveLength(1)
  })

  test.each([
    [401, 'invalid_credentials', false],
    [403, 'invalid_credentials', false],
    [404, 'client_rejected', false],
    [429, 'rate_limited', true],
    [500, 'server_error', true],
  ])('INV-22 AK-02 a probe that is answered with %i is %s, and nothing shows the key', async (status, code, retryable) => {
    world.answer = () => Response.json({ error: 'invalid_api_key' }, { status })
    for (const options of [{}, { dangerouslySendInQuery: 'api_key' }]) {
      const auth = create({ probeUrl: `${api}me`, ...options })
      const error = await failure(auth.login({ key }))
      expect(error).toMatchObject({ code, status, retryable, oauthError: 'invalid_api_key' })
      expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', error: { code } })
      expect(shown(auth, error)).not.toContain('canary')
    }
  })

  test('AK-02 a probe without an answer shows no key either', async () => {
    world.answer = () => Promise.reject(new TypeError('Failed to fetch'))
    const auth = create({ probeUrl: `${api}me`, dangerouslySendInQuery: 'api_key' })
    const error = await failure(auth.login({ key }))
    expect(error).toMatchObject({ code: 'network' })
    expect(shown(auth, error)).not.toContain('canary')
  })
})

describe('requests', () => {
  test('AK-01 FE-06 the key travels in its header, and over no redirect', async () => {
    const auth = create()
    await auth.login({ key })
    await auth.fetch(`${api}resources?page=2`, { method: 'POST', body: 'x', headers: { 'x-mine': '1' } })
    const [request] = world.requests
    expect(request).toMatchObject({ method: 'POST', url: `${api}resources?page=2`, redirect: 'error' })
    expect(Object.fromEntries(request?.headers ?? [])).toMatchObject({ 'x-api-key': key, 'x-mine': '1' })
    expect(request?.headers.has('authorization')).toBe(false)
  })

  test.each([{}, { dangerouslySendInQuery: 'api_key' }])('AK-01 with %j, a request that asks to follow redirects is not sent with the key', async (options) => {
    const auth = create(options)
    await auth.login({ key })
    const error = await failure(auth.fetch(`${api}resources`, { redirect: 'follow' }))
    expect(error).toMatchObject({ code: 'unsupported_request', message: expect.stringContaining("redirect: 'follow'") })
    expect(world.requests).toEqual([])
    await auth.fetch(`${api}resources`, { redirect: 'manual' })
    expect(world.requests[0]?.redirect).toBe('manual')
    expect(shown(auth, error)).not.toContain('canary')
  })

  test('FE-16 a key of the caller wins, and what the API says of it is the caller’s affair', async () => {
    const auth = create()
    await auth.login({ key })
    world.answer = () => new Response(null, { status: 401 })
    expect(await auth.fetch(`${api}resources`, { headers: { 'X-API-KEY': 'mine' } })).toMatchObject({ status: 401 })
    expect(sentKeys()).toEqual(['mine'])
    expect(auth.store.getState().status).toBe('authenticated')
  })

  test('FE-01 FE-23 AK-07 each destination gets its own key, the longest one that covers a request decides', async () => {
    const auth = create({}, { api: [api, other, 'https://third.example'] })
    await auth.login({ keys: { 'https://api.example': 'key-api', [`${api}admin`]: 'key-admin', [other]: 'key-other' } })
    await auth.fetch(`${api}resources`)
    await auth.fetch(`${api}admin`)
    await auth.fetch(`${api}admin/users`)
    await auth.fetch(`${api}administrators`)
    await auth.fetch(`${other}/v9`)
    expect(sentKeys()).toEqual(['key-api', 'key-admin', 'key-admin', 'key-api', 'key-other'])
    for (const url of ['https://third.example/?canary', 'https://evil.example/']) {
      await expect(auth.fetch(url)).rejects.toMatchObject({ code: 'destination_not_allowed', message: expect.not.stringContaining('canary') })
    }
    expect(world.requests).toHaveLength(5)
    expect(auth.store.getState().status).toBe('authenticated')
  })

  test('AK-06 FE-09 INV-22 a 401 ends the session once, without a loop, and no error shows the key', async () => {
    world.answer = () => new Response(null, { status: 401, headers: { 'www-authenticate': 'ApiKey realm="api"' } })
    const auth = create()
    await auth.login({ key })
    expect(await auth.fetch(`${api}resources`)).toMatchObject({ status: 401 })
    expect(world.requests).toHaveLength(1)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'revoked', error: { code: 'revoked' } })
    const error = await failure(auth.fetch(`${api}resources`))
    expect(error).toMatchObject({ code: 'not_authenticated' })
    expect(shown(auth, error)).not.toContain('canary')
  })

  test('FE-13 a 403 is returned untouched', async () => {
    world.answer = () => new Response(null, { status: 403 })
    const auth = create()
    await auth.login({ key })
    expect(await auth.fetch(`${api}resources`)).toMatchObject({ status: 403 })
    expect(world.requests).toHaveLength(1)
    expect(auth.store.getState().status).toBe('authenticated')
  })

  test('it has no timer, does not refresh, and sign-out is local', async () => {
    const auth = create()
    const stop = auth.start()
    await auth.login({ key })
    expect(vi.getTimerCount()).toBe(0)
    await vi.advanceTimersByTimeAsync(400 * 24 * 3_600_000)
    expect(await auth.getAccessToken()).toBe(key)
    expect(await auth.logout()).toEqual({ isRemote: false, error: null })
    expect(world.requests).toEqual([])
    stop()
  })
})

describe('in the query', () => {
  const options = { dangerouslySendInQuery: 'api key' }

  test('AK-02 the key is appended to the query as it is, and everything else is carried over', async () => {
    const auth = create(options)
    await auth.login({ key: 'a&b=c+d/canary' })
    const controller = new AbortController()
    const request = new Request(`${api}resources?a=%20x&flag`, {
      method: 'PUT',
      headers: { 'content-type': 'text/plain', 'x-mine': '1' },
      body: 'text',
      mode: 'same-origin',
      credentials: 'include',
      cache: 'no-cache',
      integrity: 'sha256-abc',
      keepalive: true,
      referrerPolicy: 'unsafe-url',
      signal: controller.signal,
    })
    await auth.fetch(request)
    const [sent] = world.requests
    expect(sent?.url).toBe(`${api}resources?a=%20x&flag&api+key=a%26b%3Dc%2Bd%2Fcanary`)
    expect(new URL(sent?.url ?? '').searchParams.get('api key')).toBe('a&b=c+d/canary')
    expect(sent).toMatchObject({
      method: 'PUT',
      mode: 'same-origin',
      credentials: 'include',
      cache: 'no-cache',
      integrity: 'sha256-abc',
      keepalive: true,
      redirect: 'error',
      referrerPolicy: 'no-referrer',
    })
    expect([...(sent?.headers ?? [])]).toEqual([['content-type', 'text/plain'], ['x-mine', '1']])
    expect(world.bodies).toEqual(['text'])
    expect(request.url).toBe(`${api}resources?a=%20x&flag`)
    controller.abort()
    expect(sent?.signal.aborted).toBe(true)
    expect(shown(auth)).not.toContain('canary')
  })

  test('AK-02 developers are warned of it, once, and not of the key; in a header there is nothing to warn of', async () => {
    const auth = create({ ...options, probeUrl: '/me' })
    await auth.login({ key })
    for (let times = 0; times < 3; times++) await auth.fetch(api)
    expect(warned.mock.calls).toEqual([[expect.stringMatching(/apiKey.*in the query.*logs/)]])
    expect(JSON.stringify(warned.mock.calls)).not.toContain('canary')
    warned.mockClear()
    const inHeader = create()
    await inHeader.login({ key })
    await inHeader.fetch(api)
    expect(warned).not.toHaveBeenCalled()
  })

  test('a body that never ends is given up when the caller aborts, before or meanwhile, and nothing is sent', async () => {
    const auth = create(options)
    await auth.login({ key })
    const reason = new Error('enough')
    const controller = new AbortController()
    const pull = vi.fn<() => void>()
    const endless = (): RequestInit & { readonly duplex: 'half' } => ({ method: 'POST', body: new ReadableStream({ pull }), duplex: 'half', signal: controller.signal })
    const outcome = expect(auth.fetch(api, endless())).rejects.toBe(reason)
    await vi.waitFor(() => expect(pull).toHaveBeenCalled())
    controller.abort(reason)
    await outcome
    await expect(auth.fetch(api, endless())).rejects.toBe(reason)
    expect(world.requests).toEqual([])
  })

  test('a body of bytes and a streamed one arrive whole, and a GET has none', async () => {
    const auth = create(options)
    await auth.login({ key })
    await auth.fetch(api, { method: 'POST', body: new Uint8Array([0x61, 0x62]) })
    const streamed: RequestInit & { readonly duplex: 'half' } = { method: 'POST', body: new Blob(['cd']).stream(), duplex: 'half' }
    await auth.fetch(api, streamed)
    await auth.fetch(`${api}#part`)
    expect(world.bodies).toEqual(['ab', 'cd', ''])
    expect(world.requests[2]?.body).toBeNull()
    expect(world.requests[2]?.url).toBe(`${api}?api+key=${key}#part`)
  })

  test('FE-16 a parameter of the caller wins', async () => {
    const auth = create(options)
    await auth.login({ key })
    await auth.fetch(`${api}?api+key=mine`)
    expect(world.requests[0]?.url).toBe(`${api}?api+key=mine`)
  })

  test('AK-02 INV-22 no event tells the query, and a 401 ends the session as ever', async () => {
    world.answer = () => new Response(null, { status: 401 })
    const auth = create(options)
    await auth.login({ key })
    await auth.fetch(`${api}resources`)
    expect(events).toContainEqual(expect.objectContaining({ type: 'unauthorized', url: `${api}resources` }))
    expect(auth.store.getState()).toMatchObject({ reason: 'revoked' })
    expect(shown(auth)).not.toContain('canary')
  })
})

describe('storage', () => {
  test('AK-05 a key is kept in memory unless the app says otherwise', async () => {
    await create().login({ key })
    expect(world.tabStorage.keys()).toEqual([])
    expect(await create().ready).toMatchObject({ status: 'unauthenticated', reason: 'never_signed_in' })
  })

  test('with storage session one key and several survive a reload, without a request', async () => {
    await create({}, { storage: 'session' }).login({ key })
    const one = create({}, { storage: 'session' })
    expect(await one.ready).toMatchObject({ status: 'authenticated', user: { hint: '…wxyz' } })
    await one.login({ keys: { [api]: key, [other]: newKey } })
    const several = create({}, { storage: 'session' })
    await several.fetch(`${other}/`)
    expect(sentKeys()).toEqual([newKey])
    expect(await several.getAccessToken()).toBe(key)
  })

  test('INV-20 a stored destination that is none covers nothing, and nothing throws', async () => {
    await create({}, { storage: 'session' }).login({ keys: { [api]: key } })
    const [entry = ''] = world.tabStorage.keys()
    world.tabStorage.setItem(entry, world.tabStorage.getItem(entry)?.replaceAll(api, 'nowhere') ?? '')
    await expect(create({}, { storage: 'session' }).fetch(api)).rejects.toMatchObject({ code: 'destination_not_allowed' })
  })
})

test('ST-04: a key in the storage that fits into no header is none', async () => {
  await create({}, { storage: 'session' }).login({ key })
  const stored = world.tabStorage.getItem('tessera:default:tokens') ?? ''
  world.tabStorage.setItem('tessera:default:tokens', stored.replaceAll(`"":"${key}"`, `"":"${key}\\r\\nx-other: 1"`))
  const error = await failure(create({}, { storage: 'session' }).fetch(api))
  expect(error).toMatchObject({ code: 'destination_not_allowed' })
  expect(inspect(error)).not.toContain(key)
})

describe('rotation', () => {
  test('a request that is refused because the old key is gone is sent once more with the new one, and nothing ends', async () => {
    const answers = [defer<Response>(), defer<Response>()]
    let count = 0
    world.answer = () => answers[count++]?.promise ?? Response.error()
    const auth = create()
    await auth.login({ key })
    const { family } = auth.tokens.current?.tokens ?? {}
    const underWay = auth.fetch(`${api}resources`, { method: 'POST', body: 'once' })
    await vi.advanceTimersByTimeAsync(0)
    await rotateApiKey(auth, ` ${newKey} `)
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { hint: '…next' } })
    answers[0]?.resolve(new Response(null, { status: 401 }))
    await vi.advanceTimersByTimeAsync(0)
    answers[1]?.resolve(new Response('done'))
    expect(await (await underWay).text()).toBe('done')
    expect(sentKeys()).toEqual([key, newKey])
    expect(world.bodies).toEqual(['once', 'once'])
    expect(auth.tokens.current?.tokens.family).toBe(family)
    expect(events.map(({ type }) => type)).not.toContain('signed_out')
    expect(shown(auth)).not.toContain('canary')
  })

  test('in the query likewise', async () => {
    const answers = [defer<Response>(), defer<Response>()]
    let count = 0
    world.answer = () => answers[count++]?.promise ?? Response.error()
    const auth = create({ dangerouslySendInQuery: 'api_key' })
    await auth.login({ key })
    const underWay = auth.fetch(api)
    await vi.advanceTimersByTimeAsync(0)
    await rotateApiKey(auth, newKey)
    answers[0]?.resolve(new Response(null, { status: 401 }))
    answers[1]?.resolve(new Response('done'))
    expect(await underWay).toMatchObject({ status: 200 })
    expect(world.requests.map(({ url }) => url)).toEqual([`${api}?api_key=${key}`, `${api}?api_key=${newKey}`])
  })

  test('a 401 that comes while the new key is on its way into a slow storage waits for it', async () => {
    const written = defer<void>()
    let writes = 0
    const storage = { getItem: () => null, removeItem: () => {}, setItem: () => (++writes === 2 ? written.promise : undefined) }
    world.answer = ({ headers }) => new Response(null, { status: headers.get('x-api-key') === newKey ? 200 : 401 })
    const auth = create({}, { storage })
    await auth.login({ key })
    const answer = defer<Response>()
    const { answer: usual } = world
    world.answer = () => ((world.answer = usual), answer.promise)
    const underWay = auth.fetch(api)
    await vi.advanceTimersByTimeAsync(0)
    const rotating = rotateApiKey(auth, newKey)
    answer.resolve(new Response(null, { status: 401 }))
    await vi.advanceTimersByTimeAsync(100)
    expect(auth.store.getState().status).toBe('authenticated')
    written.resolve()
    await rotating
    expect(await underWay).toMatchObject({ status: 200 })
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { hint: '…next' } })
  })

  test('a new key that is no good either ends the session after one replay', async () => {
    const first = defer<Response>()
    world.answer = () => ((world.answer = () => new Response(null, { status: 401 })), first.promise)
    const auth = create()
    await auth.login({ key })
    const underWay = auth.fetch(api)
    await vi.advanceTimersByTimeAsync(0)
    await rotateApiKey(auth, newKey)
    first.resolve(new Response(null, { status: 401 }))
    expect(await underWay).toMatchObject({ status: 401 })
    expect(world.requests).toHaveLength(2)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'revoked' })
  })

  test('AK-07 a token that somebody brought along is no key, though it has a hint: the new key never travels as a bearer token', async () => {
    const auth = createAuth({ methods: { key: apiKey(), token: accessToken() }, api }, world.environment)
    await auth.login('token', { token: key })
    const error = await failure(rotateApiKey(auth, newKey))
    expect(error).toMatchObject({ code: 'not_authenticated' })
    await auth.fetch(api)
    expect(world.requests.map(({ headers }) => headers.get('authorization'))).toEqual([`Bearer ${key}`])
    await auth.login('key', { key })
    await rotateApiKey(auth, newKey)
    await auth.fetch(api)
    expect(sentKeys()).toEqual([null, newKey])
  })

  test('the new key survives a reload', async () => {
    const auth = create({}, { storage: 'session' })
    await auth.login({ key })
    await rotateApiKey(auth, newKey)
    expect(await create({}, { storage: 'session' }).getAccessToken()).toBe(newKey)
    expect(world.tabStorage.keys().map((name) => world.tabStorage.getItem(name)).join()).not.toContain(key)
  })

  test('right after a reload it follows what the storage holds', async () => {
    await create({}, { storage: 'session' }).login({ key })
    const auth = create({}, { storage: 'session' })
    await rotateApiKey(auth, newKey)
    expect(await auth.getAccessToken()).toBe(newKey)
  })

  test('AK-07 of several keys, one is replaced at its destination, and of two at once neither is lost', async () => {
    const auth = create()
    await auth.login({ keys: { [api]: key, [other]: 'key-other-0001' } })
    await Promise.all([rotateApiKey(auth, newKey, api), rotateApiKey(auth, 'key-other-0002', 'https://OTHER.example:443')])
    await auth.fetch(api)
    await auth.fetch(other)
    expect(sentKeys()).toEqual([newKey, 'key-other-0002'])
    expect(await auth.getAccessToken()).toBe(newKey)
    expect(auth.store.getState()).toMatchObject({ user: { hint: '…next', hints: { [api]: '…next', [`${other}/`]: '…0002' } } })
  })

  test.each([
    ['a key that is none', { key }, ['sk canary', undefined]],
    ['a destination for one key', { key }, [newKey, api]],
    ['no destination for several', { keys: { [api]: key } }, [newKey, undefined]],
    ['a destination without a key', { keys: { [api]: key } }, [newKey, other]],
    ['a destination that is none', { keys: { [api]: key } }, [newKey, 'nowhere']],
    ['a destination that objects have by nature', { keys: { [api]: key } }, [newKey, 'constructor']],
  ] as const)('INV-22 with %s it is invalid_input, nothing changes, and the error holds no key', async (_, input, [given, destination]) => {
    const auth = create()
    await auth.login(input)
    const error = await failure(rotateApiKey(auth, given, destination))
    expect(error).toMatchObject({ code: 'invalid_input' })
    expect(await auth.getAccessToken()).toBe(key)
    expect(shown(auth, error)).not.toContain('canary')
  })

  test('without a key there is nothing to replace', async () => {
    const auth = create()
    await expect(rotateApiKey(auth, newKey)).rejects.toMatchObject({ code: 'not_authenticated' })
    await auth.login({ key })
    const rotating = expect(rotateApiKey(auth, newKey)).rejects.toMatchObject({ code: 'not_authenticated' })
    await auth.logout()
    await rotating
    expect(auth.tokens.current).toBeNull()
  })

  test('a session of another method is left alone', async () => {
    const methods = { key: apiKey(), home: password({ loginUrl: '/login' }) }
    const auth = createAuth({ methods, api }, world.environment)
    world.answer = () => Response.json({ access_token: 'at-1', token_type: 'Bearer' })
    await auth.login('home', { email: 'ada@example.com', password: 'x' })
    await expect(rotateApiKey(auth, newKey)).rejects.toMatchObject({ code: 'not_authenticated' })
    expect(await auth.getAccessToken()).toBe('at-1')
    await auth.login('key', { key })
    await rotateApiKey(auth, newKey)
    expect(await auth.getAccessToken()).toBe(newKey)
  })
})

describe('making and deleting keys', () => {
  const url = `${api}api-keys`
  const created = { id: 'key_abc123', name: 'Production API Key', key: newKey, scopes: ['read:resources'], created_at: '2025-02-22T10:00:00Z' }
  const asked = { url, name: 'Production API Key', scopes: ['read:resources'] }

  async function signedIn() {
    const auth = create({ header: 'X-Person' })
    await auth.login({ key })
    return auth
  }

  test('a new key is asked for with the person’s credential, and comes in our units', async () => {
    const auth = await signedIn()
    world.answer = () => Response.json(created, { status: 201 })
    expect(await createApiKey(auth.fetch, asked)).toEqual({
      id: 'key_abc123',
      name: 'Production API Key',
      key: newKey,
      scopes: ['read:resources'],
      createdAt: Date.UTC(2025, 1, 22, 10),
    })
    const [request] = world.requests
    expect(request).toMatchObject({ method: 'POST', url, redirect: 'error', cache: 'no-store' })
    expect([...(request?.headers ?? [])]).toEqual([['accept', 'application/json'], ['content-type', 'application/json'], ['x-person', key]])
    expect(world.bodies).toEqual(['{"name":"Production API Key","scopes":["read:resources"]}'])
  })

  test.each([
    ['a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['nothing', () => new Response(null, { status: 204 })],
    ['a list', () => Response.json([created])],
    ['PT-05 an error', () => Response.json({ error: 'quota' })],
    ...['id', 'name', 'key', 'scopes', 'created_at'].map((name) => [`no ${name}`, () => Response.json({ ...created, [name]: undefined })] as const),
    ['an empty id', () => Response.json({ ...created, id: '' })],
    ['a key that no header can carry', () => Response.json({ ...created, key: 'sk canary' })],
    ['scopes as text', () => Response.json({ ...created, scopes: 'read:resources' })],
    ['a scope that is none', () => Response.json({ ...created, scopes: ['read:resources', 7] })],
    ['a date that is none', () => Response.json({ ...created, created_at: 'yesterday' })],
  ] as const)('INV-22 an answer with %s is invalid_response, and the error holds no key', async (_, answer) => {
    const auth = await signedIn()
    world.answer = answer
    const error = await failure(createApiKey(auth.fetch, asked))
    expect(error).toMatchObject({ code: 'invalid_response', status: answer().status, message: expect.stringContaining('answer') })
    expect(shown(auth, error)).not.toContain('canary')
  })

  test.each([
    [400, { error: 'invalid_request' }, 'client_rejected', false],
    [401, { error: 'invalid_token' }, 'client_rejected', false],
    [403, { error: 'insufficient_scope' }, 'client_rejected', false],
    [404, { error: 'not_found' }, 'client_rejected', false],
    [429, {}, 'rate_limited', true],
    [500, {}, 'server_error', true],
  ])('status %i with %j is %s', async (status, body, code, retryable) => {
    const auth = await signedIn()
    world.answer = () => Response.json(body, { status, headers: { 'retry-after': new Date(Date.now() + 2_000).toUTCString() } })
    const expected = { code, status, retryable, retryAfterMs: 2_000, ...('error' in body && { oauthError: body.error }) }
    expect(await failure(createApiKey(auth.fetch, asked))).toMatchObject(expected)
    await auth.login({ key })
    expect(await failure(deleteApiKey(auth.fetch, { url, id: 'key_abc123' }))).toMatchObject(expected)
  })

  test('without an answer it is network, and what auth.fetch refuses stays what it is', async () => {
    const auth = await signedIn()
    world.answer = () => Promise.reject(new TypeError('Failed to fetch'))
    expect(await failure(createApiKey(auth.fetch, asked))).toMatchObject({ code: 'network', retryable: true })
    await auth.logout()
    expect(await failure(createApiKey(auth.fetch, asked))).toMatchObject({ code: 'not_authenticated' })
    expect(await failure(createApiKey(auth.fetch, { ...asked, url: 'https://evil.example/keys' }))).toMatchObject({ code: 'destination_not_allowed' })
  })

  test.each([
    [url, 'key_abc123', `${url}/key_abc123`],
    [`${url}/`, 'a/b?c#d', `${url}/a%2Fb%3Fc%23d`],
    [`${url}//`, '.a.', `${url}/.a.`],
    ['/v1/api-keys', 'key_1', 'https://app.example/v1/api-keys/key_1'],
  ])('DELETE %s with id %s goes to %s', async (at, id, to) => {
    const auth = create({}, { api: [api, 'https://app.example'] })
    await auth.login({ key })
    world.answer = () => new Response(null, { status: 204 })
    await deleteApiKey(auth.fetch, { url: at, id })
    expect(world.requests[0]).toMatchObject({ method: 'DELETE', url: to, redirect: 'error' })
    expect(world.bodies).toEqual([''])
  })

  test.each([
    ['url', { ...asked, url: 'api-keys' }],
    ['url', { ...asked, url: 'http://api.example/keys' }],
    ['url', { ...asked, url: `${url}?admin` }],
    ['name', { ...asked, name: ' ' }],
    ['scopes', { ...asked, scopes: 'read' as never }],
    ['scopes', { ...asked, scopes: [1n] as never }],
    ['expires', { ...asked, expires: 7 }],
  ])('DO-07 a wrong %s is refused before anything is sent, by name', async (option, options) => {
    const auth = await signedIn()
    expect(await failure(createApiKey(auth.fetch, options))).toMatchObject({ code: 'invalid_config', option })
    expect(world.requests).toEqual([])
  })

  test.each(['', '.', '..', ' a', '\ud800', 'key_\udc00'])('DO-07 the id %j is refused: it would be another path, or none', async (id) => {
    const auth = await signedIn()
    expect(await failure(deleteApiKey(auth.fetch, { url, id }))).toMatchObject({ code: 'invalid_config', option: 'id' })
    expect(world.requests).toEqual([])
  })

  test('DO-07 what is no auth, nor the fetch of one, is refused', async () => {
    const none = null as never
    expect(await failure(createApiKey(none, asked))).toMatchObject({ code: 'invalid_config', option: 'fetch' })
    expect(await failure(deleteApiKey(none, { url, id: 'key_abc123' }))).toMatchObject({ code: 'invalid_config', option: 'fetch' })
    expect(await failure(rotateApiKey(none, newKey))).toMatchObject({ code: 'invalid_config', option: 'rotateApiKey' })
  })

  test('the whole rotation: make, switch, delete, and a request of the old key goes through', async () => {
    const keys = new Map([['key_1', key]])
    world.answer = ({ method, url: address, headers }) => {
      if (method === 'POST') return (keys.set('key_abc123', newKey), Response.json(created, { status: 201 }))
      if (method === 'DELETE') return new Response(null, { status: keys.delete(address.split('/').at(-1) ?? '') ? 204 : 404 })
      return new Response(null, { status: [...keys.values()].includes(headers.get('x-api-key') ?? '') ? 200 : 401 })
    }
    const person = await signedIn()
    const service = create()
    await service.login({ key })
    const made = await createApiKey(person.fetch, asked)
    await rotateApiKey(service, made.key)
    await deleteApiKey(person.fetch, { url, id: 'key_1' })
    expect(await service.fetch(`${api}resources`)).toMatchObject({ status: 200 })
    expect([...keys.keys()]).toEqual(['key_abc123'])
  })
})
