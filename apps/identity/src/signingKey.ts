import { calculateJwkThumbprint, exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose'

/** The RS256 key pair of one run of the server. Tokens of an earlier run no longer verify. */
export interface SigningKey {
  /** Names the key in token headers and in the JWKS (RFC 7515 §4.1.4). */
  readonly kid: string
  readonly privateKey: CryptoKey
  /** With the private members; never leaves the process. */
  readonly privateJwk: JWK
  readonly publicJwk: JWK
}

/** Makes a new RSA key of 2048 bits. */
export async function createSigningKey(): Promise<SigningKey> {
  const pair = await generateKeyPair('RS256', { extractable: true })
  const publicKey = await exportJWK(pair.publicKey)
  const kid = await calculateJwkThumbprint(publicKey)
  const named = { kid, alg: 'RS256', use: 'sig' } as const
  return {
    kid,
    privateKey: pair.privateKey,
    privateJwk: { ...(await exportJWK(pair.privateKey)), ...named },
    publicJwk: { ...publicKey, ...named },
  }
}
