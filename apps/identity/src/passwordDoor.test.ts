import { decodeJwt, decodeProtectedHeader } from 'jose'
import { expect, test } from 'vitest'
import { callApi } from './testing/callApi.ts'
import { startServer } from './testing/startServer.ts'

const server = await startServer()
const adasLogin = { email: 'ada@example.com', password: 'correct-horse' }
const invalidGrant = { status: 401, json: { error: 'invalid_grant', error_description: expect.any(String) } }

const login = (body: unknown, query = '') => callApi(server, `POST /v1/auth/login${query}`, { body })
const refresh = (token: unknown) => callApi(server, 'POST /v1/auth/refresh', { body: { refresh_token: token } })
const logout = (token: unknown) => callApi(server, 'POST /v1/auth/logout', { body: { refresh_token: token } })

test('a login gives tokens that the API accepts', async () => {
  const { status, json, headers } = await login(adasLogin)
  expect(status).toBe(200)
  expect(headers.get('cache-control')).toBe('no-store')
  expect(Object.keys(json)).toEqual(['access_token', 'refresh_token', 'token_type', 'expires_in'])
  expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 3600 })
  expect(decodeProtectedHeader(String(json.access_token)).alg).toBe('RS256')
  const { iat = 0, exp, ...claims } = decodeJwt(String(json.access_token))
  expect(exp).toBe(iat + 3600)
  expect(claims).toEqual({
    iss: server.origin,
    aud: `${server.origin}/v1`,
    sub: 'ada',
    scope: 'read:resources write:resources',
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    jti: expect.any(String),
  })
  expect(await callApi(server, 'GET /v1/admin', { token: json.access_token })).toMatchObject({ status: 200 })
})

test('wrong email and wrong password give the same answer', async () => {
  const answers = await Promise.all([
    login({ ...adasLogin, password: 'wrong' }),
    login({ ...adasLogin, email: 'eve@example.com' }),
  ])
  for (const { status, json } of answers) {
    expect(status).toBe(401)
    expect(json).toEqual({ error: 'invalid_credentials', error_description: 'Wrong email or password.' })
  }
})

test.for([null, [], 'text', {}, { email: 'ada@example.com' }, { ...adasLogin, password: 1 }])(
  'refuses the malformed login %j',
  async (body) => {
    expect(await login(body)).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
  },
)

test('refuses a body that is not JSON', async () => {
  const response = await fetch(`${server.origin}/v1/auth/login`, { method: 'POST', body: '{"email":' })
  expect(response.status).toBe(400)
})

test('lifetime sets the life of the access tokens, after a refresh too', async () => {
  const first = await login(adasLogin, '?lifetime=8')
  const second = await refresh(first.json.refresh_token)
  for (const { json } of [first, second]) {
    const { exp = 0, iat = 0 } = decodeJwt(String(json.access_token))
    expect(json.expires_in).toBe(8)
    expect(exp - iat).toBe(8)
  }
})

test.for(['1', '3601', '8.5', '-8', '', 'abc', '1e3'])('refuses lifetime=%s', async (lifetime) => {
  const answer = await login(adasLogin, `?lifetime=${lifetime}`)
  expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
})

test('a refresh rotates the refresh token', async () => {
  const first = await login(adasLogin)
  const second = await refresh(first.json.refresh_token)
  expect(second.status).toBe(200)
  expect(second.json.refresh_token).not.toBe(first.json.refresh_token)
  expect(await refresh(second.json.refresh_token)).toMatchObject({ status: 200 })
})

test('reuse of a refresh token ends the family, and no other', async () => {
  const other = await login(adasLogin)
  const first = await login(adasLogin)
  const second = await refresh(first.json.refresh_token)
  expect(await refresh(first.json.refresh_token)).toMatchObject(invalidGrant)
  expect(await refresh(second.json.refresh_token)).toMatchObject(invalidGrant)
  expect(await refresh(other.json.refresh_token)).toMatchObject({ status: 200 })
})

test('an unknown refresh token is refused', async () => {
  expect(await refresh('unknown')).toMatchObject(invalidGrant)
  expect(await refresh(7)).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
})

test('a logout ends the family, and succeeds for an unknown token', async () => {
  const first = await login(adasLogin)
  const second = await refresh(first.json.refresh_token)
  expect(await logout(first.json.refresh_token)).toMatchObject({ status: 204 })
  expect(await refresh(second.json.refresh_token)).toMatchObject(invalidGrant)
  expect(await logout('unknown')).toMatchObject({ status: 204 })
})
