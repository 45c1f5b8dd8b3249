/** Why it is worth looking at the clock again. */
export type WakeReason = 'visible' | 'focus' | 'online' | 'restored' | 'resumed'

/** Tells when a page may have slept, or its network is back. */
export interface Wake {
  /** Calls `listener` at each wake until the returned function is called. Attaches browser listeners only meanwhile. */
  readonly subscribe: (listener: (reason: WakeReason) => void) => () => void
}

/**
 * The real one: `visibilitychange`, `focus`, `online`, `pageshow` from the back/forward cache and `resume` after a freeze. Silent
 * without a window.
 */
export const pageWake: Wake = {
  subscribe(listener) {
    if (typeof window === 'undefined' || typeof document === 'undefined') return () => {}
    const detach = new AbortController()
    const options = { signal: detach.signal }
    document.addEventListener(
      'visibilitychange',
      () => document.visibilityState === 'visible' && listener('visible'),
      options,
    )
    document.addEventListener('resume', () => listener('resumed'), options)
    window.addEventListener('focus', () => listener('focus'), options)
    window.addEventListener('online', () => listener('online'), options)
    window.addEventListener('pageshow', (event) => event.persisted && listener('restored'), options)
    return () => detach.abort()
  },
}
