import { randomBytes } from 'node:crypto'
import { errors, type Account, type Configuration, type KoaContextWithOIDC } from 'oidc-provider'
import { accessTokenLifetime, demoClients } from '../clients.ts'
import { knownScopes, openidScopes } from '../scopes.ts'
import type { ServerContext } from '../serverContext.ts'
import { userBySub } from '../users.ts'
import { createMemoryStore } from './createMemoryStore.ts'
import { passwordAcr } from './passwordAcr.ts'
import { showError, showSignedOut, showSignOut } from './show.ts'

const hourSeconds = 3600
const fortnightSeconds = 14 * 24 * hourSeconds

/** Settings of oidc-provider for this server. */
export function providerConfiguration(context: ServerContext): Configuration {
  const { origin, demoOrigin, signingKey } = context
  return {
    adapter: createMemoryStore(),
    jwks: { keys: [signingKey.privateJwk] },
    enabledJWA: { idTokenSigningAlgValues: ['RS256'] },
    clients: demoClients(demoOrigin),
    clientAuthMethods: ['none'],
    clientBasedCORS: (_ctx, requestOrigin) => requestOrigin === demoOrigin,
    responseTypes: ['code'],
    pkce: { required: () => true },
    scopes: [...openidScopes],
    acrValues: [passwordAcr],
    discovery: { userinfo_endpoint: `${origin}/v1/userinfo` },
    claims: { openid: ['sub'], profile: ['name'], email: ['email'], phone: ['phone_number'], address: ['address'] },
    conformIdTokenClaims: false,
    extraTokenClaims: (ctx) => signInClaims(ctx),
    findAccount: (_ctx, sub) => accountOf(sub),
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    clockTolerance: 0,
    cookies: cookieSettings(origin),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    renderError: (ctx, out) => showError(ctx, demoOrigin, out),
    features: features(context),
    ttl: {
      AccessToken: (_ctx, _token, client) => accessTokenLifetime(client.clientId),
      AuthorizationCode: 60,
      IdToken: hourSeconds,
      Interaction: hourSeconds,
      RefreshToken: fortnightSeconds,
      Session: fortnightSeconds,
      Grant: fortnightSeconds,
    },
  }
}

function features({ resource, demoOrigin }: ServerContext): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    // With a nonce each time: what the demo shows is to be the whole of it (RFC 9449 §8).
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
    pushedAuthorizationRequests: { enabled: true },
    // Every access token is for the API, so UserInfo is a part of that: see `discovery`.
    userinfo: { enabled: false },
    revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: showSignOut,
      postLogoutSuccessSource: (ctx) => showSignedOut(ctx, demoOrigin),
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, indicator) => {
        if (indicator !== resource) throw new errors.InvalidTarget()
        return { scope: knownScopes.join(' '), accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } }
      },
    },
  }
}

/** How and when the person signed in, for an API that wants to know (RFC 9470 §6, RFC 9068 §2.2.1). */
function signInClaims({ oidc }: KoaContextWithOIDC): { acr?: string; auth_time?: number } {
  const { acr, authTime } = oidc.entities.AuthorizationCode ?? oidc.entities.RefreshToken ?? {}
  return { ...(acr !== undefined && { acr }), ...(authTime !== undefined && { auth_time: authTime }) }
}

function accountOf(sub: string): Account | undefined {
  const user = userBySub(sub)
  if (user === undefined) return undefined
  const { name, email, phone, address } = user
  return { accountId: sub, claims: () => ({ sub, name, email, phone_number: phone, address: { formatted: address } }) }
}

/**
 * Cookies do not tell ports apart (RFC 6265 §8.5): without the port in their names, two servers on this computer
 * would sign each other's people out.
 */
function cookieSettings(origin: string): NonNullable<Configuration['cookies']> {
  const { port } = new URL(origin)
  return {
    keys: [randomBytes(32).toString('base64url')],
    names: {
      session: `tessera_session_${port}`,
      interaction: `tessera_interaction_${port}`,
      resume: `tessera_resume_${port}`,
    },
    long: { httpOnly: true, sameSite: 'lax', signed: true },
    short: { httpOnly: true, sameSite: 'lax', signed: true },
  }
}
