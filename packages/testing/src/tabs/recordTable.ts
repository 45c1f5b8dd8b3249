import type { Database } from '@tessera-auth/core'
import type { Machine } from './machine.ts'
import type { Visit } from './visit.ts'

/** The database of an origin. */
export interface RecordTable {
  /** What is in it: a test may read it, and put anything there. */
  readonly records: Map<string, unknown>
  readonly databaseOf: (visit: Visit) => Database
}

export function createRecordTable({ timeline, steps, faults, latencies }: Machine): RecordTable {
  const records = new Map<string, unknown>()

  const databaseOf = (visit: Visit): Database => {
    /** Asks, works in one task, and answers in another: in between, all is written and the page does not know. */
    const transact = <R>(name: 'database.read' | 'database.update' | 'database.sweep', detail: string, work: () => R): Promise<R> =>
      new Promise((resolve, reject) => {
        const answer = (settle: () => void): void => {
          timeline.schedule(() => steps.take({ visit, name: 'database.answered', detail }, settle), { visit })
        }
        const run = (): void => {
          if (faults.databaseHangs) return
          if (faults.withoutDatabase) return answer(() => reject(new DOMException('There is no database here.', 'UnknownError')))
          steps.take({ visit, name: 'database.committed', detail }, () => {
            try {
              const result = work()
              answer(() => resolve(result))
            } catch (error) {
              answer(() => reject(error))
            }
          })
        }
        steps.take({ visit, name, detail }, () => timeline.schedule(run, { delayMs: latencies.databaseMs, visit }))
      })

    return {
      read: (key) => transact('database.read', key, () => copyOf(records.get(key))),
      update: (key, change) =>
        transact('database.update', key, () => {
          const stored = copyOf(records.get(key))
          const next = change(stored)
          if (next !== stored) records.set(key, copyOf(next))
          return next
        }),
      sweep: (isOver) =>
        transact('database.sweep', '', () => {
          for (const [key, record] of records) {
            if (isOver(copyOf(record))) records.delete(key)
          }
        }),
    }
  }
  return { records, databaseOf }
}

/** As a database and a channel copy: what cannot be copied throws. */
export function copyOf(value: unknown): unknown {
  return typeof value === 'string' ? value : structuredClone(value)
}
