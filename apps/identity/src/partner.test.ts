import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { authorizePartner, codeOf, partnerCallback } from './testing/authorizePartner.ts'
import { callApi } from './testing/callApi.ts'
import { ada, bob, createClient, plain, type Person } from './testing/createClient.ts'
import { postForm } from './testing/postForm.ts'
import { demoOrigin, startServer } from './testing/startServer.ts'

const server = await startServer()
const invalidGrant = { status: 400, json: { error: 'invalid_grant' } }
const verifier = 'v'.repeat(43)
const pkce = {
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
}

/** Sends what the partner's documentation shows. */
const redeem = (callback: URL, extra: object = {}) =>
  postForm(server, '/oauth/token', {
    fields: { client_secret: 'partner-secret', code: codeOf(callback), grant_type: 'authorization_code', ...extra },
  })

test('the client id is all that a partner must send, and a code all that comes back', async () => {
  const callback = await authorizePartner(server, ada)
  expect(callback.href).toMatch(new RegExp(`^${partnerCallback}\\?code=[\\w-]{43}$`))
})

test('the state comes back', async () => {
  const query = { state: 'the-state', redirect_uri: partnerCallback, response_type: 'code' }
  expect((await authorizePartner(server, ada, query)).searchParams.get('state')).toBe('the-state')
})

test('Deny comes back with the error alone', async () => {
  const callback = await authorizePartner(server, { ...ada, consent: 'deny' })
  expect(callback.href).toBe(`${partnerCallback}?error=access_denied`)
})

test('the secret alone exchanges the code for a permanent token, in the form of the partner', async () => {
  const { status, json, headers } = await redeem(await authorizePartner(server, ada))
  expect(status).toBe(200)
  expect(headers.get('cache-control')).toBe('no-store')
  expect(json).toEqual({
    token_type: 'bearer',
    access_token: expect.stringMatching(/^ac_[\w-]{43}$/),
    stitch_account_id: expect.any(Number),
  })
  expect(await callApi(server, 'GET /v1/admin', { token: json.access_token })).toMatchObject({ status: 200 })
})

test('an account keeps its number, and has it alone', async () => {
  const accountOf = async (person: Person) => {
    const { json } = await redeem(await authorizePartner(server, person))
    return json.stitch_account_id
  }
  const [first, again, other] = [await accountOf(ada), await accountOf(ada), await accountOf(bob)]
  expect(again).toBe(first)
  expect(other).not.toBe(first)
})

test('the token has no more than the scope that was allowed', async () => {
  const { json } = await redeem(await authorizePartner(server, ada, { scope: 'read:resources' }))
  expect(await callApi(server, 'GET /v1/resources', { token: json.access_token })).toMatchObject({ status: 200 })
  expect(await callApi(server, 'GET /v1/admin', { token: json.access_token })).toMatchObject({ status: 403 })
})

test('a code works once, and its reuse ends the token', async () => {
  const callback = await authorizePartner(server, ada)
  const { json } = await redeem(callback)
  expect(await redeem(callback)).toMatchObject(invalidGrant)
  expect(await callApi(server, 'GET /v1/resources', { token: json.access_token })).toMatchObject({ status: 401 })
})

test('client id and redirect URI may be sent, and must then be right', async () => {
  const right = { client_id: 'partner', redirect_uri: partnerCallback }
  expect(await redeem(await authorizePartner(server, ada), right)).toMatchObject({ status: 200 })
  const elsewhere = { redirect_uri: `${demoOrigin}/authorization-code/callback` }
  expect(await redeem(await authorizePartner(server, ada), elsewhere)).toMatchObject(invalidGrant)
})

test.for([{ client_secret: 'wrong' }, { client_secret: '' }, { client_id: 'plain-1h' }, { client_id: 'machine' }])(
  'another client is refused: %j',
  async (extra) => {
    const callback = await authorizePartner(server, ada)
    const { status, json } = await redeem(callback, extra)
    expect({ status, json }).toEqual({ status: 401, json: { error: 'invalid_client' } })
    expect(await redeem(callback)).toMatchObject({ status: 200 })
  },
)

test('a partner does not redeem the code of another client', async () => {
  const client = createClient(server, 'plain-1h', plain)
  const callback = await client.answer(await client.authorize(), ada)
  expect(await redeem(callback.url)).toMatchObject(invalidGrant)
  expect(await client.redeem(callback)).toMatchObject({ status: 200 })
})

test('PKCE holds when the partner uses it, and a verifier without a challenge is refused', async () => {
  const callback = await authorizePartner(server, ada, pkce)
  expect(await redeem(callback)).toMatchObject(invalidGrant)
  expect(await redeem(callback, { code_verifier: `${verifier}x` })).toMatchObject(invalidGrant)
  expect(await redeem(callback, { code_verifier: verifier })).toMatchObject({ status: 200 })
  expect(await redeem(await authorizePartner(server, ada), { code_verifier: verifier })).toMatchObject(invalidGrant)
})

test('a partner gets no refresh token', async () => {
  const fields = { client_secret: 'partner-secret', grant_type: 'refresh_token', refresh_token: 'x' }
  expect(await postForm(server, '/oauth/token', { fields })).toMatchObject({ json: { error: 'unauthorized_client' } })
})

test.for([
  [{ response_type: 'token' }, 'unsupported_response_type'],
  [{ ...pkce, code_challenge_method: 'plain' }, 'invalid_request'],
  [{ code_challenge_method: 'S256' }, 'invalid_request'],
] as const)('%j goes back with %s', async ([query, error]) => {
  const { browser } = createClient(server, 'partner', plain)
  const parameters = new URLSearchParams({ client_id: 'partner', ...query })
  const { url } = await browser.open(`${server.origin}/oauth/authorization?${parameters}`)
  expect(`${url.origin}${url.pathname}`).toBe(partnerCallback)
  expect(url.searchParams.get('error')).toBe(error)
})
