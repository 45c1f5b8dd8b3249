import { broadcastChannels } from '../browser/channel.ts'
import { indexedDatabase } from '../browser/database.ts'
import type { Environment } from '../browser/environment.ts'
import { webLocks } from '../browser/lock.ts'
import { webSealing } from '../browser/sealing.ts'
import { warn } from '../browser/warn.ts'
import type { AuthError, AuthErrorCode } from '../errors.ts'
import { decodeEnding } from '../session/ending.ts'
import { decodeRecord, type Circle, type TokenRecord } from '../session/record.ts'
import type { TokenSet } from '../session/session.ts'
import { createCatchUp, type CatchUp, type Change, type News } from './catchUp.ts'
import type { Holding } from './holding.ts'
import { createLedger, type Entry } from './ledger.ts'
import { createPublisher, endingOf, type Left, type Publication } from './publisher.ts'
import type { RecordStore } from './recordStore.ts'
import { createQueue } from './queue.ts'
import { createTabs, type TabsOptions } from './tabs.ts'
import { takeTurn, type Turn } from './turn.ts'

/** The other tabs of a session: what they have done, and what they are told. */
export interface Siblings extends CatchUp {
  /** Shares tokens with the tabs of this circle, or with tabs to come. Gives the generation that they got; `null`: too late. Never rejects. */
  readonly publish: (publication: Omit<Publication, 'circle' | 'after'>) => Promise<number | null>
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
  /** There may be news of the circle of this tab. */
  readonly onNews: () => void
  /** Somebody signed in elsewhere. */
  readonly onInvited: () => void
  /** The browser lacks something. */
  readonly onDegraded: (error: AuthError) => void
}

export function createSiblings<T extends TokenSet>(options: SiblingsOptions<T>): Siblings {
  const { environment, accept, holding } = options
  const { clock, timer, locks = webLocks, database = indexedDatabase, channels = broadcastChannels, sealing = webSealing } = environment
  const onDegraded = once([options.onDegraded, ({ message }) => (environment.warn ?? warn)(message)])

  /** That this tab may take part in, once it has heard what there is of it. */
  let candidate: Circle | null = null

  const read = async ({ key }: Circle, entry: Entry | null): Promise<News<T>> =>
    toNews(entry === null ? '' : await sealing.unseal(entry.sealed, key).catch(() => ''), entry?.generation ?? null, accept)
  /** A tab without a database says what it has itself. */
  const take = async (circle: Circle, entry: Entry): Promise<void> => {
    const said = await read(circle, entry)
    const isTaken = said.type !== 'unreadable' && (await ledger.write(circle.id, entry, () => true))
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
  const publish = createPublisher({ ledger, tabs, clock, sealing, onDegraded })
  const news = async (circle: Circle, generation: number): Promise<News<T> | null> => {
    const entry = await ledger.read(circle.id)
    return entry === null || entry.generation > generation ? read(circle, entry) : null
  }
  const end: Siblings['end'] = (...given) => publish(endingOf(...given))
  const { catchUp, join } = createCatchUp({ ...options, news, ledger, ask: tabs.ask, publish, end, clock, join: async (isWanted) => (candidate = await tabs.join(isWanted)) })
  /** With the circle of this tab; with that of the session which is stored here, though nobody has looked yet; or with a new one. */
  const share: Siblings['publish'] = async (publication) => {
    const own = holding.circle()
    const circle = own ?? (holding.hasEntered() ? null : await options.stored())?.circle ?? createCircle(environment)
    if (!publication.isWanted()) return null
    if (own === null) holding.enter(circle)
    const generation = await publish({ ...publication, circle, after: holding.generation() })
    if (own === null && generation !== null) tabs.invite()
    return generation
  }

  return {
    catchUp,
    join: () => join().finally(() => void (candidate = null)),
    open: tabs.open,
    close: tabs.close,
    publish: share,
    end,
    takeTurn: (turn) => takeTurn(turn, { holding, catchUp, acquire: queue.acquire, warn: tabs.warn }),
  }
}

function createCircle({ crypto, clock }: Environment): Circle {
  return { id: crypto.random(), key: crypto.random(), sinceAt: Math.floor(clock.now().wallAt) }
}

/** What somebody with the key has sealed; anything else is unreadable. */
function toNews<T extends TokenSet>(text: string, generation: number | null, accept: (tokens: TokenSet) => tokens is T): News<T> {
  if (generation === null) return { type: 'missing' }
  const record = decodeRecord(text, accept)
  if (record?.generation === generation) return { type: 'record', generation, record }
  const code = decodeEnding(text, generation)
  if (code !== undefined) return { type: 'over', generation, code }
  return text === '' ? { type: 'unreadable', generation } : { type: 'foreign' }
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
