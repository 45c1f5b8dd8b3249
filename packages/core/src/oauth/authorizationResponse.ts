import { AuthError } from '../errors.ts'
import { wordOf } from '../endpoint/wordOf.ts'

/**
 * The code in an authorization response (RFC 6749 §4.1.2) whose state and issuer were looked at before.
 *
 * @throws AuthError `access_denied`, `authorization_failed`, or `invalid_callback` unless there is exactly one, and no token beside it.
 */
export function authorizationResponseCode({ searchParams }: URL): string {
  // RFC 6749 §3.1: no parameter more than once.
  const isRepeated = ['code', 'state', 'iss', 'error'].some((name) => searchParams.getAll(name).length > 1)
  if (isRepeated) throw new AuthError('invalid_callback', "The provider's answer repeats a parameter: sign in again, or look at the provider.")
  const [code, error] = [searchParams.get('code'), searchParams.get('error')]
  if (error !== null) throw authorizationResponseError(error)
  if (code === null || code === '' || hasToken(searchParams)) throw notOneCode()
  return code
}

/** Whoever is asked for a code answers with no token: one in an address may be anybody's (RFC 9700 §2.1.2). */
export function hasToken(parameters: URLSearchParams): boolean {
  return parameters.has('access_token') || parameters.has('id_token')
}

/** The answer is of no use. */
export function notOneCode(): AuthError {
  return new AuthError('invalid_callback', "The provider's answer is neither a code alone nor an error: sign in again, or look at the provider.")
}

/** What the `error` of an authorization response means (RFC 6749 §4.1.2.1). */
export function authorizationResponseError(value: string): AuthError {
  const oauthError = wordOf(value)
  return oauthError === 'access_denied'
    ? new AuthError('access_denied', 'The sign-in was cancelled, or consent was refused: offer to try again.', { oauthError })
    : new AuthError('authorization_failed', `The provider refused the sign-in (${oauthError ?? 'no readable error'}): sign in again, or look at the provider.`, { oauthError })
}
