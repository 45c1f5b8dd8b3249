import type { ReadableStore } from '@tessera-auth/core'

/** A store that a test writes. */
export interface MockStore<S> extends ReadableStore<S> {
  readonly setState: (state: S) => void
}

/** @param initial Also what a server renders. */
export function createMockStore<S>(initial: S): MockStore<S> {
  const listeners = new Set<(state: S, previous: S) => void>()
  let current = initial
  return {
    getState: () => current,
    getInitialState: () => initial,
    subscribe(listener) {
      const own: typeof listener = (state, previous) => listener(state, previous)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    setState(state) {
      const previous = current
      current = state
      if (state !== previous) listeners.forEach((listener) => listener(state, previous))
    },
  }
}
