import { systemClock } from '../src/browser/clock.ts'
import { memoryStorage, type PageStorage } from '../src/browser/storage.ts'
import { systemTimer } from '../src/browser/timer.ts'
import type { AuthErrorCode } from '../src/errors.ts'
import type { Circle, TokenRecord } from '../src/session/record.ts'
import type { TokenSet } from '../src/session/session.ts'
import { createCatchUp, type CatchUp } from '../src/tokens/catchUp.ts'
import { createHolding, type Holding } from '../src/tokens/holding.ts'
import type { Entry } from '../src/tokens/ledger.ts'
import type { Known, News } from '../src/tokens/news.ts'
import type { Left, Publication } from '../src/tokens/publisher.ts'
import { createRecordStore, type RecordStore } from '../src/tokens/recordStore.ts'
import { createVisit, type Visit } from '../src/tokens/visit.ts'

export const ownCircle: Circle = { id: 'i'.repeat(43), key: 'k'.repeat(43), sinceAt: 100 }

/** A record whose tokens are named after its generation. */
export function recordOf(generation: number, epoch = 1): TokenRecord {
  return { tokens: { accessToken: `at-${generation}`, refreshToken: `rt-${generation}` }, receivedAt: Date.now(), generation, epoch }
}

/** What the ledger says when it has such a record. */
export function newer(generation: number, epoch = 1): News<TokenSet> {
  return { type: 'record', generation, record: recordOf(generation, epoch) }
}

type NewsOf = (circle: Circle, known: Known) => Promise<News<TokenSet> | null>

/** A tab that shares its session, and what it says. */
export interface CatchUpTab extends CatchUp, Visit<TokenSet> {
  readonly holding: Holding<TokenSet>
  readonly storage: PageStorage
  readonly store: RecordStore
  readonly published: Publication[]
  readonly ended: [Left, AuthErrorCode | null][]
  readonly asked: string[]
  readonly accessToken: () => string | null | undefined
  /** What is up to the test. */
  readonly tab: { invited: Circle | null; leftAt: number; isSigningIn: boolean; isDegraded: boolean; known: Entry | null; onAsk: () => void; onPublish: (generation: number) => number | null }
}

/** A tab that holds generation 3 of the first login of {@link ownCircle}. */
export async function openCatchUp(news: NewsOf): Promise<CatchUpTab> {
  const storage = memoryStorage()
  const store = createRecordStore({ storage, key: 'key', timer: systemTimer, onError: () => {} })
  const holding = createHolding<TokenSet>(store, systemClock)
  holding.enter(ownCircle)
  await holding.keep(recordOf(3), holding.next())
  const published: Publication[] = []
  const ended: [Left, AuthErrorCode | null][] = []
  const entry: Entry = { generation: 3, sealed: new Uint8Array(), at: 0 }
  const asked: string[] = []
  const tab: CatchUpTab['tab'] = { invited: null, leftAt: -Infinity, isSigningIn: false, isDegraded: false, known: entry, onAsk: () => {}, onPublish: (generation) => generation }
  const others = { news, leftAt: () => tab.leftAt, join: async (isWanted: (circle: Circle) => boolean) => (tab.invited !== null && isWanted(tab.invited) ? tab.invited : null) }
  const catchUp = createCatchUp({
    ...others,
    holding,
    store,
    ledger: { known: () => tab.known, isDegraded: () => tab.isDegraded },
    ask: async (id) => {
      asked.push(id)
      tab.onAsk()
    },
    publish: async (publication) => {
      published.push(publication)
      return tab.onPublish(publication.after + 1)
    },
    end: async (...given) => ended.push(given),
    clock: systemClock,
    isSigningIn: () => tab.isSigningIn,
  })
  const accessToken = (): string | null | undefined => holding.held()?.tokens.accessToken
  return { ...catchUp, ...createVisit(others), holding, storage, store, published, ended, asked, tab, accessToken }
}
