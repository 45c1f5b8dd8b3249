import type { Result } from '../api/result.ts'

/** A refusal in the shape of Google's APIs. */
export interface FirebaseErrorOptions {
  readonly status?: 400 | 403
  /** Code of Firebase, or a sentence of Google. */
  readonly message: string
  /** Google's name for the kind of error, where it gives one. */
  readonly kind?: 'INVALID_ARGUMENT' | 'PERMISSION_DENIED'
  readonly reason?: 'invalid' | 'badRequest' | 'forbidden'
  readonly user?: string | undefined
}

/** The refusal, recorded by its message. Status 400 and reason `invalid` unless they are given. */
export function firebaseError({ status = 400, message, kind, reason = 'invalid', user }: FirebaseErrorOptions): Result {
  const errors = [{ message, domain: 'global', reason }]
  const error = { code: status, message, errors, ...(kind !== undefined && { status: kind }) }
  return { status, body: { error }, outcome: `${status} ${message}`, user }
}
