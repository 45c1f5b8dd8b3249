import type { AuthError } from '../errors.ts'
import { elapsedSince, remainingMs, type Lifetime, type Moment } from '../session/lifetime.ts'

/** How keeping the tokens fresh is going. Beside the session's own state: it changes at each refresh, that one does not. */
export interface RefreshStatus {
  /**
   * `idle`: nothing to do now. `refreshing`: a request is under way. `degraded`: the last attempt failed and another follows.
   * `paused`: likewise, and the browser says that it is offline. The session goes on in each.
   */
  readonly phase: 'idle' | 'refreshing' | 'degraded' | 'paused'
  /** Epoch milliseconds at which the access token came; `null` without one. */
  readonly receivedAt: number | null
  /** Epoch milliseconds at which the access token expires; `null` when unknown, unlimited, or without one. */
  readonly expiresAt: number | null
  /** Epoch milliseconds of the next attempt to refresh; `null` when none is planned. */
  readonly refreshAt: number | null
  /** Why the last attempt failed; `null` after a success. */
  readonly error: AuthError | null
}

export const noTokensStatus: RefreshStatus = Object.freeze({ phase: 'idle', receivedAt: null, expiresAt: null, refreshAt: null, error: null })

/** What a status is made of. */
interface Situation {
  readonly lifetime: Lifetime
  readonly isRunning: boolean
  readonly isOnline: boolean
  /** Until the next refresh; `Infinity`: there will be none. */
  readonly dueInMs: number
  readonly error: AuthError | null
}

/** The status by the clock of this moment. */
export function refreshStatusAt(now: Moment, { lifetime, isRunning, isOnline, dueInMs, error }: Situation): RefreshStatus {
  const at = (inMs: number): number | null => (inMs === Infinity ? null : Math.round(now.wallAt + inMs))
  const failing = isOnline ? 'degraded' : 'paused'
  return {
    phase: isRunning ? 'refreshing' : error === null ? 'idle' : failing,
    // As the clock tells it now, whatever it has been set to since.
    receivedAt: Math.round(now.wallAt - elapsedSince(lifetime.received, now)),
    expiresAt: at(remainingMs(lifetime, now)),
    refreshAt: at(Math.max(0, dueInMs)),
    error,
  }
}
