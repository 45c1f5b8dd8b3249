import type { Clock } from '../browser/clock.ts'
import type { Database } from '../browser/database.ts'
import type { Timer } from '../browser/timer.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import { AuthError } from '../errors.ts'
import { membersOf } from '../ownMembers.ts'
import { elapsedSince } from '../session/lifetime.ts'
import { isCount } from '../session/record.ts'
import { bytesOf } from './bytesOf.ts'

/** What the ledger has of a circle. All who have its key can read it, and nobody else. */
export interface Entry {
  readonly generation: number
  /** A token record, or the end of the session, under the key of the circle. */
  readonly sealed: Uint8Array
  /** Epoch milliseconds of the change. */
  readonly at: number
}

/** The newest of each circle, where all its tabs find it: in a database or, failing that, with the tabs that are open. */
export interface Ledger {
  /** `null`: there is none. */
  readonly read: (id: string) => Promise<Entry | null>
  /** Writes it where it is newer than what is there and, at that moment, `isWanted`; gives whether it did, once that is durable. */
  readonly write: (id: string, entry: Entry, isWanted: () => boolean) => Promise<boolean>
  /** What this tab knows of a circle without asking. */
  readonly known: (id: string) => Entry | null
  /** Whether the tabs have to tell each other, as the database does not work. */
  readonly isDegraded: () => boolean
  /** Forgets circles that nobody has touched for long. */
  readonly sweep: () => void
}

/** A database that hangs must not hang the session. */
const deadlineMs = 3_000

/** A tab that finds its circle forgotten puts it back. */
const longestIdleMs = 90 * 86_400_000

interface LedgerOptions {
  readonly database: Database
  readonly timer: Timer
  readonly clock: Clock
  /** Has the other tabs say what they know of a circle; settles when they had time to. */
  readonly ask: (id: string) => Promise<void>
  readonly onDegraded: (error: AuthError) => void
}

export function createLedger({ database, timer, clock, ask, onDegraded }: LedgerOptions): Ledger {
  const known = new Map<string, Entry>()
  let isDegraded = false

  const bounded = async <R>(run: () => Promise<R>, otherwise: () => R | Promise<R>): Promise<R> => {
    if (isDegraded) return otherwise()
    const startedAt = clock.now()
    try {
      // Browsers also abort what runs while they suspend a page, and that passes: all that runs here can run again.
      return await withDeadline({ timer, deadlineMs }, () => run().catch(run))
    } catch (cause) {
      // Timers that a frozen page is late for come before the answer that is there as well.
      if (elapsedSince(startedAt, clock.now()) > 2 * deadlineMs) return bounded(run, otherwise)
      isDegraded = true
      onDegraded(new AuthError('storage_failed', 'IndexedDB failed: the tabs of a session can only ask each other.', { cause }))
      return otherwise()
    }
  }
  const note = (id: string, entry: Entry | null): Entry | null => {
    if (entry !== null) known.set(id, entry)
    return entry
  }

  return {
    read: (id) =>
      bounded(
        async () => note(id, parseEntry(await database.read(id))),
        async () => {
          await ask(id)
          return known.get(id) ?? null
        },
      ),
    write(id, entry, isWanted) {
      const isNext = (stored: Entry | null): boolean => (stored === null || stored.generation < entry.generation) && isWanted()
      return bounded(
        async () => {
          const stored = await database.update(id, (before) => (isNext(parseEntry(before)) ? entry : before))
          return note(id, parseEntry(stored)) !== null && stored === entry
        },
        () => {
          const isWritten = isNext(known.get(id) ?? null)
          if (isWritten) known.set(id, entry)
          return isWritten
        },
      )
    },
    known: (id) => known.get(id) ?? null,
    isDegraded: () => isDegraded,
    sweep() {
      const oldestAt = clock.now().wallAt - longestIdleMs
      void bounded(() => database.sweep((stored) => (parseEntry(stored)?.at ?? 0) < oldestAt), () => {})
    },
  }
}

/** What a database or a message holds, or `null` for anything else. */
export function parseEntry(value: unknown): Entry | null {
  const { generation, sealed, at } = membersOf(value)
  const bytes = bytesOf(sealed)
  return isCount(generation) && bytes !== null && isCount(at) ? { generation, sealed: bytes, at } : null
}
