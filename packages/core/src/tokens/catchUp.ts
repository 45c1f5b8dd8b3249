import { AuthError, type AuthErrorCode } from '../errors.ts'
import { encodeRecord, type Circle, type TokenRecord } from '../session/record.ts'
import type { TokenSet } from '../session/session.ts'
import type { Holding } from './holding.ts'
import type { Publish } from './publisher.ts'
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
  readonly publish: Publish
  readonly join: () => Promise<Circle | null>
  readonly end: (circle: Circle, generation: number, code: AuthErrorCode | null) => Promise<unknown>
  /** Whether somebody is about to be signed in here, which is newer than anything. */
  readonly isSigningIn: () => boolean
}

export function createCatchUp<T extends TokenSet>(options: CatchUpOptions<T>): CatchUp {
  const { holding, isSigningIn } = options

  const take = async (news: News<T>, isCurrent: () => boolean): Promise<Change | null> => {
    switch (news.type) {
      case 'missing':
        return onMissing(options, isCurrent)
      case 'over':
        return end(holding, news.code === null ? null : new AuthError(news.code, 'The session ended in another tab.'))
      case 'foreign':
        return standBack(holding)
      case 'unreadable':
        // What this tab writes next replaces it.
        holding.next(news.generation)
        return null
      case 'record': {
        const isSame = holding.held() !== null && news.record.epoch === holding.epoch()
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
      const circle = await options.join()
      const own = holding.circle()
      if (circle === null || (own !== null && !isNewer(circle, own))) return null
      const news = await options.news(circle, 0)
      if (news?.type !== 'record' || !isCurrent() || isSigningIn()) return null
      // Those who have not heard of the new one must not go on as somebody else.
      if (own !== null) void options.end(own, holding.generation(), null)
      holding.enter(circle)
      return take(news, holding.mark())
    },
  }
}

/** Whether a session is of a later login: tabs that signed in at once must agree which of their sessions it is to be. */
function isNewer(other: Circle, own: Circle): boolean {
  return other.sinceAt > own.sinceAt || (other.sinceAt === own.sinceAt && other.id > own.id)
}

/** Site data were cleared; or the ledger alone has forgotten, and is told again. */
async function onMissing<T extends TokenSet>({ holding, store, publish }: CatchUpOptions<T>, isCurrent: () => boolean): Promise<Change | null> {
  const [held, circle] = [holding.held(), holding.circle()]
  if (held === null || circle === null) return null
  const stored = await store.read()
  if (!isCurrent()) return null
  if (stored === null) return end(holding, new AuthError('storage_failed', 'The data of this site were cleared.'))
  const { tokens, lifetime } = held
  const encode = (generation: number): string =>
    encodeRecord({ tokens, receivedAt: lifetime.received.wallAt, generation, epoch: holding.epoch() })
  await publish({ circle, after: holding.generation() - 1, encode, isWanted: isCurrent, wins: false, isKnown: true })
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
