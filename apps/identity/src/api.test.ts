import { errors, generateKeyPair, SignJWT, type JWTPayload } from 'jose'
import { afterEach, expect, test, vi } from 'vitest'
import { createAccessTokens } from './api/createAccessTokens.ts'
import { createSigningKey } from './signingKey.ts'
import { callApi } from './testing/callApi.ts'
import { ada, bob, createClient, type Person } from './testing/createClient.ts'
import { demoOrigin, startServer } from './testing/startServer.ts'

const server = await startServer()

/** Gets an access token that lives 8 seconds. */
type Door = (person: Person) => Promise<unknown>

const doors: [string, Door][] = [
  ['OpenID', async (person) => (await createClient(server, 'demo-8s').signIn(person)).json.access_token],
  [
    'password',
    async (person) => (await callApi(server, 'POST /v1/auth/login?lifetime=8', { body: person })).json.access_token,
  ],
]

afterEach(() => void vi.useRealTimers())

test.for(doors)('%s: Ada reads, adds and administers', async ([, door]) => {
  const token = await door(ada)
  const added = await callApi(server, 'POST /v1/resources', { token, body: { name: 'Loom' } })
  expect(added).toMatchObject({ status: 201, json: { id: expect.any(String), name: 'Loom' } })
  const list = await callApi(server, 'GET /v1/resources', { token })
  expect(list.status).toBe(200)
  expect(list.json.subject).toBe('ada')
  expect(list.json.resources).toContainEqual(added.json)
  const admin = await callApi(server, 'GET /v1/admin', { token })
  expect(admin).toMatchObject({ status: 200, json: { subject: 'ada', message: expect.any(String) } })
})

test.for(doors)('%s: Bob reads, and lacks the scope for the rest', async ([, door]) => {
  const token = await door(bob)
  expect(await callApi(server, 'GET /v1/resources', { token })).toMatchObject({ status: 200, json: { subject: 'bob' } })
  for (const request of ['GET /v1/admin', 'POST /v1/resources'] as const) {
    const { status, headers } = await callApi(server, request, { token })
    expect(status).toBe(403)
    expect(headers.get('www-authenticate')).toBe(
      'Bearer realm="tessera", error="insufficient_scope", scope="write:resources"',
    )
  }
})

test.for(doors)('%s: a token is refused from the second it expires', async ([, door]) => {
  vi.useFakeTimers({ toFake: ['Date'], now: 2_000_000_000_000 })
  const token = await door(ada)
  vi.setSystemTime(2_000_000_007_999)
  expect(await callApi(server, 'GET /v1/resources', { token })).toMatchObject({ status: 200 })
  vi.setSystemTime(2_000_000_008_000)
  const { status, headers, json } = await callApi(server, 'GET /v1/resources', { token })
  expect(status).toBe(401)
  expect(json.error).toBe('invalid_token')
  expect(headers.get('www-authenticate')).toBe(
    'Bearer realm="tessera", error="invalid_token", error_description="The access token has expired."',
  )
})

test('without a token the challenge tells nothing more', async () => {
  const { status, headers } = await callApi(server, 'GET /v1/resources')
  expect(status).toBe(401)
  expect(headers.get('www-authenticate')).toBe('Bearer realm="tessera"')
  expect(headers.get('cache-control')).toBe('no-store')
})

test('another scheme counts as no token', async () => {
  const response = await fetch(`${server.origin}/v1/resources`, { headers: { authorization: 'Basic YTpi' } })
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toBe('Bearer realm="tessera"')
})

/** Signs a token that is right in all but its key. */
async function forge(alg: string): Promise<string> {
  const { privateKey } = await generateKeyPair(alg)
  return new SignJWT({ scope: 'read:resources' })
    .setProtectedHeader({ alg, typ: 'at+jwt' })
    .setIssuer(server.origin)
    .setAudience(`${server.origin}/v1`)
    .setSubject('ada')
    .setExpirationTime('1h')
    .sign(privateKey)
}

const badTokens: [string, () => Promise<unknown>][] = [
  ['no JWT', async () => 'nonsense'],
  ['an empty token', async () => ''],
  ['the key of another server', () => forge('RS256')],
  ['another algorithm', () => forge('ES256')],
  ['an ID token', async () => (await createClient(server).signIn(ada)).json.id_token],
]

test.for(badTokens)('refuses %s', async ([, makeToken]) => {
  const { status, headers } = await callApi(server, 'GET /v1/resources', { token: await makeToken() })
  expect(status).toBe(401)
  expect(headers.get('www-authenticate')).toBe(
    'Bearer realm="tessera", error="invalid_token", error_description="The access token is not valid."',
  )
})

/** An instant in 2096, in seconds since 1970. */
const exp = 4_000_000_000

test.for([
  ['issuer', { exp, iss: 'http://localhost:1' }, 'at+jwt'],
  ['audience', { exp, aud: 'http://localhost:1/v1' }, 'at+jwt'],
  ['type', { exp }, 'JWT'],
  ['missing expiry', {}, 'at+jwt'],
] as const)('refuses a token of the right key for its %s', async ([, claims, typ]) => {
  const context = { origin: 'http://localhost', resource: 'http://localhost/v1', demoOrigin, record: () => {} }
  const signingKey = await createSigningKey()
  const tokens = createAccessTokens({ ...context, signingKey })
  const sign = (payload: JWTPayload, type: string) =>
    new SignJWT(payload).setProtectedHeader({ alg: 'RS256', typ: type }).sign(signingKey.privateKey)

  const base = { iss: context.origin, aud: context.resource, sub: 'ada' }
  expect(await tokens.verify(await sign({ ...base, exp }, 'at+jwt'))).toMatchObject({ sub: 'ada' })
  await expect(tokens.verify(await sign({ ...base, ...claims }, typ))).rejects.toBeInstanceOf(errors.JOSEError)
})

test.for([{}, { name: ' ' }, { name: 5 }, { name: 'x'.repeat(101) }])('refuses the resource %j', async (body) => {
  const token = (await callApi(server, 'POST /v1/auth/login', { body: ada })).json.access_token
  const answer = await callApi(server, 'POST /v1/resources', { token, body })
  expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
})

test('refuses a body that is too large', async () => {
  const body = { email: 'x'.repeat(20_000), password: '' }
  expect(await callApi(server, 'POST /v1/auth/login', { body })).toMatchObject({ status: 413 })
})

test('an unknown path is a JSON 404', async () => {
  const { status, json, headers } = await callApi(server, 'GET /v1/nothing')
  expect({ status, json }).toEqual({ status: 404, json: { error: 'not_found' } })
  expect(headers.get('cache-control')).toBe('no-store')
})
