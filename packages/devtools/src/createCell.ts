import { createListeners } from './createListeners.ts'

/** One value that can be watched. */
export interface Cell<Value> {
  readonly get: () => Value
  readonly set: (next: Value) => void
  /** Calls `listener` after each change until the returned function is called. */
  readonly subscribe: (listener: () => void) => () => void
}

export function createCell<Value>(initial: Value): Cell<Value> {
  const { subscribe, tell } = createListeners<void>()
  let value = initial
  return {
    get: () => value,
    set(next) {
      if (Object.is(value, next)) return
      value = next
      tell()
    },
    subscribe,
  }
}
