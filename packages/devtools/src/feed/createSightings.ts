import type { Environment } from '@tessera-auth/core'
import { createListeners, type Listeners } from '../createListeners.ts'
import type { Lane, Outcome, Sighting } from './mark.ts'

/** Notes what happens, for whoever watches. */
export interface Sightings extends Pick<Listeners<Sighting>, 'subscribe'> {
  readonly point: (lane: Lane, outcome: Outcome, text: string) => void
  /** Notes that something has begun; gives a function to call once, when it is over. */
  readonly begin: (lane: Lane, text: string) => (outcome: Outcome, text: string) => void
}

export function createSightings({ clock, crypto }: Pick<Environment, 'clock' | 'crypto'>): Sightings {
  const listeners = createListeners<Sighting>()
  // Of the same tab there may be several, at once and one after the other, and other tabs remember what the earlier ones saw.
  const prefix = crypto.random().slice(0, 8)
  let count = 0
  const nowAt = (): number => clock.now().wallAt
  const nextId = (): string => `${prefix}-${++count}`
  const begin: Sightings['begin'] = (lane, text) => {
    const started = { id: nextId(), lane, startedAt: nowAt() }
    listeners.tell({ ...started, endedAt: null, outcome: 'open', text })
    return (outcome, ending) => listeners.tell({ ...started, endedAt: nowAt(), outcome, text: ending })
  }
  return {
    subscribe: listeners.subscribe,
    begin,
    point(lane, outcome, text) {
      const at = nowAt()
      listeners.tell({ id: nextId(), lane, startedAt: at, endedAt: at, outcome, text })
    },
  }
}
