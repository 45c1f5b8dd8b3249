import type { Environment } from '@tessera-auth/core'
import { createListeners, type Listeners } from '../createListeners.ts'
import type { Lane, Outcome, Sighting } from './mark.ts'

/** Notes what happens, for whoever watches. */
export interface Sightings extends Pick<Listeners<Sighting>, 'subscribe'> {
  readonly point: (lane: Lane, outcome: Outcome, text: string) => void
  /** Notes that something has begun; gives a function to call once, when it is over. */
  readonly begin: (lane: Lane, text: string) => (outcome: Outcome, text: string) => void
}

/** @param prefix Tells the ids of several apart. */
export function createSightings(clock: Environment['clock'], prefix: string): Sightings {
  const listeners = createListeners<Sighting>()
  let count = 0
  const nowAt = (): number => clock.now().wallAt
  const begin: Sightings['begin'] = (lane, text) => {
    const started = { id: `${prefix}${++count}`, lane, startedAt: nowAt() }
    listeners.tell({ ...started, endedAt: null, outcome: 'open', text })
    return (outcome, ending) => listeners.tell({ ...started, endedAt: nowAt(), outcome, text: ending })
  }
  return {
    subscribe: listeners.subscribe,
    begin,
    point(lane, outcome, text) {
      const at = nowAt()
      listeners.tell({ id: `${prefix}${++count}`, lane, startedAt: at, endedAt: at, outcome, text })
    },
  }
}
