import { expect, test } from 'vitest'
import { callApi, type CallOptions } from './testing/callApi.ts'
import { ada, createClient } from './testing/createClient.ts'
import { demoOrigin, startServer } from './testing/startServer.ts'

const server = await startServer()

const ask = (path: string, body: object = { email: 'ada@example.com' }) =>
  callApi(server, `POST /demo/${path}`, { body, headers: { origin: demoOrigin } })
const read = (credential: CallOptions) => callApi(server, 'GET /v1/resources', credential)
const revoke = ({ token, headers }: CallOptions) =>
  callApi(server, 'POST /demo/revoke', { token, headers: { origin: demoOrigin, ...headers } })

const paths = ['access-token', 'ephemeral-token', 'refresh-token', 'firebase-refresh-token', 'api-key']

test('hands out a permanent access token', async () => {
  const { status, json } = await ask('access-token')
  expect({ status, json }).toEqual({ status: 200, json: { access_token: expect.stringMatching(/^ac_[\w-]{43}$/) } })
  expect(await read({ token: json.access_token })).toMatchObject({ status: 200, json: { subject: 'ada' } })
})

test('hands out an ephemeral token', async () => {
  const { json } = await ask('ephemeral-token', { email: 'bob@example.com' })
  const session = await callApi(server, 'POST /v1/sessions/exchange', { body: json })
  expect(await read({ token: session.json.access_token })).toMatchObject({ json: { subject: 'bob' } })
})

test('hands out a refresh token of the password door, for access tokens of any life', async () => {
  const { json } = await ask('refresh-token', { email: 'ada@example.com', lifetime: 8 })
  expect(Object.keys(json)).toEqual(['refresh_token'])
  const answer = await callApi(server, 'POST /v1/auth/refresh', { body: json })
  expect(answer).toMatchObject({ status: 200, json: { expires_in: 8 } })
  const usual = await callApi(server, 'POST /v1/auth/refresh', { body: (await ask('refresh-token')).json })
  expect(usual.json.expires_in).toBe(3600)
})

test.for([1, 8.5, '8', null, 3601])('hands out no refresh token for a lifetime of %j', async (lifetime) => {
  const answer = await ask('refresh-token', { email: 'ada@example.com', lifetime })
  expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
})

test('hands out a refresh token of Firebase', async () => {
  const { json } = await ask('firebase-refresh-token')
  expect(Object.keys(json)).toEqual(['refresh_token'])
  const body = { grant_type: 'refresh_token', ...json }
  const answer = await callApi(server, 'POST /securetoken.googleapis.com/v1/token?key=any', { body })
  expect(answer).toMatchObject({ status: 200, json: { user_id: 'ada' } })
})

test('hands out an API key with all that the person may do', async () => {
  const { status, json } = await ask('api-key', { email: 'bob@example.com' })
  expect(status).toBe(201)
  expect(json).toEqual({
    id: expect.stringMatching(/^key_/),
    name: expect.any(String),
    key: expect.stringMatching(/^sk_live_/),
    scopes: ['read:resources'],
    created_at: expect.any(String),
  })
  expect(await read({ headers: { 'x-api-key': String(json.key) } })).toMatchObject({ json: { subject: 'bob' } })
})

test('hands out nothing for an unknown person', async () => {
  for (const path of paths) {
    for (const body of [{}, { email: 7 }, { email: 'eve@example.com' }, { email: 'carol@example.com' }]) {
      expect(await ask(path, body)).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
    }
  }
})

test('hands out nothing to another site', async () => {
  for (const path of [...paths, 'revoke']) {
    for (const headers of [{ origin: 'http://evil.example' }, {}]) {
      const answer = await callApi(server, `POST /demo/${path}`, { headers, body: { email: 'ada@example.com' } })
      expect(answer).toMatchObject({ status: 403, json: { error: 'access_denied' } })
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    }
  }
})

/** Gets a credential as a request carries it. */
const revocable: [string, () => Promise<CallOptions>][] = [
  ['an access token', async () => ({ token: (await ask('access-token')).json.access_token })],
  ['an API key', async () => ({ headers: { 'x-api-key': String((await ask('api-key')).json.key) } })],
  [
    'a session token',
    async () => {
      const { json } = await ask('ephemeral-token')
      return { token: (await callApi(server, 'POST /v1/sessions/exchange', { body: json })).json.access_token }
    },
  ],
  [
    'a cookie session',
    async () => {
      const answer = await callApi(server, 'POST /v1/session/login', { body: ada, headers: { 'x-csrf-token': 'any' } })
      const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
      return { headers: { cookie, 'x-csrf-token': String(answer.json.csrf_token) } }
    },
  ],
]

test.for(revocable)('revokes %s, and no other', async ([, get]) => {
  const [revoked, kept] = [await get(), await get()]
  expect(await revoke(revoked)).toMatchObject({ status: 204 })
  expect(await read(revoked)).toMatchObject({ status: 401 })
  expect(await revoke(revoked)).toMatchObject({ status: 401 })
  expect(await read(kept)).toMatchObject({ status: 200 })
})

test('revokes no cookie session without its CSRF token', async () => {
  const [, [, get] = []] = revocable.slice(-2)
  const { headers: { cookie = '' } = {} } = (await get?.()) ?? {}
  expect(await revoke({ headers: { cookie } })).toMatchObject({ status: 419 })
  expect(await read({ headers: { cookie } })).toMatchObject({ status: 200 })
})

test('a JWT access token cannot be revoked', async () => {
  const password = await callApi(server, 'POST /v1/auth/login', { body: ada })
  const openid = await createClient(server).signIn(ada)
  for (const { json } of [password, openid]) {
    const token = json.access_token
    expect(await revoke({ token })).toMatchObject({ status: 400, json: { error: 'not_revocable' } })
    expect(await read({ token })).toMatchObject({ status: 200 })
  }
})

test('the log says what was handed out to whom, and not the thing itself', async () => {
  const handed = await Promise.all(paths.map((path) => ask(path)))
  const log = server.lines.join('\n')
  for (const path of paths) expect(log).toMatch(new RegExp(`hand out +ada +POST /demo/${path} +handed out`))
  const secrets = handed.flatMap(({ json }) => [json.access_token, json.ephemeral_token, json.refresh_token, json.key])
  for (const secret of secrets.filter((value) => value !== undefined)) expect(log).not.toContain(secret)
})
