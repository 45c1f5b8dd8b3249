import type { AuthorizationServer } from 'oauth4webapi'
import type { MethodContext } from '../methods/method.ts'
import type { CheckedAuthorizationCodeOptions } from './authorizationCodeOptions.ts'
import { ownMembers } from '../ownMembers.ts'
import { discover } from './discover.ts'
import type { DpopMemory } from './dpopMemory.ts'
import { signingAlgorithms } from './signingAlgorithms.ts'

/** A public client at a provider, checked, and the page it runs in. */
export interface CodeClient<Fields = unknown> extends Omit<CheckedAuthorizationCodeOptions<Fields>, 'redirectUri' | 'postLogoutRedirectUri' | 'dpop'> {
  readonly redirectUri: URL
  readonly postLogoutRedirectUri: URL | undefined
  /** `null`: its tokens are not bound to a key. */
  readonly dpop: DpopMemory | null
  readonly ctx: MethodContext
}

/** Whether an ID token is to come, and its signature to be verified. */
export function needsKeys({ issuer, scope, idTokenSignature }: CodeClient): boolean {
  return issuer !== undefined && scope.includes('openid') && idTokenSignature === 'verified'
}

/**
 * What oauth4webapi has to know of the provider: its configured endpoints, or those that its metadata names.
 *
 * @throws AuthError what {@link discover} throws.
 */
export async function serverOf(client: CodeClient): Promise<AuthorizationServer> {
  const { issuer = '', endpoints, ctx } = client
  const algorithms = { userinfo_signing_alg_values_supported: [...signingAlgorithms] }
  if (endpoints === undefined) {
    const needed = [...(needsKeys(client) ? ['jwks_uri'] : []), ...(client.userInfo ? ['userinfo_endpoint'] : [])]
    return ownMembers({ ...(await discover(issuer, needed, ctx)), ...algorithms })
  }
  const { authorization, token, revocation, endSession, pushedAuthorizationRequest, jwks, userInfo } = endpoints
  return ownMembers({
    ...algorithms,
    id_token_signing_alg_values_supported: [...signingAlgorithms],
    // oauth4webapi wants one. Without an issuer nothing is compared with it.
    issuer: issuer || authorization,
    authorization_endpoint: authorization,
    token_endpoint: token,
    ...(revocation !== undefined && { revocation_endpoint: revocation }),
    ...(endSession !== undefined && { end_session_endpoint: endSession }),
    ...(jwks !== undefined && { jwks_uri: jwks }),
    ...(userInfo !== undefined && { userinfo_endpoint: userInfo }),
    ...(pushedAuthorizationRequest !== undefined && { pushed_authorization_request_endpoint: pushedAuthorizationRequest }),
  })
}
