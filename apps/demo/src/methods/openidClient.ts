import type { AuthorizationCodeOptions } from '@tessera-auth/core/authorization-code'
import { identityOrigin } from '../identityOrigin.ts'

/** Options for a provider that is known by its issuer. */
type OpenIdOptions = Extract<AuthorizationCodeOptions, { readonly issuer: string }>

/** A client of the identity server by OpenID that people come back to on the page at `path`, and below it. `more` is what it asks for besides. */
export function openidClient(clientId: string, path: string, more: readonly string[] = []): OpenIdOptions {
  return {
    issuer: identityOrigin,
    clientId,
    redirectUri: `${path}/callback`,
    postLogoutRedirectUri: path,
    scope: ['openid profile email', ...more, 'offline_access read:resources write:resources'].join(' '),
  }
}
