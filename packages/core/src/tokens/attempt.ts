import type { Clock } from '../browser/clock.ts'
import type { Timer } from '../browser/timer.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import { AuthError } from '../errors.ts'
import { ownMembers } from '../ownMembers.ts'
import { isFresh } from '../session/lifetime.ts'
import { isToken, isTokenSet, type TokenSet } from '../session/session.ts'
import type { Change } from './catchUp.ts'
import type { Vault } from './vault.ts'

/** Gets new tokens for old. `current` is `null` when there are none yet: a function that needs some should throw. */
export type RefreshFunction<T extends TokenSet> = (current: T | null, context: { readonly signal: AbortSignal }) => Promise<T>

/** One attempt to refresh; gives what other tabs did instead, and `null` when it was done here. `isCurrent`: whether it is still wanted. */
export type Attempt = (isCurrent: () => boolean) => Promise<Change | null>

/** A token that lives less would be refreshed in a loop. */
const shortestLifeMs = 1_000

/** Beyond the deadline of a refresh: whoever holds the lock for longer is not at work. */
const graceMs = 5_000

/** A ledger that takes nothing is as good as none. */
const mostCommits = 3

export interface AttemptOptions<T extends TokenSet> {
  readonly vault: Vault<T>
  readonly refresh: RefreshFunction<T>
  readonly deadlineMs: number
  readonly refreshLeadMs: number
  readonly clock: Clock
  readonly timer: Timer
  /** Aborts when the work here ends for good. */
  readonly stop: AbortSignal
  /** Takes tokens that came too late, to revoke them. */
  readonly discard: (tokens: T) => void
}

export function createAttempt<T extends TokenSet>(options: AttemptOptions<T>): Attempt {
  const { vault, refresh, deadlineMs, refreshLeadMs, clock, timer, stop, discard } = options
  const { now } = clock

  const hasExpired = (marginMs?: number): boolean => {
    const held = vault.held()
    return held !== null && !isFresh(held.lifetime, now(), marginMs)
  }
  /** Gives what happened instead; tokens that came too late go into `late`. */
  const ask = async (isCurrent: () => boolean, late: T[]): Promise<Change | null> => {
    const previous = vault.held()?.tokens ?? null
    const asked = now()
    const answer = await withDeadline({ timer, deadlineMs, signal: stop }, (signal) => refresh(previous, { signal }))
    const next = usable(answer, previous)
    // The token has aged on its way, while the page was frozen most of all.
    const ageMs = now().elapsedMs - asked.elapsedMs
    let change: Change | null = null
    // What this tab has taken over since it asked is newer than the answer.
    const isNext = (): boolean => isCurrent() && vault.held()?.tokens === (previous ?? undefined)
    for (let commits = 0; commits < mostCommits && isNext() && change === null; commits++) {
      if (await vault.commit(next, { isLogin: false, ageMs, isLastTry: commits === mostCommits - 1 })) break
      change = await vault.catchUp()
    }
    const held = vault.held()?.tokens
    // Also when the ledger had told of them, to whoever looked, before this was done.
    const isInUse = held === next || (held?.accessToken === next.accessToken && next.accessToken !== null)
    // The refresh token of before is not of this refresh alone: it may have been handed out for good.
    if (!isInUse && (next.refreshToken === undefined || next.refreshToken !== previous?.refreshToken)) late.push(next)
    if (isCurrent() && isInUse && hasExpired(shortestLifeMs)) {
      if (now().elapsedMs - asked.elapsedMs > deadlineMs) throw new AuthError('timeout', 'The answer came late, and the token had expired by then: try later.')
      throw new AuthError('clock_skew', 'The token had expired on arrival: is this clock right?')
    }
    return change
  }
  const attempt = async (isCurrent: () => boolean, late: T[]): Promise<Change | null> => {
    const siblings = vault.circle() === null ? null : await vault.siblings()
    if (siblings === null) return ask(isCurrent, late)
    const patienceMs = deadlineMs + graceMs
    // Of a token of unknown life a refusal tells, and a refresh is asked for.
    const isOver = (): boolean => vault.held()?.lifetime.lifetimeMs === null || hasExpired()
    return siblings.takeTurn({ ask: () => ask(isCurrent, late), isCurrent, now, refreshLeadMs, patienceMs, stop, hasExpired: isOver })
  }

  return (isCurrent) => {
    const late: T[] = []
    // Not before, as nothing of the app runs while the lock is held, but `refresh` itself.
    return attempt(isCurrent, late).finally(() => late.forEach((tokens) => discard(tokens)))
  }
}

function usable<T extends TokenSet>(answer: T, previous: T | null): T {
  // RFC 6749 §6: an answer without a refresh token leaves the old one in force. Some servers say so by an empty one.
  const [given, spent] = [ownMembers({ ...answer }).refreshToken, previous?.refreshToken]
  const next = { ...answer, refreshToken: given || spent }
  if (isTokenSet(next)) return next
  const cause = new AuthError('invalid_response', 'The refresh gave no tokens such as { accessToken, refreshToken?, expiresInMs? }.')
  if (spent === undefined || given === spent || !isToken(given)) throw cause
  // To send it again would be reuse, for which servers end all sessions that came of it (RFC 9700 §4.14.2).
  throw new AuthError('refresh_rejected', 'The refresh token is spent: sign in again.', { cause })
}
