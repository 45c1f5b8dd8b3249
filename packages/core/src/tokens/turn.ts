import type { HeldLock } from '../browser/lock.ts'
import { quietly } from '../browser/quietly.ts'
import { AuthError, endingCodes, isAuthError, toAuthError } from '../errors.ts'
import type { TokenSet } from '../session/session.ts'
import type { CatchUp, Change } from './catchUp.ts'
import { isGood } from './due.ts'
import type { Holding } from './holding.ts'
import type { Queue } from './queue.ts'
import { elapsedSince, type Moment } from '../session/lifetime.ts'

/** A refresh that no other tab may do at the same time. */
export interface Turn {
  readonly ask: () => Promise<Change | null>
  /** Whether it is still wanted. */
  readonly isCurrent: () => boolean
  readonly now: () => Moment
  readonly refreshLeadMs: number
  /** How long another tab may take for its own, in milliseconds. */
  readonly patienceMs: number
  /** Gives up waiting. */
  readonly stop: AbortSignal
  /** Whether the token of now cannot be used any more. */
  readonly hasExpired: () => boolean
}

export interface TurnOptions<T extends TokenSet> extends Pick<CatchUp, 'catchUp'> {
  readonly holding: Holding<T>
  readonly acquire: Queue['acquire']
  /** Says that the refresh failed for a reason that passes, to tabs that wait for their turn. */
  readonly warn: (error: AuthError) => void
}

/** Whoever needs longer to look into the ledger did not run meanwhile, and others did not wait. */
const longestLookMs = 5_000

/** Refreshes with the lock of the circle, unless another tab has done it by then; gives what that did, and `null` when it was done here. */
export async function takeTurn<T extends TokenSet>(turn: Turn, options: TurnOptions<T>): Promise<Change | null> {
  const { holding } = options
  const before = holding.held()?.generation
  const isDone = (): boolean => {
    const held = holding.held()
    return held !== null && held.generation !== before && isGood(held, turn.now(), turn.refreshLeadMs)
  }
  try {
    return await takeTurns(turn, options, isDone)
  } catch (error) {
    // What failed here has been done elsewhere meanwhile.
    if (turn.isCurrent() && isDone()) return { type: 'adopted' }
    throw error
  }
}

async function takeTurns<T extends TokenSet>(turn: Turn, options: TurnOptions<T>, isDone: () => boolean): Promise<Change | null> {
  const { isCurrent, now, patienceMs, stop, hasExpired } = turn
  const { acquire, catchUp } = options
  for (let tries = 1; ; tries++) {
    const askedAt = now()
    const lock = await acquire('turn', patienceMs, stop)
    // Whoever waits longer than asked was asleep, perhaps with all others, who are about to go on.
    if (lock === null && tries < 4 && elapsedSince(askedAt, now()) > patienceMs + longestLookMs) continue
    let own: HeldLock | null = lock
    try {
      if (!isCurrent()) return null
      if (lock === null && isDone()) return { type: 'adopted' }
      // Nobody is robbed of the lock. Who has waited in vain goes without it, but not before there is need to.
      if (lock === null && !hasExpired()) throw new AuthError('timeout', 'Another tab is refreshing, and takes long: try later.')
      // One at a time: whoever has the lock, since its holder has gone at last, lets those go first who had given up.
      const late = await acquire('late', patienceMs, stop)
      if (lock === null) own = late
      else if (late !== null) quietly(late.letGo)
      if (!isCurrent()) return null
      const lookedAt = now()
      const change = await catchUp()
      // What was taken over counts, also when nobody waits for this refresh any more.
      if (!isCurrent() || (change !== null && change.type !== 'adopted')) return change
      // What a page has seen that was frozen since, or in the back/forward cache, which took the lock, may be over.
      const isSeen = elapsedSince(lookedAt, now()) <= longestLookMs && own?.isHeld() !== false
      if (isSeen) return isDone() ? { type: 'adopted' } : await ask(turn, options)
    } finally {
      // What was refreshed under it counts, whatever becomes of it.
      if (own !== null) quietly(own.letGo)
    }
  }
}

async function ask<T extends TokenSet>(turn: Turn, { holding, catchUp, warn }: TurnOptions<T>): Promise<Change | null> {
  const { isCurrent, now, patienceMs } = turn
  const asked = holding.held()?.generation
  const askedAt = now()
  try {
    return await turn.ask()
  } catch (error) {
    // A page that was frozen knows nothing of the network.
    const isNews = isCurrent() && elapsedSince(askedAt, now()) <= patienceMs
    const trouble = toAuthError(error, 'network', 'The refresh failed: look at "cause", or try later.')
    if (isNews && trouble.retryable) warn(trouble)
    if (!isAuthError(error, ...endingCodes) || !isCurrent()) throw error
    // A refresh token that was refused may have been spent by another tab, which has a newer one.
    const newer = await catchUp()
    if (newer === null && (!isCurrent() || holding.held()?.generation === asked)) throw error
    return newer ?? { type: 'adopted' }
  }
}
