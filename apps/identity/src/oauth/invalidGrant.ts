import type { Result } from '../api/result.ts'
import { problem } from '../api/result.ts'

/** Refuses a code or refresh token (RFC 6749 §5.2). The client is not told why, the log is. */
export function invalidGrant(reason: string, user: string | undefined): Result {
  const description = 'The code or refresh token is unknown, expired, revoked, already used, or not for this request.'
  return { ...problem(400, 'invalid_grant', description), outcome: `invalid_grant: ${reason}`, user }
}
