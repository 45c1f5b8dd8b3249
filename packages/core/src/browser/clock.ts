/** Reads the time. */
export interface Clock {
  /** Wall clock (epoch ms) and elapsed time (ms, monotonic, may stop in sleep) of this moment. */
  readonly now: () => { readonly wallAt: number; readonly elapsedMs: number }
}

/** The real clock: `Date.now()` and `performance.now()`, both read at each call. */
export const systemClock: Clock = {
  now: () => ({ wallAt: Date.now(), elapsedMs: performance.now() }),
}
