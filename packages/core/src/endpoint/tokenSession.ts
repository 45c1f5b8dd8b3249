import { AuthError, isAuthError } from '../errors.ts'
import { membersOf } from '../ownMembers.ts'
import { decodeClaims, userClaims, type Claims } from '../session/claims.ts'
import { openMembers } from '../session/openMembers.ts'
import { isToken, type Session } from '../session/session.ts'
import { readExtraFields, type FieldsSchema } from './extraFields.ts'
import { tokenLifetimeMs, type TokenLifetime } from './tokenLifetime.ts'
import { parseTokenResponse, readJson, type TokenResponse, type TokenType } from './tokenResponse.ts'

/** How an answer is read. */
export interface AnswerOptions<Fields> {
  /** How long access tokens live. Default: as `expires_in` says, or the JWT, the earlier; without either, until a server refuses them. */
  readonly lifetime?: TokenLifetime | undefined
  /** Validates further members of the answer, which become members of `user`. */
  readonly fields?: FieldsSchema<Fields> | undefined
  /** What counts as granted where the answer to a login does not say: what was asked for (RFC 6749 §5.1). */
  readonly requestedScope?: readonly string[] | undefined
  /** Default `Bearer`. */
  readonly tokenType?: TokenType | undefined
  /** Finds out whose tokens these are, or refuses them; `null`: the answer does not say. Default: decodes them. */
  readonly claimsOf?: ((tokens: TokenResponse) => Promise<Claims | null>) | undefined
}

/**
 * Makes a session of a token response (RFC 6749 §5.1). Without `claimsOf`, its claims are decoded from the ID token, or else the
 * access token, and not verified: whoever spends the token asks a server that does.
 *
 * @param previous What stays in force where the answer is silent; `null` at login.
 * @throws AuthError `invalid_response`; `refresh_rejected` when the answer to a refresh has another refresh token and cannot be used.
 */
export async function readTokenSession<Fields>(
  response: Response,
  previous: Session<Claims & Fields> | null,
  options: AnswerOptions<Fields>,
): Promise<Session<Claims & Fields>> {
  const body = await readJson(response)
  try {
    return await toSession(body, previous, options)
  } catch (error) {
    const { refresh_token: next, error: said } = membersOf(body)
    // Some servers refuse with the status 200.
    const isSpent = previous?.refreshToken !== undefined && (said === 'invalid_grant' || (isToken(next) && next !== previous.refreshToken))
    if (!isSpent || !isAuthError(error, 'invalid_response', 'clock_skew')) throw error
    // To send it again would be reuse, for which servers end all sessions that came of it (RFC 9700 §4.14.2).
    throw new AuthError('refresh_rejected', 'The refresh token is spent: sign in again.', { status: response.status, cause: error })
  }
}

async function toSession<Fields>(
  body: unknown,
  previous: Session<Claims & Fields> | null,
  { lifetime, fields, requestedScope = [], tokenType, claimsOf }: AnswerOptions<Fields>,
): Promise<Session<Claims & Fields>> {
  const { scope, ...tokens } = parseTokenResponse(body, tokenType)
  // Whom the ID token of the login named, the access token of a refresh does not rename.
  const idToken = tokens.idToken ?? previous?.idToken
  const claims = claimsOf === undefined ? decodeClaims(idToken ?? tokens.accessToken) : await claimsOf(tokens)
  const extra: unknown = fields === undefined ? {} : await extraFields(fields, body, previous)
  const subject = claims?.sub ?? previous?.subject ?? null
  const known = claims === null ? previous?.user : userClaims(claims)
  const user: unknown = { ...known, ...membersOf(extra), ...(subject !== null && { sub: subject }) }
  return {
    ...tokens,
    idToken,
    expiresInMs: tokenLifetimeMs(lifetime, tokens),
    scope: scope ?? previous?.scope ?? requestedScope,
    subject,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Claims by construction, and fields if there is a schema for them.
    user: user as Claims & Fields,
  }
}

/** Of what {@link openMembers} shows, what servers put beside any tokens: RFC 6749 §5, OpenID Connect Session Management, Keycloak. */
const protocolMembers = /^(scope|error|session_state|not-before-policy)$/

/** What the schema makes of the answer: at a refresh, which often leaves out what the login's answer said, at least what it made of that. */
async function extraFields<Fields>(fields: FieldsSchema<Fields>, body: unknown, previous: Session | null): Promise<unknown> {
  if (previous === null) return readExtraFields(fields, body)
  try {
    const isSilent = Object.keys(openMembers(body)).every((name) => protocolMembers.test(name))
    // Not even asked: defaults of the schema would take the place of what the login's answer said.
    return isSilent ? previousFields(previous) : await readExtraFields(fields, body)
  } catch {
    return previousFields(previous)
  }
}

/** All of a user but what a token said: that is for the new token to say again. */
function previousFields({ user, idToken, accessToken }: Session): object {
  // As they are in `user`, without what is hidden inside of them: else they would pass for fields.
  const claims = userClaims(decodeClaims(idToken ?? accessToken ?? '') ?? {})
  return Object.fromEntries(Object.entries(membersOf(user)).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(claims[name])))
}
