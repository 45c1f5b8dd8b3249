import {
  AuthorizationResponseError,
  calculatePKCECodeChallenge,
  None,
  revocationRequest,
  validateAuthResponse,
  type AuthorizationServer,
} from 'oauth4webapi'
import { AuthError } from '../errors.ts'
import type { MethodContext } from '../methods/method.ts'
import type { Claims } from '../session/claims.ts'
import type { Session } from '../session/session.ts'
import { discover } from './discovery.ts'
import { requestOptions } from './requestOptions.ts'
import { exchangeCode, refreshTokens } from './tokenEndpoint.ts'
import { oauthErrorOf, tokenError } from './tokenError.ts'
import { keepTransaction, type Transaction } from './transaction.ts'

/** A public client at a provider, checked. */
export interface OAuthClient {
  readonly issuer: string
  readonly clientId: string
  readonly scope: readonly string[]
  readonly postLogoutRedirectUri: string | undefined
}

/**
 * Remembers a login and gives the address to leave for: code flow with PKCE S256, state and nonce
 * (RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1).
 */
export async function beginLogin(
  client: OAuthClient,
  redirectUri: string,
  returnTo: string,
  extra: Readonly<Record<string, string | undefined>>,
  ctx: MethodContext,
): Promise<string> {
  const server = await discover(client.issuer, ctx)
  const [state, nonce, verifier] = [ctx.random(), ctx.random(), ctx.random()]
  const url = endpoint(server, 'authorization_endpoint')
  const parameters = {
    ...extra,
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: redirectUri,
    scope: client.scope.join(' '),
    state,
    nonce: client.scope.includes('openid') ? nonce : undefined,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }
  setParameters(url, parameters)
  keepTransaction(ctx.scratch, {
    state,
    nonce,
    verifier,
    issuer: server.issuer,
    requiresIssuer: server.authorization_response_iss_parameter_supported === true,
    returnTo,
    createdAt: ctx.now(),
    spent: false,
  })
  return url.href
}

/**
 * Completes a login whose transaction was found and spent: validates the authorization response
 * (RFC 6749 §4.1.2, RFC 9207 §2.4) and exchanges its code.
 *
 * @throws AuthError `access_denied`, `authorization_failed`, `invalid_callback`, or what {@link exchangeCode} throws.
 */
export async function completeLogin(
  client: OAuthClient,
  redirectUri: string,
  callbackUrl: URL,
  transaction: Transaction,
  ctx: MethodContext,
): Promise<Session<Claims>> {
  const { state, nonce, verifier, issuer } = transaction
  const parameters = validate({ issuer }, client.clientId, callbackUrl, state)
  const server = await discover(client.issuer, ctx)
  return exchangeCode(server, client.clientId, { parameters, redirectUri, verifier, nonce, scope: client.scope }, ctx)
}

function validate(server: AuthorizationServer, clientId: string, url: URL, state: string): URLSearchParams {
  try {
    const parameters = validateAuthResponse(server, { client_id: clientId }, url, state)
    if (parameters.getAll('code').length === 1) return parameters
  } catch (error) {
    if (error instanceof AuthorizationResponseError) throw authorizationError(error.error)
    const problem = error instanceof Error ? error.message : 'unknown'
    throw new AuthError('invalid_callback', `The provider's answer was refused: ${problem}.`)
  }
  throw new AuthError('invalid_callback', "The provider's answer has neither a code nor an error.")
}

function authorizationError(value: string): AuthError {
  const oauthError = oauthErrorOf(value)
  return oauthError === 'access_denied'
    ? new AuthError('access_denied', 'The sign-in was cancelled, or consent was refused.', { oauthError })
    : new AuthError('authorization_failed', `The provider refused the sign-in (${oauthError ?? 'no readable error'}).`, { oauthError })
}

/** New tokens for a session. */
export async function refreshLogin(client: OAuthClient, session: Session<Claims>, ctx: MethodContext): Promise<Session<Claims>> {
  return refreshTokens(await discover(client.issuer, ctx), client.clientId, session, ctx)
}

/**
 * Revokes the refresh token, or the access token where there is none (RFC 7009 §2.1), then ends the session at the provider
 * (RP-Initiated Logout 1.0 §2) if the client has a `postLogoutRedirectUri`: that leaves the page.
 *
 * @throws AuthError when the revocation failed; the provider's session is ended all the same.
 */
export async function endLogin(client: OAuthClient, session: Session<Claims>, ctx: MethodContext): Promise<void> {
  const server = await discover(client.issuer, ctx)
  const revoked = revoke(server, client, session, ctx)
  if (client.postLogoutRedirectUri !== undefined && server.end_session_endpoint !== undefined) {
    // Settled rather than awaited for its result: a provider that cannot revoke must still be told to sign out.
    await Promise.allSettled([revoked])
    const url = endpoint(server, 'end_session_endpoint')
    setParameters(url, {
      client_id: client.clientId,
      post_logout_redirect_uri: client.postLogoutRedirectUri,
      id_token_hint: session.idToken,
    })
    ctx.page.assign(url.href)
  }
  await revoked
}

async function revoke(server: AuthorizationServer, client: OAuthClient, session: Session<Claims>, ctx: MethodContext): Promise<void> {
  if (server.revocation_endpoint === undefined) return
  const { refreshToken, accessToken } = session
  const response = await revocationRequest(
    server,
    { client_id: client.clientId },
    None(),
    refreshToken ?? accessToken,
    requestOptions(server.issuer, ctx, true),
  )
  if (!response.ok) throw await tokenError(response, ctx.now(), 'client_rejected', () => false)
}

function endpoint(server: AuthorizationServer, name: 'authorization_endpoint' | 'end_session_endpoint'): URL {
  const value = server[name]
  if (value === undefined) throw new AuthError('invalid_response', `The provider's metadata has no ${name}.`)
  return new URL(value)
}

function setParameters(url: URL, parameters: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
}
