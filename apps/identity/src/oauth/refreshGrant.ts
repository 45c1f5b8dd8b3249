import { malformed, type Result } from '../api/result.ts'
import { invalidGrant } from './invalidGrant.ts'
import { issueTokens } from './issueTokens.ts'
import type { PublicClient } from './oauthClients.ts'
import type { OauthServer } from './oauthServer.ts'
import type { RequestParameters } from './readParameters.ts'

/** Exchanges a refresh token for the next one and an access token of the same scope (RFC 6749 §6). */
export async function refreshGrant(
  client: PublicClient,
  form: RequestParameters['values'],
  { familiesOf, stores }: OauthServer,
): Promise<Result> {
  const token = form.get('refresh_token')
  if (token === undefined) return malformed('refresh_token is missing.')
  const rotation = familiesOf(client).rotate(token)
  return rotation.ok ? issueTokens(rotation, stores.accessTokens) : invalidGrant(rotation.reason, rotation.user?.sub)
}
