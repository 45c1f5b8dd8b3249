import { AuthError } from '../errors.ts'
import { wordOf } from '../endpoint/wordOf.ts'

/**
 * The code in an authorization response (RFC 6749 §4.1.2) whose state and issuer were looked at before.
 *
 * @throws AuthError `access_denied`, `authorization_failed`, or `invalid_callback` unless there is exactly one.
 */
export function authorizationResponseCode({ searchParams }: URL): string {
  // RFC 6749 §3.1: no parameter more than once.
  const isRepeated = ['code', 'state', 'error'].some((name) => searchParams.getAll(name).length > 1)
  if (isRepeated) throw new AuthError('invalid_callback', "The provider's answer repeats a parameter.")
  const [code, error] = [searchParams.get('code'), searchParams.get('error')]
  if (error !== null) throw authorizationResponseError(error)
  if (code === null || code === '') throw new AuthError('invalid_callback', "The provider's answer has neither a code nor an error.")
  return code
}

/** What the `error` of an authorization response means (RFC 6749 §4.1.2.1). */
export function authorizationResponseError(value: string): AuthError {
  const oauthError = wordOf(value)
  return oauthError === 'access_denied'
    ? new AuthError('access_denied', 'The sign-in was cancelled, or consent was refused.', { oauthError })
    : new AuthError('authorization_failed', `The provider refused the sign-in (${oauthError ?? 'no readable error'}).`, { oauthError })
}
