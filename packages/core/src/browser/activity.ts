/** Tells that somebody is there. */
export interface Activity {
  /** Calls `listener` whenever somebody does something, until the returned function is called. Attaches browser listeners only meanwhile. */
  readonly subscribe: (listener: () => void) => () => void
}

const gestures = ['pointerdown', 'keydown', 'wheel', 'touchstart']

/**
 * The real one: a press, a key, a wheel, a touch, anywhere in the page and whatever the page makes of it, and that the page is shown
 * again. Not what a script dispatches, and not what is done in a frame. Silent without a window.
 */
export const pageActivity: Activity = {
  subscribe(listener) {
    if (typeof window === 'undefined' || typeof document === 'undefined') return () => {}
    const detach = new AbortController()
    const { signal } = detach
    for (const gesture of gestures) window.addEventListener(gesture, ({ isTrusted }) => isTrusted && listener(), { capture: true, passive: true, signal })
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && listener(), { signal })
    return () => detach.abort()
  },
}
