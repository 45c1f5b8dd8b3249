import { logIn, logOut } from './flows.ts'
import type { World } from './world.ts'

/** Something that happens at a moment of a tab. */
export interface Injection {
  readonly strike: (world: World, id: number) => void
  /** Makes it right again, ten minutes later. */
  readonly heal?: (world: World, id: number) => void
  /** Done by the app itself: not before the code of the moment has come to an await. */
  readonly isInPage?: boolean
  /**
   * From where on an answer of the token server is lost to its page, or comes to it too late: sent, committed by the server, or since
   * the page has the lock.
   */
  readonly losesAnswersSince?: 'sent' | 'served' | 'granted'
  /** Lets the page run to the end of its task first, as browsers do. */
  readonly isBetweenTasks?: boolean
  /** Nobody can look up what there is newer than what the tab has. */
  readonly hidesLedger?: boolean
}

const hourMs = 3_600_000

export const injections: Readonly<Record<string, Injection>> = {
  close: { strike: (world, id) => world.tab(id).close(), losesAnswersSince: 'sent' },
  crash: { strike: (world, id) => world.tab(id).crash(), heal: (world, id) => world.tab(id).reload(), losesAnswersSince: 'sent' },
  reload: { strike: (world, id) => world.tab(id).reload(), losesAnswersSince: 'sent' },
  freeze: { strike: (world, id) => world.tab(id).freeze(), heal: (world, id) => world.tab(id).thaw(), losesAnswersSince: 'sent', isBetweenTasks: true },
  bfcache: { strike: (world, id) => world.tab(id).leave(), heal: (world, id) => world.tab(id).comeBack(), losesAnswersSince: 'sent', isBetweenTasks: true },
  'logout here': { strike: (world, id) => logOut(world.tab(id)), isInPage: true },
  'logout elsewhere': { strike: (world, id) => logOut(world.elsewhere(id)) },
  'user switch elsewhere': { strike: (world, id) => logIn(world.elsewhere(id), 'carol') },
  'storage full': { strike: (world, id) => world.tab(id).setStorage('full'), heal: (world, id) => world.tab(id).setStorage('works') },
  'storage throws': { strike: (world, id) => world.tab(id).setStorage('blocked'), heal: unblock },
  'database throws': {
    strike: ({ browser }) => browser.inflict({ withoutDatabase: true }),
    heal: ({ browser }) => browser.inflict({ withoutDatabase: false }),
    hidesLedger: true,
  },
  'lock steal': {
    strike: ({ browser }) => [...browser.lockHolders().keys()].forEach(browser.stealLock),
    losesAnswersSince: 'granted',
  },
  'network reset': {
    strike({ browser, halves }) {
      browser.resetConnections()
      halves.reset()
    },
    losesAnswersSince: 'served',
  },
  'clock +1 h': { strike: ({ browser }) => browser.setWallClock(hourMs) },
  'clock -1 h': { strike: ({ browser }) => browser.setWallClock(-hourMs) },
}

/** What could not be removed is there again: a reload must not be taken in by it. */
function unblock(world: World, id: number): void {
  world.tab(id).setStorage('works')
  world.tab(id).reload()
}
