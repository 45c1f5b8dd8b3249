import { malformed, type Result } from '../api/result.ts'
import { clientOfForm } from './clientOfForm.ts'
import type { OauthServer } from './oauthServer.ts'
import type { RequestParameters } from './readParameters.ts'

/**
 * Ends a refresh token with its family, or a permanent token (RFC 7009 §2). One that is unknown, or of another client,
 * is answered in the same way.
 */
export function revokeToken({ values }: RequestParameters, { clients, familiesOf, stores }: OauthServer): Result {
  const token = values.get('token')
  if (token === undefined) return malformed('token is missing.')
  const client = clientOfForm(values, clients)
  const user = client === undefined ? undefined : familiesOf(client).revoke(token)
  const isRevoked = user !== undefined || stores.opaqueTokens.revoke(token)
  return { status: 200, outcome: isRevoked ? 'revoked' : 'unknown token', user: user?.sub }
}
