import type { Flow } from './flows.ts'
import type { Injection } from './injections.ts'
import type { World } from './world.ts'

/** A run of a flow with something in its way, as far as it has come. */
export interface Run {
  readonly world: World
  readonly flow: Flow
  readonly injection: Injection
  /** The moment of the injection. */
  readonly step: number
}
