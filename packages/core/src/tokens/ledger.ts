import type { Clock } from '../browser/clock.ts'
import type { Database } from '../browser/database.ts'
import type { Timer } from '../browser/timer.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import { AuthError } from '../errors.ts'
import { membersOf } from '../ownMembers.ts'
import { elapsedSince, type Moment } from '../session/lifetime.ts'
import { isCount } from '../session/record.ts'
import { bytesOf } from './bytesOf.ts'

/** What the ledger has of a circle. All who have its key can read it, and nobody else. */
export interface Entry {
  readonly generation: number
  /** The generation of the login that it comes from; nothing of an earlier login takes its place. Absent: none that is known. */
  readonly epoch?: number | undefined
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
  /** The next that is read or written tries the database, be it that it has just failed. */
  readonly retry: () => void
  /** Forgets circles that nobody has touched for long. */
  readonly sweep: () => void
}

/** A database that hangs must not hang the session. */
const deadlineMs = 3_000

/** A database that failed is left alone for as long: each try may take until the deadline. */
const restMs = 60_000

/** No counter gets there: what says so would leave no room for the next. */
const highestGeneration = 2 ** 50

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
  /** What the database has not got. */
  const unsaved = new Map<string, Entry>()
  const save = async (): Promise<void> => {
    for (const [id, entry] of unsaved) {
      const stored = await database.update(id, (before) => (isNewer(entry, parseEntry(before)) ? entry : before))
      // Something newer may have come meanwhile.
      if (unsaved.get(id) !== entry) continue
      unsaved.delete(id)
      note(id, parseEntry(stored))
    }
  }
  const { bounded, ...attempts } = createAttempts({ timer, clock, onDegraded, save, isSaved: () => unsaved.size === 0 })
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
      const isNext = (stored: Entry | null): boolean => isNewer(entry, stored) && isWanted()
      return bounded(
        async () => {
          const stored = await database.update(id, (before) => (isNext(parseEntry(before)) ? entry : before))
          // Also when it was run twice, and the first time had done it.
          return String(note(id, parseEntry(stored))?.sealed) === String(entry.sealed)
        },
        () => {
          const isWritten = isNext(known.get(id) ?? null)
          if (isWritten) for (const entries of [known, unsaved]) entries.set(id, entry)
          return isWritten
        },
      )
    },
    known: (id) => known.get(id) ?? null,
    ...attempts,
    sweep() {
      const oldestAt = clock.now().wallAt - longestIdleMs
      void bounded(() => database.sweep((stored) => (parseEntry(stored)?.at ?? 0) < oldestAt), () => {})
    },
  }
}

interface AttemptsOptions extends Pick<LedgerOptions, 'timer' | 'clock' | 'onDegraded'> {
  /** Brings the database up to date, once it works again. */
  readonly save: () => Promise<void>
  readonly isSaved: () => boolean
}

interface Attempts extends Pick<Ledger, 'isDegraded' | 'retry'> {
  /** Runs what needs the database or, where that fails or has just failed, what does not. */
  readonly bounded: <R>(run: () => Promise<R>, otherwise: () => R | Promise<R>) => Promise<R>
}

function createAttempts({ timer, clock, onDegraded, save, isSaved }: AttemptsOptions): Attempts {
  let isDegraded = false
  let failedAt: Moment | null = null

  const bounded = async <R>(run: () => Promise<R>, otherwise: () => R | Promise<R>): Promise<R> => {
    const startedAt = clock.now()
    if (failedAt !== null && elapsedSince(failedAt, startedAt) < restMs) return otherwise()
    // What is read must not be older than what this tab has said.
    const work = isDegraded ? () => save().then(run) : run
    try {
      // Browsers also abort what runs while they suspend a page, and that passes: all that runs here can run again.
      const result = await withDeadline({ timer, deadlineMs }, () => work().catch(work))
      failedAt = null
      isDegraded = !isSaved()
      return result
    } catch (cause) {
      // Timers that a frozen page is late for come before the answer that is there as well.
      if (elapsedSince(startedAt, clock.now()) > 2 * deadlineMs) return bounded(run, otherwise)
      isDegraded = true
      failedAt = clock.now()
      onDegraded(new AuthError('storage_failed', 'IndexedDB failed: the tabs of a session can only ask each other.', { cause }))
      return otherwise()
    }
  }
  return { bounded, isDegraded: () => isDegraded, retry: () => void (failedAt = null) }
}

/** What a database or a message holds, or `null` for anything else. */
export function parseEntry(value: unknown): Entry | null {
  const { generation, epoch, sealed, at } = membersOf(value)
  const bytes = bytesOf(sealed)
  if (!isCount(generation) || generation > highestGeneration || bytes === null || !isCount(at)) return null
  return { generation, ...(isCount(epoch) && epoch <= generation && { epoch }), sealed: bytes, at }
}

function isNewer({ generation, epoch = generation }: Entry, stored: Entry | null): boolean {
  return stored === null || (generation > stored.generation && epoch >= (stored.epoch ?? 0))
}
