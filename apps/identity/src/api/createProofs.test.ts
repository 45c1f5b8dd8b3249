import { createHash } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createProofs } from './createProofs.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

test('a nonce is good for a minute, and for one more after the next', async () => {
  const proofs = createProofs('http://localhost:1')
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  const ath = createHash('sha256').update('token').digest('base64url')
  let count = 0
  const isGood = async (nonce: string): Promise<boolean> => {
    const claims = { htm: 'GET', htu: 'http://localhost:1/v1', iat: Date.now() / 1000, ath, jti: `${++count}`, nonce }
    const proof = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk }).sign(privateKey)
    return (await proofs.verify(proof, { method: 'GET', path: '/v1', token: 'token' })) !== null
  }
  const first = proofs.nonce()
  vi.setSystemTime(Date.now() + 59_999)
  expect([await isGood(first), proofs.nonce() === first]).toEqual([true, true])
  vi.setSystemTime(Date.now() + 1)
  expect([await isGood(first), proofs.nonce() === first]).toEqual([true, false])
  vi.setSystemTime(Date.now() + 60_000)
  expect([await isGood(first), await isGood(proofs.nonce()), await isGood('')]).toEqual([false, true, false])
})
