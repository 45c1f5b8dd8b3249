import type { Channels, Database, Environment, Locks, Sealing } from '@tessera-auth/core'
import { fakeSealing } from './fakeSealing.ts'
import type { Machine } from './machine.ts'
import type { Origin } from './origin.ts'
import { tabItemsOf, type TabItems } from './tabItems.ts'
import type { Visit } from './visit.ts'

/** The environment of a page in a simulated tab: complete but for windows beside it. */
export interface VisitEnvironment extends Environment {
  readonly locks: Locks
  readonly database: Database
  readonly channels: Channels
  readonly sealing: Sealing
}

/** What a tab keeps from one page to the next. */
export interface TabMemory {
  readonly storage: TabItems
  href: string
  /** Where its pages left for by a script. */
  readonly departures: string[]
  isVisible: boolean
}

/** Longer delays fire at once in browsers, which is why a page must not ask for one. */
const longestDelayMs = 2_147_483_647

/** Everything that one page asks of the world around it. */
export function createVisitEnvironment(origin: Origin, visit: Visit, memory: TabMemory): VisitEnvironment {
  const { machine, locks, database, channels, network } = origin
  return {
    clock: { now: machine.timeline.moment },
    timer: { after: (delayMs, run) => after({ machine, visit, delayMs }, run) },
    wake: {
      subscribe(listener) {
        // One function subscribed twice is two subscriptions.
        const own: typeof listener = (reason) => listener(reason)
        visit.wakes.add(own)
        return () => void visit.wakes.delete(own)
      },
    },
    network: network.networkOf(visit),
    tabStorage: tabItemsOf(memory.storage, visit, machine.steps),
    locks: locks.locksOf(visit),
    database: database.databaseOf(visit),
    channels: channels.channelsOf(visit),
    page: {
      href: () => memory.href,
      assign: (url) => void machine.steps.take({ visit, name: 'page.assign', detail: url }, () => memory.departures.push(url)),
      replace(url) {
        machine.steps.take({ visit, name: 'page.replace', detail: url }, () => (memory.href = new URL(url, memory.href).href))
      },
      isBrowser: () => true,
      whenActivated: () => Promise.resolve(),
    },
    sealing: fakeSealing(machine, visit),
    // What is warned of is also an event, `tabs_degraded`.
    warn: () => {},
    crypto: { random: machine.random.text, fraction: machine.random.fraction, isSecureContext: () => true },
  }
}

interface Alarm {
  readonly machine: Machine
  readonly visit: Visit
  readonly delayMs: number
}

function after({ machine, visit, delayMs }: Alarm, run: () => void): () => void {
  const { timeline, steps } = machine
  const { timers } = visit
  const detail = String(delayMs)
  const timer = {}
  const fire = (): void => {
    timers.delete(timer)
    steps.take({ visit, name: 'timer.fired', detail }, run)
  }
  const cancel = steps.take({ visit, name: 'timer.armed', detail }, () => {
    timers.add(timer)
    // In whole milliseconds: less than one would never pass, as nothing else moves virtual time.
    return timeline.schedule(fire, { delayMs: delayMs < longestDelayMs ? Math.ceil(delayMs) : longestDelayMs, visit })
  })
  return () => {
    timers.delete(timer)
    cancel?.()
  }
}
