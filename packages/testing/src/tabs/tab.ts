import type { StorageCondition } from './tabItems.ts'
import type { VisitEnvironment } from './visitEnvironment.ts'
import type { VisitState, WakeReason } from './visit.ts'

/** Runs at every load of a page: makes what the page has, such as its auth, in the environment of that page. */
export type Load<App> = (environment: VisitEnvironment) => App

/** What a page holds at this moment. */
export interface Holdings {
  /** How many timers are armed. */
  readonly timers: number
  /** Who listens to wakes. */
  readonly wakes: number
  /** Names of the channels that it is in, once for each time. */
  readonly channels: readonly string[]
  readonly heldLocks: readonly string[]
  readonly awaitedLocks: readonly string[]
  /** URLs of the requests that it waits for. */
  readonly requests: readonly string[]
}

/** A simulated tab: one page after the other, and what they leave to each other. */
export interface Tab<App> {
  /** 1 for the first tab of its browser, and so on. */
  readonly id: number
  /** What `load` gave for the page loaded last, which may be gone by now. */
  readonly app: App
  /** Of the page loaded last. */
  readonly environment: VisitEnvironment
  readonly state: VisitState
  /** Whether its page can ever run again. */
  readonly isAlive: boolean
  readonly isVisible: boolean
  readonly href: string
  /** What is in its `sessionStorage`: a test may read it, and put anything there. */
  readonly sessionStorage: Map<string, string>
  /** Where its pages left for by a script: the page stays until the test says {@link navigate}. */
  readonly departures: readonly string[]
  readonly holdings: () => Holdings
  /** Ends it for good and, as every ending here, without a word to its page. Its locks are released; its requests go on at the server. */
  readonly close: () => void
  /** Like {@link close}, but its `sessionStorage` is still there for when the tab is loaded again. */
  readonly crash: () => void
  /** Loads its page again, also after a crash. */
  readonly reload: () => void
  /** Loads another address of this origin in it. */
  readonly navigate: (url: string) => void
  /** Another tab with a copy of `sessionStorage`. */
  readonly duplicate: () => Tab<App>
  /** Stops its page between two tasks. It keeps its locks, and whatever comes for it waits for {@link thaw}. */
  readonly freeze: () => void
  /** Lets it go on: everything late comes at once. */
  readonly thaw: () => void
  /** Its page goes into the back/forward cache: its locks are released, its wishes for locks withdrawn, messages meanwhile lost. */
  readonly leave: () => void
  /** Its page comes back from there, with a `restored` wake; what it waited for comes late. */
  readonly comeBack: () => void
  readonly hide: () => void
  /** Shows it, with a `visible` wake. */
  readonly show: () => void
  /** Wakes its page; a page that is not running does not hear it. */
  readonly wake: (reason: WakeReason) => void
  /** From now on its `sessionStorage` is like this. */
  readonly setStorage: (condition: StorageCondition) => void
}
