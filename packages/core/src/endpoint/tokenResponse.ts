import { AuthError } from '../errors.ts'
import { membersOf } from '../ownMembers.ts'
import { isToken, type TokenSet } from '../session/session.ts'

/** How an access token is sent (RFC 6750, RFC 9449 §5). */
export type TokenType = 'Bearer' | 'DPoP'

/** A successful answer of a token endpoint (RFC 6749 §5.1) in our units: only the members that we know. */
export interface TokenResponse extends TokenSet {
  readonly accessToken: string
  readonly scope?: readonly string[] | undefined
  readonly idToken?: string | undefined
  /** See {@link Session}. */
  readonly refreshExpiresInMs?: number | undefined
}

/**
 * Reads a body as JSON.
 *
 * @throws AuthError `invalid_response` for anything else, such as the login page of a hotel's network.
 */
export async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    throw new AuthError('invalid_response', 'The answer is not JSON: a proxy in between?', {
      status: response.status,
    })
  }
}

/**
 * Checks a token response and copies its known members.
 *
 * @param tokenType What it has to be of (RFC 6749 §7.1).
 * @throws AuthError `invalid_response`: not an object, an error inside a 200, no usable access token, or another token type.
 */
export function parseTokenResponse(body: unknown, tokenType: TokenType = 'Bearer'): TokenResponse {
  const said = membersOf(body)
  const { error, access_token: accessToken, token_type: type, refresh_token: refreshToken, id_token: idToken } = said
  if (isError(error)) throw invalid('an error inside a successful answer')
  if (!isToken(accessToken)) throw invalid('no usable "access_token"')
  if (typeof type !== 'string' || type.toLowerCase() !== tokenType.toLowerCase()) throw invalid(`a "token_type" other than ${tokenType}`)
  return {
    accessToken,
    refreshToken: isToken(refreshToken) ? refreshToken : undefined,
    expiresInMs: durationMs(said['expires_in']),
    // Some servers say 0 where it does not run out.
    refreshExpiresInMs: durationMs(said['refresh_token_expires_in']) || undefined,
    scope: parseScope(said['scope']),
    idToken: isToken(idToken) ? idToken : undefined,
  }
}

/**
 * For an answer that need not be JSON, and that many servers give as a page to a request that they did not understand.
 *
 * @throws AuthError `invalid_response` for a page.
 */
export function refusePage({ headers, status }: Response): void {
  if (headers.get('content-type')?.includes('html') !== true) return
  throw new AuthError('invalid_response', 'A page instead of an answer: is the URL right?', { status })
}

/** @throws AuthError `invalid_response` for an answer that speaks of an error, whatever its status. */
export function refuseInnerError(body: unknown, { status }: Response): void {
  if (!isError(membersOf(body)['error'])) return
  throw new AuthError('invalid_response', 'An error inside a successful answer: look at the endpoint.', { status })
}

/** Whether the `error` of a successful answer speaks of one: some servers always have that member. */
export function isError(error: unknown): boolean {
  return error != null && error !== false
}

/** Seconds, as a number or as text, to milliseconds, which are finite; `undefined` (unknown) for anything that is no duration. */
export function durationMs(seconds: unknown): number | undefined {
  const value = typeof seconds === 'string' && /^\d{1,15}$/.test(seconds) ? Number(seconds) : seconds
  const valueMs = typeof value === 'number' ? value * 1000 : NaN
  // A number may be too large for JavaScript (1e400), and is one all the same.
  return valueMs > -Infinity ? Math.min(Math.max(0, valueMs), Number.MAX_VALUE) : undefined
}

/** Splits a scope value (RFC 6749 §3.3), for which some servers have a list; `undefined` when the server did not say. */
export function parseScope(scope: unknown): readonly string[] | undefined {
  if (Array.isArray(scope)) return scope.filter((item): item is string => typeof item === 'string' && item !== '')
  return typeof scope === 'string' ? scope.split(' ').filter((item) => item !== '') : undefined
}

function invalid(problem: string): AuthError {
  return new AuthError('invalid_response', `The token response cannot be used: ${problem}. Look at the endpoint.`)
}
