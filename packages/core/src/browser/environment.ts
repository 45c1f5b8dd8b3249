import type { Channels } from './channel.ts'
import { systemClock, type Clock } from './clock.ts'
import { webCrypto, type Crypto } from './crypto.ts'
import type { Database } from './database.ts'
import type { Locks } from './lock.ts'
import { systemNetwork, type Network } from './network.ts'
import { browserPage, type Page } from './page.ts'
import type { Popups } from './popup.ts'
import type { Sealing } from './sealing.ts'
import { tabStorage, type PageStorage } from './storage.ts'
import { systemTimer, type Timer } from './timer.ts'
import type { Violations } from './violations.ts'
import { pageWake, type Wake } from './wake.ts'

/** Everything this library asks of the world around it: replace it to test without a browser. */
export interface Environment {
  readonly clock: Clock
  readonly timer: Timer
  readonly wake: Wake
  readonly network: Network
  /** Survives a redirect and a reload, ends with the tab. */
  readonly tabStorage: PageStorage
  /** Defaults of these four: the real ones, named by what tabs need to share a session, which is loaded when they do. */
  readonly locks?: Locks | undefined
  readonly database?: Database | undefined
  readonly channels?: Channels | undefined
  readonly sealing?: Sealing | undefined
  /** Where developers are warned of what no code can mend. Default: the console. */
  readonly warn?: ((text: string) => void) | undefined
  readonly page: Page
  /** Default: the real windows. Named by the methods that open some, so that others do not carry them. */
  readonly popups?: Popups | undefined
  /** What the page's own policy blocks. Default: the real events, named by `auth.diagnose()`, which is loaded when it is called. */
  readonly violations?: Violations | undefined
  readonly crypto: Crypto
}

/** The real world. Nothing in it is touched before it is used, so it can be imported anywhere. */
export const environment: Environment = {
  clock: systemClock,
  timer: systemTimer,
  wake: pageWake,
  network: systemNetwork,
  tabStorage,
  page: browserPage,
  crypto: webCrypto,
}
