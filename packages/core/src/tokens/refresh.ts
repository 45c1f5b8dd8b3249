import type { Environment } from '../browser/environment.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import { AuthError, toAuthError, type AuthErrorCode } from '../errors.ts'
import { isFresh, type Moment } from '../session/lifetime.ts'
import { isTokenSet, type TokenSet } from '../session/session.ts'
import { backoffMs } from './backoff.ts'
import type { TokenEvent } from './tokenEvent.ts'
import type { Vault } from './vault.ts'

/** Gets new tokens for old. `current` is `null` when there are none yet: a function that needs some should throw. */
export type RefreshFunction<T extends TokenSet> = (current: T | null, context: { readonly signal: AbortSignal }) => Promise<T>

/** One refresh at a time, and when the next may be. */
export interface Refresher {
  /** Joins the refresh under way or starts one; rejects with the last error while the next attempt has to wait. */
  readonly run: (ignoreBackoff: boolean) => Promise<void>
  readonly isRunning: () => boolean
  /** Milliseconds until an attempt may be made; zero or less: now. */
  readonly waitMs: () => number
  /** Why the last attempt failed; `null` after a success. */
  readonly lastError: () => AuthError | null
  /** Lets the next attempt start now, unless the server itself asked to wait. */
  readonly hurry: () => void
  /** Forgets failures, and disowns a refresh under way: its result will be handed to `discard`. */
  readonly reset: () => void
  /** Aborts a refresh under way. */
  readonly abort: () => void
}

/** Answers after which the tokens are of no use: everything else can pass, and keeps the session. */
const definitive: ReadonlySet<AuthErrorCode> = new Set<AuthErrorCode>(['refresh_rejected', 'invalid_id_token', 'subject_changed', 'revoked'])

/** Wait after a failure that will not pass by itself, such as a wrong client id. */
const blockedMs = 60_000

/** Between attempts that wake-ups hurry along. */
const floorMs = 1_000

interface RefresherOptions<T extends TokenSet> {
  readonly vault: Vault<T>
  readonly refresh: RefreshFunction<T>
  readonly deadlineMs: number
  readonly environment: Environment
  readonly emit: (event: TokenEvent) => void
  readonly end: (error: AuthError) => void
  /** Takes tokens that came too late, to revoke them. */
  readonly discard: (tokens: T) => void
}

interface Gate {
  readonly since: Moment
  readonly waitMs: number
  readonly isAskedFor: boolean
}

export function createRefresher<T extends TokenSet>(options: RefresherOptions<T>): Refresher {
  const { vault, refresh, deadlineMs, environment, emit, end, discard } = options
  const { clock, timer, crypto } = environment
  let flight: Promise<void> | null = null
  let failures = 0
  let lastError: AuthError | null = null
  let gate: Gate | null = null
  const stop = new AbortController()

  const attempt = async (): Promise<void> => {
    const own = flight
    const previous = vault.held()?.tokens ?? null
    emit({ type: 'refresh_started' })
    const answer = await withDeadline(timer, deadlineMs, stop.signal, (signal) => refresh(previous, { signal }))
    if (!isTokenSet(answer)) throw new AuthError('invalid_response', 'The refresh gave no usable token set.')
    // RFC 6749 §6: an answer without a refresh token leaves the old one in force.
    const next = { ...answer, refreshToken: answer.refreshToken ?? previous?.refreshToken }
    if (flight !== own || !(await vault.commit(next))) return discard(next)
    if (hasExpired()) {
      throw new AuthError('clock_skew', 'The server hands out tokens that have expired already: is the clock of this device right?')
    }
    failures = 0
    lastError = gate = null
  }

  const hasExpired = (): boolean => {
    const held = vault.held()
    return held !== null && !isFresh(held.lifetime, clock.now(), 0)
  }

  const fail = (error: AuthError): void => {
    const isDefinitive = definitive.has(error.code)
    const isOver = isDefinitive || (!error.retryable && failures > 0 && hasExpired())
    if (isOver) end(isDefinitive ? error : ranOut(error))
    failures++
    lastError = error
    const waitMs = error.retryAfterMs ?? (error.retryable ? backoffMs(failures, crypto.fraction()) : blockedMs)
    gate = { since: clock.now(), waitMs, isAskedFor: error.retryAfterMs !== undefined }
    if (!isOver) emit({ type: 'refresh_failed', error })
  }

  const fly = (): Promise<void> => {
    const own: Promise<void> = Promise.resolve()
      .then(attempt)
      .then(
        () => settle(own, () => emit({ type: 'refreshed' })),
        (cause: unknown) => {
          const error = toAuthError(cause, 'network', 'The refresh failed.')
          settle(own, () => fail(error))
          throw error
        },
      )
    return own
  }
  /** A disowned flight changes nothing any more. */
  const settle = (own: Promise<void>, conclude: () => void): void => {
    if (flight !== own) return
    flight = null
    conclude()
  }

  const waitMs = (): number => {
    if (gate === null) return 0
    const now = clock.now()
    return gate.waitMs - Math.max(now.wallAt - gate.since.wallAt, now.elapsedMs - gate.since.elapsedMs)
  }

  return {
    run(ignoreBackoff) {
      if (flight !== null) return flight
      const mustWait = waitMs() > 0 && (gate?.isAskedFor === true || !ignoreBackoff)
      if (mustWait && lastError !== null) return Promise.reject(lastError)
      flight = fly()
      return flight
    },
    isRunning: () => flight !== null,
    waitMs,
    lastError: () => lastError,
    hurry() {
      if (gate !== null && !gate.isAskedFor) gate = { ...gate, waitMs: Math.min(gate.waitMs, floorMs) }
    },
    reset() {
      flight = null
      failures = 0
      lastError = gate = null
    },
    abort() {
      flight = null
      stop.abort()
    },
  }
}

function ranOut(cause: AuthError): AuthError {
  return new AuthError('session_expired', 'The token has run out, and the server gives no other.', { cause })
}
