import { decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { afterEach, expect, test, vi } from 'vitest'
import { callApi } from './testing/callApi.ts'
import { ada, bob } from './testing/createClient.ts'
import { readBody } from './testing/readBody.ts'
import { demoOrigin, startServer } from './testing/startServer.ts'

const server = await startServer()
const issuer = 'https://securetoken.google.com/demo-tessera'

afterEach(() => void vi.useRealTimers())

const signIn = (body: object = ada, query = '?key=any') =>
  callApi(server, `POST /identitytoolkit.googleapis.com/v1/accounts:signInWithPassword${query}`, {
    body: { ...body, returnSecureToken: true },
  })
const refresh = (refreshToken: unknown, query = '?key=any') =>
  callApi(server, `POST /securetoken.googleapis.com/v1/token${query}`, {
    body: { grant_type: 'refresh_token', refresh_token: refreshToken },
  })
const read = (token: unknown) => callApi(server, 'GET /v1/resources', { token })

/** Google's shape of an error. */
function googleError(message: string, extra: object = {}) {
  return { error: { code: 400, message, errors: [{ message, domain: 'global', reason: 'invalid' }], ...extra } }
}

test('a sign-in answers as Firebase does', async () => {
  const { status, json } = await signIn()
  expect(status).toBe(200)
  expect(json).toEqual({
    kind: 'identitytoolkit#VerifyPasswordResponse',
    localId: 'ada',
    email: 'ada@example.com',
    displayName: 'Ada Lovelace',
    idToken: expect.any(String),
    registered: true,
    refreshToken: expect.any(String),
    expiresIn: '3600',
  })
  expect(decodeProtectedHeader(String(json.idToken))).toMatchObject({ alg: 'RS256', typ: 'JWT' })
  const { iat = 0, exp, auth_time, ...claims } = decodeJwt(String(json.idToken))
  expect(exp).toBe(iat + 3600)
  expect(auth_time).toBeLessThanOrEqual(iat)
  expect(claims).toEqual({
    iss: issuer,
    aud: 'demo-tessera',
    user_id: 'ada',
    sub: 'ada',
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    email_verified: true,
    sid: expect.any(String),
    firebase: { identities: { email: ['ada@example.com'] }, sign_in_provider: 'password' },
  })
})

test('the API accepts the ID token, with the scopes of its person', async () => {
  const { json } = await signIn(bob)
  expect(await read(json.idToken)).toMatchObject({ status: 200, json: { subject: 'bob' } })
  expect(await callApi(server, 'GET /v1/admin', { token: json.idToken })).toMatchObject({ status: 403 })
})

test('a refresh gives an ID token under two names, and the same refresh token as often as one likes', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 2_000_000_000_000 })
  const { json } = await signIn()
  vi.setSystemTime(2_400_000_000_000)
  const [first, second] = [await refresh(json.refreshToken), await refresh(json.refreshToken)]
  for (const answer of [first, second]) {
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({
      access_token: answer.json.id_token,
      expires_in: '3600',
      token_type: 'Bearer',
      refresh_token: json.refreshToken,
      id_token: expect.any(String),
      user_id: 'ada',
      project_id: '12345',
    })
    expect(decodeJwt(String(answer.json.id_token))).toMatchObject({ auth_time: 2_000_000_000, iat: 2_400_000_000 })
    expect(await read(answer.json.access_token)).toMatchObject({ status: 200, json: { subject: 'ada' } })
  }
})

test('a refresh takes a form too', async () => {
  const { json } = await signIn()
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: String(json.refreshToken) })
  const url = `${server.origin}/securetoken.googleapis.com/v1/token?key=any`
  const answer = await readBody(await fetch(url, { method: 'POST', body }))
  expect(answer).toMatchObject({ status: 200, json: { user_id: 'ada' } })
})

test.for([
  ['demo-8s', 8],
  ['demo-60s', 60],
  ['demo-1h', 3600],
  ['other', 3600],
] as const)('with the API key %s an ID token lives %i seconds', async ([key, seconds]) => {
  vi.useFakeTimers({ toFake: ['Date'], now: 2_000_000_000_000 })
  const first = await signIn(ada, `?key=${key}`)
  const second = await refresh(first.json.refreshToken, `?key=${key}`)
  expect([first.json.expiresIn, second.json.expires_in]).toEqual([String(seconds), String(seconds)])
  for (const token of [first.json.idToken, second.json.id_token]) {
    vi.setSystemTime(2_000_000_000_000 + seconds * 1000 - 1)
    expect(await read(token)).toMatchObject({ status: 200 })
    vi.setSystemTime(2_000_000_000_000 + seconds * 1000)
    expect((await read(token)).json.error_description).toBe('The access token has expired.')
  }
})

test.for([
  [{ password: 'x' }, 'MISSING_EMAIL'],
  [{ email: '', password: 'x' }, 'INVALID_EMAIL'],
  [{ email: 'ada', password: 'x' }, 'INVALID_EMAIL'],
  [{ email: 7, password: 'x' }, 'INVALID_EMAIL'],
  [{ email: 'ada@example.com' }, 'MISSING_PASSWORD'],
  [{ email: 'ada@example.com', password: '' }, 'MISSING_PASSWORD'],
  [{ email: 'ada@example.com', password: 'wrong' }, 'INVALID_LOGIN_CREDENTIALS'],
  [{ email: 'eve@example.com', password: 'correct-horse' }, 'INVALID_LOGIN_CREDENTIALS'],
  [{ email: 'Carol@example.com', password: 'correct-horse' }, 'USER_DISABLED'],
] as const)('the sign-in %j is refused: %s', async ([body, message]) => {
  const { status, json } = await signIn(body)
  expect({ status, json }).toEqual({ status: 400, json: googleError(message) })
})

test.for([
  [{}, 'MISSING_GRANT_TYPE'],
  [{ grant_type: 'password' }, 'INVALID_GRANT_TYPE'],
  [{ grant_type: 'refresh_token' }, 'MISSING_REFRESH_TOKEN'],
  [{ grant_type: 'refresh_token', refresh_token: '' }, 'MISSING_REFRESH_TOKEN'],
  [{ grant_type: 'refresh_token', refresh_token: 'unknown' }, 'INVALID_REFRESH_TOKEN'],
] as const)('the refresh %j is refused: %s', async ([body, message]) => {
  const { status, json } = await callApi(server, 'POST /securetoken.googleapis.com/v1/token?key=any', { body })
  expect({ status, json }).toEqual({ status: 400, json: googleError(message, { status: 'INVALID_ARGUMENT' }) })
})

test.for([
  ['', 403, 'The request is missing a valid API key.', 'PERMISSION_DENIED'],
  ['?key=', 400, 'API key not valid. Please pass a valid API key.', 'INVALID_ARGUMENT'],
] as const)('with the query "%s" the answer is %i', async ([query, code, message, kind]) => {
  for (const { status, json } of [await signIn(ada, query), await refresh('unknown', query)]) {
    expect(status).toBe(code)
    expect(json).toMatchObject({ error: { code, message, status: kind } })
  }
})

test('a revoked session gets no ID token any more, and its ID tokens are refused', async () => {
  const [revoked, kept] = [await signIn(), await signIn()]
  const again = await refresh(revoked.json.refreshToken)
  const revocation = { headers: { origin: demoOrigin }, token: again.json.id_token }
  expect(await callApi(server, 'POST /demo/revoke', revocation)).toMatchObject({ status: 204 })
  expect((await refresh(revoked.json.refreshToken)).json).toEqual(
    googleError('TOKEN_EXPIRED', { status: 'INVALID_ARGUMENT' }),
  )
  for (const token of [again.json.id_token, revoked.json.idToken]) {
    expect(await read(token)).toMatchObject({ status: 401, json: { error: 'invalid_token' } })
  }
  expect(await read(kept.json.idToken)).toMatchObject({ status: 200 })
})

/** A token as the real Auth emulator makes it: with ids of its own, and unsigned. */
function emulatorToken(claims: object = {}): string {
  const base = { iss: issuer, aud: 'demo-tessera', sub: 'Yx8h1', email: 'ada@example.com', exp: 4_000_000_000 }
  return new UnsecuredJWT({ ...base, ...claims }).encode()
}

test('the API takes the unsigned ID tokens of the real emulator, and knows people by their address', async () => {
  expect(await read(emulatorToken())).toMatchObject({ status: 200, json: { subject: 'ada' } })
  const stranger = await read(emulatorToken({ email: 'eve@example.com' }))
  expect(stranger).toMatchObject({ status: 403, json: { error: 'insufficient_scope' } })
})

test('ID-13: the API takes no other unsigned token', async () => {
  const foreign = [
    emulatorToken({ iss: 'https://securetoken.google.com/other', aud: 'other' }),
    emulatorToken({ aud: 'other' }),
    emulatorToken({ exp: 1 }),
    emulatorToken({ iss: server.origin, aud: `${server.origin}/v1`, scope: 'read:resources' }),
    `${emulatorToken()}x`,
    `x${emulatorToken()}`,
  ]
  for (const token of foreign) expect(await read(token)).toMatchObject({ status: 401 })
})

test('ID-15: the API takes no ID token that is signed with another key', async () => {
  const { privateKey } = await generateKeyPair('RS256')
  const forged = new SignJWT({ iss: issuer, aud: 'demo-tessera', sub: 'ada', exp: 4_000_000_000 })
  expect(await read(await forged.setProtectedHeader({ alg: 'RS256' }).sign(privateKey))).toMatchObject({ status: 401 })
})

test('the log has no token', async () => {
  const { json } = await signIn({ ...ada, password: 'my-secret' })
  expect(json.error).toBeDefined()
  const first = await signIn()
  const second = await refresh(first.json.refreshToken)
  const log = server.lines.join('\n')
  for (const secret of [first.json.idToken, first.json.refreshToken, second.json.id_token, 'my-secret']) {
    expect(log).not.toContain(secret)
  }
})
