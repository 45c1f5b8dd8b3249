import type { InspectEvent, ParkingEvent, ParkingVerdict } from '../auth/inspect.ts'
import { createStore, type ReadableStore } from '../auth/store.ts'
import { createEmitter, type Emitter } from '../browser/emitter.ts'
import type { Environment } from '../browser/environment.ts'
import { elapsedSince, type Moment } from '../session/lifetime.ts'
import { createSchedule } from '../tokens/schedule.ts'

/** A request that would wait. */
export interface Arrival {
  /** Grows with each request made. */
  readonly turn: number
  /** Without its query. */
  readonly url: string
  readonly signal: AbortSignal
  /** Resolves when it can be sent again; `false`: it never can. */
  readonly isReady: Promise<boolean>
  /** Whether it may be sent again at this very moment. */
  readonly mayGo: () => boolean
}

/** Where requests wait for a login. */
export interface ParkingLot {
  /** How many wait. */
  readonly store: ReadableStore<number>
  readonly events: Pick<Emitter<InspectEvent>, 'subscribe' | 'clear'>
  /** Never rejects. `null`: there was no room, or it was given up before. */
  readonly wait: (arrival: Arrival) => Promise<ParkingVerdict | null>
  /** Lets all go that are ready, in the order in which they were made. */
  readonly release: () => void
  /** Lets nobody go. */
  readonly clear: (verdict: Exclude<ParkingVerdict, 'released'>) => void
}

interface ParkingLotOptions {
  readonly most: number
  readonly longestMs: number
  readonly environment: Pick<Environment, 'clock' | 'timer' | 'wake'>
}

interface Place {
  readonly turn: number
  readonly since: Moment
  isReady: boolean
  readonly leave: (verdict: ParkingVerdict) => void
}

export function createParkingLot({ most, longestMs, environment }: ParkingLotOptions): ParkingLot {
  const places = createPlaces(longestMs, environment)
  const events = createEmitter<InspectEvent>()
  const tell = (event: ParkingEvent): void => events.emit({ ...event, at: environment.clock.now().wallAt })
  const go = (place: Place): void => place.leave(places.isLate(place) ? 'too_late' : 'released')

  return {
    store: places.store,
    events,
    wait({ turn, url, signal, isReady, mayGo }) {
      if (places.all().length >= most || signal.aborted) return Promise.resolve(null)
      return new Promise((resolve) => {
        const done = new AbortController()
        const place: Place = {
          turn,
          since: environment.clock.now(),
          isReady: false,
          leave(verdict) {
            if (!places.exit(place)) return
            done.abort()
            tell({ type: 'unparked', url, verdict })
            resolve(verdict)
          },
        }
        signal.addEventListener('abort', () => place.leave('aborted'), { signal: done.signal })
        places.enter(place)
        tell({ type: 'parked', url })
        void isReady.then((isGood) => {
          place.isReady = isGood
          if (!isGood) place.leave('not_kept')
          else if (mayGo()) go(place)
        })
      })
    },
    release() {
      const ready = places.all().filter((place) => place.isReady)
      for (const place of ready.sort((one, other) => one.turn - other.turn)) go(place)
    },
    clear(verdict) {
      for (const { leave } of places.all()) leave(verdict)
    },
  }
}

interface Places {
  readonly store: ReadableStore<number>
  readonly all: () => Place[]
  readonly isLate: (place: Place) => boolean
  readonly enter: (place: Place) => void
  /** @returns Whether it was there. */
  readonly exit: (place: Place) => boolean
}

/** The places taken, each for so long. By the clock: a timer stands still while a computer sleeps, and a login may come before it runs. */
function createPlaces(longestMs: number, { clock, timer, wake }: ParkingLotOptions['environment']): Places {
  const taken = new Set<Place>()
  const { store, dispatch } = createStore<number, number>(0, (_, count) => count)
  const remainingMs = ({ since }: Place): number => longestMs - elapsedSince(since, clock.now())
  const isLate = (place: Place): boolean => remainingMs(place) <= 0
  const run = (): void => {
    for (const place of [...taken].filter(isLate)) place.leave('too_late')
    schedule.update()
  }
  const dueInMs = (): number => Math.min(Infinity, ...[...taken].map(remainingMs))
  const schedule = createSchedule({ timer, wake, dueInMs, run, onWake: () => {} })
  schedule.start()

  return {
    store,
    all: () => [...taken],
    isLate,
    enter(place) {
      taken.add(place)
      dispatch(taken.size)
      schedule.update()
    },
    exit(place) {
      if (!taken.delete(place)) return false
      dispatch(taken.size)
      if (taken.size === 0) schedule.update()
      return true
    },
  }
}
