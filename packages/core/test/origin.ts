import { createPatientLocks, type PatientLocks } from './patientLocks.ts'
import type { Channels as Lines } from './windows.ts'
import type { Channels } from '../src/browser/channel.ts'
import type { Database } from '../src/browser/database.ts'

/** What the pages of one origin have in common. */
export interface Origin {
  /** Between windows, by name. */
  readonly lines: Lines
  readonly locks: PatientLocks
  readonly channels: Channels
  readonly database: Database
  /** What the database holds. */
  readonly records: Map<string, unknown>
}

export function createOrigin(): Origin {
  const records = new Map<string, unknown>()
  return { lines: new Map(), locks: createPatientLocks(), channels: createChannels(), database: createDatabase(records), records }
}

function createChannels(): Channels {
  const places = new Map<string, Set<(message: unknown) => void>>()
  return {
    join(name, listener) {
      const others = places.get(name) ?? new Set()
      places.set(name, others.add(listener))
      return {
        post(message) {
          // As in a browser, a message is a copy, and heard later.
          const copy: unknown = structuredClone(message)
          const hearers = [...others].filter((each) => each !== listener)
          void Promise.resolve().then(() => hearers.forEach((hear) => others.has(hear) && hear(copy)))
        },
        leave: () => void others.delete(listener),
      }
    },
  }
}

function createDatabase(records: Map<string, unknown>): Database {
  return {
    read: async (key) => structuredClone(records.get(key)),
    async update(key, change) {
      const stored = records.get(key)
      const next = change(stored)
      if (next !== stored) records.set(key, structuredClone(next))
      return next
    },
    async sweep(isOver) {
      for (const [key, record] of records) if (isOver(record)) records.delete(key)
    },
  }
}
