import type { Clock } from '../browser/clock.ts'
import type { AuthError } from '../errors.ts'
import { elapsedSince, type Moment } from '../session/lifetime.ts'
import { backoffMs } from './backoff.ts'

/** When the next attempt may be made, after failures. */
export interface Gate {
  /** Notes a failure: the next attempt has to wait. */
  readonly close: (error: AuthError) => void
  /** Notes a success: the next attempt may be made at once. */
  readonly open: () => void
  /** Milliseconds until an attempt may be made; zero or less: now. */
  readonly waitMs: () => number
  /** Lets the next attempt be made soon, unless the server itself asked to wait. */
  readonly hurry: () => void
  /** Why an attempt may not be made now; `null` when it may. */
  readonly refusal: (ignoreBackoff: boolean) => AuthError | null
  /** Why the last attempt failed; `null` after a success. */
  readonly lastError: () => AuthError | null
}

/** Wait after a failure that will not pass by itself, such as a wrong client id. */
const blockedMs = 60_000

/** Between attempts that wake-ups hurry along. */
const floorMs = 1_000

interface Wait {
  readonly since: Moment
  readonly forMs: number
  readonly error: AuthError
}

/** @param fraction From 0 up to 1: spreads the attempts of many clients. */
export function createGate(clock: Clock, fraction: () => number): Gate {
  let failures = 0
  let wait: Wait | null = null
  const waitMs = (): number => (wait === null ? 0 : wait.forMs - elapsedSince(wait.since, clock.now()))

  return {
    close(error) {
      failures++
      const forMs = error.retryAfterMs ?? (error.retryable ? backoffMs(failures, fraction()) : blockedMs)
      wait = { since: clock.now(), forMs, error }
    },
    open() {
      failures = 0
      wait = null
    },
    waitMs,
    hurry() {
      if (wait?.error.retryAfterMs === undefined && wait !== null) wait = { ...wait, forMs: Math.min(wait.forMs, floorMs) }
    },
    refusal: (ignoreBackoff) =>
      wait !== null && waitMs() > 0 && (wait.error.retryAfterMs !== undefined || !ignoreBackoff) ? wait.error : null,
    lastError: () => wait?.error ?? null,
  }
}
