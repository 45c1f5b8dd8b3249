import { expect, test } from 'vitest'
import { callApi } from './testing/callApi.ts'
import { ada, createClient } from './testing/createClient.ts'
import { startServer } from './testing/startServer.ts'

const server = await startServer()

test('discovery names UserInfo, which tells who the person of an access token is', async () => {
  const { json } = await createClient(server).signIn(ada)
  const metadata = await (await fetch(`${server.origin}/.well-known/openid-configuration`)).json() as { userinfo_endpoint?: unknown }
  expect(metadata.userinfo_endpoint).toBe(`${server.origin}/v1/userinfo`)
  const told = await callApi(server, 'GET /v1/userinfo', { token: json.access_token })
  expect(told).toMatchObject({ status: 200, json: { sub: 'ada', name: 'Ada Lovelace', email: 'ada@example.com' } })
})

test('UserInfo tells nobody anything without an access token', async () => {
  expect(await callApi(server, 'GET /v1/userinfo', {})).toMatchObject({ status: 401 })
})
