import { createTab } from './createTab.ts'
import type { Faults } from './faults.ts'
import type { Latencies } from './machine.ts'
import type { Server } from './exchange.ts'
import type { Flight } from './networkLine.ts'
import { createOrigin, type Origin } from './origin.ts'
import type { StepListener } from './steps.ts'
import type { Load, Tab } from './tab.ts'
import { textOf } from './textOf.ts'

/** Options of {@link createBrowser}. */
export interface BrowserOptions {
  /** Answers all requests: `createTokenEndpoint().answer`, or a function of your own. Default: every request fails. */
  readonly network?: Server
  /** Of everything random. Default 1: each run is like the one before. */
  readonly seed?: number
  /** When it begins, in epoch milliseconds. Default: the first of January 2026. */
  readonly startAt?: number
  /** Default: none, so that everything that needs no timer settles by itself. */
  readonly latencies?: Partial<Latencies>
}

/** How a tab is opened. */
export interface OpenTabOptions {
  /** Default `https://app.example/`. */
  readonly href?: string
}

/** A simulated browser with tabs of one origin, in virtual time. */
export interface Browser {
  /** Opens a tab and runs `load` in it. */
  readonly openTab: <App>(load: Load<App>, options?: OpenTabOptions) => Tab<App>
  /** All that were opened, also those that are gone. */
  readonly tabs: readonly Tab<unknown>[]
  /** True time, in epoch milliseconds: a server's. Pages have their wall clock, which {@link setWallClock} moves. */
  readonly now: () => number
  /** Runs what is due now, one task after the other, until nothing is. Rejects with what a timer or a listener threw. */
  readonly settle: () => Promise<void>
  /** Lets time pass: every timer in its turn, everything settled in between. */
  readonly advance: (byMs: number) => Promise<void>
  /** Lets time pass until `promise` settles, and gives what it gives. Rejects when that takes longer than `limitMs`, by default an hour. */
  readonly until: <R>(promise: Promise<R>, limitMs?: number) => Promise<R>
  /** The machine sleeps: no page runs, servers do, elapsed time stands still. Afterwards everything late comes at once, then a wake. */
  readonly sleep: (forMs: number) => Promise<void>
  /** Moves the pages' wall clock alone. */
  readonly setWallClock: (byMs: number) => void
  /** Requests under way fail, and so do those to come. */
  readonly goOffline: () => void
  /** With an `online` wake. */
  readonly goOnline: () => void
  /** Breaks off the requests under way. Those that had reached the server are carried out. */
  readonly resetConnections: () => void
  /** Makes something go wrong from now on, or right again. */
  readonly inflict: (faults: Partial<Faults>) => void
  /** Somebody outside takes this lock in turn, until the returned function is called. */
  readonly holdLock: (name: string) => () => void
  /** Takes this lock from its holder, who is not told, for the next who waits. */
  readonly stealLock: (name: string) => void
  /** Which tab, by its `id`, has which lock; `null`: somebody outside. */
  readonly lockHolders: () => ReadonlyMap<string, number | null>
  /** What is in the database: a test may read it, and put anything there. */
  readonly records: Map<string, unknown>
  /** Says something in a channel, as anybody could. */
  readonly post: (channel: string, message: unknown) => void
  /** Empties the database and every `sessionStorage`. */
  readonly clearSiteData: () => void
  /** Overwrites every record of the database and every entry of a `sessionStorage`. */
  readonly corruptRecords: (junk: string) => void
  /** Requests that pages wait for. */
  readonly requests: () => readonly Flight[]
  /** What can be read anywhere: each `sessionStorage` of a page that is not gone, the database, all that was ever posted. */
  readonly texts: () => readonly string[]
  /** Calls `listener` at each side of all that a page asks for and gets, until the returned function is called. */
  readonly onStep: (listener: StepListener) => () => void
}

const hourMs = 3_600_000

/**
 * Creates a browser without a browser: tabs that share locks, a database and channels, and a network that is scripted. What needs no
 * timer settles by itself; timers need {@link Browser.advance}.
 *
 * @example
 * const endpoint = createTokenEndpoint()
 * const browser = createBrowser({ network: endpoint.answer })
 * const tab = browser.openTab((environment) => createAuth({ method }, environment))
 * await tab.app.login({ email: 'ada@example.com', password: 'secret' })
 * await browser.advance(3_600_000)
 */
export function createBrowser(options: BrowserOptions = {}): Browser {
  const { network: server = unreachable, seed = 1, startAt = 1_767_225_600_000, latencies = {} } = options
  const origin = createOrigin({ server, seed, startAt, latencies })
  const { locks, channels, network } = origin
  const { timeline, steps, faults } = origin.machine
  const tabs: Tab<unknown>[] = []
  const wake = (reason: Parameters<Tab<unknown>['wake']>[0]): void => tabs.forEach((tab) => tab.wake(reason))
  const openWith = <App>(load: Load<App>, href: string, items: Iterable<readonly [string, string]>): Tab<App> => {
    const open = (itsHref: string, itsItems: typeof items): Tab<App> => openWith(load, itsHref, itsItems)
    const tab = createTab({ origin, id: tabs.length + 1, load, href, items, open })
    tabs.push(tab)
    return tab
  }

  return {
    tabs,
    openTab: (load, { href = 'https://app.example/' } = {}) => openWith(load, href, []),
    now: timeline.now,
    settle: timeline.settle,
    advance: timeline.advance,
    until: (promise, limitMs = hourMs) => timeline.until(promise, limitMs),
    async sleep(forMs) {
      await timeline.sleep(forMs)
      tabs.filter(({ isVisible }) => isVisible).forEach((tab) => tab.wake('visible'))
      await timeline.settle()
    },
    setWallClock: timeline.setWallClock,
    goOffline: network.goOffline,
    goOnline() {
      network.goOnline()
      wake('online')
    },
    resetConnections: network.reset,
    inflict(given) {
      Object.assign(faults, given)
      locks.grant()
    },
    holdLock: locks.hold,
    stealLock: locks.steal,
    lockHolders: locks.holders,
    post: channels.post,
    ...siteData(origin, tabs),
    requests: network.flights,
    onStep: steps.listen,
  }
}

/** All that the pages of this origin have written anywhere. */
function siteData({ database, channels }: Origin, tabs: readonly Tab<unknown>[]): Pick<Browser, 'records' | 'clearSiteData' | 'corruptRecords' | 'texts'> {
  const { records } = database
  return {
    records,
    clearSiteData() {
      records.clear()
      tabs.forEach(({ sessionStorage }) => sessionStorage.clear())
    },
    corruptRecords(junk) {
      for (const key of records.keys()) records.set(key, junk)
      for (const { sessionStorage } of tabs) for (const key of sessionStorage.keys()) sessionStorage.set(key, junk)
    },
    texts: () => [
      ...tabs.filter(({ isAlive }) => isAlive).flatMap(({ sessionStorage }) => [...sessionStorage].flat()),
      ...[...records].map(([key, record]) => key + textOf(record)),
      ...channels.posted.map(textOf),
    ],
  }
}

function unreachable(): never {
  throw new TypeError('Failed to fetch')
}
