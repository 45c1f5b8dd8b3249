import { report } from './report.ts'

/** Listeners to one kind of event. One that throws disturbs neither the others nor the emitter. */
export interface Emitter<E> {
  readonly emit: (event: E) => void
  readonly subscribe: (listener: (event: E) => void) => () => void
  readonly hasListeners: () => boolean
  readonly clear: () => void
}

/** An event emitted by a listener waits its turn, so that all listeners get all events in one order. */
export function createEmitter<E>(): Emitter<E> {
  const listeners = new Set<(event: E) => void>()
  const due: { readonly listener: (event: E) => void; readonly event: E }[] = []

  const deliver = (): void => {
    // An array's iterator also visits what is pushed meanwhile.
    for (const { listener, event } of due) {
      if (!listeners.has(listener)) continue
      try {
        listener(event)
      } catch (error) {
        report(error)
      }
    }
  }

  return {
    emit(event) {
      const isDelivering = due.length > 0
      for (const listener of listeners) due.push({ listener, event })
      if (isDelivering) return
      try {
        deliver()
      } finally {
        due.length = 0
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
