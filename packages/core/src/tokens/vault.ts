import type { Clock } from '../browser/clock.ts'
import type { TokenStorage } from '../browser/storage.ts'
import type { Timer } from '../browser/timer.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import { AuthError } from '../errors.ts'
import { lifetimeOf, type Lifetime } from '../session/lifetime.ts'
import { decodeRecord, encodeRecord } from '../session/record.ts'
import type { TokenSet } from '../session/session.ts'

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
  /** Reads the storage, once. Whatever it finds there, it does not throw. */
  readonly restore: () => Promise<void>
  /** Stores, then holds. Gives `false`, and keeps nothing, when another `commit` or a `clear` came meanwhile. */
  readonly commit: (tokens: T) => Promise<boolean>
  /** Forgets everything at once. */
  readonly clear: () => void
}

/** A storage that hangs must not hang the session. */
const storageDeadlineMs = 3_000

interface VaultOptions<T extends TokenSet> {
  readonly storage: TokenStorage
  readonly key: string
  readonly clock: Clock
  readonly timer: Timer
  readonly accept: (tokens: TokenSet) => tokens is T
  readonly onStorageError: (error: AuthError) => void
}

export function createVault<T extends TokenSet>(options: VaultOptions<T>): Vault<T> {
  const { storage, key, clock, timer, accept, onStorageError } = options
  let held: Held<T> | null = null
  let generation = 0
  let restoring: Promise<void> | null = null

  let writes: Promise<unknown> = Promise.resolve()

  const failed = (cause: unknown): void =>
    onStorageError(new AuthError('storage_failed', 'The storage failed: the session goes on in memory.', { cause }))
  const bounded = <R>(run: () => R | Promise<R>): Promise<R | void> =>
    withDeadline(timer, storageDeadlineMs, undefined, async () => run()).catch(failed)

  /** At once where the storage is synchronous; a write still under way is followed by another removal. */
  const forget = (): void => {
    try {
      void Promise.resolve(storage.removeItem(key)).catch(failed)
    } catch (cause) {
      failed(cause)
    }
  }
  /** One write at a time, each only if nothing newer came while it waited. */
  const write = (text: string, written: number): Promise<unknown> => {
    writes = writes.then(() => (written === generation ? bounded(() => storage.setItem(key, text)) : undefined))
    return writes
  }
  const read = async (): Promise<void> => {
    if (generation > 0) return
    const text = await bounded(() => storage.getItem(key))
    // A login or logout meanwhile is newer than anything stored.
    if (generation > 0 || typeof text !== 'string') return
    const record = decodeRecord(text, accept)
    if (record === null) return forget()
    const now = clock.now()
    const ageMs = Math.max(0, now.wallAt - record.receivedAt)
    generation = record.generation
    held = {
      tokens: record.tokens,
      generation,
      lifetime: lifetimeOf(record.tokens, { wallAt: record.receivedAt, elapsedMs: now.elapsedMs - ageMs }),
    }
  }

  return {
    held: () => held,
    restore: () => (restoring ??= read()),
    async commit(tokens) {
      const received = clock.now()
      const next = ++generation
      await write(encodeRecord({ tokens, receivedAt: received.wallAt, generation: next }), next)
      if (next !== generation) {
        if (held === null) forget()
        return false
      }
      held = { tokens, generation: next, lifetime: lifetimeOf(tokens, received) }
      return true
    },
    clear() {
      generation++
      held = null
      forget()
    },
  }
}
