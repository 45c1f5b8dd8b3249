import { createHash } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'
import { authorizePartner, codeOf, partnerCallback } from './testing/authorizePartner.ts'
import { callApi } from './testing/callApi.ts'
import { ada, bob, type Person } from './testing/createClient.ts'
import type { Body } from './testing/readBody.ts'
import { demoOrigin, startServer } from './testing/startServer.ts'

type Fields = Readonly<Record<string, string>>

const server = await startServer()
const invalidGrant = { status: 400, json: { error: 'invalid_grant' } }
const doors = ['token', 'session'] as const

afterEach(() => void vi.useRealTimers())

const newCode = async (person: Person = ada, query?: Fields) => codeOf(await authorizePartner(server, person, query))

/** What the page sends with a code; `fields` go beside it in the body. */
function bring(
  door: (typeof doors)[number],
  code: string,
  { fields = {}, headers = {} }: { readonly fields?: Fields; readonly headers?: Fields } = {},
): Promise<Body> {
  return callApi(server, `POST /backend/${door}`, {
    headers: { 'x-csrf-token': '1', ...headers },
    body: { code, redirect_uri: partnerCallback, state: 'the-state', ...fields },
  })
}

/** The cookie that an answer sets, as a browser sends it back. */
function cookieOf({ headers }: Body): Fields {
  const [cookie = ''] = headers.getSetCookie().map((line) => line.split(';')[0] ?? '')
  return { cookie }
}

const countExchanges = () => server.lines.filter((line) => line.includes('redeem code')).length

test('the page gets the answer of the provider as it is, and the token works', async () => {
  const { status, json, headers } = await bring('token', await newCode())
  expect(status).toBe(200)
  expect(headers.get('cache-control')).toBe('no-store')
  expect(Object.keys(json)).toEqual(['token_type', 'access_token', 'stitch_account_id'])
  expect(json.token_type).toBe('bearer')
  const list = await callApi(server, 'GET /v1/resources', { token: json.access_token })
  expect(list).toMatchObject({ status: 200, json: { subject: 'ada' } })
})

test('a session keeps the token behind a cookie', async () => {
  const answer = await bring('session', await newCode(bob))
  expect(answer).toMatchObject({ status: 204, json: {} })
  expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^tessera_app_\d+=[\w-]{43}; .*HttpOnly/)])
  const headers = cookieOf(answer)
  const who = await callApi(server, 'GET /v1/session', { headers })
  expect(who).toMatchObject({ status: 200, json: { sub: 'bob', scope: 'read:resources' } })
  const list = await callApi(server, 'GET /v1/resources', { headers })
  expect(list).toMatchObject({ status: 200, json: { subject: 'bob' } })
  const csrf = { ...headers, 'x-csrf-token': String(who.json.csrf_token) }
  expect(await callApi(server, 'POST /v1/session/logout', { headers: csrf })).toMatchObject({ status: 204 })
  expect(await callApi(server, 'GET /v1/session', { headers })).toMatchObject({ status: 401 })
})

test('a session has no more than the scope that was allowed', async () => {
  const headers = cookieOf(await bring('session', await newCode(ada, { scope: 'read:resources' })))
  expect(await callApi(server, 'GET /v1/resources', { headers })).toMatchObject({ status: 200 })
  expect(await callApi(server, 'GET /v1/admin', { headers })).toMatchObject({ status: 403 })
})

test('a session ends with its token', async () => {
  const code = await newCode()
  const headers = cookieOf(await bring('session', code))
  expect(await callApi(server, 'GET /v1/session', { headers })).toMatchObject({ status: 200 })
  // The provider revokes what a code gave when somebody uses the code again.
  expect(await bring('session', code)).toMatchObject(invalidGrant)
  expect(await callApi(server, 'GET /v1/session', { headers })).toMatchObject({ status: 401 })
  expect(await callApi(server, 'GET /v1/resources', { headers })).toMatchObject({ status: 401 })
})

test.for(doors)('PT-03: %s called twice with one Idempotency-Key makes one exchange', async (door) => {
  const code = await newCode()
  const before = countExchanges()
  const options = { headers: { 'idempotency-key': 'the-state' } }
  const together = await Promise.all([bring(door, code, options), bring(door, code, options)])
  const answers = [...together, await bring(door, code, options)]
  expect(countExchanges() - before).toBe(1)
  const [first] = answers
  for (const { status, json } of answers) expect({ status, json }).toEqual({ status: first?.status, json: first?.json })
  expect(first?.status).toBe(door === 'token' ? 200 : 204)
  if (door === 'token') return
  const headers = cookieOf(answers[2] ?? together[0])
  expect(await callApi(server, 'GET /v1/session', { headers })).toMatchObject({ status: 200 })
})

test('PT-03: an Idempotency-Key holds as long as a code does', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 2_000_000_000_000 })
  const code = await newCode()
  const options = { headers: { 'idempotency-key': 'the-state' } }
  const first = await bring('token', code, options)
  vi.setSystemTime(2_000_000_299_999)
  expect((await bring('token', code, options)).json).toEqual(first.json)
  vi.setSystemTime(2_000_000_300_000)
  expect(await bring('token', code, options)).toMatchObject(invalidGrant)
})

test('an Idempotency-Key gives nothing to another code, nor at the other door', async () => {
  const code = await newCode()
  const options = { headers: { 'idempotency-key': 'shared' } }
  expect(await bring('session', code, options)).toMatchObject({ status: 204 })
  expect(await bring('session', 'guessed', options)).toMatchObject(invalidGrant)
  expect(await bring('token', code, options)).toMatchObject(invalidGrant)
})

test.for(doors)('PT-03: without an Idempotency-Key %s refuses a code that was used', async (door) => {
  const code = await newCode()
  await bring(door, code)
  const { status, json } = await bring(door, code)
  expect({ status, json }).toEqual(invalidGrant)
})

test.for(doors)('PT-04: %s does nothing without the header that other sites cannot send', async (door) => {
  const code = await newCode()
  const body = { code, redirect_uri: partnerCallback, state: 'the-state' }
  const { status, json, headers } = await callApi(server, `POST /backend/${door}`, { body })
  expect({ status, json }).toEqual({ status: 403, json: { error: 'csrf' } })
  expect(headers.getSetCookie()).toEqual([])
  expect((await bring(door, code)).status).toBeLessThan(300)
})

test('PT-04 a code verifier is passed on', async () => {
  const verifier = 'v'.repeat(43)
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const code = await newCode(ada, { code_challenge: challenge, code_challenge_method: 'S256' })
  expect(await bring('token', code)).toMatchObject(invalidGrant)
  expect(await bring('token', code, { fields: { code_verifier: verifier } })).toMatchObject({ status: 200 })
})

test.for([
  { code: 'x' },
  { redirect_uri: partnerCallback },
  { code: 1, redirect_uri: partnerCallback },
  { code: 'x', redirect_uri: `${demoOrigin}/elsewhere` },
  { code: 'x', redirect_uri: partnerCallback, code_verifier: 1 },
  null,
])('refuses the malformed body %j', async (body) => {
  const answer = await callApi(server, 'POST /backend/token', { headers: { 'x-csrf-token': '1' }, body })
  expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
})

test.for(doors)('%s is open to the demo with its cookies, and to nobody else', async (door) => {
  const ask = (origin: string) => {
    const headers = { origin, 'access-control-request-method': 'POST' }
    return fetch(`${server.origin}/backend/${door}`, { method: 'OPTIONS', headers })
  }
  const { status, headers } = await ask(demoOrigin)
  expect(status).toBe(204)
  expect(headers.get('access-control-allow-origin')).toBe(demoOrigin)
  expect(headers.get('access-control-allow-credentials')).toBe('true')
  expect(headers.get('access-control-allow-headers')).toBe('Content-Type,X-CSRF-Token,Idempotency-Key')
  expect((await ask('http://evil.example')).headers.get('access-control-allow-origin')).toBeNull()
})

test('PT-07: the log tells each exchange, and no code, token or secret', async () => {
  const code = await newCode()
  const { json } = await bring('token', code, { headers: { 'idempotency-key': 'a-key' } })
  const log = server.lines.join('\n')
  expect(log).toMatch(/redeem code +ada +POST \/oauth\/token +permanent token issued/)
  expect(log).toMatch(/exchange +- +POST \/backend\/token +token handed over/)
  expect(log).toMatch(/exchange +bob +POST \/backend\/session +session started/)
  for (const secret of [code, json.access_token, 'partner-secret', 'a-key']) expect(log).not.toContain(secret)
})
