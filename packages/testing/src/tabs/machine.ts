import { createFaults, type Faults } from './faults.ts'
import { createRandom, type Random } from './random.ts'
import { createSteps, type Steps } from './steps.ts'
import { createTimeline, type Timeline } from './timeline.ts'

/** How long things take, in milliseconds of virtual time. Default 0 each: a task of their own, at the same moment. */
export interface Latencies {
  /** From `fetch` to the server, and as long again back. */
  readonly networkMs: number
  readonly lockMs: number
  readonly databaseMs: number
  readonly channelMs: number
}

/** What the parts of a browser share. */
export interface Machine {
  readonly timeline: Timeline
  readonly steps: Steps
  readonly faults: Faults
  readonly random: Random
  readonly latencies: Latencies
}

/** What a machine is made of. */
export interface MachineOptions {
  readonly seed: number
  readonly startAt: number
  readonly latencies: Partial<Latencies>
}

export function createMachine({ seed, startAt, latencies }: MachineOptions): Machine {
  return {
    timeline: createTimeline(startAt),
    steps: createSteps(),
    faults: createFaults(),
    random: createRandom(seed),
    latencies: { networkMs: 0, lockMs: 0, databaseMs: 0, channelMs: 0, ...latencies },
  }
}
