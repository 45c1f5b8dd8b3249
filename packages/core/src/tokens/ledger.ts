import type { Clock } from '../browser/clock.ts'
import type { Database } from '../browser/database.ts'
import type { Timer } from '../browser/timer.ts'
import type { AuthError } from '../errors.ts'
import { membersOf } from '../ownMembers.ts'
import { isCount } from '../session/record.ts'
import { createAttempts, type Attempts } from './attempts.ts'
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
export interface Ledger extends Pick<Attempts, 'isDegraded' | 'retry' | 'close'> {
  /** `null`: there is none. */
  readonly read: (id: string) => Promise<Entry | null>
  /** Writes it where it is newer than what is there and, at that moment, `isWanted`; gives whether it did, once that is durable. */
  readonly write: (id: string, entry: Entry, isWanted: () => boolean) => Promise<boolean>
  /** What this tab knows of a circle without asking. */
  readonly known: (id: string) => Entry | null
  /** Nobody who has the key sealed this entry as it stands: it is as good as none from now on. */
  readonly disregard: (id: string, entry: Entry) => void
  /** Forgets circles that nobody has touched for long. */
  readonly sweep: () => void
}

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
  const { parse, note, known, disregard } = createMemory()
  /** What the database has not got. */
  const unsaved = new Map<string, Entry>()
  const save = async (): Promise<void> => {
    for (const [id, entry] of unsaved) {
      const stored = await database.update(id, (before) => (isNewer(entry, parse(id, before)) ? entry : before))
      // Something newer may have come meanwhile.
      if (unsaved.get(id) !== entry) continue
      unsaved.delete(id)
      note(id, parse(id, stored))
    }
  }
  const { bounded, saveLater, ...attempts } = createAttempts({ timer, clock, onDegraded, save, isSaved: () => unsaved.size === 0 })

  return {
    read: (id) =>
      bounded(
        async () => note(id, parse(id, await database.read(id))),
        () => ask(id).then(() => known(id)),
      ),
    write(id, entry, isWanted) {
      const isNext = (stored: Entry | null): boolean => isNewer(entry, stored) && isWanted()
      return bounded(
        async () => {
          const stored = await database.update(id, (before) => (isNext(parse(id, before)) ? entry : before))
          // Also when it was run twice, and the first time had done it.
          return isSame(note(id, parse(id, stored)), entry)
        },
        () => {
          if (!isNext(known(id))) return false
          note(id, entry)
          unsaved.set(id, entry)
          saveLater()
          return true
        },
      )
    },
    known,
    disregard,
    ...attempts,
    sweep() {
      const oldestAt = clock.now().wallAt - longestIdleMs
      // Keys are nobody's session, and are not made again.
      const isOver = (stored: unknown): boolean => membersOf(stored)['privateKey'] === undefined && (parseEntry(stored)?.at ?? 0) < oldestAt
      void bounded(() => database.sweep(isOver), () => {})
    },
  }
}

interface Memory extends Pick<Ledger, 'known' | 'disregard'> {
  readonly parse: (id: string, value: unknown) => Entry | null
  /** Gives what it is given. */
  readonly note: (id: string, entry: Entry | null) => Entry | null
}

/** What a tab knows of the entries of each circle. */
function createMemory(): Memory {
  const entries = new Map<string, Entry>()
  const disregarded = new Map<string, Entry>()
  return {
    parse(id, value) {
      const entry = parseEntry(value)
      return isSame(entry, disregarded.get(id)) ? null : entry
    },
    note(id, entry) {
      const before = entries.get(id)
      // An answer that was long in coming tells nothing new.
      if (entry !== null && (before === undefined || !isNewer(before, entry))) entries.set(id, entry)
      return entry
    },
    known: (id) => entries.get(id) ?? null,
    disregard(id, entry) {
      disregarded.set(id, entry)
      if (isSame(entry, entries.get(id))) entries.delete(id)
    },
  }
}

/** What a database or a message holds, or `null` for anything else. */
export function parseEntry(value: unknown): Entry | null {
  const { generation, epoch, sealed, at } = membersOf(value)
  const bytes = bytesOf(sealed)
  if (!isCount(generation) || generation > highestGeneration || bytes === null || !isCount(at)) return null
  return { generation, ...(isCount(epoch) && epoch <= generation && { epoch }), sealed: bytes, at }
}

/** What is said in the open of what an entry has sealed. */
export function contextOf({ generation, epoch }: Pick<Entry, 'generation' | 'epoch'>): string {
  return `${generation} ${epoch}`
}

function isSame(one: Entry | null, other: Entry | undefined): boolean {
  return one !== null && other !== undefined && contextOf(one) === contextOf(other) && String(one.sealed) === String(other.sealed)
}

function isNewer({ generation, epoch = generation }: Entry, stored: Entry | null): boolean {
  return stored === null || (generation > stored.generation && epoch >= (stored.epoch ?? 0))
}
