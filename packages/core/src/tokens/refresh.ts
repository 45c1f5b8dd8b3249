import type { Environment } from '../browser/environment.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import { AuthError, type AuthErrorCode } from '../errors.ts'
import { isFresh } from '../session/lifetime.ts'
import { isTokenSet, type TokenSet } from '../session/session.ts'
import type { Gate } from './gate.ts'
import { createSingleFlight } from './singleFlight.ts'
import type { TokenEvent } from './tokenEvent.ts'
import type { Vault } from './vault.ts'

/** Gets new tokens for old. `current` is `null` when there are none yet: a function that needs some should throw. */
export type RefreshFunction<T extends TokenSet> = (current: T | null, context: { readonly signal: AbortSignal }) => Promise<T>

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

/** Answers after which the tokens are of no use: everything else can pass, and keeps the session. */
const definitive: readonly AuthErrorCode[] = ['refresh_rejected', 'invalid_id_token', 'subject_changed', 'session_expired', 'user_disabled', 'revoked']

/** A token that lives less would be refreshed in a loop. */
const shortestLifeMs = 1_000

interface RefresherOptions<T extends TokenSet> {
  readonly vault: Vault<T>
  readonly gate: Gate
  readonly refresh: RefreshFunction<T>
  readonly deadlineMs: number
  readonly environment: Environment
  readonly emit: (event: TokenEvent) => void
  readonly end: (error: AuthError) => void
  /** Takes tokens that came too late, to revoke them. */
  readonly discard: (tokens: T) => void
}

export function createRefresher<T extends TokenSet>(options: RefresherOptions<T>): Refresher {
  const { vault, gate, refresh, deadlineMs, environment, emit, end, discard } = options
  const { clock, timer } = environment
  const stop = new AbortController()

  const hasExpired = (marginMs = 0): boolean => {
    const held = vault.held()
    return held !== null && !isFresh(held.lifetime, clock.now(), marginMs)
  }

  const run = async (isCurrent: () => boolean): Promise<void> => {
    const previous = vault.held()?.tokens ?? null
    emit({ type: 'refresh_started' })
    const answer = await withDeadline({ timer, deadlineMs, signal: stop.signal }, (signal) => refresh(previous, { signal }))
    if (!isTokenSet(answer)) throw new AuthError('invalid_response', 'The refresh gave no usable token set.')
    const next = keepingRefreshToken(answer, previous)
    if (!isCurrent() || !(await vault.commit(next))) {
      // The refresh token of before is not of this refresh alone: it may have been handed out for good.
      if (next.refreshToken === undefined || next.refreshToken !== previous?.refreshToken) discard(next)
      return
    }
    if (hasExpired(shortestLifeMs)) throw new AuthError('clock_skew', 'The token had expired on arrival: is this clock right?')
    gate.open()
  }

  const onFailed = (error: AuthError): void => {
    if (definitive.includes(error.code)) return end(error)
    // What will not pass by itself is given a second chance, and the session as long as its token lives.
    if (!error.retryable && gate.lastError()?.retryable === false && hasExpired()) {
      return end(new AuthError('session_expired', 'The token has run out, and no other is given.', { cause: error }))
    }
    gate.close(error)
    emit({ type: 'refresh_failed', error })
  }

  const flight = createSingleFlight({ run, onDone: () => emit({ type: 'refreshed' }), onFailed })
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

/** RFC 6749 §6: an answer without a refresh token leaves the old one in force. */
function keepingRefreshToken<T extends TokenSet>(tokens: T, previous: T | null): T {
  return { ...tokens, refreshToken: tokens.refreshToken ?? previous?.refreshToken }
}
