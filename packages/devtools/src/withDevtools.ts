import { environment as realEnvironment, type Environment } from '@tessera-auth/core'
import { createInstruments } from './instruments/createInstruments.ts'
import type { Instruments } from './instruments/instruments.ts'

const made = new WeakMap<Environment, Instruments>()

/**
 * An environment in which the devtools see requests, waits for locks and messages among tabs, and can move the clock, cut the network
 * and have a refresh fail. Give it to `createAuth` and to {@link TesseraDevtools}.
 *
 * In a production build, and where there is no page, it is the environment that it was given.
 *
 * @param environment Default: the real one.
 *
 * @example
 * export const environment = withDevtools()
 * export const auth = createAuth({ method }, environment)
 */
export function withDevtools(environment: Environment = realEnvironment): Environment {
  if (!environment.page.isBrowser()) return environment
  const instrumented = createInstruments(environment)
  made.set(instrumented.environment, instrumented.instruments)
  return instrumented.environment
}

/** The handles of an environment that {@link withDevtools} made; `null` of any other. */
export function instrumentsOf(environment: Environment): Instruments | null {
  return made.get(environment) ?? null
}
