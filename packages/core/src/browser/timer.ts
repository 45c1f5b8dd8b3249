/** Waits. */
export interface Timer {
  /** Calls `run` after `delayMs`; gives a function that cancels it. */
  readonly after: (delayMs: number, run: () => void) => () => void
}

/** Browsers and Node fire at once for a longer delay, for `Infinity` and for `NaN`. */
export const longestDelayMs = 2_147_483_647

/**
 * The real timer. In Node it does not keep the process alive. A delay that is no number becomes the longest there is.
 */
export const systemTimer: Timer = {
  after(delayMs, run) {
    const id = setTimeout(run, delayMs < longestDelayMs ? Math.max(0, delayMs) : longestDelayMs)
    unref(id)
    return () => clearTimeout(id)
  },
}

function unref(id: number | { readonly unref?: () => unknown }): void {
  if (typeof id === 'object') id.unref?.()
}
