import type { TokenResponse } from '../endpoint/tokenResponse.ts'
import { readTokenSession } from '../endpoint/tokenSession.ts'
import { decodeClaims, type Claims } from '../session/claims.ts'
import type { Session } from '../session/session.ts'
import type { CodeClient } from './codeClient.ts'
import { secretsOf } from './sessionKey.ts'
import type { DpopKey } from './dpopMemory.ts'

interface Reading<Fields> {
  readonly client: CodeClient<Fields>
  /** What the tokens have to be bound to (RFC 9449 §5): without it they have to be plain ones. */
  readonly key: DpopKey | null
  /** What stays in force where the answer is silent; `null` at login. */
  readonly previous: Session<Claims & Fields> | null
  /** Judges the ID token. Asked only where there is an issuer to check it against. */
  readonly claimsOf: (tokens: TokenResponse) => Promise<Claims | null>
}

/**
 * Makes a session of an answer of the token endpoint.
 *
 * @throws AuthError `invalid_response`, `refresh_rejected`, or what `claimsOf` throws.
 */
export async function readSession<Fields>(response: Response, { client, key, previous, claimsOf }: Reading<Fields>): Promise<Session<Claims & Fields>> {
  const { issuer, scope, lifetime, fields } = client
  const options = { lifetime, fields, requestedScope: scope, tokenType: key === null ? 'Bearer' : 'DPoP' } as const
  const bound = key === null ? {} : { secrets: secretsOf(key) }
  if (issuer !== undefined) return { ...(await readTokenSession(response, previous, { ...options, claimsOf })), ...bound }
  const session = await readTokenSession(response, previous, { ...options, claimsOf: async ({ accessToken }) => decodeClaims(accessToken) })
  // An ID token all the same: nobody knows whose it should be.
  return { ...session, idToken: undefined, ...bound }
}
