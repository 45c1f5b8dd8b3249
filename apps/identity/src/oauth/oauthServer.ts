import { createRefreshFamilies, type RefreshFamilies } from '../api/createRefreshFamilies.ts'
import type { CredentialStores } from '../api/credentialStores.ts'
import type { ServerContext } from '../serverContext.ts'
import { createAuthorizationCodes, type AuthorizationCodes } from './createAuthorizationCodes.ts'
import { oauthClients, type OauthClient } from './oauthClients.ts'

/** What the endpoints of the plain OAuth server share. */
export interface OauthServer {
  readonly context: ServerContext
  readonly stores: CredentialStores
  readonly clients: readonly OauthClient[]
  readonly codes: AuthorizationCodes
  /** Refresh tokens of one client: those of another are unknown in there (RFC 6749 §6). */
  readonly familiesOf: (client: OauthClient) => RefreshFamilies
}

/** The plain OAuth server before its first request. */
export function createOauthServer(context: ServerContext, stores: CredentialStores): OauthServer {
  const families = new Map<OauthClient, RefreshFamilies>()
  return {
    context,
    stores,
    clients: oauthClients(context.demoOrigin),
    codes: createAuthorizationCodes(),
    familiesOf(client) {
      const ofClient = families.get(client) ?? createRefreshFamilies()
      families.set(client, ofClient)
      return ofClient
    },
  }
}
