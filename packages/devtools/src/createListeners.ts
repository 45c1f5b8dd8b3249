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
      for (const { call } of listeners) call(event)
    },
  }
}
