import type { Context } from 'hono'
import type { AppSession } from './createAppSessions.ts'
import { digest } from './digest.ts'
import { problem, type Result } from './result.ts'

/** Refuses a request whose `X-CSRF-Token` is not that of the session. `undefined` when it is. */
export function csrfMismatch(c: Context, { csrfToken }: AppSession): Result | undefined {
  // Digests are compared so that the time it takes tells nothing about the token.
  const matches = digest(c.req.header('X-CSRF-Token') ?? '') === digest(csrfToken)
  return matches ? undefined : csrfRefusal()
}

/** The answer to a request without the right CSRF token. */
export function csrfRefusal(): Result {
  return problem(419, 'csrf_mismatch', 'X-CSRF-Token must say the token of this session.')
}
