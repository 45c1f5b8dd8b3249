import { createHash, randomBytes } from 'node:crypto'
import { calculateJwkThumbprint, EmbeddedJWK, errors, jwtVerify } from 'jose'
import { removeExpired } from './removeExpired.ts'

/** A request as its proof has to name it (RFC 9449 §4.2). */
export interface ProvenRequest {
  readonly method: string
  readonly path: string
  readonly token: string
}

/** Checks proofs of possession (RFC 9449 §4.3). */
export interface Proofs {
  /**
   * The thumbprint of the key that signed a proof for just this request; `null` when it lacks the nonce of the moment. Rejects with an
   * error of jose when it is no good.
   */
  verify(proof: string, request: ProvenRequest): Promise<string | null>
  /** What a proof has to have. */
  nonce(): string
}

/** How long a nonce is good for, in milliseconds; and for as long again after the next. */
const nonceLifeMs = 60_000

/** Clocks of people may be off: the nonce tells that a proof is new. */
const clockSkewMs = 300_000

/** The proofs for one API: each is good once. */
export function createProofs(origin: string): Proofs {
  const spent = new Map<string, { readonly expiresAt: number }>()
  let current = { value: newNonce(), at: Date.now() }
  let previous = ''
  const nonce = (): string => {
    const ageMs = Date.now() - current.at
    if (ageMs >= nonceLifeMs) {
      previous = ageMs < 2 * nonceLifeMs ? current.value : ''
      current = { value: newNonce(), at: Date.now() }
    }
    return current.value
  }
  const spend = (jti: unknown): boolean => {
    if (typeof jti !== 'string' || jti === '' || spent.has(jti)) return false
    removeExpired(spent)
    spent.set(jti, { expiresAt: Date.now() + 2 * nonceLifeMs })
    return true
  }
  return {
    nonce,
    async verify(proof, { method, path, token }) {
      const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt', algorithms: ['ES256'] })
      const { htm, htu, iat = 0, ath, jti, nonce: given } = payload
      const isForThis = htm === method && htu === origin + path && ath === createHash('sha256').update(token).digest('base64url')
      if (!isForThis || Math.abs(Date.now() - iat * 1000) > clockSkewMs) throw new errors.JWTInvalid('The proof is for another request.')
      if (given !== nonce() && (given !== previous || given === '')) return null
      if (!spend(jti)) throw new errors.JWTInvalid('The proof was used before.')
      return calculateJwkThumbprint(protectedHeader.jwk ?? {})
    },
  }
}

function newNonce(): string {
  return randomBytes(24).toString('base64url')
}
