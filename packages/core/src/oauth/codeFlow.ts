import {
  AuthorizationResponseError,
  calculatePKCECodeChallenge,
  None,
  revocationRequest,
  validateAuthResponse,
  type AuthorizationServer,
} from 'oauth4webapi'
import { AuthError, toAuthError } from '../errors.ts'
import type { MethodContext } from '../methods/method.ts'
import type { Claims } from '../session/claims.ts'
import type { Session } from '../session/session.ts'
import { discover } from './discover.ts'
import { requestOptions } from './requestOptions.ts'
import { exchangeCode, refreshTokens, type TokenEndpoint } from './tokenEndpoint.ts'
import { oauthErrorOf, tokenError } from './tokenError.ts'
import { keepTransaction, type Transaction } from './transaction.ts'

/** A public client at a provider, checked, and the page it runs in. */
export interface CodeFlow {
  readonly issuer: string
  readonly clientId: string
  readonly scope: readonly string[]
  readonly redirectUri: URL
  readonly postLogoutRedirectUri: URL | undefined
  readonly ctx: MethodContext
}

/**
 * Remembers a login and gives the address to leave for: code flow with PKCE S256, state and nonce
 * (RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1).
 *
 * @param extra Parameters beside our own, which they cannot override.
 */
export async function beginLogin(flow: CodeFlow, returnTo: string, extra: Parameters): Promise<string> {
  const { issuer, clientId, scope, redirectUri, ctx } = flow
  const server = await discover(issuer, ctx)
  const [state, nonce, verifier] = [ctx.random(), ctx.random(), ctx.random()]
  const url = withParameters(server, 'authorization_endpoint', {
    ...extra,
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri.href,
    scope: scope.join(' '),
    state,
    nonce: scope.includes('openid') ? nonce : undefined,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
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
  return url
}

/**
 * Completes a login whose transaction was found and spent: validates the authorization response
 * (RFC 6749 §4.1.2, RFC 9207 §2.4) and exchanges its code.
 *
 * @throws AuthError `access_denied`, `authorization_failed`, `invalid_callback`, or what {@link exchangeCode} throws.
 */
export async function completeLogin(flow: CodeFlow, callbackUrl: URL, transaction: Transaction): Promise<Session<Claims>> {
  const { clientId, scope, redirectUri, ctx } = flow
  const { nonce, verifier } = transaction
  const parameters = validate(callbackUrl, clientId, transaction)
  const server = await discover(flow.issuer, ctx)
  return exchangeCode({ server, clientId, ctx }, { parameters, redirectUri: redirectUri.href, verifier, nonce, scope })
}

function validate(url: URL, clientId: string, { issuer, state }: Transaction): URLSearchParams {
  try {
    const parameters = validateAuthResponse({ issuer }, { client_id: clientId }, url, state)
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
export async function refreshLogin({ issuer, clientId, ctx }: CodeFlow, session: Session<Claims>): Promise<Session<Claims>> {
  return refreshTokens({ server: await discover(issuer, ctx), clientId, ctx }, session)
}

/**
 * Revokes the refresh token, or the access token where there is none (RFC 7009 §2.1), then ends the session at the provider
 * (RP-Initiated Logout 1.0 §2) if the client has a `postLogoutRedirectUri`: that leaves the page.
 *
 * @returns Whether the provider offers either.
 * @throws AuthError when the revocation failed; the provider's session is ended all the same, unless it does not answer at all.
 */
export async function endLogin(flow: CodeFlow, session: Session<Claims>): Promise<boolean> {
  const { issuer, clientId, postLogoutRedirectUri, ctx } = flow
  const server = await discover(issuer, ctx)
  const revoked = revoke({ server, clientId, ctx }, session.refreshToken ?? session.accessToken)
  if (postLogoutRedirectUri === undefined || server.end_session_endpoint === undefined) return revoked
  const failure = await revoked.then(() => null, (cause: unknown) => toAuthError(cause, 'server_error', 'The revocation failed.'))
  // Of a provider that does not answer, the person would get an error page of the browser.
  if (failure?.code !== 'network' && failure?.code !== 'timeout') {
    const parameters = { client_id: clientId, post_logout_redirect_uri: postLogoutRedirectUri.href, id_token_hint: session.idToken }
    ctx.page.assign(withParameters(server, 'end_session_endpoint', parameters))
  }
  if (failure !== null) throw failure
  return true
}

async function revoke({ server, clientId, ctx }: TokenEndpoint, token: string): Promise<boolean> {
  if (server.revocation_endpoint === undefined) return false
  const options = requestOptions(server.issuer, ctx, true)
  const response = await revocationRequest(server, { client_id: clientId }, None(), token, options)
  if (!response.ok) throw await tokenError(response, ctx.now())
  return true
}

type Parameters = Readonly<Record<string, string | undefined>>

function withParameters(server: AuthorizationServer, name: 'authorization_endpoint' | 'end_session_endpoint', parameters: Parameters): string {
  const endpoint = server[name]
  if (endpoint === undefined) throw new AuthError('invalid_response', `The provider's metadata has no ${name}.`)
  const url = new URL(endpoint)
  for (const [parameter, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(parameter, value)
  return url.href
}
