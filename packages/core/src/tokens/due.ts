import { isFresh, remainingMs, untilRefreshMs, type Moment } from '../session/lifetime.ts'
import type { TokenSet } from '../session/session.ts'
import type { Gate } from './gate.ts'
import type { Held } from './holding.ts'

/** What decides when tokens are to be refreshed. */
export interface DueOptions<T extends TokenSet> {
  readonly gate: Gate
  readonly refreshLeadMs: number
  readonly canRefresh: (tokens: T | null) => boolean
}

/** Milliseconds until something has to happen to these tokens: a refresh or, where there is none, their end. */
export function untilDueMs<T extends TokenSet>(held: Held<T>, now: Moment, { gate, refreshLeadMs, canRefresh }: DueOptions<T>): number {
  const leftMs = remainingMs(held.lifetime, now)
  if (!canRefresh(held.tokens)) return leftMs
  // What will not pass by itself is tried once more when the token has run out, not in a loop.
  const isBlocked = gate.lastError()?.retryable === false
  return Math.max(gate.waitMs(), isBlocked ? leftMs : untilRefreshMs(held.lifetime, now, refreshLeadMs))
}

/** Whether these tokens can be used for a while without a refresh. */
export function isGood({ lifetime }: Held<TokenSet>, now: Moment, refreshLeadMs: number): boolean {
  return isFresh(lifetime, now) && untilRefreshMs(lifetime, now, refreshLeadMs) > 0
}
