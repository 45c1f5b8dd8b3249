import type { Environment, Finding } from '@tessera-auth/core'
import { createCell, type Cell } from '../createCell.ts'
import type { Instruments } from '../instruments/instruments.ts'
import { factsOf, findingsOf, refreshFactsOf, type DevtoolsAuth, type Facts, type RefreshFacts } from './facts.ts'

/** An auth as components of the panel get it. */
export interface Readings {
  readonly facts: Pick<Cell<Facts>, 'get' | 'subscribe'>
  /** By the clock of this moment. */
  readonly refresh: () => RefreshFacts
  /** Asks servers, unlike all else here. */
  readonly diagnose: () => Promise<readonly Finding[]>
  /** The time that the auth goes by, in epoch milliseconds. */
  readonly nowAt: () => number
  /** The time that the timeline goes by: nobody moves it. */
  readonly realNowAt: () => number
  /** Calls `run` again and again until the returned function is called. */
  readonly every: (periodMs: number, run: () => void) => () => void
  readonly stop: () => void
}

interface ReadingsOptions {
  readonly auth: DevtoolsAuth
  /** What the auth was given. */
  readonly environment: Environment
  readonly instruments: Instruments | null
}

export function createReadings({ auth, environment, instruments }: ReadingsOptions): Readings {
  const { clock, timer } = instruments?.base ?? environment
  const facts = createCell(factsOf(auth))
  const look = (): void => {
    const next = factsOf(auth)
    if (JSON.stringify(next) !== JSON.stringify(facts.get())) facts.set(next)
  }
  return {
    facts,
    refresh: () => refreshFactsOf(auth),
    diagnose: () => findingsOf(auth),
    nowAt: () => environment.clock.now().wallAt,
    realNowAt: () => clock.now().wallAt,
    every(periodMs, run) {
      const again = (): (() => void) =>
        timer.after(periodMs, () => {
          run()
          cancel = again()
        })
      let cancel = again()
      return () => cancel()
    },
    stop: auth.store.subscribe(look),
  }
}
