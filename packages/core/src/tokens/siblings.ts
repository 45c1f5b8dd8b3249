import { broadcastChannels } from '../browser/channel.ts'
import { indexedDatabase } from '../browser/database.ts'
import type { Environment } from '../browser/environment.ts'
import { webLocks } from '../browser/lock.ts'
import { webSealing } from '../browser/sealing.ts'
import { warn } from '../browser/warn.ts'
import type { AuthError, AuthErrorCode } from '../errors.ts'
import type { Circle, TokenRecord } from '../session/record.ts'
import type { TokenSet } from '../session/session.ts'
import { createCatchUp, type CatchUp, type Change } from './catchUp.ts'
import { enterPage } from './enterPage.ts'
import type { Holding } from './holding.ts'
import { createLedger, type Entry } from './ledger.ts'
import { createPublisher, endingOf, type Left } from './publisher.ts'
import { createReader } from './reader.ts'
import { createQueue } from './queue.ts'
import type { RecordStore } from './recordStore.ts'
import { createShare, type Share } from './share.ts'
import { createTabs, type TabsOptions } from './tabs.ts'
import { takeTurn, type Turn } from './turn.ts'
import { createVisit, type Visit, type Visited } from './visit.ts'

/** The other tabs of a session: what they have done, and what they are told. */
export interface Siblings<T extends TokenSet = TokenSet> extends CatchUp, Visit<T> {
  readonly publish: Share
  /** Says that the session is over. Never rejects. */
  readonly end: (left: Left, code: AuthErrorCode | null) => Promise<unknown>
  /** Refreshes while no other tab does. Rejects as `ask` does, or with `timeout`. */
  readonly takeTurn: (turn: Turn) => Promise<Change | null>
  /** Begins to hear of the others. */
  readonly open: () => void
  readonly close: () => void
}

/** What they need to know of this tab. */
export interface SiblingsOptions<T extends TokenSet> {
  readonly environment: Environment
  readonly name: string
  readonly accept: (tokens: TokenSet) => tokens is T
  readonly sharesAcross: boolean
  readonly holding: Holding<T>
  readonly store: RecordStore
  /** What the storage has. */
  readonly stored: () => Promise<TokenRecord<T> | null>
  /** Whether somebody is about to be signed in here, which is newer than anything. */
  readonly isSigningIn: () => boolean
  /** When somebody last signed out here, in epoch milliseconds; `-Infinity`: nobody has. */
  readonly leftAt: () => number
  /** There may be news of the circle of this tab. */
  readonly onNews: () => void
  /** Somebody signed in elsewhere. */
  readonly onInvited: () => void
  /** The browser lacks something. */
  readonly onDegraded: (error: AuthError) => void
}

export function createSiblings<T extends TokenSet>(options: SiblingsOptions<T>): Siblings<T> {
  const { environment, accept, holding } = options
  const { clock, timer, locks = webLocks, database = indexedDatabase, channels = broadcastChannels, sealing = webSealing, warn: tell = warn } = environment
  const onDegraded = once([options.onDegraded, ({ message }) => tell(message)])
  const leavePage = enterPage(options.name, environment.page, tell)

  /** That this tab may take part in, once it has heard what there is of it. */
  let candidate: Circle | null = null

  /** A tab without a database says what it has itself. */
  const take = async (circle: Circle, entry: Entry): Promise<void> => {
    const said = await read(circle, entry)
    const isTaken = said.type !== 'missing' && (await ledger.write(circle.id, entry, () => true))
    // Whoever signs out need not have heard of the newest. Once it is over here as well, that is that.
    // Nor is a later login meant: to look whether one may be ended is to ask, and the answer would be this again.
    const [known, epoch] = [ledger.known(circle.id), entry.epoch ?? 0]
    const isLate = !isTaken && said.type === 'over' && (known?.epoch ?? 0) <= epoch && (await read(circle, known)).type === 'record'
    const isOver = isLate && (await end({ circle, generation: entry.generation, epoch }, said.code)) !== null
    // To look is to ask, where there is no database: not again for an answer that tells nothing new.
    if (isTaken || isOver || !ledger.isDegraded()) options.onNews()
  }
  const queue = createQueue({ locks, holding, onDegraded })
  const heard: Pick<TabsOptions, 'current' | 'known' | 'onNews' | 'onTrouble'> = {
    current: () => holding.circle() ?? candidate,
    known: (id) => ledger.known(id),
    onNews: (circle, entry) => (entry === null ? options.onNews() : void take(circle, entry)),
    onTrouble: queue.fail,
  }
  const tabs = createTabs({ ...options, ...heard, channels, timer, sealing, onDegraded })
  const ledger = createLedger({ database, timer, clock, ask: tabs.ask, onDegraded })
  const { open, read, news } = createReader({ ledger, sealing, accept })
  const publish = createPublisher({ ledger, tabs, clock, sealing, open, onDegraded })
  const end: Siblings['end'] = (...given) => publish(endingOf(...given))
  const others = { news, leftAt: options.leftAt, join: async (isWanted: (circle: Circle) => boolean) => (candidate = await tabs.join(isWanted)) }
  const { catchUp, join } = createCatchUp({ ...options, ...others, ledger, ask: tabs.ask, publish, end, clock })
  const { visit } = createVisit(others)
  let visiting: Promise<Visited<T> | null> | null = null

  return {
    catchUp,
    join: () => join().finally(() => void (candidate = null)),
    visit() {
      tabs.open()
      visiting ??= visit().finally(() => void (candidate = null))
      return visiting
    },
    open: tabs.open,
    close() {
      leavePage()
      tabs.close()
      ledger.close()
    },
    publish: createShare({ ...options, publish, end, invite: tabs.invite }),
    end,
    takeTurn: (turn) => takeTurn(turn, { holding, catchUp, acquire: queue.acquire, warn: tabs.warn }),
  }
}

/** Tells all of each kind of trouble, once. */
function once(listeners: readonly ((error: AuthError) => void)[]): (error: AuthError) => void {
  const told = new Set<string>()
  return (error) => {
    if (told.has(error.message)) return
    told.add(error.message)
    for (const tell of listeners) tell(error)
  }
}
