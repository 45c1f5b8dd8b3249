import { decodeProtectedHeader } from 'jose/decode/protected_header'
import {
  clockTolerance,
  getValidatedIdTokenClaims,
  JWT_TIMESTAMP_CHECK,
  None,
  OperationProcessingError,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  authorizationCodeGrantRequest,
  refreshTokenGrantRequest,
  type AuthorizationServer,
  type Client,
} from 'oauth4webapi'
import { AuthError } from '../errors.ts'
import type { MethodContext } from '../methods/method.ts'
import { userClaims, type Claims } from '../session/claims.ts'
import type { Session } from '../session/session.ts'
import { requestOptions } from './requestOptions.ts'
import { invalidGrant, tokenError } from './tokenError.ts'
import { parseTokenResponse, readJson } from './tokenResponse.ts'

/** Seconds by which the device's clock may be off when an ID token is judged at login. */
const loginSkewS = 60

/** At a refresh the ID token only has to be of the same person and issuer; a wrong clock must not end the session. */
const refreshSkewS = 86_400

/** Where tokens come from, and for whom. */
export interface TokenEndpoint {
  readonly server: AuthorizationServer
  readonly clientId: string
  readonly ctx: MethodContext
}

/** What a callback and its transaction contribute to an exchange. */
export interface CodeGrant {
  /** Validated by oauth4webapi: nothing else is accepted by its request. */
  readonly parameters: URLSearchParams
  readonly redirectUri: string
  readonly verifier: string
  readonly nonce: string
  readonly scope: readonly string[]
}

/**
 * Exchanges a code for tokens (RFC 6749 §4.1.3 with RFC 7636 §4.5), once.
 *
 * @throws AuthError `authorization_failed`, `client_rejected`, `invalid_response`, `invalid_id_token`, `clock_skew` or a transient code.
 */
export async function exchangeCode({ server, clientId, ctx }: TokenEndpoint, grant: CodeGrant): Promise<Session<Claims>> {
  const client: Client = { client_id: clientId, [clockTolerance]: loginSkewS }
  const { parameters, redirectUri, verifier, nonce, scope } = grant
  const options = requestOptions(server.issuer, ctx)
  const response = await authorizationCodeGrantRequest(server, client, None(), parameters, redirectUri, verifier, options)
  if (!response.ok) throw await tokenError(response, ctx.now(), invalidGrant('authorization_failed'))
  const expected = scope.includes('openid') ? { expectedNonce: nonce, requireIdToken: true } : {}
  return toSession(response, { scope }, (checked) => processAuthorizationCodeResponse(server, client, checked, expected))
}

/**
 * Exchanges a refresh token for new tokens (RFC 6749 §6). An ID token in the answer must be of the same issuer and client
 * (OpenID Connect Core §12.2); auth compares its subject.
 *
 * @throws AuthError `refresh_rejected` for `invalid_grant`, `client_rejected`, `invalid_id_token`, or a transient code.
 */
export async function refreshTokens({ server, clientId, ctx }: TokenEndpoint, session: Session<Claims>): Promise<Session<Claims>> {
  const client: Client = { client_id: clientId, [clockTolerance]: refreshSkewS }
  const options = requestOptions(server.issuer, ctx)
  const response = await refreshTokenGrantRequest(server, client, None(), session.refreshToken ?? '', options)
  if (!response.ok) throw await tokenError(response, ctx.now(), invalidGrant('refresh_rejected'))
  return toSession(response, session, (checked) => processRefreshTokenResponse(server, client, checked))
}

/** @param previous What stays in force where the answer is silent. */
async function toSession(
  response: Response,
  previous: Pick<Session<Claims>, 'scope'> & Partial<Session<Claims>>,
  validate: (response: Response) => ReturnType<typeof processRefreshTokenResponse>,
): Promise<Session<Claims>> {
  const { scope = previous.scope, ...tokens } = parseTokenResponse(await readJson(response))
  const { accessToken, idToken } = tokens
  // Only what oauth4webapi is to judge: its reading of other members is stricter or looser than ours.
  const checked = Response.json({ access_token: accessToken, token_type: 'bearer', id_token: idToken })
  let claims: Claims | undefined
  try {
    claims = getValidatedIdTokenClaims(await validate(checked))
    if (idToken !== undefined) checkIdToken(idToken, claims?.sub)
  } catch (error) {
    throw idTokenError(error)
  }
  return {
    ...tokens,
    scope,
    idToken: idToken ?? previous.idToken,
    subject: claims?.sub ?? previous.subject ?? null,
    user: claims === undefined ? (previous.user ?? {}) : userClaims(claims),
  }
}

/** What oauth4webapi leaves to its caller: a subject of OpenID Connect Core §2, and no access token in disguise (RFC 9068 §4). */
function checkIdToken(idToken: string, subject: string | undefined): void {
  if (subject === undefined || subject === '' || subject.length > 255) throw new Error('its subject is empty or longer than 255 characters')
  const type = decodeProtectedHeader(idToken).typ
  if (type !== undefined && type.toLowerCase() !== 'jwt') throw new Error('its type is not JWT')
}

/** Names the fault without the claims that oauth4webapi attaches to its error. */
function idTokenError(error: unknown): AuthError {
  const problem = error instanceof Error ? error.message : 'unknown'
  return error instanceof OperationProcessingError && error.code === JWT_TIMESTAMP_CHECK
    ? new AuthError('clock_skew', `The ID token is not valid at this time (${problem}): is the clock of this device right?`)
    : new AuthError('invalid_id_token', `The ID token was refused: ${problem}.`)
}
