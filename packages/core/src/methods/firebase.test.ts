import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { jwt } from '../../test/provider.ts'
import { createWorld, type Answer, type World } from '../../test/world.ts'
import { createAuth } from '../auth/createAuth.ts'
import type { AuthOptions } from '../auth/authOptions.ts'
import { firebase, type FirebaseInput, type FirebaseOptions } from './firebase.ts'

const hour = 3_600_000
const apiKey = 'AIza-canary-key'
const ada = { email: 'ada@example.com', password: 'canary-password' }
const handedOut = { refreshToken: 'canary-refresh-0' }
const passwordUrl = `https://identitytoolkit.googleapis.com/v1/accounts:signInWithPassword?key=${apiKey}`
const tokenUrl = `https://securetoken.googleapis.com/v1/token?key=${apiKey}`

let world: World
let seen: unknown[]
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
  world.answer = answer
  seen = []
})
afterEach(() => vi.useRealTimers())

function idToken(claims: Record<string, unknown> = {}): string {
  const iat = Date.now() / 1000
  return jwt({
    iss: 'https://securetoken.google.com/demo',
    aud: 'demo',
    auth_time: iat,
    user_id: 'uid-ada',
    sub: 'uid-ada',
    iat,
    exp: iat + 3600,
    name: 'Ada Lovelace',
    email: ada.email,
    email_verified: true,
    role: 'admin',
    firebase: { identities: { email: [ada.email] }, sign_in_provider: 'password' },
    jti: Math.random(),
    ...claims,
  })
}

/** As `accounts:signInWithPassword` answers. */
function signedIn(members: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    kind: 'identitytoolkit#VerifyPasswordResponse',
    localId: 'uid-ada',
    email: ada.email,
    displayName: 'Ada Lovelace',
    idToken: idToken(),
    registered: true,
    refreshToken: 'canary-refresh-1',
    expiresIn: '3600',
    ...members,
  }
}

/** As `token` answers. */
function exchanged(members: Record<string, unknown> = {}): Record<string, unknown> {
  const token = idToken()
  return {
    access_token: token,
    expires_in: '3600',
    token_type: 'Bearer',
    refresh_token: 'canary-refresh-2',
    id_token: token,
    user_id: 'uid-ada',
    project_id: '12345',
    ...members,
  }
}

function answer(request: Request): Response {
  return Response.json(request.url.startsWith('https://identitytoolkit') ? signedIn() : exchanged())
}

function refusal(message: string, httpStatus = 400, members: object = {}): Response {
  const errors = [{ message, domain: 'global', reason: 'invalid' }]
  return Response.json({ error: { code: httpStatus, message, errors, ...members } }, { status: httpStatus })
}

function create(options: Partial<FirebaseOptions> = {}, { api, storage }: Partial<Pick<AuthOptions<FirebaseInput, unknown>, 'api' | 'storage'>> = {}) {
  const auth = createAuth({ api, storage, method: firebase({ apiKey, ...options }) }, world.environment)
  auth.inspect((event) => seen.push(event))
  auth.store.subscribe((state) => seen.push(state))
  auth.refreshStore.subscribe((status) => seen.push(status))
  return auth
}

/** The error that something rejects with, once it is sure that nothing secret shows anywhere. */
async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  const error: unknown = await promise.then(
    () => expect.unreachable('it should have failed'),
    (reason: unknown) => reason,
  )
  const text = JSON.stringify([error, seen]) + inspect([error, seen], { depth: 12 })
  expect(text).not.toMatch(/canary|eyJ[\w-]+\./)
  return error
}

const tokensOf = (auth: ReturnType<typeof create>) => auth.tokens.current?.tokens

describe('options', () => {
  test.each([
    ['apiKey', {}],
    ['apiKey', { apiKey: '' }],
    ['apiKey', { apiKey: ' key' }],
    ['emulatorUrl', { apiKey, emulatorUrl: 'localhost:9099' }],
    ['emulatorUrl', { apiKey, emulatorUrl: 'http://firebase.internal:9099' }],
    ['emulatorUrl', { apiKey, emulatorUrl: '/emulator' }],
    ['emulatorUrl', { apiKey, emulatorUrl: 'http://localhost:9099/?key=x' }],
    ['tenantId', { apiKey, tenantId: '' }],
    ['fields', { apiKey, fields: {} }],
    ['authDomain', { apiKey, authDomain: 'demo.firebaseapp.com' }],
  ])('a wrong or missing %s is refused at construction, by name', (option, options) => {
    expect(() => firebase(options as never)).toThrow(expect.objectContaining({ code: 'invalid_config', option }))
  })

  test.each(['http://localhost:9099', 'http://localhost:9099/', 'https://dev.example/auth/'])('an emulator at %s has both services below it', async (emulatorUrl) => {
    world.answer = (request) => Response.json(request.url.includes('/identitytoolkit.') ? signedIn() : exchanged())
    const auth = create({ apiKey: 'a&b', emulatorUrl })
    await auth.login(ada)
    await auth.tokens.refresh()
    const base = emulatorUrl.replace(/\/$/, '')
    expect(world.requests.map(({ url }) => url)).toEqual([
      `${base}/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword?key=a%26b`,
      `${base}/securetoken.googleapis.com/v1/token?key=a%26b`,
    ])
  })
})

describe('signing in with a password', () => {
  test('sends exactly what Firebase asks for, and shows the claims about the person', async () => {
    const auth = create()
    await auth.login(ada)
    expect(world.bodies).toEqual(['{"email":"ada@example.com","password":"canary-password","returnSecureToken":true}'])
    const [request] = world.requests
    expect(request).toMatchObject({ method: 'POST', url: passwordUrl, credentials: 'omit', cache: 'no-store', redirect: 'error' })
    expect(Object.fromEntries(request?.headers ?? [])).toEqual({ 'content-type': 'application/json', accept: 'application/json' })
    expect(auth.store.getState()).toMatchObject({
      status: 'authenticated',
      method: 'firebase',
      scope: [],
      user: { sub: 'uid-ada', name: 'Ada Lovelace', email: ada.email, email_verified: true, role: 'admin' },
    })
    expect(tokensOf(auth)?.subject).toBe('uid-ada')
    expect(auth.tokens.current?.lifetime.lifetimeMs).toBe(hour)
  })

  test("shows nothing of Firebase's own about the token", async () => {
    const auth = create()
    await auth.login(ada)
    expect(Object.keys(tokensOf(auth)?.user ?? {}).sort()).toEqual(['email', 'email_verified', 'name', 'role', 'sub'])
  })

  test('says where it comes from by origin alone, for keys that are restricted to websites', async () => {
    const auth = create()
    await auth.login(ada)
    await auth.tokens.refresh()
    expect(world.requests.map(({ referrerPolicy }) => referrerPolicy)).toEqual(['strict-origin', 'strict-origin'])
  })

  test('names the tenant', async () => {
    await create({ tenantId: 'acme-x1' }).login(ada)
    expect(world.bodies).toEqual(['{"email":"ada@example.com","password":"canary-password","returnSecureToken":true,"tenantId":"acme-x1"}'])
  })

  test.each([
    ['text', '60', 60_000],
    ['a number', 60, 60_000],
    ['absent: the token itself says', undefined, hour],
    ['unreadable: the token itself says', 'soon', hour],
  ])('a lifetime that is %s', async (_, expiresIn, lifetimeMs) => {
    world.answer = () => Response.json(signedIn({ expiresIn }))
    const auth = create()
    await auth.login(ada)
    expect(auth.tokens.current?.lifetime.lifetimeMs).toBe(lifetimeMs)
  })

  test('a second factor is refused with what is the matter, and its credential goes nowhere', async () => {
    world.answer = () => Response.json({ localId: 'uid-ada', email: ada.email, mfaPendingCredential: 'canary-mfa', mfaInfo: [{ phoneInfo: '+*******42' }] })
    const auth = create()
    expect(await errorOf(auth.login(ada))).toMatchObject({ code: 'client_rejected', message: expect.stringContaining('second factor') })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', error: { code: 'client_rejected' } })
  })
})

describe('signing in with a refresh token', () => {
  test('exchanges it, and keeps the one of the answer', async () => {
    const auth = create()
    await auth.login(handedOut)
    expect(world.bodies).toEqual(['grant_type=refresh_token&refresh_token=canary-refresh-0'])
    const [request] = world.requests
    expect(request).toMatchObject({ method: 'POST', url: tokenUrl, credentials: 'omit', redirect: 'error' })
    expect(request?.headers.get('content-type')).toBe('application/x-www-form-urlencoded')
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'uid-ada', role: 'admin' } })
    expect(tokensOf(auth)).toMatchObject({ refreshToken: 'canary-refresh-2', subject: 'uid-ada' })
  })

  test('keeps the one that was given when the answer has none', async () => {
    world.answer = () => Response.json(exchanged({ refresh_token: undefined }))
    const auth = create()
    await auth.login(handedOut)
    expect(tokensOf(auth)?.refreshToken).toBe('canary-refresh-0')
  })

  test.each(['TOKEN_EXPIRED', 'USER_NOT_FOUND', 'INVALID_REFRESH_TOKEN', 'PROJECT_NUMBER_MISMATCH'])('%s means that it is no good', async (code) => {
    world.answer = () => refusal(code)
    expect(await errorOf(create().login(handedOut))).toMatchObject({ code: 'invalid_credentials', oauthError: code, status: 400, retryable: false })
  })
})

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['text', 'canary-refresh-0'],
  ['no member', {}],
  ['no password', { email: 'ada@example.com' }],
  ['a password that is no text', { email: 'ada@example.com', password: 1234 }],
  ['an e-mail address that is no text', { email: ['ada@example.com'], password: 'canary-password' }],
  ['a password with a refresh token', { password: 'canary-password', ...handedOut }],
  ['both ways at once', { ...ada, ...handedOut }],
  ['an e-mail address with a refresh token', { email: 'ada@example.com', ...handedOut }],
  ['an empty refresh token', { refreshToken: '' }],
  ['a refresh token with a line break', { refreshToken: 'canary\n' }],
])('%s is refused as input, and nothing is sent', async (_, input) => {
  expect(await errorOf(create().login(input as FirebaseInput))).toMatchObject({ code: 'invalid_input' })
  expect(world.requests).toEqual([])
})

describe('refusals', () => {
  test.each([
    ['EMAIL_NOT_FOUND', 'invalid_credentials', 'credentials'],
    ['INVALID_PASSWORD', 'invalid_credentials', 'credentials'],
    ['INVALID_LOGIN_CREDENTIALS', 'invalid_credentials', 'credentials'],
    ['INVALID_EMAIL', 'invalid_credentials', 'credentials'],
    ['MISSING_EMAIL', 'invalid_credentials', 'credentials'],
    ['MISSING_PASSWORD', 'invalid_credentials', 'credentials'],
    ['USER_DISABLED', 'user_disabled', 'disabled'],
    ['TOO_MANY_ATTEMPTS_TRY_LATER', 'rate_limited', 'slow down'],
    ['QUOTA_EXCEEDED', 'rate_limited', 'slow down'],
    ['PASSWORD_DOES_NOT_MEET_REQUIREMENTS', 'authorization_failed', 'policy'],
    ['BLOCKING_FUNCTION_ERROR_RESPONSE', 'authorization_failed', 'blocking function'],
    ['OPERATION_NOT_ALLOWED', 'client_rejected', 'providers'],
    ['PASSWORD_LOGIN_DISABLED', 'client_rejected', 'providers'],
    ['CONFIGURATION_NOT_FOUND', 'client_rejected', 'providers'],
    ['PROJECT_NOT_FOUND', 'client_rejected', 'providers'],
    ['PROJECT_DISABLED', 'client_rejected', 'providers'],
    ['TENANT_NOT_FOUND', 'client_rejected', '"tenantId"'],
    ['INVALID_TENANT_ID', 'client_rejected', '"tenantId"'],
    ['TENANT_ID_MISMATCH', 'client_rejected', '"tenantId"'],
    ['UNSUPPORTED_TENANT_OPERATION', 'client_rejected', '"tenantId"'],
    ['MISSING_RECAPTCHA_TOKEN', 'client_rejected', 'reCAPTCHA'],
    ['INVALID_RECAPTCHA_TOKEN', 'client_rejected', 'reCAPTCHA'],
    ['CAPTCHA_CHECK_FAILED', 'client_rejected', 'reCAPTCHA'],
    ['SOMETHING_NEW', 'client_rejected', 'check the client'],
  ])('FB-01 PW-01 %s is %s, also with a reason behind it', async (googleCode, code, hint) => {
    for (const message of [googleCode, `${googleCode} : canary, because`, `${googleCode}: canary`]) {
      world.answer = () => refusal(message)
      const auth = create()
      const error = await errorOf(auth.login(ada))
      expect(error).toMatchObject({ code, oauthError: googleCode, status: 400, retryable: code === 'rate_limited', message: expect.stringContaining(hint) })
      expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'never_signed_in', error: { code } })
    }
  })

  test.each([
    ['API key not valid. Please pass a valid API key.', 400, 'INVALID_ARGUMENT', 'API_KEY_INVALID'],
    ['Requests from referer <empty> are blocked.', 403, 'PERMISSION_DENIED', 'API_KEY_HTTP_REFERRER_BLOCKED'],
    ['The provided API key has an IP address restriction.', 403, 'PERMISSION_DENIED', 'API_KEY_IP_ADDRESS_BLOCKED'],
    ['Requests from this Android client application <empty> are blocked.', 403, 'PERMISSION_DENIED', 'API_KEY_ANDROID_APP_BLOCKED'],
    ['Requests from this iOS client application <empty> are blocked.', 403, 'PERMISSION_DENIED', 'API_KEY_IOS_APP_BLOCKED'],
    ['Requests to this API are blocked.', 403, 'PERMISSION_DENIED', 'API_KEY_SERVICE_BLOCKED'],
    ['Identity Toolkit API has not been used in project 1 before.', 403, 'PERMISSION_DENIED', 'SERVICE_DISABLED'],
  ])('a sentence of Google is named by its reason: %s', async (message, httpStatus, status, reason) => {
    const details = [null, 'text', { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' }]
    world.answer = () => refusal(message, httpStatus, { status, details })
    const error = await errorOf(create().login(ada))
    expect(error).toMatchObject({ code: 'client_rejected', status: httpStatus, oauthError: reason, message: expect.stringContaining('"apiKey"') })
  })

  test.each([
    ['The request is missing a valid API key.', 403, 'PERMISSION_DENIED'],
    ['Firebase App Check token is invalid.', 401, 'UNAUTHENTICATED'],
  ])('a sentence without a reason is named by its status: %s', async (message, httpStatus, status) => {
    world.answer = () => refusal(message, httpStatus, { status })
    expect(await errorOf(create().login(ada))).toMatchObject({ code: 'client_rejected', status: httpStatus, oauthError: status })
  })

  test.each([
    [429, 'TOO_MANY_ATTEMPTS_TRY_LATER', 'rate_limited'],
    [429, 'Quota exceeded for quota metric', 'rate_limited'],
    [500, 'USER_DISABLED', 'server_error'],
    [503, 'TOKEN_EXPIRED', 'server_error'],
    [408, 'INVALID_PASSWORD', 'server_error'],
  ])('FB-01 status %i can pass, even with %s', async (status, message, code) => {
    world.answer = () => refusal(message, status)
    expect(await errorOf(create().login(ada))).toMatchObject({ code, status, retryable: true })
  })

  test('RF-11 Retry-After is kept', async () => {
    world.answer = () => Response.json({ error: { message: 'QUOTA_EXCEEDED : canary' } }, { status: 400, headers: { 'retry-after': '30' } })
    expect(await errorOf(create().login(ada))).toMatchObject({ code: 'rate_limited', retryAfterMs: 30_000 })
  })

  test('FB-01 no answer at all can pass, and the key in the URL is in no error', async () => {
    world.answer = () => Promise.reject(new TypeError('Failed to fetch'))
    expect(await errorOf(create().login(ada))).toMatchObject({ code: 'network', retryable: true })
  })

  test.each<[string, Response]>([
    ['a page', new Response('<html>canary', { status: 403, headers: { 'content-type': 'text/html' } })],
    ['a page as success', new Response('<html>canary', { headers: { 'content-type': 'text/html' } })],
    ['nothing', new Response(null, { status: 200 })],
    ['a list', Response.json([])],
    ['an error as success', Response.json({ error: { code: 400, message: 'INVALID_PASSWORD' } })],
    ['no ID token', Response.json(signedIn({ idToken: undefined }))],
    ['an ID token that is no text', Response.json(signedIn({ idToken: { canary: 1 } }))],
    ['an ID token that is no JWT', Response.json(signedIn({ idToken: 'canary-opaque' }))],
    ['an ID token without a subject', Response.json(signedIn({ idToken: idToken({ sub: undefined }) }))],
    ['an ID token of somebody else', Response.json(signedIn({ idToken: idToken({ sub: 'uid-bob' }) }))],
    ['nobody named at all', Response.json(signedIn({ localId: undefined, idToken: idToken({ sub: undefined }) }))],
    ['no localId', Response.json(signedIn({ localId: undefined }))],
    ['no refresh token', Response.json(signedIn({ refreshToken: undefined }))],
    ['a refresh token that is no text', Response.json(signedIn({ refreshToken: ['canary'] }))],
    ['the names of the other endpoint', Response.json(exchanged())],
  ])('RF-13 %s cannot be used, and may pass', async (_, response) => {
    world.answer = () => response.clone()
    const auth = create()
    expect(await errorOf(auth.login(ada))).toMatchObject({ code: 'invalid_response', retryable: true })
    expect(auth.store.getState().status).toBe('unauthenticated')
  })

  test.each([
    ['no JSON', new Response('canary', { status: 400 })],
    ['no object', Response.json('canary', { status: 400 })],
    ['an error that is an empty object', Response.json({ error: {} }, { status: 400 })],
    ['a message that is no text', Response.json({ error: { message: 7, details: 'canary' } }, { status: 400 })],
    ['a list of messages', Response.json({ error: { message: ['USER_DISABLED'] } }, { status: 400 })],
    ['a code behind other words', refusal('canary USER_DISABLED')],
  ])('a refusal with %s is judged by its status', async (_, response) => {
    world.answer = () => response.clone()
    const error = await errorOf(create().login(ada))
    expect(error).toMatchObject({ code: 'client_rejected', status: 400 })
    expect(error).not.toHaveProperty('oauthError')
  })

  test('an error as OAuth has it is named too', async () => {
    world.answer = () => Response.json({ error: 'invalid_request' }, { status: 400 })
    expect(await errorOf(create().login(ada))).toMatchObject({ code: 'client_rejected', oauthError: 'invalid_request' })
  })
})

describe('refreshing', () => {
  test('sends the newest refresh token as a form, and keeps the user', async () => {
    const auth = create()
    await auth.login(ada)
    const state = auth.store.getState()
    const first = await auth.getAccessToken()
    await auth.tokens.refresh()
    await auth.tokens.refresh()
    expect(world.bodies.slice(1)).toEqual(['grant_type=refresh_token&refresh_token=canary-refresh-1', 'grant_type=refresh_token&refresh_token=canary-refresh-2'])
    expect(await auth.getAccessToken()).not.toBe(first)
    expect(auth.store.getState()).toBe(state)
  })

  test('the ID token is what is spent, not what is called the access token', async () => {
    world.answer = (request) => Response.json(request.url === tokenUrl ? exchanged({ access_token: 'other' }) : signedIn())
    const auth = create()
    await auth.login(ada)
    await auth.tokens.refresh()
    expect(await auth.getAccessToken()).toMatch(/^eyJ/)
  })

  test.each([undefined, null, ''])('RF-03 RF-04 an answer with the refresh token %j leaves the old one in force', async (refreshToken) => {
    const auth = create()
    await auth.login(ada)
    world.answer = () => Response.json(exchanged({ refresh_token: refreshToken }))
    await auth.tokens.refresh()
    expect(tokensOf(auth)?.refreshToken).toBe('canary-refresh-1')
  })

  test('comes five minutes before the hour is over', async () => {
    const auth = create()
    await auth.login(ada)
    const stop = auth.start()
    await vi.advanceTimersByTimeAsync(hour - 5 * 60_000 - 1_000)
    expect(world.requests).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(world.requests).toHaveLength(2)
    stop()
  })

  test.each([
    ['TOKEN_EXPIRED', 'refresh_rejected', 'unauthenticated'],
    ['USER_NOT_FOUND', 'refresh_rejected', 'unauthenticated'],
    ['INVALID_REFRESH_TOKEN', 'refresh_rejected', 'unauthenticated'],
    ['PROJECT_NUMBER_MISMATCH', 'refresh_rejected', 'unauthenticated'],
    ['USER_DISABLED', 'user_disabled', 'unauthenticated'],
    ['QUOTA_EXCEEDED : canary', 'rate_limited', 'authenticated'],
    ['TOO_MANY_ATTEMPTS_TRY_LATER', 'rate_limited', 'authenticated'],
    ['API key not valid. Please pass a valid API key.', 'client_rejected', 'authenticated'],
  ])('FB-01 RF-07 RF-09 %s is %s, and the person is %s', async (message, code, signedInStill) => {
    const auth = create()
    await auth.login(ada)
    world.answer = () => refusal(message)
    expect(await errorOf(auth.tokens.refresh())).toMatchObject({ code })
    expect(auth.store.getState().status).toBe(signedInStill)
  })

  test.each(['INVALID_GRANT_TYPE', 'MISSING_GRANT_TYPE', 'MISSING_REFRESH_TOKEN'])('RF-09 %s says that the request was changed on its way, and nothing of the session', async (message) => {
    const auth = create()
    await auth.login(ada)
    world.answer = () => refusal(message)
    expect(await errorOf(auth.tokens.refresh())).toMatchObject({ code: 'client_rejected', message: expect.stringContaining('proxy') })
    expect(auth.store.getState().status).toBe('authenticated')
  })

  test.each<[string, Answer, string]>([
    ['a server that is down', () => refusal('TOKEN_EXPIRED', 503), 'server_error'],
    ['a page of a proxy', () => new Response('<html>', { status: 502, headers: { 'content-type': 'text/html' } }), 'server_error'],
    ['no answer', () => Promise.reject(new TypeError('Failed to fetch')), 'network'],
  ])('FB-01 INV-5 %s keeps the session', async (_, given, code) => {
    const auth = create()
    await auth.login(ada)
    world.answer = given
    expect(await errorOf(auth.tokens.refresh())).toMatchObject({ code, retryable: true })
    expect(auth.store.getState().status).toBe('authenticated')
    expect(tokensOf(auth)?.refreshToken).toBe('canary-refresh-1')
  })

  test('RF-16 an answer for somebody else ends the session', async () => {
    const auth = create()
    await auth.login(ada)
    world.answer = () => Response.json(exchanged({ id_token: idToken({ sub: 'uid-bob' }), user_id: 'uid-bob' }))
    expect(await errorOf(auth.tokens.refresh())).toMatchObject({ code: 'subject_changed' })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'subject_changed' })
  })

  test.each([
    ['no ID token', { id_token: undefined }],
    ['no user_id', { user_id: undefined }],
    ['a user_id of somebody else than the ID token', { user_id: 'uid-bob' }],
    ['a refresh token that is no text', { refresh_token: 7 }],
  ])('an answer with %s keeps the session as it was', async (_, members) => {
    const auth = create()
    await auth.login(ada)
    const before = tokensOf(auth)
    world.answer = () => Response.json(exchanged(members))
    expect(await errorOf(auth.tokens.refresh())).toMatchObject({ code: 'invalid_response' })
    expect(tokensOf(auth)).toEqual(before)
  })
})

describe('fields', () => {
  const fields = z.object({ role: z.enum(['admin', 'reader']), floor: z.coerce.number().optional() })

  test('validate claims, which become members of the user, at login and at each refresh', async () => {
    world.answer = () => Response.json(signedIn({ idToken: idToken({ floor: '3' }) }))
    const auth = create({ fields })
    await auth.login(ada)
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'uid-ada', role: 'admin', floor: 3 } })
    world.answer = () => Response.json(exchanged({ id_token: idToken({ role: 'reader' }) }))
    await auth.tokens.refresh()
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'uid-ada', role: 'reader' } })
  })

  test('do not rename the person', async () => {
    world.answer = () => Response.json(signedIn())
    const auth = create({ fields: z.object({ sub: z.string().toUpperCase() }) })
    await auth.login(ada)
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'uid-ada' } })
  })

  test('a claim that is wrong is named, not shown', async () => {
    world.answer = () => Response.json(signedIn({ idToken: idToken({ role: 'canary' }) }))
    expect(await errorOf(create({ fields }).login(ada))).toMatchObject({ code: 'invalid_response', message: expect.stringContaining('role') })
    world.answer = () => Response.json(exchanged({ id_token: idToken({ role: 'canary' }) }))
    expect(await errorOf(create({ fields }).login(handedOut))).toMatchObject({ code: 'invalid_response', message: expect.stringContaining('role') })
  })

  test.each([
    ['is gone', { role: undefined }],
    ['is wrong', { role: 'canary' }],
  ])('RF-19 a claim that %s at a refresh leaves the user as it was, until it is right again: the token is good all the same', async (_, claims) => {
    world.answer = () => Response.json(signedIn({ idToken: idToken({ floor: '3' }) }))
    const auth = create({ fields })
    await auth.login(ada)
    const user = { sub: 'uid-ada', name: 'Ada Lovelace', email: ada.email, email_verified: true, role: 'admin', floor: 3 }
    const token = idToken({ ...claims, name: 'Ada King' })
    world.answer = () => Response.json(exchanged({ id_token: token }))
    await auth.tokens.refresh()
    expect(tokensOf(auth)).toMatchObject({ accessToken: token, refreshToken: 'canary-refresh-2' })
    expect(tokensOf(auth)?.user).toEqual(user)
    world.answer = () => Response.json(exchanged({ id_token: idToken({ role: 'reader' }) }))
    await auth.tokens.refresh()
    expect(tokensOf(auth)?.user).toEqual({ ...user, role: 'reader', floor: undefined })
  })
})

describe('requests', () => {
  const api = 'https://api.example/'

  test('carry the ID token; after a 401 it is refreshed once, and the request replayed once', async () => {
    const auth = create({}, { api })
    await auth.login(ada)
    const sent: (string | null)[] = []
    world.answer = (request) => {
      if (request.url === tokenUrl) return answer(request)
      sent.push(request.headers.get('authorization'))
      return new Response(null, { status: sent.length === 1 ? 401 : 200 })
    }
    expect((await auth.fetch(`${api}me`)).status).toBe(200)
    expect(sent).toEqual([expect.stringMatching(/^Bearer eyJ/), `Bearer ${await auth.getAccessToken()}`])
    expect(sent[0]).not.toBe(sent[1])
  })

  test('a 401 to a fresh token ends the session as revoked', async () => {
    const auth = create({}, { api })
    await auth.login(ada)
    world.answer = (request) => (request.url === tokenUrl ? answer(request) : new Response(null, { status: 401 }))
    expect((await auth.fetch(`${api}me`)).status).toBe(401)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'revoked' })
  })

  test('a 403 is returned untouched', async () => {
    const auth = create({}, { api })
    await auth.login(ada)
    world.answer = () => Response.json({ error: 'insufficient_scope' }, { status: 403 })
    const response = await auth.fetch(`${api}me`)
    expect([response.status, await response.json()]).toEqual([403, { error: 'insufficient_scope' }])
    expect(auth.store.getState().status).toBe('authenticated')
    expect(world.requests).toHaveLength(2)
  })
})

test('LO-01 signing out is local', async () => {
  const auth = create()
  await auth.login(ada)
  expect(await auth.logout()).toEqual({ isRemote: false, error: null })
  expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
  expect(world.requests).toHaveLength(1)
})

test('a reload keeps the session where the storage does, and refreshes it', async () => {
  const before = create({}, { storage: 'session' })
  await before.login(ada)
  before.dispose()
  const after = create({}, { storage: 'session' })
  expect(await after.ready).toMatchObject({ status: 'authenticated', method: 'firebase', user: { name: 'Ada Lovelace' } })
  await after.tokens.refresh()
  expect(world.bodies.at(-1)).toBe('grant_type=refresh_token&refresh_token=canary-refresh-1')
})
