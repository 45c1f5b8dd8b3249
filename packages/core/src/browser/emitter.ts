import { report } from './report.ts'

/** Listeners to one kind of event. One that throws disturbs neither the others nor the emitter. */
export interface Emitter<E> {
  readonly emit: (event: E) => void
  readonly subscribe: (listener: (event: E) => void) => () => void
  readonly hasListeners: () => boolean
  readonly clear: () => void
}

export function createEmitter<E>(): Emitter<E> {
  const listeners = new Set<(event: E) => void>()
  return {
    emit(event) {
      for (const listener of [...listeners]) {
        try {
          listener(event)
        } catch (error) {
          report(error)
        }
      }
    },
    subscribe(listener) {
      // A wrapper of its own, so that one function subscribed twice is two subscriptions.
      const own = (event: E): void => listener(event)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    hasListeners: () => listeners.size > 0,
    clear: () => listeners.clear(),
  }
}
