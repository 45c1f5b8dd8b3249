import { AuthError, endingCodes, isAuthError } from '../errors.ts'
import type { TokenSet } from '../session/session.ts'
import type { CatchUp, Change } from './catchUp.ts'
import { isGood } from './due.ts'
import type { Holding } from './holding.ts'
import { elapsedSince, type Moment } from '../session/lifetime.ts'

/** A refresh that no other tab may do at the same time. */
export interface Turn {
  readonly ask: () => Promise<Change | null>
  /** Whether it is still wanted. */
  readonly isCurrent: () => boolean
  readonly now: () => Moment
  readonly refreshLeadMs: number
  /** How long others may take for theirs, in milliseconds. */
  readonly patienceMs: number
  /** Gives up waiting. */
  readonly stop: AbortSignal
  /** Whether the token of now cannot be used any more. */
  readonly hasExpired: () => boolean
}

interface TurnOptions<T extends TokenSet> extends Pick<CatchUp, 'catchUp'> {
  readonly holding: Holding<T>
  readonly acquire: (waitMs: number, stop: AbortSignal) => Promise<(() => void) | null>
}

/** Whoever needs longer to look into the ledger did not run meanwhile, and others did not wait. */
const longestLookMs = 5_000

/** Refreshes with the lock of the circle, unless another tab has done it by then; gives what that did, and `null` when it was done here. */
export async function takeTurn<T extends TokenSet>(turn: Turn, { holding, acquire, catchUp }: TurnOptions<T>): Promise<Change | null> {
  const { ask, isCurrent, now, refreshLeadMs, patienceMs, stop, hasExpired } = turn
  const before = holding.held()?.generation
  const isDone = (): boolean => {
    const held = holding.held()
    return held !== null && held.generation !== before && isGood(held, now(), refreshLeadMs)
  }

  const inTurn = async (): Promise<Change | null> => {
    if (isDone()) return { type: 'adopted' }
    const held = holding.held()
    try {
      return await ask()
    } catch (error) {
      if (!isAuthError(error, ...endingCodes) || !isCurrent()) throw error
      // A refresh token that was refused may have been spent by another tab, which has a newer one.
      const newer = await catchUp()
      if (newer === null && (!isCurrent() || holding.held()?.generation === held?.generation)) throw error
      return newer ?? { type: 'adopted' }
    }
  }

  for (let tries = 1; ; tries++) {
    const askedAt = now()
    const letGo = await acquire(patienceMs, stop)
    // Whoever waits longer than asked was asleep, perhaps with all others, who are about to go on.
    if (letGo === null && tries === 1 && elapsedSince(askedAt, now()) > patienceMs + longestLookMs) continue
    try {
      if (!isCurrent()) return null
      if (letGo === null && isDone()) return { type: 'adopted' }
      // Nobody is robbed of the lock. Without it two may refresh at once, of which the ledger takes one: not before there is need to.
      if (letGo === null && !hasExpired()) throw new AuthError('timeout', 'Another tab is refreshing, and takes long.')
      const lookedAt = now()
      const change = await catchUp()
      // What was taken over counts, also when nobody waits for this refresh any more.
      if (!isCurrent() || (change !== null && change.type !== 'adopted')) return change
      // A page that was frozen meanwhile, or lay in the back/forward cache, has seen what was then, and may have lost the lock.
      if (elapsedSince(lookedAt, now()) <= longestLookMs) return await inTurn()
    } finally {
      letGo?.()
    }
  }
}
