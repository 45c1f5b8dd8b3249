import type { Clock } from '../browser/clock.ts'
import { lifetimeOf, type Lifetime } from '../session/lifetime.ts'
import { decodeRecord, encodeRecord } from '../session/record.ts'
import type { TokenSet } from '../session/session.ts'
import type { RecordStore } from './recordStore.ts'

/** Tokens in use. */
export interface Held<T extends TokenSet> {
  readonly tokens: T
  /** Grows with every change, never shrinks. */
  readonly generation: number
  readonly lifetime: Lifetime
}

/** Keeps the current tokens in memory and in a storage: durable first, visible second. */
export interface Vault<T extends TokenSet> {
  readonly held: () => Held<T> | null
  /** Reads the storage, once, and gives what it held then, be it too late to be used. Whatever is there, it does not throw. */
  readonly restore: () => Promise<T | null>
  /** Stores, then holds. Gives `false`, and keeps nothing, when another `commit` or a `clear` came meanwhile. */
  readonly commit: (tokens: T) => Promise<boolean>
  /** Forgets everything at once. */
  readonly clear: () => void
}

export function createVault<T extends TokenSet>(store: RecordStore, clock: Clock, accept: (tokens: TokenSet) => tokens is T): Vault<T> {
  let held: Held<T> | null = null
  let generation = 0
  let restoring: Promise<T | null> | null = null

  const read = async (): Promise<T | null> => {
    if (generation > 0) return null
    const text = await store.read()
    if (typeof text !== 'string') return null
    const record = decodeRecord(text, accept)
    // A login or logout meanwhile is newer than anything stored.
    if (generation > 0) return record?.tokens ?? null
    if (record === null) {
      store.remove()
      return null
    }
    const now = clock.now()
    const ageMs = Math.max(0, now.wallAt - record.receivedAt)
    const received = { wallAt: record.receivedAt, elapsedMs: now.elapsedMs - ageMs }
    generation = record.generation
    held = { tokens: record.tokens, generation, lifetime: lifetimeOf(record.tokens, received) }
    return record.tokens
  }

  return {
    held: () => held,
    restore: () => (restoring ??= read()),
    async commit(tokens) {
      const received = clock.now()
      const next = ++generation
      const isNewest = (): boolean => next === generation
      await store.write(() => encodeRecord({ tokens, receivedAt: received.wallAt, generation: next }), isNewest)
      if (isNewest()) held = { tokens, generation: next, lifetime: lifetimeOf(tokens, received) }
      return isNewest()
    },
    clear() {
      generation++
      held = null
      store.remove()
    },
  }
}
