import { errors, type JWTPayload } from 'jose'
import { credentialOf, expiredOr } from './bearerCredential.ts'
import type { CredentialCheck } from './credential.ts'
import type { CredentialStores } from './credentialStores.ts'
import { problem, type Result } from './result.ts'

/** Checks `Authorization: DPoP` (RFC 9449 §7.1): an access token that is bound to a key, with a proof that the key is there. */
export function dpopCredential({ accessTokens, proofs }: CredentialStores): CredentialCheck {
  return async (c) => {
    const token = /^DPoP +(\S+)$/i.exec(c.req.header('Authorization') ?? '')?.[1]
    if (token === undefined) return undefined
    try {
      const claims = await accessTokens.verify(token)
      const proof = { method: c.req.method, path: c.req.path, token }
      const jkt = await proofs.verify(c.req.header('DPoP') ?? '', proof).catch(notOfJose)
      if (jkt === undefined) return refused('invalid_dpop_proof', 'The proof is not valid.')
      if (jkt === null) return { ...refused('use_dpop_nonce', 'The proof needs the nonce of this server.'), nonce: proofs.nonce() }
      return jkt === boundTo(claims) ? { ...credentialOf(claims), kind: 'boundToken' } : refused('invalid_token', 'The access token is not bound to this key.')
    } catch (error) {
      return refused('invalid_token', expiredOr(error, 'The access token is not valid.'))
    }
  }
}

/** The thumbprint of the key that a token is bound to (RFC 9449 §6.1); `undefined` when anybody may send it. */
function boundTo({ cnf }: JWTPayload): unknown {
  return typeof cnf === 'object' && cnf !== null && 'jkt' in cnf ? cnf.jkt : undefined
}

function notOfJose(error: unknown): undefined {
  if (!(error instanceof errors.JOSEError)) throw error
}

function refused(error: string, description: string): Result {
  return { ...problem(401, error, description), challenge: `DPoP algs="ES256", error="${error}", error_description="${description}"` }
}
