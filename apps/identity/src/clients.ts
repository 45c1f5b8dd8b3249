import type { ClientMetadata } from 'oidc-provider'

/** What sets the clients apart. */
interface DemoClient {
  /** Life of its access tokens, in seconds. */
  readonly lifetimeSeconds: number
  /** Of its page in the demo: people come back below it after signing in, and to it after signing out. */
  readonly path: string
  /** Whether its tokens are bound to a key (RFC 9449 §5.2). Default false. */
  readonly isBound?: boolean
}

const clients: ReadonlyMap<string, DemoClient> = new Map([
  ['demo-5s', { lifetimeSeconds: 5, path: '/authorization-code' }],
  ['demo-8s', { lifetimeSeconds: 8, path: '/authorization-code' }],
  ['demo-60s', { lifetimeSeconds: 60, path: '/authorization-code' }],
  ['demo-1h', { lifetimeSeconds: 3600, path: '/authorization-code' }],
  ['several', { lifetimeSeconds: 60, path: '/several' }],
  ['bound', { lifetimeSeconds: 60, path: '/sender-constrained', isBound: true }],
  ['expiring', { lifetimeSeconds: 8, path: '/session-expired' }],
  // Not of the demo but of the examples, each of which runs at its origin by itself.
  ['example', { lifetimeSeconds: 3600, path: '' }],
])

/** Life of an access token for a client that names none, in seconds. */
const defaultAccessTokenSeconds = 3600

/** Life in seconds of the access tokens of a client. */
export function accessTokenLifetime(clientId: string): number {
  return clients.get(clientId)?.lifetimeSeconds ?? defaultAccessTokenSeconds
}

/**
 * The public clients of the demo (RFC 6749 §2.1): no secret, code flow with PKCE, refresh tokens. Each has one redirect URI, so that
 * it can be told even of a request that names none.
 *
 * @param demoOrigin Origin of the demo, such as `http://localhost:5173`
 */
export function demoClients(demoOrigin: string): ClientMetadata[] {
  return [...clients].map(([clientId, { path, isBound = false }]) => ({
    client_id: clientId,
    client_name: 'Tessera demo',
    application_type: 'web',
    token_endpoint_auth_method: 'none',
    response_types: ['code'],
    dpop_bound_access_tokens: isBound,
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [`${demoOrigin}${path}/callback`],
    post_logout_redirect_uris: [new URL(path, demoOrigin).href],
  }))
}
