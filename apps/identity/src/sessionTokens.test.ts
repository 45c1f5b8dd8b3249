import { afterEach, expect, test, vi } from 'vitest'
import { callApi } from './testing/callApi.ts'
import { ada, bob, type Person } from './testing/createClient.ts'
import { startServer } from './testing/startServer.ts'

const server = await startServer()
const invalidGrant = { status: 401, json: { error: 'invalid_grant' } }

afterEach(() => void vi.useRealTimers())

const login = async (person: Person) =>
  (await callApi(server, 'POST /v1/auth/login', { body: person })).json.access_token
const start = (token: unknown) => callApi(server, 'POST /v1/sessions', { token })
const exchange = (ephemeralToken: unknown, query = '') =>
  callApi(server, `POST /v1/sessions/exchange${query}`, { body: { ephemeral_token: ephemeralToken } })
const read = (token: unknown) => callApi(server, 'GET /v1/resources', { token })

async function signIn(person: Person, query = '') {
  const { json } = await start(await login(person))
  return exchange(json.ephemeral_token, query)
}

test('an ephemeral token is exchanged for a session token of the same person', async () => {
  const { status, json } = await start(await login(bob))
  expect({ status, json }).toEqual({ status: 201, json: { ephemeral_token: expect.any(String), expires_in: 3600 } })
  const session = await exchange(json.ephemeral_token)
  expect(session.status).toBe(200)
  expect(session.json).toEqual({ access_token: expect.any(String), token_type: 'Bearer', expires_in: 43_200 })
  expect(await read(session.json.access_token)).toMatchObject({ status: 200, json: { subject: 'bob' } })
  const { status: admin } = await callApi(server, 'GET /v1/admin', { token: session.json.access_token })
  expect(admin).toBe(403)
})

test('EP-03: an ephemeral token works once, and its second use leaves the session alone', async () => {
  const { json } = await start(await login(ada))
  const session = await exchange(json.ephemeral_token)
  expect(await exchange(json.ephemeral_token)).toMatchObject(invalidGrant)
  expect(await exchange('unknown')).toMatchObject(invalidGrant)
  expect(await read(session.json.access_token)).toMatchObject({ status: 200 })
})

test('EP-03: an ephemeral token lives one hour', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 2_000_000_000_000 })
  const token = await login(ada)
  const [first, second] = [await start(token), await start(token)]
  vi.advanceTimersByTime(3600_000 - 1)
  expect(await exchange(first.json.ephemeral_token)).toMatchObject({ status: 200 })
  vi.advanceTimersByTime(1)
  expect(await exchange(second.json.ephemeral_token)).toMatchObject(invalidGrant)
})

test('an ephemeral token is good for nothing else', async () => {
  const { json } = await start(await login(ada))
  expect(await read(json.ephemeral_token)).toMatchObject({ status: 401 })
})

test.for([
  ['', 43_200],
  ['?lifetime=8', 8],
] as const)('with the query "%s" a session lives %i seconds', async ([query, seconds]) => {
  vi.useFakeTimers({ toFake: ['Date'], now: 2_000_000_000_000 })
  const { json } = await signIn(ada, query)
  expect(json.expires_in).toBe(seconds)
  vi.advanceTimersByTime(seconds * 1000 - 1)
  expect(await read(json.access_token)).toMatchObject({ status: 200 })
  vi.advanceTimersByTime(1)
  const answer = await read(json.access_token)
  expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_token' } })
})

test('a malformed exchange spends nothing', async () => {
  const { json } = await start(await login(ada))
  const malformed = { status: 400, json: { error: 'invalid_request' } }
  expect(await exchange(json.ephemeral_token, '?lifetime=43201')).toMatchObject(malformed)
  expect(await exchange(7)).toMatchObject(malformed)
  expect(await exchange(json.ephemeral_token)).toMatchObject({ status: 200 })
})

test('a session ends at once when it is ended, and no other does', async () => {
  const [ended, kept] = [await signIn(ada), await signIn(ada)]
  const token = ended.json.access_token
  expect(await callApi(server, 'POST /v1/sessions/end', { token })).toMatchObject({ status: 204 })
  expect(await read(token)).toMatchObject({ status: 401, json: { error: 'invalid_token' } })
  expect(await read(kept.json.access_token)).toMatchObject({ status: 200 })
})

test('a session token starts no other session, or 12 hours would be no limit', async () => {
  const { json } = await signIn(ada)
  expect(await start(json.access_token)).toMatchObject({ status: 403, json: { error: 'access_denied' } })
})

test('only a session token can be ended', async () => {
  const token = await login(ada)
  expect(await callApi(server, 'POST /v1/sessions/end', { token })).toMatchObject({ status: 403 })
  expect(await callApi(server, 'POST /v1/sessions/end')).toMatchObject({ status: 401 })
})

test('without a credential there is no session', async () => {
  expect(await start(undefined)).toMatchObject({ status: 401 })
})

test('the log has neither token', async () => {
  const { json } = await start(await login(ada))
  const session = await exchange(json.ephemeral_token)
  await read(session.json.access_token)
  const log = server.lines.join('\n')
  expect(log).not.toContain(json.ephemeral_token)
  expect(log).not.toContain(session.json.access_token)
})
