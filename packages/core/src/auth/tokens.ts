import type { Clock } from '../browser/clock.ts'
import type { Environment } from '../browser/environment.ts'
import type { Given } from '../checkOptions.ts'
import { AuthError } from '../errors.ts'
import type { MethodContext } from '../methods/method.ts'
import { elapsedSince } from '../session/lifetime.ts'
import { isSessionRecord } from '../session/record.ts'
import { keptRefreshLife, refreshLeftMs } from '../session/refreshLife.ts'
import type { SessionRecord, TokenSet } from '../session/session.ts'
import { TokenManager } from '../tokens/tokenManager.ts'
import type { TokenManagerOptions } from '../tokens/tokenManagerOptions.ts'
import { leavingOnlyIf } from './context.ts'
import { createDiscards, type Discards } from './discards.ts'
import type { Methods } from './methods.ts'

interface TokensOptions extends Required<Given<Pick<TokenManagerOptions, 'storage' | 'shareAcrossTabs' | 'refreshLeadMs' | 'requestTimeoutMs'>>> {
  /** Of the auth: its tokens are kept under it. */
  readonly name: string
}

/** The tokens of an auth, and what becomes of those that came too late. */
export interface Tokens<User> {
  readonly tokens: TokenManager<SessionRecord<User>>
  readonly discards: Discards<User>
}

/** A TokenManager that keeps whole sessions, refreshed by the method that made them. */
export function createTokens<User>(
  { name, storage, shareAcrossTabs, refreshLeadMs, requestTimeoutMs }: TokensOptions,
  methods: Methods<User>,
  environment: Environment,
): Tokens<User> {
  // Whose a session is that the browser keeps is asked of the server: a copy could be of whoever was signed in before.
  const names = methods.all.filter(({ method }) => method.presence === undefined).map((named) => named.name)
  const accept = (stored: TokenSet): stored is SessionRecord<User> => isSessionRecord(stored, names)
  const discards = createDiscards(methods, () => tokens.current?.tokens)

  const canRefresh = (session: SessionRecord<User> | null): boolean => {
    if (session === null) return false
    const { refresh, canRefresh: can } = methods.of(session).method
    const held = tokens.current
    // What is known to have run out is not sent: the session lasts as long as its access token.
    if (held?.tokens === session && refreshLeftMs(held, environment.clock.now()) <= 0) return false
    return refresh !== undefined && (can === undefined ? session.refreshToken !== undefined : can(session))
  }

  // Each of its requests has that long; metadata and tokens are two.
  const deadlineMs = 2 * requestTimeoutMs

  const refresh = async (current: SessionRecord<User> | null, { signal }: { readonly signal: AbortSignal }): Promise<SessionRecord<User>> => {
    if (current === null) throw new AuthError('not_authenticated', 'Nobody is signed in: sign in first.')
    const { method, context } = methods.of(current)
    if (method.refresh === undefined) throw new AuthError('session_expired', 'This session cannot be refreshed: sign in again.')
    const isInUse = (): boolean => tokens.current?.tokens === current
    const held = tokens.current
    const answer = await method.refresh(current, inTime(leavingOnlyIf(context(signal), isInUse), environment.clock, deadlineMs))
    const life = held?.tokens === current ? keptRefreshLife(answer, held, environment.clock.now()) : {}
    const next = { ...answer, ...life, method: current.method, family: current.family }
    // Somebody unnamed who gets a name is nobody else.
    if (current.subject === null || next.subject === current.subject) return next
    // Unless somebody signed in or out meanwhile: that is newer.
    if (method.presence !== undefined && isInUse() && !tokens.isSetting) {
      await tokens.setTokens({ ...next, family: environment.crypto.random() })
      throw new AuthError('user_changed', 'Somebody else signed in meanwhile: drop the request.')
    }
    discards.add(next)
    throw new AuthError('subject_changed', 'The refresh answered for somebody else: sign in again.')
  }

  const tokens = new TokenManager<SessionRecord<User>>(
    {
      storage,
      shareAcrossTabs,
      storageKey: `tessera:${name}:tokens`,
      refreshLeadMs,
      requestTimeoutMs: deadlineMs,
      background: false,
      canRefresh,
      accept,
      onDiscard: (session) => discards.add(session),
      refresh,
    },
    // Of two auths of one name the auths tell.
    { ...environment, page: { ...environment.page, roster: undefined } },
  )
  return { tokens, discards }
}

/** A page that was frozen during a refresh does not send, when it is thawed, what others have spent by then: timers fire too late for that. */
function inTime(ctx: MethodContext, { now }: Clock, deadlineMs: number): MethodContext {
  const askedAt = now()
  return {
    ...ctx,
    async fetch(...request) {
      if (elapsedSince(askedAt, now()) > deadlineMs) throw new AuthError('timeout', `Not sent: the refresh began more than ${deadlineMs} ms ago. Try later.`)
      return ctx.fetch(...request)
    },
  }
}
