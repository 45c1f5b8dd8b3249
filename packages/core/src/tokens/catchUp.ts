import type { Clock } from '../browser/clock.ts'
import { AuthError, type AuthErrorCode } from '../errors.ts'
import { membersOf } from '../ownMembers.ts'
import { encodeRecord, type Circle } from '../session/record.ts'
import type { TokenSet } from '../session/session.ts'
import type { Holding } from './holding.ts'
import type { Left, Publication, Publish } from './publisher.ts'
import type { Ledger } from './ledger.ts'
import { nothing, type Known, type News } from './news.ts'
import type { RecordStore } from './recordStore.ts'
import { isLeft, type VisitOptions } from './visit.ts'

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

interface CatchUpOptions<T extends TokenSet> extends VisitOptions<T> {
  readonly holding: Holding<T>
  readonly store: RecordStore
  readonly ledger: Pick<Ledger, 'known' | 'isDegraded'>
  /** Has the other tabs say what they know of a circle; settles when they had time to. */
  readonly ask: (id: string) => Promise<void>
  readonly publish: Publish
  readonly clock: Clock
  readonly end: (left: Left, code: AuthErrorCode | null) => Promise<unknown>
  /** Whether somebody is about to be signed in here, which is newer than anything. */
  readonly isSigningIn: () => boolean
}

export function createCatchUp<T extends TokenSet>(options: CatchUpOptions<T>): CatchUp {
  const { holding, isSigningIn, clock } = options

  const insist = (after: number, isWanted: () => boolean): Promise<null> => tellAgain(options, { after, isWanted, wins: true })
  const take = async (news: News<T>, isCurrent: () => boolean): Promise<Change | null> => {
    switch (news.type) {
      case 'missing':
        return onMissing(options, isCurrent, take)
      case 'over':
        if (isReplaced(holding, news.epoch)) return insist(news.generation, isCurrent)
        return end(holding, news.code === null ? null : new AuthError(news.code, 'The session ended in another tab: sign in again.'))
      case 'foreign':
        return standBack(holding)
      case 'record': {
        const held = holding.held()
        if (isReplaced(holding, news.record.epoch)) return insist(news.generation, isCurrent)
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
        const news = await options.news(circle, knownOf(holding))
        // What was read may be older than what happened meanwhile, and older than what there is by now.
        if (isCurrent()) return news === null ? null : take(news, isCurrent)
      }
    },
    async join() {
      for (;;) {
        const isCurrent = holding.mark()
        const [own, nowAt] = [holding.circle(), clock.now().wallAt]
        // Somebody who signed in while this tab was alone has no circle yet.
        const mine = own ?? (holding.held() === null ? null : { id: '', sinceAt: receivedAt(holding, clock) })
        const circle = await options.join((other) => mine === null || isNewer(other, mine, nowAt))
        if (circle === null) return null
        const news = await options.news(circle, nothing)
        // A login that was under way when this began may have made a circle of its own by now, or somebody has signed out.
        const isOther = isSigningIn() || holding.circle() !== own || (!isCurrent() && holding.held() === null)
        if (news?.type !== 'record' || isOther) return null
        // Refreshed meanwhile.
        if (!isCurrent()) continue
        if (isLeft(options, { circle, record: news.record })) return null
        // Those who have not heard of the new one must not go on as somebody else.
        if (own !== null) void options.end({ circle: own, ...knownOf(holding) }, null)
        holding.enter(circle)
        return take(news, holding.mark())
      }
    },
  }
}

/** When the tokens of now came, in epoch milliseconds. */
export function receivedAt({ held }: Pick<Holding<TokenSet>, 'held'>, clock: Clock): number {
  return held()?.lifetime.received.wallAt ?? clock.now().wallAt
}

function knownOf({ generation, epoch }: Pick<Holding<TokenSet>, 'generation' | 'epoch'>): Known {
  return { generation: generation(), epoch: epoch() }
}

/** Whether it is of somebody whose login this tab has replaced, where the ledger could not be told. */
function isReplaced(holding: Pick<Holding<TokenSet>, 'held' | 'epoch'>, epoch: number): boolean {
  return holding.held() !== null && epoch < holding.epoch()
}

/** Without a database two logins may have got the same epoch; those of an auth have a `family` that tells them apart. */
function isSameLogin(one: TokenSet, other: TokenSet): boolean {
  return membersOf(one)['family'] === membersOf(other)['family']
}

/** Whether a session is of a later login: tabs that signed in at once must agree which of their sessions it is to be. */
function isNewer(other: Circle, own: Pick<Circle, 'id' | 'sinceAt'>, nowAt: number): boolean {
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
    return end(holding, new AuthError('storage_failed', 'The data of this site were cleared: sign in again.'))
  }
  // Without a database they have just been asked.
  if (!ledger.isDegraded()) {
    await ask(circle.id)
    const answer = isCurrent() ? await news(circle, knownOf(holding)) : null
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
  if (held !== null) holding.show({ tokens: { ...held.tokens, refreshToken: undefined }, receivedAt: held.lifetime.received.wallAt, generation, epoch })
  return { type: 'adopted' }
}

function end<T extends TokenSet>(holding: Holding<T>, error: AuthError | null): Change {
  holding.enter(null)
  holding.forget()
  return error === null ? { type: 'left' } : { type: 'ended', error }
}
