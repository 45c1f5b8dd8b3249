import { principalOf } from '../api/principal.ts'
import { malformed, type Result } from '../api/result.ts'
import type { User } from '../users.ts'
import { accountIdOf } from './accountId.ts'
import type { Given } from './createAuthorizationCodes.ts'
import { invalidGrant } from './invalidGrant.ts'
import { issueTokens } from './issueTokens.ts'
import type { PartnerClient, PublicClient } from './oauthClients.ts'
import type { OauthServer } from './oauthServer.ts'
import type { RequestParameters } from './readParameters.ts'

/** Exchanges a code (RFC 6749 §4.1.3). A partner may leave the redirect URI out. */
export async function codeGrant(
  client: PublicClient | PartnerClient,
  form: RequestParameters['values'],
  server: OauthServer,
): Promise<Result> {
  const code = form.get('code')
  const redirectUri = form.get('redirect_uri') ?? (client.kind === 'partner' ? client.redirectUri : undefined)
  if (code === undefined || redirectUri === undefined) return malformed('code and redirect_uri must be sent.')
  if (redirectUri !== client.redirectUri) return invalidGrant('wrong redirect_uri', undefined)
  const holder = { clientId: client.id, verifier: form.get('code_verifier') }
  const redemption = server.codes.redeem<Result | Promise<Result>>(code, holder, (user) =>
    client.kind === 'partner' ? permanentToken(user, server) : firstTokens(client, user, server),
  )
  return redemption.ok ? redemption.tokens : invalidGrant(redemption.reason, redemption.user?.sub)
}

/** The token that a partner may use until it is revoked, in the partner's form. */
function permanentToken(user: User, { stores: { opaqueTokens } }: OauthServer): Given<Result> {
  const token = opaqueTokens.issue({ prefix: 'ac_', principal: principalOf(user), lifetimeSeconds: null })
  const body = { token_type: 'bearer', access_token: token, stitch_account_id: accountIdOf(user) }
  return {
    tokens: { status: 200, body, outcome: 'permanent token issued', user: user.sub },
    revoke: () => void opaqueTokens.revoke(token),
  }
}

function firstTokens(client: PublicClient, user: User, server: OauthServer): Given<Promise<Result>> {
  const { lifetimeSeconds } = client
  const families = server.familiesOf(client)
  const refreshToken = families.start(user, lifetimeSeconds)
  return {
    tokens: issueTokens({ user, lifetimeSeconds, refreshToken }, server.stores.accessTokens),
    revoke: () => void families.revoke(refreshToken),
  }
}
