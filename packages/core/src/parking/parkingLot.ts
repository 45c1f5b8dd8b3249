import type { Timer } from '../browser/timer.ts'
import { createStore, type ReadableStore } from '../auth/store.ts'

/** What becomes of a request that waited: it is sent again, it is somebody else's turn, or what came of it stands. */
export type Verdict = 'again' | 'changed' | 'stands'

/** A request that would wait. */
export interface Arrival {
  /** Grows with each request made. */
  readonly turn: number
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
  /** Never rejects. */
  readonly wait: (arrival: Arrival) => Promise<Verdict>
  /** Lets all go that are ready, in the order in which they were made. */
  readonly release: () => void
  /** Lets nobody go. */
  readonly clear: (verdict: Exclude<Verdict, 'again'>) => void
}

interface ParkingLotOptions {
  readonly most: number
  readonly longestMs: number
  readonly timer: Timer
}

interface Place {
  readonly turn: number
  isReady: boolean
  readonly leave: (verdict: Verdict) => void
}

export function createParkingLot({ most, longestMs, timer }: ParkingLotOptions): ParkingLot {
  const places = new Set<Place>()
  const { store, dispatch } = createStore<number, number>(0, (_, count) => count)
  const count = (): void => dispatch(places.size)

  return {
    store,
    wait({ turn, signal, isReady, mayGo }) {
      if (places.size >= most || signal.aborted) return Promise.resolve('stands')
      return new Promise((resolve) => {
        const done = new AbortController()
        const place: Place = {
          turn,
          isReady: false,
          leave(verdict) {
            if (!places.delete(place)) return
            done.abort()
            cancel()
            resolve(verdict)
            count()
          },
        }
        const cancel = timer.after(longestMs, () => place.leave('stands'))
        signal.addEventListener('abort', () => place.leave('stands'), { signal: done.signal })
        places.add(place)
        count()
        void isReady.then((isGood) => {
          place.isReady = isGood
          if (!isGood) place.leave('stands')
          else if (mayGo()) place.leave('again')
        })
      })
    },
    release() {
      const ready = [...places].filter((place) => place.isReady)
      for (const { leave } of ready.sort((one, other) => one.turn - other.turn)) leave('again')
    },
    clear(verdict) {
      for (const { leave } of places) leave(verdict)
    },
  }
}
