import { timeoutManager } from '@tanstack/react-query'
import type { ReadableStore } from '@tessera-auth/core'

interface Bounds {
  readonly signal: AbortSignal
  /** Default: for ever. */
  readonly longestMs?: number
}

/** Waits until a store is as it should be, until the signal is aborted, or for as long as it may. */
export function when<S>(store: ReadableStore<S>, isReached: (state: S) => boolean, { signal, longestMs = Infinity }: Bounds): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || isReached(store.getState())) return resolve()
    const done = (): void => {
      unsubscribe()
      timeoutManager.clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const unsubscribe = store.subscribe((state) => isReached(state) && done())
    const timer = longestMs === Infinity ? undefined : timeoutManager.setTimeout(done, longestMs)
    signal.addEventListener('abort', done)
  })
}
