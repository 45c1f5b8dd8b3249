import type { AuthorizationServer } from 'oauth4webapi'
import type { TokenResponse } from '../endpoint/tokenResponse.ts'
import { readTokenSession } from '../endpoint/tokenSession.ts'
import { endingCodes, isAuthError } from '../errors.ts'
import { decodeClaims, type Claims } from '../session/claims.ts'
import type { Session } from '../session/session.ts'
import type { CodeClient } from './codeClient.ts'
import { revokeAnswer } from './endLogin.ts'
import { secretsOf } from './sessionKey.ts'
import type { DpopKey } from './dpopMemory.ts'

interface Reading<Fields> {
  /** Where tokens are revoked that came in vain. */
  readonly server: AuthorizationServer
  readonly client: CodeClient<Fields>
  /** What the tokens have to be bound to (RFC 9449 §5): without it they have to be plain ones. */
  readonly key: DpopKey | null
  /** Whether another session goes on if this answer is refused: a step-up. */
  readonly isBeside?: boolean
  /** What stays in force where the answer is silent; `null` at login. */
  readonly previous: Session<Claims & Fields> | null
  /** Judges the ID token. Asked only where there is an issuer to check it against. */
  readonly claimsOf: (tokens: TokenResponse) => Promise<Claims | null>
}

/**
 * Makes a session of an answer of the token endpoint. One that signs nobody in, or ends the session, has its tokens revoked.
 *
 * @throws AuthError `invalid_response`, `refresh_rejected`, or what `claimsOf` throws.
 */
export async function readSession<Fields>(response: Response, reading: Reading<Fields>): Promise<Session<Claims & Fields>> {
  const { server, client, previous, isBeside = false } = reading
  const copy = response.clone()
  try {
    return await toSession(response, reading)
  } catch (error) {
    // While a session goes on its tokens stay: a server may take back all of them with one (RFC 7009 §2.1).
    const goesOn = previous === null ? isBeside : !isAuthError(error, ...endingCodes)
    if (!goesOn) revokeAnswer(server, client, copy)
    throw error
  }
}

async function toSession<Fields>(response: Response, { client, key, previous, claimsOf }: Reading<Fields>): Promise<Session<Claims & Fields>> {
  const { issuer, scope, lifetime, fields } = client
  const options = { lifetime, fields, requestedScope: scope, tokenType: key === null ? 'Bearer' : 'DPoP' } as const
  const bound = key === null ? {} : { secrets: secretsOf(key) }
  if (issuer !== undefined) return { ...(await readTokenSession(response, previous, { ...options, claimsOf })), ...bound }
  const session = await readTokenSession(response, previous, { ...options, claimsOf: async ({ accessToken }) => decodeClaims(accessToken) })
  // An ID token all the same: nobody knows whose it should be.
  return { ...session, idToken: undefined, ...bound }
}
