import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { callApi } from './testing/callApi.ts'
import { ada, createClient } from './testing/createClient.ts'
import { startServer } from './testing/startServer.ts'

const server = await startServer()
const invalidGrant = { status: 400, json: { error: 'invalid_grant' } }

test.for([
  ['demo-8s', 8],
  ['demo-60s', 60],
  ['demo-1h', 3600],
] as const)('access tokens of %s live %i seconds, after a refresh too', async ([clientId, seconds]) => {
  const client = createClient(server, clientId)
  const first = await client.signIn(ada)
  const second = await client.refresh(first.json.refresh_token)
  for (const { json } of [first, second]) {
    const { exp = 0, iat = 0 } = decodeJwt(String(json.access_token))
    expect(json.expires_in).toBe(seconds)
    expect(exp - iat).toBe(seconds)
  }
})

test('a refresh rotates the refresh token and gives an ID token', async () => {
  const client = createClient(server)
  const first = await client.signIn(ada)
  const second = await client.refresh(first.json.refresh_token)
  expect(second.status).toBe(200)
  expect(second.json.refresh_token).not.toBe(first.json.refresh_token)
  expect(decodeJwt(String(second.json.id_token))).toMatchObject({ sub: 'ada', name: 'Ada Lovelace' })
  expect(await callApi(server, 'GET /v1/resources', { token: second.json.access_token })).toMatchObject({ status: 200 })
  expect(await client.refresh(second.json.refresh_token)).toMatchObject({ status: 200 })
})

test('reuse of a refresh token ends the grant', async () => {
  const client = createClient(server)
  const first = await client.signIn(ada)
  const second = await client.refresh(first.json.refresh_token)
  expect(await client.refresh(first.json.refresh_token)).toMatchObject(invalidGrant)
  expect(await client.refresh(second.json.refresh_token)).toMatchObject(invalidGrant)
  expect(server.lines.some((line) => line.includes('refresh token already used'))).toBe(true)
})

test('of two refreshes at the same time one fails, and the grant ends', async () => {
  const client = createClient(server)
  const { json } = await client.signIn(ada)
  const answers = await Promise.all([client.refresh(json.refresh_token), client.refresh(json.refresh_token)])
  const [won, lost] = [...answers].sort((a, b) => a.status - b.status)
  expect(lost).toMatchObject(invalidGrant)
  expect(await client.refresh(won?.json.refresh_token)).toMatchObject(invalidGrant)
})

test('a code works once, and its reuse ends the grant', async () => {
  const client = createClient(server)
  const callback = await client.answer(await client.authorize(), ada)
  const { json } = await client.redeem(callback)
  expect(await client.redeem(callback)).toMatchObject(invalidGrant)
  expect(await client.refresh(json.refresh_token)).toMatchObject(invalidGrant)
})

test('revocation ends the grant of a refresh token', async () => {
  const client = createClient(server)
  const { json } = await client.signIn(ada)
  expect((await client.revoke(json.refresh_token)).status).toBe(200)
  expect(await client.refresh(json.refresh_token)).toMatchObject(invalidGrant)
})

test('revocation of an unknown token succeeds', async () => {
  expect((await createClient(server).revoke('unknown')).status).toBe(200)
})

test('a refresh token works for its own client only', async () => {
  const { json } = await createClient(server, 'demo-1h').signIn(ada)
  const other = createClient(server, 'demo-8s')
  expect((await other.revoke(json.refresh_token)).status).toBe(200)
  expect(await other.refresh(json.refresh_token)).toMatchObject(invalidGrant)
  expect(await createClient(server, 'demo-1h').refresh(json.refresh_token)).toMatchObject({ status: 200 })
})
