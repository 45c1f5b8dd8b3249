import { decodeJwt } from 'jose'
import { afterEach, expect, test, vi } from 'vitest'
import { callApi } from './testing/callApi.ts'
import { ada, bob, createClient, plain } from './testing/createClient.ts'
import { postForm } from './testing/postForm.ts'
import { readBody } from './testing/readBody.ts'
import { demoOrigin, startServer } from './testing/startServer.ts'

const server = await startServer()
const plainClient = (id = 'plain-1h') => createClient(server, id, plain)
const invalidGrant = { status: 400, json: { error: 'invalid_grant', error_description: expect.any(String) } }

afterEach(() => void vi.useRealTimers())

test('a code gives tokens in the plain form, which the API accepts', async () => {
  const { status, json, headers } = await plainClient().signIn(ada)
  expect(status).toBe(200)
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('access-control-allow-origin')).toBe(demoOrigin)
  expect(Object.keys(json)).toEqual(['access_token', 'token_type', 'expires_in', 'refresh_token', 'scope'])
  expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'read:resources write:resources' })
  expect(decodeJwt(String(json.access_token))).toMatchObject({ iss: server.origin, sub: 'ada', scope: json.scope })
  expect(await callApi(server, 'GET /v1/admin', { token: json.access_token })).toMatchObject({ status: 200 })
})

test.for([
  ['plain-8s', 8],
  ['plain-60s', 60],
  ['plain-1h', 3600],
] as const)('access tokens of %s live %i seconds, after a refresh too', async ([id, seconds]) => {
  const client = plainClient(id)
  const first = await client.signIn(bob)
  const second = await client.refresh(first.json.refresh_token)
  for (const { json } of [first, second]) {
    const { exp = 0, iat = 0, scope } = decodeJwt(String(json.access_token))
    expect(json.expires_in).toBe(seconds)
    expect(exp - iat).toBe(seconds)
    expect([json.scope, scope]).toEqual(['read:resources', 'read:resources'])
  }
})

test('a refresh keeps to the scope that was allowed', async () => {
  const client = plainClient()
  const first = await client.signIn(ada, { scope: 'read:resources' })
  expect((await client.refresh(first.json.refresh_token)).json.scope).toBe('read:resources')
})

test('a code works once, and its reuse ends the refresh tokens', async () => {
  const client = plainClient()
  const callback = await client.answer(await client.authorize(), ada)
  const { json } = await client.redeem(callback)
  const second = await client.refresh(json.refresh_token)
  expect(await client.redeem(callback)).toMatchObject(invalidGrant)
  expect(await client.refresh(second.json.refresh_token)).toMatchObject(invalidGrant)
})

test('of two redemptions at the same time one fails, and the tokens of the other end', async () => {
  const client = plainClient()
  const callback = await client.answer(await client.authorize(), ada)
  const answers = await Promise.all([client.redeem(callback), client.redeem(callback)])
  const [won, lost] = [...answers].sort((a, b) => a.status - b.status)
  expect(won).toMatchObject({ status: 200 })
  expect(lost).toMatchObject(invalidGrant)
  expect(await client.refresh(won?.json.refresh_token)).toMatchObject(invalidGrant)
})

test('a code lives 5 minutes', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 2_000_000_000_000 })
  const client = plainClient()
  const callback = await client.answer(await client.authorize(), ada)
  vi.setSystemTime(2_000_000_300_000)
  expect(await client.redeem(callback)).toMatchObject(invalidGrant)
  vi.setSystemTime(2_000_000_299_999)
  expect(await client.redeem(callback)).toMatchObject({ status: 200 })
})

test.for([
  [{ code: 'unknown' }, 'invalid_grant'],
  [{ code_verifier: 'x'.repeat(43) }, 'invalid_grant'],
  [{ code_verifier: '' }, 'invalid_grant'],
  [{ redirect_uri: `${demoOrigin}/elsewhere` }, 'invalid_grant'],
  [{ client_id: 'plain-8s' }, 'invalid_grant'],
  [{ redirect_uri: '' }, 'invalid_request'],
  [{ code: '' }, 'invalid_request'],
  [{ grant_type: '' }, 'invalid_request'],
  [{ grant_type: 'password' }, 'unsupported_grant_type'],
  [{ grant_type: 'client_credentials' }, 'unauthorized_client'],
] as const)('a redemption with %j is refused with %s, and the code stays good', async ([extra, error]) => {
  const client = plainClient()
  const callback = await client.answer(await client.authorize(), ada)
  expect(await client.redeem(callback, { ...extra })).toMatchObject({ status: 400, json: { error } })
  expect(await client.redeem(callback)).toMatchObject({ status: 200 })
})

test.for([
  { client_id: 'unknown' },
  { client_id: '' },
  { client_secret: 'any' },
  { client_id: 'partner' },
  { client_id: 'partner', client_secret: 'wrong' },
  { client_id: 'plain-1h', client_secret: 'partner-secret' },
])('a client that is not who it says is refused: %j', async (extra) => {
  const client = plainClient()
  const callback = await client.answer(await client.authorize(), ada)
  const { status, json } = await client.redeem(callback, extra)
  expect({ status, json }).toEqual({ status: 401, json: { error: 'invalid_client' } })
})

test.for([
  ['is no form', 'text/plain', 'client_id=plain-1h&grant_type=refresh_token', 'must be a form'],
  ['has a parameter twice', 'application/x-www-form-urlencoded', 'client_id=plain-1h&code=a&code=b', 'sent twice'],
] as const)('a body that %s is refused', async ([, type, body, reason]) => {
  const request = { method: 'POST', headers: { 'content-type': type }, body }
  const { status, json } = await readBody(await fetch(`${server.origin}/oauth/token`, request))
  expect({ status, json }).toEqual({
    status: 400,
    json: { error: 'invalid_request', error_description: expect.stringContaining(reason) },
  })
})

test('reuse of a refresh token ends its family', async () => {
  const client = plainClient()
  const first = await client.signIn(ada)
  const second = await client.refresh(first.json.refresh_token)
  expect(await client.refresh(first.json.refresh_token)).toMatchObject(invalidGrant)
  expect(await client.refresh(second.json.refresh_token)).toMatchObject(invalidGrant)
})

test('a refresh token works for its own client and at its own door only', async () => {
  const { json } = await plainClient().signIn(ada)
  expect(await plainClient('plain-8s').refresh(json.refresh_token)).toMatchObject(invalidGrant)
  const password = await callApi(server, 'POST /v1/auth/refresh', { body: { refresh_token: json.refresh_token } })
  expect(password).toMatchObject({ json: { error: 'invalid_grant' } })
  expect((await plainClient('plain-8s').revoke(json.refresh_token)).status).toBe(200)
  expect(await plainClient().refresh(json.refresh_token)).toMatchObject({ status: 200 })
  expect(await plainClient().refresh('')).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
})

test('revocation ends a family, whichever of its tokens is sent, and succeeds for an unknown token', async () => {
  const client = plainClient()
  const first = await client.signIn(ada)
  const second = await client.refresh(first.json.refresh_token)
  const answer = await client.revoke(first.json.refresh_token)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('access-control-allow-origin')).toBe(demoOrigin)
  expect(await client.refresh(second.json.refresh_token)).toMatchObject(invalidGrant)
  expect((await client.revoke('unknown')).status).toBe(200)
})

test('revocation ends a permanent token', async () => {
  const body = { email: ada.email }
  const { json } = await callApi(server, 'POST /demo/access-token', { body, headers: { origin: demoOrigin } })
  expect(await callApi(server, 'GET /v1/resources', { token: json.access_token })).toMatchObject({ status: 200 })
  expect((await plainClient().revoke(json.access_token)).status).toBe(200)
  expect(await callApi(server, 'GET /v1/resources', { token: json.access_token })).toMatchObject({ status: 401 })
})

test('revocation without a token is malformed', async () => {
  const answer = await postForm(server, '/oauth/revoke', { fields: { client_id: 'plain-1h' } })
  expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
})

test.for(['token', 'v2/token', 'revoke'])('/oauth/%s answers a preflight request of the demo only', async (path) => {
  const ask = (origin: string) => {
    const headers = { origin, 'access-control-request-method': 'POST' }
    return fetch(`${server.origin}/oauth/${path}`, { method: 'OPTIONS', headers })
  }
  const { status, headers } = await ask(demoOrigin)
  expect(status).toBe(204)
  expect(headers.get('access-control-allow-origin')).toBe(demoOrigin)
  expect(headers.get('access-control-allow-headers')).toBe('Authorization,Content-Type')
  expect(headers.get('access-control-allow-credentials')).toBeNull()
  expect((await ask('http://evil.example')).headers.get('access-control-allow-origin')).toBeNull()
})
