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
import { membersOf } from '../ownMembers.ts'
import { decodeClaims, type Claims } from '../session/claims.ts'
import type { Session } from '../session/session.ts'
import { toForm } from './beginTransaction.ts'
import type { CodeClient } from './codeClient.ts'
import { requestOptions } from './requestOptions.ts'
import { invalidGrant, tokenError } from '../endpoint/tokenError.ts'
import type { TokenResponse } from '../endpoint/tokenResponse.ts'
import { readTokenSession } from '../endpoint/tokenSession.ts'
import type { Transaction } from './transaction.ts'

/** Seconds by which the device's clock may be off when an ID token is judged at login. */
const loginSkewS = 60

/** At a refresh the ID token only has to be of the same person and issuer; a wrong clock must not end the session. */
const refreshSkewS = 86_400

/** What a callback and its transaction contribute to an exchange. */
export interface CodeGrant {
  /** Validated by oauth4webapi: nothing else is accepted by its request. */
  readonly parameters: URLSearchParams
  readonly transaction: Pick<Transaction, 'verifier' | 'nonce' | 'maxAgeMs'>
}

/**
 * Exchanges a code for tokens (RFC 6749 §4.1.3 with RFC 7636 §4.5), once.
 *
 * @throws AuthError `authorization_failed`, `client_rejected`, `invalid_response`, `invalid_id_token`, `clock_skew` or a transient code.
 */
export async function exchangeCode<Fields>(server: AuthorizationServer, client: CodeClient<Fields>, grant: CodeGrant): Promise<Session<Claims & Fields>> {
  const { clientId, redirectUri, scope, ctx } = client
  const { verifier, nonce, maxAgeMs } = grant.transaction
  const oauthClient: Client = { client_id: clientId, [clockTolerance]: loginSkewS }
  const response = await authorizationCodeGrantRequest(server, oauthClient, None(), grant.parameters, redirectUri.href, verifier, tokenOptions(client))
  if (!response.ok) throw await tokenError(response, ctx.now(), invalidGrant('authorization_failed'))
  const expected = scope.includes('openid') ? { expectedNonce: nonce, requireIdToken: true, ...(maxAgeMs !== undefined && { maxAge: maxAgeMs / 1000 }) } : {}
  const validate: Validate = (answer) => processAuthorizationCodeResponse(server, oauthClient, answer, expected)
  return readSession(response, { client, previous: null, validate })
}

/**
 * Exchanges a refresh token for new tokens (RFC 6749 §6). An ID token in the answer must be of the same issuer and client
 * (OpenID Connect Core §12.2); auth compares its subject.
 *
 * @throws AuthError `refresh_rejected` for `invalid_grant`, `client_rejected`, `invalid_id_token`, or a transient code.
 */
export async function refreshTokens<Fields>(
  server: AuthorizationServer,
  client: CodeClient<Fields>,
  session: Session<Claims & Fields>,
): Promise<Session<Claims & Fields>> {
  const { clientId, ctx } = client
  const oauthClient: Client = { client_id: clientId, [clockTolerance]: refreshSkewS }
  const response = await refreshTokenGrantRequest(server, oauthClient, None(), session.refreshToken ?? '', tokenOptions(client))
  if (!response.ok) throw await tokenError(response, ctx.now(), invalidGrant('refresh_rejected'))
  return readSession(response, { client, previous: session, validate: (answer) => processRefreshTokenResponse(server, oauthClient, answer) })
}

type TokenOptions = ReturnType<typeof requestOptions> & { readonly additionalParameters: URLSearchParams }

function tokenOptions({ resource, ctx }: CodeClient): TokenOptions {
  return { ...requestOptions(ctx), additionalParameters: toForm({ resource }) }
}

type Validate = (response: Response) => ReturnType<typeof processRefreshTokenResponse>

interface Reading<Fields> {
  readonly client: CodeClient<Fields>
  /** What stays in force where the answer is silent. */
  readonly previous: Session<Claims & Fields> | null
  /** Judges the ID token. */
  readonly validate: Validate
}

async function readSession<Fields>(response: Response, { client, previous, validate }: Reading<Fields>): Promise<Session<Claims & Fields>> {
  const { issuer, scope, lifetime, fields } = client
  const options = { lifetime, fields, requestedScope: scope }
  if (issuer !== undefined) return readTokenSession(response, previous, { ...options, claimsOf: (tokens) => validatedClaims(tokens, validate) })
  const session = await readTokenSession(response, previous, { ...options, claimsOf: async ({ accessToken }) => decodeClaims(accessToken) })
  // An ID token all the same: there is no issuer to check it against.
  return { ...session, idToken: undefined }
}

/** The claims of the ID token, once oauth4webapi has judged it; `null` when there is none, and none is needed. */
async function validatedClaims({ accessToken, idToken }: TokenResponse, validate: Validate): Promise<Claims | null> {
  // Only what oauth4webapi is to judge: its reading of other members is stricter or looser than ours.
  const answer = Response.json({ access_token: accessToken, token_type: 'bearer', id_token: idToken })
  try {
    const claims = getValidatedIdTokenClaims(await validate(answer)) ?? null
    if (idToken !== undefined) checkIdToken(idToken, claims?.sub)
    return claims
  } catch (error) {
    throw idTokenError(error)
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
  const isTime = error instanceof OperationProcessingError && error.code === JWT_TIMESTAMP_CHECK && membersOf(error.cause)['claim'] !== 'auth_time'
  return isTime
    ? new AuthError('clock_skew', `The ID token is not valid at this time (${problem}): is the clock of this device right?`)
    : new AuthError('invalid_id_token', `The ID token was refused: ${problem}.`)
}
