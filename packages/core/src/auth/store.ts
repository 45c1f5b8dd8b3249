import { createStore as createZustandStore } from 'zustand/vanilla'
import { report } from '../browser/report.ts'

/** A store that can be read and watched: the part of a zustand store that adapters need. */
export interface ReadableStore<S> {
  readonly getState: () => S
  /** The same for ever: what a server renders. */
  readonly getInitialState: () => S
  readonly subscribe: (listener: (state: S, previous: S) => void) => () => void
}

/** A store with its one writer. */
export interface Store<S, E> {
  readonly store: ReadableStore<S>
  readonly dispatch: (event: E) => void
}

/**
 * A zustand store that changes by events alone. Listeners see every state once and in order even when one of them dispatches,
 * and one that throws disturbs no other. States are replaced whole, so nothing of an old one shows through.
 */
export function createStore<S, E>(initial: S, reduce: (state: S, event: E) => S): Store<S, E> {
  const zustand = createZustandStore<S>(() => initial)
  const queue: E[] = []
  let isDraining = false

  return {
    store: {
      getState: zustand.getState,
      getInitialState: zustand.getInitialState,
      subscribe: (listener) =>
        zustand.subscribe((state, previous) => {
          try {
            listener(state, previous)
          } catch (error) {
            report(error)
          }
        }),
    },
    dispatch(event) {
      queue.push(event)
      if (isDraining) return
      isDraining = true
      try {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          zustand.setState(reduce(zustand.getState(), next), true)
        }
      } finally {
        isDraining = false
      }
    },
  }
}
