import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { callApi } from './testing/callApi.ts'
import { postForm } from './testing/postForm.ts'
import { startServer } from './testing/startServer.ts'

const server = await startServer()
const machine = { client_id: 'machine', client_secret: 'machine-secret' }
const reader = { client_id: 'machine-reader', client_secret: 'p:ä%reader' }
const grant = { grant_type: 'client_credentials' }
const invalidClient = { status: 401, json: { error: 'invalid_client' } }

const ask = (fields: object) => postForm(server, '/oauth/token', { fields: { ...grant, ...fields } })

/** The header of RFC 6749 §2.3.1. */
function basic({ client_id: id, client_secret: secret }: typeof machine, encode = encodeForm): string {
  return `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`
}

/** Form-urlencodes one text. */
function encodeForm(text: string): string {
  return new URLSearchParams({ x: text }).toString().slice('x='.length)
}

const askBasic = (authorization: string, fields: object = grant, query = '') =>
  postForm(server, `/oauth/v2/token${query}`, { fields, headers: { authorization } })

test('credentials in the form give a token, and tell its scope', async () => {
  const { status, json, headers } = await ask(machine)
  expect(status).toBe(200)
  expect(headers.get('cache-control')).toBe('no-store')
  expect(Object.keys(json)).toEqual(['token_type', 'expires_in', 'access_token', 'scope'])
  expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'read:resources write:resources' })
})

test('HTTP Basic gives a token', async () => {
  const { status, json, headers } = await askBasic(basic(machine))
  expect(status).toBe(200)
  expect(headers.get('cache-control')).toBe('no-store')
  expect(Object.keys(json)).toEqual(['token_type', 'expires_in', 'access_token'])
  expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 3600 })
})

test('the token stands for the machine, and the API accepts it', async () => {
  const { json } = await askBasic(basic(machine))
  const { exp = 0, iat = 0, ...claims } = decodeJwt(String(json.access_token))
  expect(exp - iat).toBe(3600)
  expect(claims).toEqual({
    iss: server.origin,
    aud: `${server.origin}/v1`,
    sub: 'machine',
    scope: 'read:resources write:resources',
    jti: expect.any(String),
  })
  const list = await callApi(server, 'GET /v1/resources', { token: json.access_token })
  expect(list).toMatchObject({ status: 200, json: { subject: 'machine' } })
})

test('CC-04: a secret outside ASCII and with ":" and "%" must be form-urlencoded before base64', async () => {
  const { status, json } = await askBasic(basic(reader))
  expect(status).toBe(200)
  expect(decodeJwt(String(json.access_token))).toMatchObject({ sub: 'machine-reader', scope: 'read:resources' })
  expect(await askBasic(basic(reader, (text) => text))).toMatchObject(invalidClient)
  expect(await ask(reader)).toMatchObject({ status: 200, json: { scope: 'read:resources' } })
})

test('a scope narrows the token, and may not widen it', async () => {
  expect(await ask({ ...machine, scope: 'read:resources' })).toMatchObject({ json: { scope: 'read:resources' } })
  const narrow = await askBasic(basic(machine), { ...grant, scope: 'read:resources' })
  expect(decodeJwt(String(narrow.json.access_token)).scope).toBe('read:resources')
  for (const scope of ['write:resources', 'read:resources unknown']) {
    expect(await ask({ ...reader, scope })).toMatchObject({ status: 400, json: { error: 'invalid_scope' } })
  }
})

test.for([
  { ...machine, client_secret: 'wrong' },
  { ...machine, client_secret: '' },
  { ...machine, client_id: 'machine-reader' },
  { client_id: 'unknown', client_secret: 'machine-secret' },
])('bad credentials are refused: %j', async (credentials) => {
  const inForm = await ask(credentials)
  expect({ status: inForm.status, json: inForm.json }).toEqual(invalidClient)
  const inHeader = await askBasic(basic(credentials))
  expect({ status: inHeader.status, json: inHeader.json }).toEqual(invalidClient)
  expect(inHeader.headers.get('www-authenticate')).toBe('Basic realm="tessera"')
})

test('a machine must name itself in the form', async () => {
  expect(await ask({ client_secret: 'machine-secret' })).toMatchObject(invalidClient)
})

test.for(['', 'Basic', 'Basic !', 'Bearer bWFjaGluZTptYWNoaW5lLXNlY3JldA==', `Basic ${btoa('machine')}`])(
  'the header "%s" is refused',
  async (header) => {
    expect(await askBasic(header)).toMatchObject(invalidClient)
  },
)

test('a machine has no other grant, and others do not have this one', async () => {
  const unauthorized = { status: 400, json: { error: 'unauthorized_client' } }
  expect(await ask({ ...machine, grant_type: 'authorization_code', code: 'x' })).toMatchObject(unauthorized)
  expect(await ask({ ...machine, grant_type: 'refresh_token', refresh_token: 'x' })).toMatchObject(unauthorized)
  const partner = { client_id: 'partner', client_secret: 'partner-secret' }
  expect(await ask(partner)).toMatchObject(unauthorized)
  expect(await askBasic(basic(partner))).toMatchObject(unauthorized)
  const other = await askBasic(basic(machine), { grant_type: 'authorization_code' })
  expect(other).toMatchObject({ status: 400, json: { error: 'unsupported_grant_type' } })
})

test('lifetime sets the life of the token', async () => {
  const { json } = await askBasic(basic(machine), grant, '?lifetime=8')
  const { exp = 0, iat = 0 } = decodeJwt(String(json.access_token))
  expect([json.expires_in, exp - iat]).toEqual([8, 8])
  for (const lifetime of ['1', '3601', 'abc']) {
    const answer = await askBasic(basic(machine), grant, `?lifetime=${lifetime}`)
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
  }
})

test('the log tells which machine, and no secret', () => {
  const log = server.lines.join('\n')
  expect(log).toMatch(/machine token +machine +POST \/oauth\/v2\/token +token issued/)
  expect(log).not.toMatch(/secret|p:ä/)
})
