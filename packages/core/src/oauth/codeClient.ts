import type { AuthorizationServer } from 'oauth4webapi'
import type { MethodContext } from '../methods/method.ts'
import type { CheckedAuthorizationCodeOptions } from './authorizationCodeOptions.ts'
import { discover } from './discover.ts'

/** A public client at a provider, checked, and the page it runs in. */
export interface CodeClient<Fields = unknown> extends Omit<CheckedAuthorizationCodeOptions<Fields>, 'redirectUri' | 'postLogoutRedirectUri'> {
  readonly redirectUri: URL
  readonly postLogoutRedirectUri: URL | undefined
  readonly ctx: MethodContext
}

/**
 * What oauth4webapi has to know of the provider: its configured endpoints, or those that its metadata names.
 *
 * @throws AuthError what {@link discover} throws.
 */
export async function serverOf({ issuer = '', endpoints, ctx }: CodeClient): Promise<AuthorizationServer> {
  if (endpoints === undefined) return discover(issuer, ctx)
  const { authorization, token, revocation, endSession, pushedAuthorizationRequest } = endpoints
  return {
    // oauth4webapi wants one. Without an issuer nothing is compared with it.
    issuer: issuer || authorization,
    authorization_endpoint: authorization,
    token_endpoint: token,
    ...(revocation !== undefined && { revocation_endpoint: revocation }),
    ...(endSession !== undefined && { end_session_endpoint: endSession }),
    ...(pushedAuthorizationRequest !== undefined && { pushed_authorization_request_endpoint: pushedAuthorizationRequest }),
  }
}
