import type { AuthError } from '../errors.ts'

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
