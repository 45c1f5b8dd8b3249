import { broadcastChannels, type Channels } from './channel.ts'
import { systemClock, type Clock } from './clock.ts'
import { webCrypto, type Crypto } from './crypto.ts'
import { indexedDatabase, type Database } from './database.ts'
import { webLocks, type Locks } from './lock.ts'
import { systemNetwork, type Network } from './network.ts'
import { browserPage, type Page } from './page.ts'
import type { Popups } from './popup.ts'
import { tabStorage, type PageStorage } from './storage.ts'
import { systemTimer, type Timer } from './timer.ts'
import { pageWake, type Wake } from './wake.ts'

/** Everything this library asks of the world around it: replace it to test without a browser. */
export interface Environment {
  readonly clock: Clock
  readonly timer: Timer
  readonly wake: Wake
  readonly network: Network
  /** Survives a redirect and a reload, ends with the tab. */
  readonly tabStorage: PageStorage
  /** With the other tabs of this origin. */
  readonly locks: Locks
  readonly database: Database
  readonly channels: Channels
  readonly page: Page
  /** Default: the real windows. Named by the methods that open some, so that others do not carry them. */
  readonly popups?: Popups | undefined
  readonly crypto: Crypto
}

/** The real world. Nothing in it is touched before it is used, so it can be imported anywhere. */
export const environment: Environment = {
  clock: systemClock,
  timer: systemTimer,
  wake: pageWake,
  network: systemNetwork,
  tabStorage,
  locks: webLocks,
  database: indexedDatabase,
  channels: broadcastChannels,
  page: browserPage,
  crypto: webCrypto,
}
