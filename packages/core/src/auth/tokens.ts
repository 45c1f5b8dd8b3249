import type { Environment } from '../browser/environment.ts'
import { AuthError } from '../errors.ts'
import type { AuthMethod } from '../methods/method.ts'
import { isSessionRecord } from '../session/record.ts'
import type { SessionRecord, TokenSet } from '../session/session.ts'
import { TokenManager } from '../tokens/tokenManager.ts'
import type { TokenManagerOptions } from '../tokens/tokenManagerOptions.ts'
import { stayingOnPage, type ContextFactory } from './context.ts'

interface TokensOptions<User> extends Required<Pick<TokenManagerOptions, 'storage' | 'refreshLeadMs' | 'requestTimeoutMs'>> {
  readonly method: AuthMethod<never, User>
  /** Of the auth: its tokens are kept under it. */
  readonly name: string
}

/** A TokenManager that keeps whole sessions, refreshed by the method that made them. */
export function createTokens<User>(
  { method, name, storage, refreshLeadMs, requestTimeoutMs }: TokensOptions<User>,
  context: ContextFactory,
  environment: Environment,
): TokenManager<SessionRecord<User>> {
  /** Tokens that nobody will use are of no use to anybody else either. */
  const discard = (session: SessionRecord<User>): void => {
    method.logout?.(session, stayingOnPage(context())).catch(() => {})
  }
  const { refresh } = method

  return new TokenManager<SessionRecord<User>>(
    {
      storage,
      storageKey: `tessera:${name}:tokens`,
      refreshLeadMs,
      // Each of its requests has the deadline; metadata and tokens are two.
      requestTimeoutMs: 2 * requestTimeoutMs,
      background: false,
      canRefresh: (session) => refresh !== undefined && session?.refreshToken !== undefined,
      accept: (tokens: TokenSet): tokens is SessionRecord<User> => isSessionRecord(tokens, [method.name]),
      onDiscard: discard,
      async refresh(current, { signal }) {
        if (current === null || refresh === undefined) throw new AuthError('not_authenticated', 'Nobody is signed in.')
        const next = { ...(await refresh(current, context(signal))), method: current.method, family: current.family }
        if (next.subject !== current.subject) {
          discard(next)
          throw new AuthError('subject_changed', 'The refresh answered for somebody else: the session has ended.')
        }
        return next
      },
    },
    environment,
  )
}
