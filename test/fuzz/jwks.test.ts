import { generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLocalJWKSet, jwtVerify, type JWK } from '../../packages/core/test/reference.ts'
import { fuzz } from './fuzz.ts'
import { hostileJson } from './hostileJson.ts'
import { clientId, goodClaims, goodHeader, goodJwks, goodTokens, issuer, signed } from './provider.ts'
import { createWorld, prepareWorlds } from './world.ts'

prepareWorlds()

const [good] = goodJwks.keys
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
const strangerJwk = { ...stranger.publicKey.export({ format: 'jwk' }), kid: 'two', use: 'sig', alg: 'RS256' }
const keys = fc.constantFrom<readonly object[]>(
  [],
  [{ ...good }],
  [strangerJwk],
  [strangerJwk, { ...good }],
  [{ ...good, kid: undefined }],
  [{ ...strangerJwk, kid: undefined }, { ...good, kid: undefined }],
  [{ ...good, use: 'enc' }],
  [{ ...good, key_ops: ['sign'] }],
  [{ ...good, alg: 'PS256' }],
  [{ kty: 'oct', k: 'c2VjcmV0', kid: 'one' }],
  [{ ...strangerJwk, kid: 'one' }, { ...good }],
)
const jwks = fc.oneof(
  { weight: 1, arbitrary: keys.map((each) => JSON.stringify({ keys: each })) },
  { weight: 2, arbitrary: hostileJson(keys.map((each) => ({ keys: each }))) },
)
const headers = fc.constantFrom<object>(goodHeader, { ...goodHeader, kid: undefined }, { ...goodHeader, kid: 'two' }, { ...goodHeader, kid: 'three' }, { ...goodHeader, jwk: strangerJwk })

type Forgery = (header: string, payload: string) => string
const forgeries = fc.constantFrom<Forgery>(
  signed,
  signed,
  (header, payload) => `${signed(header, payload).slice(0, -8)}AAAAAAAA`,
  (header, payload) => signed(header, payload).replace(/[^.]*$/, ''),
  (header, payload) => {
    const input = `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`
    return `${input}.${sign('RSA-SHA256', Buffer.from(input), stranger.privateKey).toString('base64url')}`
  },
)

/** Whether jose verifies a token with one of these keys. One at a time: what else is in a set is no reason to refuse, or to take another. */
async function isVerified(token: string, keySet: string): Promise<boolean> {
  const { keys: all } = JSON.parse(keySet.replace(/^\u{feff}/u, '')) as { readonly keys: readonly JWK[] }
  for (const key of all.slice(0, 100)) {
    try {
      await jwtVerify(token, createLocalJWKSet({ keys: [key] }), { issuer, audience: clientId, algorithms: ['RS256'], currentDate: new Date() })
      return true
    } catch {
      // Nor any other?
    }
  }
  return false
}

test('ID-13 ID-15 ID-16 ID-17 ID-18 ID-19 MD-03: no ID token signs in whose signature jose refuses, whatever the keys', () =>
  fuzz(fc.record({ keySet: jwks, header: headers, forge: forgeries }), async ({ keySet, header, forge }) => {
    const world = createWorld()
    const { tab, provider, outcome } = world
    provider.jwks = keySet
    const address = await world.leave()
    const idToken = forge(JSON.stringify(header), JSON.stringify(goodClaims(world.browser.now(), provider.nonce)))
    provider.tokens = JSON.stringify(goodTokens(idToken))
    const result = await outcome(tab.app.handleCallback(address))
    const isSignedIn = 'value' in result && result.value.type === 'signed_in'
    expect(isSignedIn).toBe(tab.app.store.getState().status === 'authenticated')
    if (isSignedIn) expect(await isVerified(idToken, keySet)).toBe(true)
    world.checkSecrets()
  }))
