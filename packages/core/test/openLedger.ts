import type { Database } from '../src/browser/database.ts'
import { systemClock } from '../src/browser/clock.ts'
import { systemTimer } from '../src/browser/timer.ts'
import type { AuthError } from '../src/errors.ts'
import { createLedger, type Entry, type Ledger } from '../src/tokens/ledger.ts'
import { createOrigin } from './origin.ts'

/** A ledger, and what it says and asks. */
export interface OpenLedger {
  readonly ledger: Ledger
  readonly troubles: AuthError[]
  /** The circles that it asked other tabs about. */
  readonly asked: string[]
  /** What happens when it asks. */
  readonly onAsk: (answer: () => void) => void
}

export function openLedger(database: Database = createOrigin().database): OpenLedger {
  const troubles: AuthError[] = []
  const asked: string[] = []
  let answers = (): void => {}
  const ask = async (id: string): Promise<void> => {
    asked.push(id)
    answers()
  }
  const ledger = createLedger({ database, timer: systemTimer, clock: systemClock, ask, onDegraded: (error) => troubles.push(error) })
  return { ledger, troubles, asked, onAsk: (answer) => void (answers = answer) }
}

/** Something to write there. */
export function entryOf(generation: number, at: number = Date.now()): Entry {
  return { generation, sealed: new Uint8Array([generation]), at }
}

/** A database that can be made to fail, and counts how often it was tried. */
export interface FailingDatabase {
  readonly state: { fails: boolean; tries: number; readonly records: Map<string, unknown> }
  readonly wrapped: Database
  /** The same, which never fails. */
  readonly database: Database
}

export function createFailingDatabase(): FailingDatabase {
  const { database, records } = createOrigin()
  const state = { fails: true, tries: 0, records }
  const through = <R>(run: () => Promise<R>): Promise<R> => {
    state.tries++
    return state.fails ? Promise.reject(new Error('gone')) : run()
  }
  const wrapped: Database = {
    read: (key) => through(() => database.read(key)),
    update: (key, change) => through(() => database.update(key, change)),
    sweep: (isOver) => through(() => database.sweep(isOver)),
  }
  return { state, wrapped, database }
}
