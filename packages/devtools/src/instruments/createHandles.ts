import type { Environment, InspectEvent } from '@tessera-auth/core'
import { createCell } from '../createCell.ts'
import { createListeners, type Listeners } from '../createListeners.ts'
import type { Instruments, Interference } from './instruments.ts'

type WakeReason = Parameters<Parameters<Environment['wake']['subscribe']>[0]>[0]

/** What buttons move, and how the seams see it. */
export interface Handles extends Omit<Instruments, 'base' | 'subscribe'> {
  readonly wakes: Listeners<WakeReason>
  /** How much more time counts as passed. */
  readonly passedMs: () => number
  /** Whether other tabs hear nothing of this one, nor it of them. */
  readonly isIsolated: () => boolean
  /** Whether this request is to fail; asked once for each. */
  readonly takeFailure: (request: Request) => boolean
}

export function createHandles(): Handles {
  const wakes = createListeners<WakeReason>()
  const interference = createCell<Interference>({ skewMs: 0, isOffline: false, isFailing: false })
  const interfere = (change: Partial<Interference>): void => interference.set({ ...interference.get(), ...change })
  let [passedMs, isRefreshing, isIsolated] = [0, false, false]
  const skewTo = (skewMs: number): void => {
    interfere({ skewMs })
    wakes.tell('focus')
  }
  return {
    wakes,
    interference,
    passedMs: () => passedMs,
    isIsolated: () => isIsolated,
    takeFailure(request) {
      // Only what goes to token servers is never cached; an API may be asked at the same time.
      const isTaken = interference.get().isFailing && isRefreshing && request.cache === 'no-store'
      if (isTaken) interfere({ isFailing: false })
      return isTaken
    },
    skew: (byMs) => skewTo(interference.get().skewMs + byMs),
    unskew: () => skewTo(0),
    passTime(byMs) {
      passedMs += byMs
      wakes.tell('focus')
    },
    setOffline(isOffline) {
      interfere({ isOffline })
      if (!isOffline) wakes.tell('online')
    },
    failNextRefresh: (isFailing) => interfere({ isFailing }),
    isolate: () => void (isIsolated = true),
    onUnwatched: () => void (isRefreshing = false),
    onEvent(event) {
      isRefreshing = isRefreshingAfter(event) ?? isRefreshing
      if (event.type === 'login_started' || event.type === 'login_resumed') isIsolated = false
    },
  }
}

/** `undefined`: it says nothing of that. */
function isRefreshingAfter({ type }: InspectEvent): boolean | undefined {
  if (type === 'refresh_started') return true
  return ['refreshed', 'adopted', 'refresh_failed', 'ended', 'cleared', 'set'].includes(type) ? false : undefined
}
