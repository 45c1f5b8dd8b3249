import type { Origin } from './origin.ts'
import type { Holdings, Load } from './tab.ts'
import { createVisitEnvironment, type TabMemory, type VisitEnvironment } from './visitEnvironment.ts'
import { createVisit, type Visit, type VisitState, type WakeReason } from './visit.ts'

/** A page that a tab has loaded, and what the browser does with it. */
export interface OpenedPage<App> {
  readonly visit: Visit
  readonly environment: VisitEnvironment
  readonly app: App
  /** Moves it to another state; of no effect in any state but `from`. */
  readonly move: (from: VisitState, to: VisitState) => boolean
  readonly end: () => void
  readonly wake: (reason: WakeReason) => void
  /** Lets what was held back come. */
  readonly release: () => void
  readonly holdings: () => Holdings
}

/** What a page is made of. */
export interface PageOptions<App> {
  readonly tab: number
  readonly memory: TabMemory
  readonly load: Load<App>
}

export function openPage<App>(origin: Origin, { tab, memory, load }: PageOptions<App>): OpenedPage<App> {
  const { machine, locks, channels, network } = origin
  const visit = createVisit(tab)
  const environment = createVisitEnvironment(origin, visit, memory)
  return {
    visit,
    environment,
    app: load(environment),
    move(from, to) {
      if (visit.state !== from) return false
      visit.state = to
      return true
    },
    end() {
      visit.state = 'gone'
      locks.drop(visit)
      channels.drop(visit)
      network.drop(visit)
      visit.timers.clear()
      visit.wakes.clear()
    },
    wake(reason) {
      if (visit.state !== 'running') return
      // Each in a task of its own, so that one that throws disturbs no other.
      for (const listener of visit.wakes) machine.timeline.schedule(() => visit.wakes.has(listener) && listener(reason), { visit })
    },
    release: () => machine.timeline.release(visit),
    holdings: () => ({
      timers: visit.timers.size,
      wakes: visit.wakes.size,
      channels: channels.joinedBy(visit),
      heldLocks: locks.heldBy(visit),
      awaitedLocks: locks.awaitedBy(visit),
      requests: network.flights().filter((flight) => flight.tab === tab).map(({ url }) => url),
    }),
  }
}
