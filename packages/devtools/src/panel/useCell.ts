import { useEffect, useState, useSyncExternalStore } from 'react'
import type { Cell } from '../createCell.ts'
import type { Readings } from '../facts/createReadings.ts'

/** The value of a cell. Renders when it changes. */
export function useCell<Value>({ get, subscribe }: Pick<Cell<Value>, 'get' | 'subscribe'>): Value {
  return useSyncExternalStore(subscribe, get, get)
}

/** What `read` gives, read again and again. */
export function usePolled<Value>(every: Readings['every'], periodMs: number, read: () => Value): Value {
  const [value, setValue] = useState(read)
  useEffect(() => every(periodMs, () => setValue(read)), [every, periodMs, read])
  return value
}
