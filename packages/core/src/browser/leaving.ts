/** Tells that the page is left: it may be thrown away, or put into the back/forward cache. */
export interface Leaving {
  /** Calls `listener` whenever it is, until the returned function is called. Attaches a browser listener only meanwhile. */
  readonly subscribe: (listener: () => void) => () => void
}

/** The real one: `pagehide`. Silent without a window. */
export const pageLeaving: Leaving = {
  subscribe(listener) {
    if (typeof window === 'undefined') return () => {}
    const detach = new AbortController()
    window.addEventListener('pagehide', () => listener(), { signal: detach.signal })
    return () => detach.abort()
  },
}
