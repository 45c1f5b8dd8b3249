/** Waits. */
export interface Timer {
  /** Calls `run` after `delayMs`; gives a function that cancels it. */
  readonly after: (delayMs: number, run: () => void) => () => void
}

/** Browsers and Node fire at once for a longer delay, for `Infinity` and for `NaN`. */
export const longestDelayMs = 2_147_483_647

/** The real timer. In Node it does not keep the process alive. A delay it cannot take becomes the longest it can. */
export const systemTimer: Timer = {
  after(delayMs, run) {
    const id: unknown = setTimeout(run, delayMs >= 0 ? Math.min(delayMs, longestDelayMs) : longestDelayMs)
    if (typeof id === 'object' && id !== null && 'unref' in id && typeof id.unref === 'function') id.unref()
    return () => clearTimeout(id as Parameters<typeof clearTimeout>[0])
  },
}
