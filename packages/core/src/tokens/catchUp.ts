import type { Clock } from '../browser/clock.ts'
import { AuthError, type AuthErrorCode } from '../errors.ts'
import { membersOf } from '../ownMembers.ts'
import { encodeRecord, type Circle, type TokenRecord } from '../session/record.ts'
import type { TokenSet } from '../session/session.ts'
import type { Holding } from './holding.ts'
import type { Left, Publication, Publish } from './publisher.ts'
import type { Ledger } from './ledger.ts'
import type { RecordStore } from './recordStore.ts'

/** What the ledger has that is newer than what this tab has. */
export type News<T extends TokenSet> =
  | { readonly type: 'record'; readonly generation: number; readonly record: TokenRecord<T> }
  /** `code`: of the error that ended the session; `null`: somebody signed out. */
  | { readonly type: 'over'; readonly generation: number; readonly code: AuthErrorCode | null }
  /** Made with the key of this circle by another version of the app. */
  | { readonly type: 'foreign' }
  /** Not made with the key of this circle. */
  | { readonly type: 'unreadable'; readonly generation: number }
  /** The ledger has nothing of this circle. */
  | { readonly type: 'missing' }

/** What other tabs did to the session. */
export type Change =
  /** They refreshed it. */
  | { readonly type: 'adopted' }
  /** Somebody else is signed in. */
  | { readonly type: 'switched' }
  /** Somebody signed out. */
  | { readonly type: 'left' }
  | { readonly type: 'ended'; readonly error: AuthError }

/** Takes over what other tabs have done. Never rejects. */
export interface CatchUp {
  /** `null`: nothing that matters. */
  readonly catchUp: () => Promise<Change | null>
  /** Takes part in the session of another tab, if one lets in. */
  readonly join: () => Promise<Change | null>
}

interface CatchUpOptions<T extends TokenSet> {
  readonly holding: Holding<T>
  readonly store: RecordStore
  readonly news: (circle: Circle, generation: number) => Promise<News<T> | null>
  readonly ledger: Pick<Ledger, 'known' | 'isDegraded'>
  /** Has the other tabs say what they know of a circle; settles when they had time to. */
  readonly ask: (id: string) => Promise<void>
  readonly publish: Publish
  readonly join: (isWanted: (circle: Circle) => boolean) => Promise<Circle | null>
  readonly clock: Clock
  readonly end: (left: Left, code: AuthErrorCode | null) => Promise<unknown>
  /** Whether somebody is about to be signed in here, which is newer than anything. */
  readonly isSigningIn: () => boolean
}

export function createCatchUp<T extends TokenSet>(options: CatchUpOptions<T>): CatchUp {
  const { holding, isSigningIn } = options

  const take = async (news: News<T>, isCurrent: () => boolean): Promise<Change | null> => {
    switch (news.type) {
      case 'missing':
        return onMissing(options, isCurrent, take)
      case 'over':
        return end(holding, news.code === null ? null : new AuthError(news.code, 'The session ended in another tab.'))
      case 'foreign':
        return standBack(holding)
      case 'unreadable':
        // What this tab writes next replaces it.
        holding.next(news.generation)
        return null
      case 'record': {
        const held = holding.held()
        // Of somebody whose login this tab has replaced, where the ledger could not be told.
        if (held !== null && news.record.epoch < holding.epoch()) return tellAgain(options, { after: news.generation, isWanted: isCurrent, wins: true })
        const isSame = held !== null && news.record.epoch === holding.epoch() && isSameLogin(held.tokens, news.record.tokens)
        const isKept = await holding.keep(news.record, holding.next())
        return isKept ? { type: isSame ? 'adopted' : 'switched' } : null
      }
    }
  }

  return {
    async catchUp() {
      for (;;) {
        const circle = holding.circle()
        if (circle === null || isSigningIn()) return null
        const isCurrent = holding.mark()
        const news = await options.news(circle, holding.generation())
        // What was read may be older than what happened meanwhile, and older than what there is by now.
        if (isCurrent()) return news === null ? null : take(news, isCurrent)
      }
    },
    async join() {
      const isCurrent = holding.mark()
      const own = holding.circle()
      const nowAt = options.clock.now().wallAt
      const circle = await options.join((other) => own === null || isNewer(other, own, nowAt))
      if (circle === null) return null
      const news = await options.news(circle, 0)
      // A login that was under way when this began may have made a circle of its own by now.
      if (news?.type !== 'record' || !isCurrent() || isSigningIn() || holding.circle() !== own) return null
      // Those who have not heard of the new one must not go on as somebody else.
      if (own !== null) void options.end({ circle: own, generation: holding.generation(), epoch: holding.epoch() }, null)
      holding.enter(circle)
      return take(news, holding.mark())
    },
  }
}

/** Without a database two logins may have got the same epoch; those of an auth have a `family` that tells them apart. */
function isSameLogin(one: TokenSet, other: TokenSet): boolean {
  return membersOf(one)['family'] === membersOf(other)['family']
}

/** Whether a session is of a later login: tabs that signed in at once must agree which of their sessions it is to be. */
function isNewer(other: Circle, own: Circle, nowAt: number): boolean {
  // A clock that was ahead says nothing.
  const [otherAt, ownAt] = [other, own].map(({ sinceAt }) => (sinceAt > nowAt ? 0 : sinceAt))
  return otherAt === ownAt ? other.id > own.id : Number(otherAt) > Number(ownAt)
}

type Take<T extends TokenSet> = (news: News<T>, isCurrent: () => boolean) => Promise<Change | null>

/** Site data were cleared; or the ledger alone has forgotten, and is told again by who knows the newest. */
async function onMissing<T extends TokenSet>(options: CatchUpOptions<T>, isCurrent: () => boolean, take: Take<T>): Promise<Change | null> {
  const { holding, store, ledger, ask, news } = options
  const circle = holding.circle()
  if (holding.held() === null || circle === null) return null
  // What was never there, or failed, has not been cleared.
  const [wasStored, wasKnown] = [store.isKept(), ledger.known(circle.id) !== null]
  const stored = await store.read()
  if (!isCurrent()) return null
  if (stored === null && wasStored && wasKnown && store.isKept()) {
    return end(holding, new AuthError('storage_failed', 'The data of this site were cleared.'))
  }
  // Without a database they have just been asked.
  if (!ledger.isDegraded()) {
    await ask(circle.id)
    const answer = isCurrent() ? await news(circle, holding.generation()) : null
    if (!isCurrent() || answer === null) return null
    if (answer.type !== 'missing') return take(answer, isCurrent)
  }
  return tellAgain(options, { after: holding.generation() - 1, isWanted: isCurrent, wins: false, isKnown: true })
}

type Again = Pick<Publication, 'after' | 'isWanted' | 'wins' | 'isKnown'>

/** Writes what this tab holds into the ledger. */
async function tellAgain<T extends TokenSet>({ holding, publish }: CatchUpOptions<T>, again: Again): Promise<null> {
  const [held, circle, epoch] = [holding.held(), holding.circle(), holding.epoch()]
  if (held === null || circle === null) return null
  const { tokens, lifetime } = held
  const encode = (generation: number): string => encodeRecord({ tokens, receivedAt: lifetime.received.wallAt, generation, epoch })
  const generation = await publish({ ...again, circle, epochOf: () => epoch, encode })
  // As long as it is what this tab holds.
  if (generation !== null && again.isWanted() && generation !== holding.generation()) holding.next(generation)
  return null
}

/** What another version keeps is newer: the refresh token of here is spent, and the access token all that is left. */
function standBack<T extends TokenSet>(holding: Holding<T>): Change {
  const [held, generation, epoch] = [holding.held(), holding.generation(), holding.epoch()]
  holding.enter(null)
  holding.next(generation)
  const tokens = held === null ? null : { ...held.tokens, refreshToken: undefined }
  if (held !== null && tokens !== null) holding.show({ tokens, receivedAt: held.lifetime.received.wallAt, generation, epoch })
  return { type: 'adopted' }
}

function end<T extends TokenSet>(holding: Holding<T>, error: AuthError | null): Change {
  holding.enter(null)
  holding.forget()
  return error === null ? { type: 'left' } : { type: 'ended', error }
}
