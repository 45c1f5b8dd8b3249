import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { jwt } from '../../test/provider.ts'
import { createWorld, defer, type World } from '../../test/world.ts'
import { createAuth } from '../auth/createAuth.ts'
import { browserPage } from '../browser/page.ts'
import { TokenManager } from '../tokens/tokenManager.ts'
import { clientCredentials, clientCredentialsGrant, type ClientCredentialsInput, type ClientCredentialsOptions, type ClientCredentialsRefresh } from './clientCredentials.ts'

const tokenUrl = 'https://id.example/oauth/v2/token'
const client = { tokenUrl, clientId: 'machine', clientSecret: 'canary-secret' }
const api = 'https://api.example/'

let world: World
let environment: World['environment']
/** Answers of the token endpoint, by count; everything else is the API, which takes any token but those in `revoked`. */
let answers: (count: number) => Response | Promise<Response>
let revoked: string[]
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
  // As in Node.
  environment = { ...world.environment, page: browserPage }
  revoked = []
  let count = 0
  answers = (n) => Response.json(answer({ access_token: `canary-at-${n}` }))
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

const answer = (members: Record<string, unknown> = {}) => ({ token_type: 'Bearer', expires_in: 3600, access_token: 'canary-at', ...members })

function create(options: Partial<ClientCredentialsOptions> = {}, storage: 'memory' | 'session' = 'memory') {
  const auth = createAuth({ method: clientCredentials({ ...client, ...options }), api, storage }, environment)
  const events: unknown[] = []
  auth.inspect((event) => events.push(event))
  return Object.assign(auth, { shown: (...more: unknown[]) => inspect([auth.store.getState(), events, ...more], { depth: 9 }) + JSON.stringify([auth, events, more]) })
}

/** Forms that the token server got. */
const sent = () => world.requests.flatMap(({ url }, index) => (url.startsWith(api) ? [] : [world.bodies[index]]))

describe('options', () => {
  const wrong: readonly (readonly [string, object])[] = [
    ['tokenUrl', { clientId: 'a', clientSecret: 'b' }],
    ['tokenUrl', { ...client, tokenUrl: '/oauth/v2/token' }],
    ['tokenUrl', { ...client, tokenUrl: 'http://id.example/token' }],
    ['clientId', { tokenUrl, clientSecret: 'b' }],
    ['clientSecret', { tokenUrl, clientId: 'a' }],
    ['clientSecret', { ...client, clientSecret: 'canary\n' }],
    ['scope', { ...client, scope: '' }],
    ['authentication', { ...client, authentication: 'digest' }],
    ['dangerouslyAllowBrowser', { ...client, dangerouslyAllowBrowser: 'yes' }],
    ['lifetime', { ...client, lifetime: 3600 }],
    ['refreshUrl', { ...client, refreshUrl: '/r' }],
  ]
  test.each(wrong)('a wrong or missing %s is refused at construction, by name', (option, options) => {
    for (const make of [clientCredentials, clientCredentialsGrant]) {
      expect(() => make(options as never)).toThrow(expect.objectContaining({ code: 'invalid_config', option, message: expect.not.stringContaining('canary') }))
    }
  })
})

describe('signing in', () => {
  test('asks with HTTP Basic', async () => {
    const auth = create()
    await auth.login()
    const [request] = world.requests
    expect([request?.method, request?.url, world.bodies]).toEqual(['POST', tokenUrl, ['grant_type=client_credentials']])
    expect(Object.fromEntries(request?.headers ?? [])).toEqual({
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from('machine:canary-secret').toString('base64')}`,
    })
    expect(request).toMatchObject({ credentials: 'omit', cache: 'no-store', redirect: 'error', referrerPolicy: 'no-referrer' })
    expect(await auth.getAccessToken()).toBe('canary-at-1')
  })

  test('the same where the app asks for it by name', async () => {
    await create({ authentication: 'basic' }).login()
    expect(world.requests[0]?.headers.get('authorization')).toBe(`Basic ${btoa('machine:canary-secret')}`)
  })

  test('or with id and secret in the body', async () => {
    await create({ authentication: 'body', scope: 'read:resources write:resources' }).login()
    const form = 'grant_type=client_credentials&client_id=machine&client_secret=canary-secret&scope=read%3Aresources+write%3Aresources'
    expect(sent()).toEqual([form])
    expect(world.requests[0]?.headers.has('authorization')).toBe(false)
  })

  test.each([
    ['p:ä%reader', 'p%3A%C3%A4%25reader'],
    ['a b', 'a+b'],
    ['a+b', 'a%2Bb'],
    ['100%', '100%25'],
    ['=&?/#', '%3D%26%3F%2F%23'],
    ['日本 🔑', '%E6%97%A5%E6%9C%AC+%F0%9F%94%91'],
    ['~*-._', '%7E*-._'],
  ])('CC-04 %j is form-urlencoded before base64', async (text, encoded) => {
    await create({ clientId: text, clientSecret: text }).login()
    const basic = world.requests[0]?.headers.get('authorization')?.replace('Basic ', '') ?? ''
    expect(atob(basic)).toBe(`${encoded}:${encoded}`)
  })

  test('CC-06 there is no person, also where the token names its client', async () => {
    answers = () => Response.json(answer({ access_token: jwt({ sub: 'machine', name: 'Machine' }), id_token: jwt({ sub: 'x' }) }))
    const auth = create()
    await auth.login()
    expect(auth.store.getState()).toEqual({ status: 'authenticated', method: 'clientCredentials', user: null, scope: [], pending: null, error: null })
    expect(auth.tokens.current?.tokens).toMatchObject({ subject: null })
  })

  test('CC-02 a refresh token in the answer is ignored', async () => {
    answers = () => Response.json(answer({ refresh_token: 'canary-rt' }))
    const auth = create()
    await auth.login()
    expect(auth.tokens.current?.tokens.refreshToken).toBeUndefined()
    await auth.tokens.refresh()
    expect(sent()).toEqual(['grant_type=client_credentials', 'grant_type=client_credentials'])
  })

  test.each([
    ['expires_in', {}, undefined, 3_600_000],
    ['the JWT', { expires_in: undefined, access_token: jwt({ iat: 10, exp: 70 }) }, undefined, 60_000],
    ['the option', {}, { expiresInMs: 5_000 }, 5_000],
    ['nobody', { expires_in: undefined }, undefined, null],
  ] as const)('the token lives as long as %s says', async (_, members, lifetime, lifetimeMs) => {
    answers = () => Response.json(answer(members))
    const auth = create({ lifetime })
    await auth.login()
    expect(auth.tokens.current?.lifetime.lifetimeMs).toBe(lifetimeMs)
  })

  test.each([
    [401, {}, 'invalid_credentials'],
    [401, { error: 'invalid_client' }, 'invalid_credentials'],
    [400, { error: 'invalid_client' }, 'invalid_credentials'],
    [400, { error: 'unauthorized_client' }, 'client_rejected'],
    [400, { error: 'invalid_scope' }, 'client_rejected'],
    [404, {}, 'client_rejected'],
    [429, {}, 'rate_limited'],
    [503, {}, 'server_error'],
  ])('status %i with %j is %s, and nothing shows the secret', async (status, body, code) => {
    answers = () => Response.json(body, { status })
    const auth = create()
    const error = await auth.login().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code, status })
    expect(auth.shown(error)).not.toContain('canary')
    expect(auth.shown(error)).not.toContain(btoa('machine:canary-secret'))
  })

  test.each([
    ['a page', () => new Response('<html>')],
    ['an error inside a 200', () => Response.json({ error: 'invalid_client' })],
    ['no access token', () => Response.json(answer({ access_token: 7 }))],
    ['another token type', () => Response.json(answer({ token_type: 'mac' }))],
  ])('TR-01 TR-04 TR-07 %s is no answer', async (_, response) => {
    answers = response
    await expect(create().login()).rejects.toMatchObject({ code: 'invalid_response', retryable: true })
  })

  test.each([{ scope: '' }, { scope: ' ' }, { scope: 7 }, { scope: ['read'] }])('%j is no scope', async (input) => {
    await expect(create().login(input as never)).rejects.toMatchObject({ code: 'invalid_input' })
    expect(world.requests).toEqual([])
  })
})

describe('scope', () => {
  test.each<[string, ClientCredentialsInput | undefined, string | undefined, readonly string[], string | null]>([
    ['nothing', undefined, undefined, [], null],
    ['nothing, whatever was granted', undefined, 'api id', ['api', 'id'], null],
    ['what the options say', undefined, undefined, ['read'], 'read'],
    ['what the login said', { scope: ' write  admin ' }, undefined, ['write', 'admin'], 'write admin'],
    ['what the login said, though less was granted', { scope: 'write admin' }, 'write', ['write'], 'write admin'],
  ])('each refresh asks for %s', async (_, input, granted, scope, asked) => {
    answers = () => Response.json(answer({ scope: granted }))
    const auth = create(scope.includes('read') ? { scope: 'read' } : {})
    await auth.login(input)
    for (let count = 0; count < 2; count++) {
      expect(auth.store.getState()).toMatchObject({ scope })
      await auth.tokens.refresh()
    }
    expect(sent().map((form) => new URLSearchParams(form).get('scope'))).toEqual([asked, asked, asked])
  })

  test('survives a reload', async () => {
    await create({}, 'session').login({ scope: 'write' })
    const auth = create({ scope: 'read' }, 'session')
    expect(await auth.ready).toMatchObject({ status: 'authenticated', user: null, scope: ['write'] })
    await auth.tokens.refresh()
    await auth.tokens.refresh()
    expect(sent().slice(1)).toEqual(['grant_type=client_credentials&scope=write', 'grant_type=client_credentials&scope=write'])
  })
})

describe('refreshing', () => {
  test('asks again, ahead of expiry', async () => {
    const auth = create()
    await auth.login()
    auth.start()
    await vi.advanceTimersByTimeAsync(3_300_000)
    expect(sent()).toHaveLength(2)
    expect(await auth.getAccessToken()).toBe('canary-at-2')
    auth.dispose()
  })

  test.each([
    [401, {}, 'refresh_rejected', 'unauthenticated'],
    [400, { error: 'invalid_client' }, 'refresh_rejected', 'unauthenticated'],
    [400, { error: 'invalid_scope' }, 'client_rejected', 'authenticated'],
    [500, {}, 'server_error', 'authenticated'],
  ])('status %i with %j is %s, and the program is %s', async (status, body, code, signedIn) => {
    const auth = create()
    await auth.login()
    answers = () => Response.json(body, { status })
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code, status })
    expect(auth.store.getState().status).toBe(signedIn)
  })

  test('a 401 of the API asks for one more token, once', async () => {
    const auth = create()
    await auth.login()
    revoked = ['canary-at-1']
    expect(await (await auth.fetch(`${api}x`)).json()).toEqual({ token: 'canary-at-2' })
    revoked.push('canary-at-2', 'canary-at-3')
    expect((await auth.fetch(`${api}x`)).status).toBe(401)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'revoked' })
    expect(sent()).toHaveLength(3)
  })

  test('a 403 is given back untouched', async () => {
    const auth = create()
    await auth.login()
    world.answer = () => new Response('no', { status: 403 })
    expect(await (await auth.fetch(`${api}x`)).text()).toBe('no')
    expect(auth.store.getState().status).toBe('authenticated')
    expect(sent()).toHaveLength(1)
  })

  test('sign-out is local', async () => {
    const auth = create()
    await auth.login()
    expect(await auth.logout()).toEqual({ isRemote: false, error: null })
    expect(sent()).toHaveLength(1)
  })
})

describe('in a browser', () => {
  const refusal = { code: 'invalid_config', option: 'dangerouslyAllowBrowser' }

  test.each([['a page', { document: {}, location: {} }], ['a worker', { location: {} }]])('CC-01 on %s nothing is sent, and the error says which option', async (_, globals) => {
    const auth = create()
    const grant = clientCredentialsGrant(client, environment)
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
    await expect(auth.login()).rejects.toMatchObject(refusal)
    await expect(grant(null, { signal: new AbortController().signal })).rejects.toMatchObject(refusal)
    expect(world.requests).toEqual([])
  })

  test('CC-01 nor is anything refreshed', async () => {
    const auth = create()
    await auth.login()
    vi.stubGlobal('location', {})
    await expect(auth.tokens.refresh()).rejects.toMatchObject(refusal)
    expect(sent()).toHaveLength(1)
  })

  test('MD-09 unless the app insists: then it is warned, once, and the secret is stored nowhere', async () => {
    vi.stubGlobal('location', {})
    const seen = vi.spyOn(console, 'warn').mockReturnValue()
    const insisting = create({ dangerouslyAllowBrowser: true }, 'session')
    await insisting.login()
    expect(seen).toHaveBeenCalledTimes(1)
    await insisting.tokens.refresh()
    expect(seen.mock.calls).toEqual([[expect.stringMatching(/clientCredentials.*can read the secret/)]])
    expect(world.tabStorage.keys().map((key) => world.tabStorage.getItem(key)).join()).toContain('canary-at')
    expect(JSON.stringify([world.tabStorage.keys().map((key) => world.tabStorage.getItem(key)), [...world.origin.records.values()], seen.mock.calls])).not.toContain('canary-secret')
    seen.mockRestore()
  })

  test('unless the app insists', async () => {
    vi.stubGlobal('location', {})
    vi.spyOn(console, 'warn').mockReturnValueOnce()
    const auth = create({ dangerouslyAllowBrowser: true })
    await auth.login()
    expect(await auth.getAccessToken()).toBe('canary-at-1')
    await expect(create({ dangerouslyAllowBrowser: false }).login()).rejects.toMatchObject(refusal)
  })
})

describe('clientCredentialsGrant', () => {
  const signal = new AbortController().signal
  const grantOf = (options: Partial<ClientCredentialsOptions> = {}) => clientCredentialsGrant({ ...client, ...options }, environment)
  const manage = (refresh: ClientCredentialsRefresh) => new TokenManager({ refresh, background: false }, environment)

  test('gives a TokenManager its tokens', async () => {
    const tokens = manage(grantOf())
    expect(await Promise.all([tokens.getAccessToken(), tokens.getAccessToken()])).toEqual(['canary-at-1', 'canary-at-1'])
    expect(tokens.current?.lifetime.lifetimeMs).toBe(3_600_000)
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(await tokens.getAccessToken()).toBe('canary-at-2')
    expect(sent()).toEqual(['grant_type=client_credentials', 'grant_type=client_credentials'])
  })

  test('two managers of one scope that ask at once cause one request, and two of two scopes two', async () => {
    const grant = grantOf({ scope: 'read' })
    const managers = [manage(grant), manage(grant), manage(grant.forScope('read')), manage(grant.forScope('write'))]
    const [first, second, third, other] = await Promise.all(managers.map((tokens) => tokens.getAccessToken()))
    expect([second, third]).toEqual([first, first])
    expect(other).not.toBe(first)
    expect(sent()).toEqual(['grant_type=client_credentials&scope=read', 'grant_type=client_credentials&scope=write'])
  })

  test('two scopes are not one that reads like both', async () => {
    const grant = grantOf()
    await Promise.all(['read write', 'readwrite'].map((scope) => grant.forScope(scope)(null, { signal })))
    expect(sent().map((form) => new URLSearchParams(form).get('scope'))).toEqual(['read write', 'readwrite'])
  })

  test('RF-11 says when the server will take the next request, also when that is a date', async () => {
    answers = () => new Response(null, { status: 503, headers: { 'retry-after': new Date(Date.now() + 30_000).toUTCString() } })
    await expect(grantOf()(null, { signal })).rejects.toMatchObject({ code: 'server_error', retryAfterMs: 30_000 })
  })

  test('who asks later gets tokens of a request of their own, also after a failure', async () => {
    const grant = grantOf()
    answers = () => new Response(null, { status: 503 })
    await expect(grant(null, { signal })).rejects.toMatchObject({ code: 'server_error' })
    answers = (n) => Response.json(answer({ access_token: `canary-at-${n}` }))
    expect(await grant(null, { signal })).toMatchObject({ accessToken: 'canary-at-2', expiresInMs: 3_600_000 })
    expect(await grant(null, { signal })).toMatchObject({ accessToken: 'canary-at-3' })
  })

  test('one who stops waiting does not stop the others', async () => {
    const late = defer<Response>()
    answers = () => late.promise
    const grant = grantOf()
    const impatient = new AbortController()
    const given = [grant(null, { signal: impatient.signal }), grant(null, { signal })]
    await vi.advanceTimersByTimeAsync(0)
    impatient.abort()
    await expect(given[0]).rejects.toMatchObject({ code: 'aborted' })
    late.resolve(Response.json(answer()))
    expect(await given[1]).toMatchObject({ accessToken: 'canary-at' })
    expect(sent()).toHaveLength(1)
  })

  test('INV-18 the last one to stop waiting aborts the request, and whoever asks then has one of their own', async () => {
    answers = () => new Promise(() => {})
    const grant = grantOf()
    const managers = [manage(grant), manage(grant)]
    const waiting = Promise.allSettled(managers.map((tokens) => tokens.getAccessToken()))
    await vi.advanceTimersByTimeAsync(0)
    managers[0]?.dispose()
    await vi.advanceTimersByTimeAsync(0)
    expect(vi.getTimerCount()).toBeGreaterThan(0)
    managers[1]?.dispose()
    answers = () => Response.json(answer())
    expect(await Promise.all([grant(null, { signal }), grant(null, { signal })])).toMatchObject([{ accessToken: 'canary-at' }, { accessToken: 'canary-at' }])
    expect(await waiting).toMatchObject([{ reason: { code: 'disposed' } }, { reason: { code: 'disposed' } }])
    expect(sent()).toHaveLength(2)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a request that was aborted does not keep others from sharing the next one', async () => {
    const late = [defer<Response>(), defer<Response>()]
    answers = (n) => late[n - 1]?.promise ?? Response.error()
    const grant = grantOf()
    const impatient = new AbortController()
    const aborted = grant(null, { signal: impatient.signal }).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(0)
    impatient.abort()
    const first = grant(null, { signal })
    expect(await aborted).toMatchObject({ code: 'aborted' })
    await vi.advanceTimersByTimeAsync(0)
    const second = grant(null, { signal })
    await vi.advanceTimersByTimeAsync(0)
    late[1]?.resolve(Response.json(answer()))
    expect(await Promise.all([first, second])).toMatchObject([{ accessToken: 'canary-at' }, { accessToken: 'canary-at' }])
    expect(sent()).toHaveLength(2)
  })

  test('TR-23 a server that does not answer is given up after ten seconds', async () => {
    answers = () => new Promise(() => {})
    const given = grantOf()(null, { signal })
    void given.catch(() => {})
    await vi.advanceTimersByTimeAsync(10_000)
    await expect(given).rejects.toMatchObject({ code: 'timeout' })
  })

  test('a refusal is invalid_credentials at first, and ends what there was later', async () => {
    const grant = grantOf()
    const [running, starting] = [manage(grant), manage(grant)]
    await running.getAccessToken()
    answers = () => Response.json({ error: 'invalid_client' }, { status: 401 })
    const [later, first] = await Promise.allSettled([running.refresh(), starting.getAccessToken()])
    expect(later).toMatchObject({ reason: { code: 'refresh_rejected', status: 401, oauthError: 'invalid_client' } })
    expect(first).toMatchObject({ reason: { code: 'invalid_credentials', status: 401, oauthError: 'invalid_client' } })
    expect(running.current).toBeNull()
    expect(sent()).toHaveLength(2)
    expect(inspect([later, first], { depth: 9 })).not.toContain('canary')
  })

  test('other failures keep the tokens', async () => {
    const tokens = manage(grantOf())
    await tokens.getAccessToken()
    answers = () => new Response(null, { status: 503 })
    await expect(tokens.refresh()).rejects.toMatchObject({ code: 'server_error' })
    expect(await tokens.getAccessToken()).toBe('canary-at-1')
  })

  test('another scope is checked like that of the options', () => {
    expect(() => grantOf().forScope('')).toThrow(expect.objectContaining({ code: 'invalid_config', option: 'scope' }))
  })
})
