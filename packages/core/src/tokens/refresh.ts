import { AuthError, endingCodes } from '../errors.ts'
import { isFresh } from '../session/lifetime.ts'
import type { TokenSet } from '../session/session.ts'
import { createAttempt, type AttemptOptions } from './attempt.ts'
import type { Change } from './catchUp.ts'
import type { Gate } from './gate.ts'
import { createSingleFlight } from './singleFlight.ts'
import type { TokenEvent } from './tokenEvent.ts'

/** One refresh at a time. */
export interface Refresher {
  /** Joins the refresh under way or starts one; rejects with the last error while the next attempt has to wait. */
  readonly run: (ignoreBackoff: boolean) => Promise<void>
  readonly isRunning: () => boolean
  /** Forgets failures, and disowns a refresh under way: its result will be handed to `discard`. */
  readonly reset: () => void
  /** Aborts a refresh under way. */
  readonly abort: () => void
}

interface RefresherOptions<T extends TokenSet> extends Omit<AttemptOptions<T>, 'stop'> {
  readonly gate: Gate
  readonly emit: (event: TokenEvent) => void
  /** Takes up what other tabs did. */
  readonly apply: (change: Change) => void
  readonly end: (error: AuthError) => void
}

export function createRefresher<T extends TokenSet>(options: RefresherOptions<T>): Refresher {
  const { vault, gate, clock, emit, apply, end } = options
  const stop = new AbortController()
  const attempt = createAttempt({ ...options, stop: stop.signal })

  const hasExpired = (): boolean => {
    const held = vault.held()
    return held !== null && !isFresh(held.lifetime, clock.now(), 0)
  }
  const onFailed = (error: AuthError): void => {
    // Only these answers end a session: everything else can pass, and keeps it.
    if (endingCodes.includes(error.code)) return end(error)
    // What will not pass by itself is given a second chance, and the session as long as its token lives.
    if (isLasting(error) && isLasting(gate.lastError()) && hasExpired()) {
      return end(new AuthError('session_expired', 'The token has run out, and no other is given: sign in again.', { cause: error }))
    }
    gate.close(error)
    emit({ type: 'refresh_failed', error })
  }
  const flight = createSingleFlight({
    async run(isCurrent) {
      emit({ type: 'refresh_started' })
      const change = await attempt(isCurrent)
      // Taken over already, though nobody waits for this refresh any more.
      if (change !== null && !isCurrent()) apply(change)
      return change
    },
    onDone(change: Change | null) {
      if (change !== null) return apply(change)
      gate.open()
      emit({ type: 'refreshed' })
    },
    onFailed,
  })

  return {
    run(ignoreBackoff) {
      const refusal = flight.isRunning() ? null : gate.refusal(ignoreBackoff)
      return refusal === null ? flight.join() : Promise.reject(refusal)
    },
    isRunning: flight.isRunning,
    reset() {
      flight.disown()
      gate.open()
    },
    abort() {
      flight.disown()
      stop.abort()
    },
  }
}

/** Whether it will not pass by itself. A database that fails says nothing of the session, and may work again. */
function isLasting(error: AuthError | null): boolean {
  return error?.retryable === false && error.code !== 'storage_failed'
}
