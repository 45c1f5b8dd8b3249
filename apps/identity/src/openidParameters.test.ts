import { decodeJwt } from 'jose'
import { afterEach, expect, test, vi } from 'vitest'
import { ada, createClient, type TestClient } from './testing/createClient.ts'
import { readBody } from './testing/readBody.ts'
import { demoOrigin, startServer } from './testing/startServer.ts'

const server = await startServer()
const acr = 'urn:oasis:names:tc:SAML:2.0:ac:classes:Password'

afterEach(() => void vi.useRealTimers())

/** Signs Ada in and gives the claims of the ID token. */
async function idTokenOf(client: TestClient, extra: Readonly<Record<string, string>>) {
  return decodeJwt(String((await client.signIn(ada, extra)).json.id_token))
}

test('discovery offers pushed requests and the one way to sign in', async () => {
  const { json } = await readBody(await fetch(`${server.origin}/.well-known/openid-configuration`))
  expect(json.pushed_authorization_request_endpoint).toBe(`${server.origin}/request`)
  expect(json).not.toHaveProperty('require_pushed_authorization_requests')
  expect(json.acr_values_supported).toEqual([acr])
})

test('prompt=login asks again, and the ID token tells when that was', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 2_000_000_000_000 })
  const client = createClient(server)
  await client.signIn(ada)
  vi.setSystemTime(2_000_000_100_000)
  const page = await client.authorize({ prompt: 'login' })
  expect(page.html).toContain('<h1>Sign in</h1>')
  const { json } = await client.redeem(await client.answer(page, ada))
  expect(decodeJwt(String(json.id_token)).auth_time).toBe(2_000_000_100)
})

test('max_age=0 asks again, even in the second of the sign-in, and only once', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 2_000_000_000_000 })
  const client = createClient(server)
  await client.signIn(ada)
  const page = await client.authorize({ max_age: '0' })
  expect(page.html).toContain('<h1>Sign in</h1>')
  const { json } = await client.redeem(await client.answer(page, ada))
  expect(decodeJwt(String(json.id_token)).auth_time).toBe(2_000_000_000)
})

test('max_age asks again only when the sign-in is older, and the ID token tells how old', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 2_000_000_000_000 })
  const client = createClient(server)
  await client.signIn(ada)
  vi.setSystemTime(2_000_000_060_000)
  const callback = await client.authorize({ max_age: '60' })
  expect(decodeJwt(String((await client.redeem(callback)).json.id_token)).auth_time).toBe(2_000_000_000)
  vi.setSystemTime(2_000_000_061_000)
  const silent = await client.authorize({ max_age: '60', prompt: 'none' })
  expect(silent.url.searchParams.get('error')).toBe('login_required')
  expect((await client.authorize({ max_age: '60' })).html).toContain('<h1>Sign in</h1>')
})

test('without max_age the ID token does not tell when the sign-in was', async () => {
  expect(await idTokenOf(createClient(server), {})).not.toHaveProperty('auth_time')
})

test('acr_values brings how the sign-in was done into the ID token, also from a session', async () => {
  const client = createClient(server)
  expect(await idTokenOf(client, { acr_values: acr })).toMatchObject({ acr })
  const { json } = await client.redeem(await client.authorize({ acr_values: `urn:unknown ${acr}`, prompt: 'none' }))
  expect(decodeJwt(String(json.id_token))).toMatchObject({ acr })
})

test('resource may name the API', async () => {
  const { json } = await createClient(server).signIn(ada, { resource: `${server.origin}/v1` })
  expect(decodeJwt(String(json.access_token)).aud).toBe(`${server.origin}/v1`)
})

test('another resource goes back with invalid_target', async () => {
  const { url } = await createClient(server).authorize({ resource: 'https://api.example' })
  expect(url.origin).toBe(demoOrigin)
  expect(Object.fromEntries(url.searchParams)).toMatchObject({ error: 'invalid_target', state: 'the-state' })
})
