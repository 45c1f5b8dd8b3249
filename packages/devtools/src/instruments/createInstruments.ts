import { broadcastChannels, indexedDatabase, webLocks, type Environment } from '@tessera-auth/core'
import { createSightings } from '../feed/createSightings.ts'
import { createHandles } from './createHandles.ts'
import { instrumentChannels } from './instrumentChannels.ts'
import { instrumentDatabase } from './instrumentDatabase.ts'
import { instrumentLocks } from './instrumentLocks.ts'
import { instrumentNetwork } from './instrumentNetwork.ts'
import type { Instruments } from './instruments.ts'

/** An environment, and the handles of it. */
export interface Instrumented {
  readonly environment: Environment
  readonly instruments: Instruments
}

export function createInstruments(base: Environment): Instrumented {
  const { clock, network, wake, locks = webLocks, channels = broadcastChannels, database = indexedDatabase } = base
  const sightings = createSightings(base)
  const { passedMs, isIsolated, takeFailure, wakes, ...handles } = createHandles()
  const { interference } = handles
  const environment: Environment = {
    ...base,
    clock: {
      now() {
        const { wallAt, elapsedMs } = clock.now()
        return { wallAt: wallAt + interference.get().skewMs, elapsedMs: elapsedMs + passedMs() }
      },
    },
    wake: {
      subscribe(listener) {
        const releases = [wake.subscribe(listener), wakes.subscribe(listener)]
        return () => releases.forEach((release) => release())
      },
    },
    network: instrumentNetwork(network, { sightings, isOffline: () => interference.get().isOffline, takeFailure }),
    locks: instrumentLocks(locks, sightings),
    channels: instrumentChannels(channels, { sightings, isIsolated }),
    database: instrumentDatabase(database, isIsolated),
  }
  return { environment, instruments: { base, subscribe: sightings.subscribe, ...handles } }
}
