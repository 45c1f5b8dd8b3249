import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect, test, vi } from 'vitest'
import { callApi } from './testing/callApi.ts'
import { ada, allScopes, createClient } from './testing/createClient.ts'
import { readBody, type Body } from './testing/readBody.ts'
import { demoOrigin, startServer } from './testing/startServer.ts'

const server = await startServer()
const redirectUri = `${demoOrigin}/sender-constrained/callback`
const verifier = 'v'.repeat(43)

interface Key {
  readonly jkt: string
  readonly prove: (claims: Record<string, unknown>) => Promise<string>
}

async function createKey(): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  return {
    jkt: await calculateJwkThumbprint(jwk),
    prove: (claims) =>
      new SignJWT({ jti: randomUUID(), iat: Math.floor(Date.now() / 1000), ...claims }).setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk }).sign(privateKey),
  }
}

/** Redeems the code of a new authorization, with this proof. */
async function redeem(code: string, proof?: string): Promise<Body> {
  const body = new URLSearchParams({ client_id: 'bound', grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier })
  return readBody(await fetch(`${server.origin}/token`, { method: 'POST', headers: { origin: demoOrigin, ...(proof !== undefined && { dpop: proof }) }, body }))
}

async function codeFor(jkt: string, scope = allScopes): Promise<string> {
  const client = createClient(server, 'bound')
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const page = await client.authorize({ redirect_uri: redirectUri, code_challenge: challenge, dpop_jkt: jkt, scope })
  return (await client.answer(page, ada)).url.searchParams.get('code') ?? ''
}

async function signIn(key: Key, scope?: string): Promise<string> {
  const code = await codeFor(key.jkt, scope)
  const claims = { htm: 'POST', htu: `${server.origin}/token` }
  const asked = await redeem(code, await key.prove(claims))
  expect([asked.status, asked.json['error'], asked.headers.get('access-control-expose-headers')]).toEqual([400, 'use_dpop_nonce', 'DPoP-Nonce,WWW-Authenticate'])
  const { json } = await redeem(code, await key.prove({ ...claims, nonce: asked.headers.get('dpop-nonce') }))
  expect(json['token_type']).toBe('DPoP')
  return String(json['access_token'])
}

const key = await createKey()
const token = await signIn(key)
const good = { htm: 'GET', htu: `${server.origin}/v1/resources`, ath: createHash('sha256').update(token).digest('base64url') }

const call = (proof: string, scheme = 'DPoP'): Promise<Body> => callApi(server, 'GET /v1/resources', { headers: { authorization: `${scheme} ${token}`, dpop: proof } })

async function nonceOfApi(): Promise<string> {
  return (await call(await key.prove(good))).headers.get('dpop-nonce') ?? ''
}

test('a token is bound to the key that asked for it, and is good with a proof that has the nonce of the API', async () => {
  expect(decodeJwt(token)['cnf']).toEqual({ jkt: key.jkt })
  const asked = await call(await key.prove(good))
  expect([asked.status, asked.headers.get('www-authenticate')]).toEqual([401, expect.stringMatching(/^DPoP .*error="use_dpop_nonce"/)])
  const { status, json } = await call(await key.prove({ ...good, nonce: asked.headers.get('dpop-nonce') }), 'dpop')
  expect([status, json['subject']]).toEqual([200, 'ada'])
})

test('alone, sent as Bearer, it is refused', async () => {
  const { status, headers } = await callApi(server, 'GET /v1/resources', { token })
  expect([status, headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('bound to a key')])
})

test('without a key there are no tokens for this client, and a code is for the key that it was asked for with', async () => {
  expect((await redeem(await codeFor(key.jkt))).status).toBe(400)
  const code = await codeFor(key.jkt)
  const other = await createKey()
  const claims = { htm: 'POST', htu: `${server.origin}/token` }
  const nonce = (await redeem(code, await other.prove(claims))).headers.get('dpop-nonce')
  expect((await redeem(code, await other.prove({ ...claims, nonce }))).json['error']).toBe('invalid_grant')
})

test.each([
  ['another method', { htm: 'POST' }, 'invalid_dpop_proof'],
  ['another address', { htu: 'http://localhost:1/v1/resources' }, 'invalid_dpop_proof'],
  ['another token', { ath: 'x' }, 'invalid_dpop_proof'],
  ['another time', { iat: 1 }, 'invalid_dpop_proof'],
  ['no id', { jti: '' }, 'invalid_dpop_proof'],
  ['another nonce', { nonce: '' }, 'use_dpop_nonce'],
])('a proof for %s is refused', async (_, claims, error) => {
  const proof = await key.prove({ ...good, nonce: await nonceOfApi(), ...claims })
  const { status, headers } = await call(proof)
  expect([status, headers.get('www-authenticate')]).toEqual([401, expect.stringContaining(`error="${error}"`)])
})

test('a proof is good once, and only of the key that the token is bound to', async () => {
  const nonce = await nonceOfApi()
  const proof = await key.prove({ ...good, nonce })
  expect((await call(proof)).status).toBe(200)
  expect((await call(proof)).headers.get('www-authenticate')).toContain('invalid_dpop_proof')
  const other = await (await createKey()).prove({ ...good, nonce })
  expect((await call(other)).headers.get('www-authenticate')).toContain('invalid_token')
})

test('what asks for a newer sign-in, or for more scope, asks in the scheme of the token', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  try {
    const bound = await signIn(key, `${allScopes} payments`)
    vi.setSystemTime(Date.now() + 31_000)
    const askedBy = async (sent: string): Promise<string | null> => {
      const claims = { htm: 'POST', htu: `${server.origin}/v1/payments`, ath: createHash('sha256').update(sent).digest('base64url') }
      const dpop = await key.prove({ ...claims, nonce: await nonceOfApi() })
      const { headers } = await callApi(server, 'POST /v1/payments', { headers: { authorization: `DPoP ${sent}`, dpop }, body: { amount: 500 } })
      return headers.get('www-authenticate')
    }
    expect(await askedBy(bound)).toMatch(/^DPoP realm="tessera", error="insufficient_user_authentication", acr_values=/)
    expect(await askedBy(token)).toBe('DPoP realm="tessera", error="insufficient_scope", scope="payments"')
  } finally {
    vi.useRealTimers()
  }
})

test('UserInfo takes it as well', async () => {
  const dpop = await key.prove({ ...good, htu: `${server.origin}/v1/userinfo`, nonce: await nonceOfApi() })
  expect(await callApi(server, 'GET /v1/userinfo', { headers: { authorization: `DPoP ${token}`, dpop } })).toMatchObject({ status: 200, json: { sub: 'ada' } })
})
