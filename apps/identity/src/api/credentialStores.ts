import { createFirebaseSessions, type FirebaseSessions } from '../firebase/createFirebaseSessions.ts'
import type { ServerContext } from '../serverContext.ts'
import { createAccessTokens, type AccessTokens } from './createAccessTokens.ts'
import { createApiKeys, type ApiKeys } from './createApiKeys.ts'
import { createAppSessions, type AppSessions } from './createAppSessions.ts'
import { createProofs, type Proofs } from './createProofs.ts'
import { createOpaqueTokens, type OpaqueTokens } from './createOpaqueTokens.ts'
import { createRefreshFamilies, type RefreshFamilies } from './createRefreshFamilies.ts'

/** Every kind of credential that one running server issues and accepts. */
export interface CredentialStores {
  /** JWT access tokens, of whichever door. */
  readonly accessTokens: AccessTokens
  /** Proofs that come with access tokens that are bound to a key. */
  readonly proofs: Proofs
  /** Bearer tokens for the API that are no JWT. */
  readonly opaqueTokens: OpaqueTokens
  /** Tokens that are exchanged once for a session token, and are good for nothing else. */
  readonly ephemeralTokens: OpaqueTokens
  /** Bearer tokens that an ephemeral token was exchanged for. */
  readonly sessionTokens: OpaqueTokens
  readonly apiKeys: ApiKeys
  /** Refresh tokens of the password door. */
  readonly refreshFamilies: RefreshFamilies
  /** Sessions behind a cookie. */
  readonly appSessions: AppSessions
  /** Refresh tokens and ID tokens of Firebase. */
  readonly firebaseSessions: FirebaseSessions
}

/** The stores of one server, all empty. */
export function createCredentialStores(context: ServerContext): CredentialStores {
  return {
    accessTokens: createAccessTokens(context),
    proofs: createProofs(context.origin),
    opaqueTokens: createOpaqueTokens(),
    ephemeralTokens: createOpaqueTokens(),
    sessionTokens: createOpaqueTokens(),
    apiKeys: createApiKeys(),
    refreshFamilies: createRefreshFamilies(),
    appSessions: createAppSessions(context.origin),
    firebaseSessions: createFirebaseSessions(context.signingKey),
  }
}
