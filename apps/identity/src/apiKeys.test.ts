import { expect, test } from 'vitest'
import { callApi } from './testing/callApi.ts'
import { ada, bob, createClient, type Person } from './testing/createClient.ts'
import { postForm } from './testing/postForm.ts'
import { startServer } from './testing/startServer.ts'

const server = await startServer()
const both = ['read:resources', 'write:resources']

const login = async (person: Person, at = server) =>
  (await callApi(at, 'POST /v1/auth/login', { body: person })).json.access_token
const create = async (token: unknown, scopes: unknown = both, name = 'Cron job', at = server) =>
  callApi(at, 'POST /v1/api-keys', { token, body: { name, scopes } })
const readWith = (key: unknown) => callApi(server, 'GET /v1/resources', { headers: { 'x-api-key': String(key) } })

test('a new key is shown once and works in the header', async () => {
  const { status, json } = await create(await login(ada))
  expect(status).toBe(201)
  expect(json).toEqual({
    id: expect.stringMatching(/^key_[\w-]+$/),
    name: 'Cron job',
    key: expect.stringMatching(/^sk_live_[\w-]{43}$/),
    scopes: both,
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  })
  expect(await readWith(json.key)).toMatchObject({ status: 200, json: { subject: 'ada' } })
})

test('AK-02: a key works in the query, and stays out of the log', async () => {
  const { json } = await create(await login(ada))
  const answer = await callApi(server, `GET /v1/resources?api_key=${String(json.key)}`)
  expect(answer).toMatchObject({ status: 200, json: { subject: 'ada' } })
  expect(server.lines.at(-1)).toContain('GET /v1/resources')
  expect(server.lines.join('\n')).not.toContain(json.key)
})

test('AK-06: a wrong key is refused without a challenge for bearer tokens', async () => {
  for (const answer of [await readWith('sk_live_wrong'), await callApi(server, 'GET /v1/resources?api_key=')]) {
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toBe('ApiKey realm="tessera"')
  }
})

test('a key may do no more than its scopes say', async () => {
  const { json } = await create(await login(ada), ['read:resources'])
  expect(await readWith(json.key)).toMatchObject({ status: 200 })
  const answer = await callApi(server, 'GET /v1/admin', { headers: { 'x-api-key': String(json.key) } })
  expect(answer).toMatchObject({ status: 403, json: { error: 'insufficient_scope' } })
  expect(answer.headers.get('www-authenticate')).toBe(
    'ApiKey realm="tessera", error="insufficient_scope", scope="write:resources"',
  )
})

test('nobody gets a key for more than they may do', async () => {
  const token = await login(bob)
  expect(await create(token, both)).toMatchObject({ status: 403, json: { error: 'insufficient_scope' } })
  expect(await create(token, ['read:resources'])).toMatchObject({ status: 201 })
})

test.for([
  { name: 'x', scopes: [] },
  { name: 'x', scopes: 'read:resources' },
  { name: 'x', scopes: ['read:everything'] },
  { name: ' ', scopes: both },
  { name: 'x'.repeat(101), scopes: both },
  { scopes: both },
  { name: 'x' },
])('refuses the malformed key %j', async (body) => {
  const answer = await callApi(server, 'POST /v1/api-keys', { token: await login(ada), body })
  expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
})

test('a key cannot make, list or delete keys', async () => {
  const { json } = await create(await login(ada))
  const headers = { 'x-api-key': String(json.key) }
  for (const request of ['GET /v1/api-keys', 'POST /v1/api-keys', `DELETE /v1/api-keys/${String(json.id)}`] as const) {
    const answer = await callApi(server, request, { headers, ...(request.startsWith('POST') && { body: {} }) })
    expect(answer).toMatchObject({ status: 403, json: { error: 'access_denied' } })
  }
})

test('a credential for less than its person may do gets no key for more', async () => {
  const { json } = await createClient(server).signIn(ada, { scope: 'openid read:resources' })
  expect(await create(json.access_token, both)).toMatchObject({ status: 403, json: { error: 'insufficient_scope' } })
  expect(await create(json.access_token, ['read:resources'])).toMatchObject({ status: 201 })
})

test('CC-06: a machine is no person, so it has no keys', async () => {
  const fields = { grant_type: 'client_credentials', client_id: 'machine', client_secret: 'machine-secret' }
  const { json } = await postForm(server, '/oauth/token', { fields })
  expect(await create(json.access_token)).toMatchObject({ status: 403, json: { error: 'access_denied' } })
})

test('without a credential there are no keys', async () => {
  expect(await create(undefined)).toMatchObject({ status: 401 })
})

test('the list has the own keys, and no key as such', async () => {
  const fresh = await startServer()
  const [bobs, adas] = await Promise.all([bob, ada].map((person) => login(person, fresh)))
  const made = await create(bobs, ['read:resources'], 'first', fresh)
  await create(adas, both, 'of somebody else', fresh)
  const { key: _, ...described } = made.json
  expect((await callApi(fresh, 'GET /v1/api-keys', { token: bobs })).json).toEqual({ api_keys: [described] })
})

test('rotation: the new key works beside the old one, which ends when it is deleted', async () => {
  const token = await login(ada)
  const [old, fresh] = [await create(token), await create(token)]
  expect(await readWith(old.json.key)).toMatchObject({ status: 200 })
  expect(await callApi(server, `DELETE /v1/api-keys/${String(old.json.id)}`, { token })).toMatchObject({ status: 204 })
  expect(await readWith(old.json.key)).toMatchObject({ status: 401 })
  expect(await readWith(fresh.json.key)).toMatchObject({ status: 200 })
})

test('the key of somebody else cannot be deleted', async () => {
  const { json } = await create(await login(ada))
  const answer = await callApi(server, `DELETE /v1/api-keys/${String(json.id)}`, { token: await login(bob) })
  expect(answer).toMatchObject({ status: 404, json: { error: 'not_found' } })
  expect(await readWith(json.key)).toMatchObject({ status: 200 })
})
