import type { ClientMetadata } from 'oidc-provider'

/** Life of the access tokens of each client, in seconds: all that sets the clients apart. */
const accessTokenSeconds = new Map([
  ['demo-8s', 8],
  ['demo-60s', 60],
  ['demo-1h', 3600],
])

/** Life of an access token for a client that names none, in seconds. */
const defaultAccessTokenSeconds = 3600

/** Life in seconds of the access tokens of a client. */
export function accessTokenLifetime(clientId: string): number {
  return accessTokenSeconds.get(clientId) ?? defaultAccessTokenSeconds
}

/**
 * The public clients of the demo (RFC 6749 §2.1): no secret, code flow with PKCE, refresh tokens.
 *
 * @param demoOrigin Origin of the demo, such as `http://localhost:5173`
 */
export function demoClients(demoOrigin: string): ClientMetadata[] {
  return [...accessTokenSeconds.keys()].map((clientId) => ({
    client_id: clientId,
    client_name: 'Tessera demo',
    application_type: 'web',
    token_endpoint_auth_method: 'none',
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [`${demoOrigin}/authorization-code/callback`],
    post_logout_redirect_uris: [`${demoOrigin}/authorization-code`],
  }))
}
