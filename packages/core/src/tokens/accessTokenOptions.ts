import { AuthError } from '../errors.ts'
import { ownMembers } from '../ownMembers.ts'

/** What a caller asks of an access token. */
export interface AccessTokenOptions {
  /** The token must live at least this long, in milliseconds, 0 or more. Default 5 000, at most an eighth of its life. */
  readonly minValidityMs?: number | undefined
  /** Gives up waiting. A refresh that others wait for goes on. */
  readonly signal?: AbortSignal | undefined
}

/** All that may be asked of tokens. */
export interface Asked extends AccessTokenOptions {
  readonly scope?: readonly string[] | undefined
  readonly generation?: number | undefined
}

/** Gives what is its own of what was asked. @throws AuthError `invalid_input` unless that is of the right types. */
export function checkAsked(options: Asked | undefined): Asked {
  const asked = ownMembers<Asked>({ ...options })
  const { scope = [], minValidityMs = 0, signal = null } = asked
  const isSignal = signal === null || typeof signal.addEventListener === 'function'
  // NaN is not, and would have each call refresh.
  if (Array.isArray(scope) && minValidityMs >= 0 && isSignal) return asked
  throw new AuthError('invalid_input', 'Wrong options: expected { scope?, minValidityMs?, signal? }.')
}
