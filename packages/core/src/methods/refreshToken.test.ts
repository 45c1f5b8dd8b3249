import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { jwt } from '../../test/provider.ts'
import { createWorld, type World } from '../../test/world.ts'
import { createAuth } from '../auth/createAuth.ts'
import { refreshToken, type RefreshTokenOptions } from './refreshToken.ts'

const hour = 3_600_000
const tokenUrl = 'https://id.example/token'
const given = { refreshToken: 'canary-handed-out' }
const api = 'https://api.example/'

let world: World
/** Answers of the token endpoint, by count; everything else is the API, which takes any token but those in `revoked`. */
let answers: (count: number) => Response
let revoked: string[]
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
  revoked = []
  let count = 0
  answers = (n) => Response.json(answer({ access_token: `canary-at-${n}` }))
  world.answer = (request) => {
    if (!request.url.startsWith(api)) return answers(++count)
    const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
    return Response.json({ token }, { status: revoked.includes(token) ? 401 : 200 })
  }
})
afterEach(() => vi.useRealTimers())

const answer = (members: Record<string, unknown> = {}) => ({ access_token: 'canary-at', token_type: 'Bearer', expires_in: 3600, ...members })

function create(options: Partial<RefreshTokenOptions> = {}, storage: 'memory' | 'session' = 'memory') {
  const auth = createAuth({ method: refreshToken({ tokenUrl, ...options }), api, storage }, world.environment)
  const events: unknown[] = []
  auth.inspect((event) => events.push(event))
  return Object.assign(auth, { shown: (...more: unknown[]) => inspect([auth.store.getState(), events, ...more], { depth: 9 }) + JSON.stringify([auth, events, more]) })
}

/** Requests to the token server, as [URL, body]. */
const sent = () => world.requests.flatMap(({ url }, index) => (url.startsWith(api) ? [] : [[url, world.bodies[index]]]))

describe('options', () => {
  test.each([
    ['tokenUrl', {}],
    ['tokenUrl', { tokenUrl: 'http://id.example/token' }],
    ['tokenUrl', { tokenUrl: '//id.example/token' }],
    ['format', { tokenUrl, format: 'xml' }],
    ['clientId', { tokenUrl, clientId: '' }],
    ['clientId', { tokenUrl, clientId: 'web', format: 'json' }],
    ['revocationUrl', { tokenUrl, revocationUrl: 'revoke' }],
    ['lifetime', { tokenUrl, lifetime: 3600 }],
    ['fields', { tokenUrl, fields: {} }],
    ['clientSecret', { tokenUrl, clientSecret: 'x' }],
  ])('a wrong or missing %s is refused at construction, by name', (option, options) => {
    expect(() => refreshToken(options as never)).toThrow(expect.objectContaining({ code: 'invalid_config', option }))
  })
})

describe('signing in', () => {
  test.each<[string, Partial<RefreshTokenOptions>, string, string]>([
    ['form', {}, 'application/x-www-form-urlencoded', 'grant_type=refresh_token&refresh_token=canary-handed-out'],
    ['form with a client', { clientId: 'web app' }, 'application/x-www-form-urlencoded', 'grant_type=refresh_token&refresh_token=canary-handed-out&client_id=web+app'],
    ['json', { format: 'json' }, 'application/json', '{"refresh_token":"canary-handed-out"}'],
  ])('uses the token at once, as %s', async (_, options, type, body) => {
    const auth = create(options)
    await auth.login(given)
    expect(sent()).toEqual([[tokenUrl, body]])
    const [request] = world.requests
    expect(Object.fromEntries(request?.headers ?? [])).toEqual({ accept: 'application/json', 'content-type': type })
    expect(request).toMatchObject({ method: 'POST', credentials: 'omit', cache: 'no-store', redirect: 'error', referrerPolicy: 'no-referrer' })
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', method: 'refreshToken', user: {}, scope: [] })
    expect(await auth.getAccessToken()).toBe('canary-at-1')
  })

  test.each(['', 'with space', 'with\nline', 'ünicode', 42, null, undefined])('%j is no token, and is not sent', async (token) => {
    await expect(create().login({ refreshToken: token as never })).rejects.toMatchObject({ code: 'invalid_input' })
    expect(world.requests).toEqual([])
  })

  test('input that is no object is refused', async () => {
    await expect(create().login('canary-handed-out' as never)).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test('what Firebase answers signs in: times as text, an ID token, members that nobody knows', async () => {
    const idToken = jwt({ sub: 'uid-1', email: 'ada@example.com' })
    const members = { access_token: idToken, id_token: idToken, refresh_token: 'canary-rt', expires_in: '3600', user_id: 'uid-1', project_id: '7' }
    answers = () => Response.json(answer(members))
    const auth = create({ tokenUrl: 'https://securetoken.googleapis.com/v1/token?key=canary-key' })
    await auth.login(given)
    expect(sent()[0]?.[0]).toBe('https://securetoken.googleapis.com/v1/token?key=canary-key')
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'uid-1', email: 'ada@example.com' } })
    expect(auth.tokens.current?.lifetime.lifetimeMs).toBe(hour)
    expect(auth.shown()).not.toContain('canary')
  })

  test('takes fields and a lifetime', async () => {
    answers = () => Response.json(answer({ plan: 'pro' }))
    const auth = create({ fields: z.object({ plan: z.string() }), lifetime: { expiresInMs: 60_000 } })
    await auth.login(given)
    expect(auth.store.getState()).toMatchObject({ user: { plan: 'pro' } })
    expect(auth.tokens.current?.lifetime.lifetimeMs).toBe(60_000)
  })

  test.each([
    ['form', 400, { error: 'invalid_grant' }, 'invalid_credentials'],
    ['form', 401, { error: 'invalid_client' }, 'client_rejected'],
    ['form', 400, { error: { message: 'canary' } }, 'client_rejected'],
    ['json', 401, {}, 'invalid_credentials'],
    ['json', 400, { error: 'invalid_token' }, 'invalid_credentials'],
    ['json', 404, {}, 'client_rejected'],
    ['form', 429, {}, 'rate_limited'],
    ['form', 503, {}, 'server_error'],
  ] as const)('%s: status %i with %j is %s, and nothing shows a token', async (format, status, body, code) => {
    answers = () => Response.json(body, { status })
    const auth = create({ format })
    const error = await auth.login(given).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code, status })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', error: { code } })
    expect(auth.shown(error)).not.toContain('canary')
  })

  test.each([
    ['a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['an error inside a 200', () => Response.json({ error: 'invalid_grant' })],
    ['no access token', () => Response.json(answer({ access_token: undefined }))],
    ['another token type', () => Response.json(answer({ token_type: 'mac' }))],
  ])('TR-01 TR-04 TR-07 %s is no answer', async (_, response) => {
    answers = response
    await expect(create().login(given)).rejects.toMatchObject({ code: 'invalid_response', retryable: true })
    expect(sent()).toHaveLength(1)
  })

  test('a refused login leaves whoever is signed in', async () => {
    const auth = create()
    await auth.login(given)
    answers = () => Response.json({ error: 'invalid_grant' }, { status: 400 })
    await expect(auth.login({ refreshToken: 'spent' })).rejects.toMatchObject({ code: 'invalid_credentials' })
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', error: { code: 'invalid_credentials' } })
    expect(await auth.getAccessToken()).toBe('canary-at-1')
  })
})

describe('refreshing', () => {
  test('an answer without a refresh token keeps the old one, and a new one replaces it', async () => {
    answers = (n) => Response.json(answer({ refresh_token: n === 2 ? 'canary-rt-2' : undefined }))
    const auth = create()
    await auth.login(given)
    for (let count = 0; count < 3; count++) await auth.tokens.refresh()
    expect(sent().map(([, body]) => new URLSearchParams(body).get('refresh_token'))).toEqual([
      'canary-handed-out', 'canary-handed-out', 'canary-rt-2', 'canary-rt-2',
    ]) // prettier-ignore
  })

  test.each([
    ['form', 400, { error: 'invalid_grant' }, 'refresh_rejected', 'unauthenticated'],
    ['json', 401, {}, 'refresh_rejected', 'unauthenticated'],
    ['form', 401, { error: 'invalid_client' }, 'client_rejected', 'authenticated'],
    ['form', 500, {}, 'server_error', 'authenticated'],
  ] as const)('%s: status %i with %j is %s, and the person is %s', async (format, status, body, code, signedIn) => {
    const auth = create({ format })
    await auth.login(given)
    answers = () => Response.json(body, { status })
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code })
    expect(auth.store.getState().status).toBe(signedIn)
    expect(auth.shown()).not.toContain('canary')
  })

  test('an answer for somebody else ends the session', async () => {
    answers = (n) => Response.json(answer({ access_token: jwt({ sub: n === 1 ? 'ada' : 'bob' }) }))
    const auth = create()
    await auth.login(given)
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'subject_changed' })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'subject_changed' })
  })

  test('goes on after a reload, with the newest token', async () => {
    answers = (n) => Response.json(answer({ access_token: `canary-at-${n}`, refresh_token: `canary-rt-${n}`, scope: 'read' }))
    await create({}, 'session').login(given)
    const auth = create({}, 'session')
    expect(await auth.ready).toMatchObject({ status: 'authenticated', method: 'refreshToken', scope: ['read'] })
    await auth.tokens.refresh()
    expect(sent()[1]?.[1]).toBe('grant_type=refresh_token&refresh_token=canary-rt-1')
  })
})

describe('auth.fetch', () => {
  test('a 401 refreshes once and is answered by the second request', async () => {
    const auth = create()
    await auth.login(given)
    revoked = ['canary-at-1']
    expect(await (await auth.fetch(`${api}x`)).json()).toEqual({ token: 'canary-at-2' })
    expect(sent()).toHaveLength(2)
  })

  test('a second 401 is given back, and ends the session', async () => {
    const auth = create()
    await auth.login(given)
    revoked = ['canary-at-1', 'canary-at-2']
    expect((await auth.fetch(`${api}x`)).status).toBe(401)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'revoked' })
  })

  test('a 403 is given back untouched', async () => {
    const auth = create()
    await auth.login(given)
    world.answer = () => new Response('no', { status: 403 })
    const response = await auth.fetch(`${api}x`)
    expect([response.status, await response.text()]).toEqual([403, 'no'])
    expect(auth.store.getState().status).toBe('authenticated')
    expect(sent()).toHaveLength(1)
  })
})

describe('signing out', () => {
  test('without revocationUrl it is local', async () => {
    const auth = create()
    await auth.login(given)
    expect(await auth.logout()).toEqual({ isRemote: false, error: null })
    expect(sent()).toHaveLength(1)
  })

  test.each<[string, Partial<RefreshTokenOptions>, string]>([
    ['RFC 7009', {}, 'token=canary-handed-out&token_type_hint=refresh_token'],
    ['RFC 7009 with a client', { clientId: 'web' }, 'token=canary-handed-out&token_type_hint=refresh_token&client_id=web'],
    ['json', { format: 'json' }, '{"refresh_token":"canary-handed-out"}'],
  ])('LO-01 tells the server by %s', async (_, options, body) => {
    const auth = create({ ...options, revocationUrl: '/revoke' })
    await auth.login(given)
    answers = () => new Response(null)
    expect(await auth.logout()).toEqual({ isRemote: true, error: null })
    expect(sent().at(-1)).toEqual(['https://app.example/revoke', body])
    expect(world.requests.at(-1)?.keepalive).toBe(true)
  })

  test('LO-01 a server that fails does not keep anybody signed in', async () => {
    const auth = create({ revocationUrl: '/revoke' })
    await auth.login(given)
    answers = () => new Response(null, { status: 503 })
    expect(await auth.logout()).toEqual({ isRemote: false, error: expect.objectContaining({ code: 'server_error' }) })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
  })
})
