/** Those who listen. */
export interface Listeners<Event> {
  /** Calls `listener` until the returned function is called. */
  readonly subscribe: (listener: (event: Event) => void) => () => void
  readonly tell: (event: Event) => void
}

export function createListeners<Event>(): Listeners<Event> {
  const listeners = new Set<{ readonly call: (event: Event) => void }>()
  return {
    subscribe(call) {
      const entry = { call }
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    tell(event) {
      // One that leaves and comes again meanwhile has been told, and one that has left is not.
      for (const entry of new Set(listeners)) if (listeners.has(entry)) entry.call(event)
    },
  }
}
