import type { Moment } from '../session/lifetime.ts'

/** Reads the time. */
export interface Clock {
  /** Wall clock and elapsed time of this moment, in milliseconds. */
  readonly now: () => Moment
}

/** The real clock: `Date.now()` and `performance.now()`, both read at each call. */
export const systemClock: Clock = {
  now: () => ({ wallAt: Date.now(), elapsedMs: performance.now() }),
}
