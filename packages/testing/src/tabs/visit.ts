import type { Environment } from '@tessera-auth/core'

/**
 * What a page is doing: `frozen` gets nothing, holds what it holds, and is thawed with everything late; `cached` lies in the back/forward
 * cache; `gone` is never to run again.
 */
export type VisitState = 'running' | 'frozen' | 'cached' | 'gone'

/** Hears why it is worth looking at the clock again. */
export type WakeListener = Parameters<Environment['wake']['subscribe']>[0]

/** Why a page wakes. */
export type WakeReason = Parameters<WakeListener>[0]

/** One load of a page in a tab: a reload is another one. */
export interface Visit {
  /** The `id` of its tab. */
  readonly tab: number
  state: VisitState
  /** Timers that are armed. */
  readonly timers: Set<object>
  readonly wakes: Set<WakeListener>
}

export function createVisit(tab: number): Visit {
  return { tab, state: 'running', timers: new Set(), wakes: new Set() }
}
