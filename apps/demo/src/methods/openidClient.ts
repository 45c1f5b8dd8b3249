import type { AuthorizationCodeOptions } from '@tessera-auth/core/authorization-code'
import { identityOrigin } from '../identityOrigin.ts'

/** A client of the identity server by OpenID that people come back to on the page at `path`, and below it. */
export function openidClient(clientId: string, path: string): AuthorizationCodeOptions {
  return {
    issuer: identityOrigin,
    clientId,
    redirectUri: `${path}/callback`,
    postLogoutRedirectUri: path,
    scope: 'openid profile email offline_access read:resources write:resources',
  }
}
