import { AuthError, type AuthErrorCode } from '../errors.ts'
import { membersOf } from '../ownMembers.ts'
import { retryAfterMs } from '../session/retryAfter.ts'
import { wordOf } from './wordOf.ts'

/** What "these credentials are no good" looks like at an endpoint, and what it is called here. */
export interface Refusal {
  readonly code: AuthErrorCode
  readonly applies: (status: number, oauthError: string | undefined) => boolean
}

/** RFC 6749 §5.2: `invalid_grant` is what a token endpoint says of a code or refresh token that is no good. */
export function invalidGrant(code: AuthErrorCode): Refusal {
  return { code, applies: (_, oauthError) => oauthError === 'invalid_grant' }
}

/** How endpoints of an app's own backend refuse a refresh token. */
export const spentToken: Refusal = {
  code: 'refresh_rejected',
  applies: (status, oauthError) => status === 401 || oauthError === 'invalid_grant' || oauthError === 'invalid_token',
}

/**
 * The error that an unsuccessful answer of a token endpoint means (RFC 6749 §5.2).
 *
 * Only a refusal is definitive. 408, 425, 429, every 5xx and every HTML page can pass, so they are retryable;
 * any other refusal is a matter of configuration: `client_rejected`.
 *
 * @param refusal Absent where there are no credentials to refuse.
 */
export async function tokenError(response: Response, nowAt: number, refusal?: Refusal): Promise<AuthError> {
  const { status, headers } = response
  const oauthError = wordOf(membersOf(await response.json().catch(() => {}))['error'])
  const details = { status, oauthError, retryAfterMs: retryAfterMs(headers.get('retry-after'), nowAt) }
  if (status === 429) return new AuthError('rate_limited', 'The server asks to slow down: try later.', details)
  if (status === 408 || status === 425 || status >= 500) {
    return new AuthError('server_error', `The server failed with status ${status}: try later.`, details)
  }
  // A 401 speaks for itself, whatever page comes with it.
  const isHtml = status !== 401 && headers.get('content-type')?.includes('html') === true
  if (isHtml) return new AuthError('invalid_response', `A page instead of an answer (${status}): a proxy in between?`, details)
  if (refusal?.applies(status, oauthError) === true) {
    return new AuthError(refusal.code, `The server refused the credentials (${oauthError ?? status}): check them, or sign in again.`, details)
  }
  return new AuthError(
    'client_rejected',
    `The server refused the request (${oauthError ?? status}): check the client and the URL.`,
    details,
  )
}
