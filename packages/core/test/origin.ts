import type { Channels as Lines } from './windows.ts'
import type { Channels } from '../src/browser/channel.ts'
import type { Database } from '../src/browser/database.ts'
import type { Locks } from '../src/browser/lock.ts'

/** What the pages of one origin have in common. */
export interface Origin {
  /** Between windows, by name. */
  readonly lines: Lines
  readonly locks: Locks
  readonly channels: Channels
  readonly database: Database
  /** What the database holds. */
  readonly records: Map<string, unknown>
}

export function createOrigin(): Origin {
  const records = new Map<string, unknown>()
  return { lines: new Map(), locks: createLocks(), channels: createChannels(), database: createDatabase(records), records }
}

function createLocks(): Locks {
  const queues = new Map<string, (() => void)[]>()
  return {
    acquire(name) {
      const queue = queues.get(name) ?? []
      queues.set(name, queue)
      return new Promise((resolve) => {
        let isHeld = true
        const letGo = (): void => {
          if (isHeld) queue.shift()
          if (isHeld) queue[0]?.()
          isHeld = false
        }
        queue.push(() => resolve(letGo))
        if (queue.length === 1) queue[0]?.()
      })
    },
  }
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
