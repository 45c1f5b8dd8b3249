import { decodeJwt, errors, type JWTPayload } from 'jose'
import { scopesIn } from '../scopes.ts'
import { firebaseIssuer } from '../firebase/createIdTokens.ts'
import type { Credential, CredentialCheck } from './credential.ts'
import type { CredentialStores } from './credentialStores.ts'
import type { OpaqueTokens } from './createOpaqueTokens.ts'
import { problem, type Result } from './result.ts'

/** Checks `Authorization: Bearer` (RFC 6750 §2.1): an opaque token, an ID token of Firebase, or a JWT access token. */
export function bearerCredential(stores: CredentialStores): CredentialCheck {
  return async (c) => {
    const token = bearerToken(c.req.header('Authorization'))
    if (token === undefined) return undefined
    const opaque =
      findOpaque('accessToken', stores.opaqueTokens, token) ?? findOpaque('sessionToken', stores.sessionTokens, token)
    if (opaque !== undefined) return opaque
    try {
      return await (isOfFirebase(token) ? stores.firebaseSessions.verify(token) : verifyJwt(stores, token))
    } catch (error) {
      return invalidToken(expiredOr(error, 'The access token is not valid.'))
    }
  }
}

/** What to say of a token that jose refuses; throws anything else. */
export function expiredOr(error: unknown, otherwise: string): string {
  if (!(error instanceof errors.JOSEError)) throw error
  return error instanceof errors.JWTExpired ? 'The access token has expired.' : otherwise
}

/** The token of the header; `undefined` when there is none, empty when it is unusable. */
function bearerToken(header = ''): string | undefined {
  const match = /^Bearer(?: +(.*))?$/i.exec(header)
  return match === null ? undefined : (match[1] ?? '')
}

function findOpaque(kind: Credential['kind'], tokens: OpaqueTokens, token: string): Credential | undefined {
  const principal = tokens.find(token)
  return principal === undefined ? undefined : { kind, principal, revoke: () => void tokens.revoke(token) }
}

async function verifyJwt({ accessTokens }: CredentialStores, token: string): Promise<Credential | Result> {
  const claims = await accessTokens.verify(token)
  // What is bound to a key is not for whoever has it (RFC 9449 §7.2).
  return claims['cnf'] === undefined ? credentialOf(claims) : invalidToken('The access token is bound to a key: without a proof it is worth nothing.')
}

/** What the claims of a valid access token stand for. */
export function credentialOf({ sub = '', scope, acr, auth_time: authTime }: JWTPayload): Credential {
  const signIn = typeof authTime === 'number' ? { acr, at: authTime * 1000 } : undefined
  return { kind: 'accessToken', principal: { subject: sub, scopes: scopesIn(scope) }, ...(signIn && { signIn }) }
}

/** Chooses by what the token says of itself; whether that is true, the check that follows finds out. */
function isOfFirebase(token: string): boolean {
  try {
    return decodeJwt(token).iss === firebaseIssuer
  } catch {
    return false
  }
}

function invalidToken(description: string): Result {
  const challenge = `Bearer realm="tessera", error="invalid_token", error_description="${description}"`
  return { ...problem(401, 'invalid_token', description), challenge }
}
