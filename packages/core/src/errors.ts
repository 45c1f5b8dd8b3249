/**
 * Every code an {@link AuthError} can carry. Stable: code may decide by it, never by a message.
 *
 * `docs/errors.md` gives cause and cure of each.
 */
export type AuthErrorCode =
  // Configuration and use
  | 'invalid_config'
  | 'invalid_input'
  | 'insecure_context'
  | 'unsupported_request'
  | 'destination_not_allowed'
  | 'disposed'
  // Login
  | 'invalid_credentials'
  | 'user_disabled'
  | 'access_denied'
  | 'authorization_failed'
  | 'popup_blocked'
  | 'popup_closed'
  | 'popup_timeout'
  | 'superseded'
  // Callback
  | 'transaction_not_found'
  | 'transaction_expired'
  | 'callback_used'
  | 'invalid_callback'
  | 'issuer_mismatch'
  // Answers of a server
  | 'invalid_response'
  | 'invalid_id_token'
  | 'client_rejected'
  | 'clock_skew'
  // Transient
  | 'network'
  | 'timeout'
  | 'rate_limited'
  | 'server_error'
  | 'aborted'
  // State of the session
  | 'not_authenticated'
  | 'session_expired'
  | 'session_idle'
  | 'refresh_rejected'
  | 'revoked'
  | 'key_lost'
  | 'subject_changed'
  | 'user_changed'
  | 'insufficient_scope'
  | 'insufficient_user_authentication'
  | 'redirect_loop'
  | 'storage_failed'

/** Structured fields of an {@link AuthError}. None of them ever holds a token, code, verifier, password or key. */
export interface AuthErrorDetails {
  /** The option that is wrong, as the app wrote it: `issuer`, `api[1]`. */
  readonly option?: string | undefined
  /** HTTP status of the answer that caused the error. */
  readonly status?: number | undefined
  /** The server's own `error` value (RFC 6749 §4.1.2.1, §5.2), cut to printable ASCII. Never its description. */
  readonly oauthError?: string | undefined
  /** How long the server asks to wait, in milliseconds (RFC 9110 §10.2.3), clamped to 1 s … 5 min. */
  readonly retryAfterMs?: number | undefined
  /** Of `insufficient_scope`: the scopes that are missing, where that is known. */
  readonly missingScope?: readonly string[] | undefined
  /** What happened underneath. */
  readonly cause?: unknown
}

/** Codes of answers after which tokens are of no use: the session is over. */
export const endingCodes: readonly AuthErrorCode[] = [
  'refresh_rejected',
  'invalid_id_token',
  'subject_changed',
  'session_expired',
  'session_idle',
  'user_disabled',
  'revoked',
  'key_lost',
]

/** Codes of failures that can pass by themselves: the session stays, and another attempt may succeed. */
export const transientCodes: ReadonlySet<AuthErrorCode> = new Set<AuthErrorCode>([
  'network',
  'timeout',
  'rate_limited',
  'server_error',
  'invalid_response',
  'aborted',
])

/**
 * The one error class of this library. Decide by {@link AuthError.code}; show {@link AuthError.message} to developers.
 */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  /** What went wrong: one of a closed list. */
  readonly code: AuthErrorCode
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean
  declare readonly option?: string | undefined
  declare readonly status?: number | undefined
  declare readonly oauthError?: string | undefined
  declare readonly retryAfterMs?: number | undefined
  declare readonly missingScope?: readonly string[] | undefined

  constructor(code: AuthErrorCode, message: string, details: AuthErrorDetails = {}) {
    const { cause, ...fields } = details
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.retryable = transientCodes.has(code)
    // Until the stack is read, V8 keeps its functions, and what they close over: a password that somebody signed in with.
    void this.stack
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true })
    }
  }
}

/**
 * Tells an {@link AuthError} from any other value, across copies of this library and realms, optionally one of given
 * codes.
 *
 * @example
 * if (isAuthError(error, 'invalid_credentials')) showWrongPassword()
 */
export function isAuthError(value: unknown, ...codes: readonly AuthErrorCode[]): value is AuthError {
  try {
    return (
      typeof value === 'object' &&
      value !== null &&
      'name' in value &&
      value.name === 'AuthError' &&
      'code' in value &&
      'retryable' in value &&
      (codes.length === 0 || codes.some((code) => code === value.code))
    )
  } catch {
    // A proxy, or a getter that throws: whoever handles errors has no use for another.
    return false
  }
}

/** Gives any thrown value as an {@link AuthError}: itself, or wrapped under `code` with `message`. */
export function toAuthError(value: unknown, code: AuthErrorCode, message: string): AuthError {
  return isAuthError(value) ? value : new AuthError(code, message, { cause: value })
}
