import type { Environment } from '../browser/environment.ts'
import type { Given } from '../checkOptions.ts'
import { AuthError } from '../errors.ts'
import type { AuthMethod } from '../methods/method.ts'
import { isSessionRecord } from '../session/record.ts'
import type { SessionRecord, TokenSet } from '../session/session.ts'
import { TokenManager } from '../tokens/tokenManager.ts'
import type { TokenManagerOptions } from '../tokens/tokenManagerOptions.ts'
import { leavingOnlyIf, type ContextFactory } from './context.ts'

interface TokensOptions<User> extends Required<Given<Pick<TokenManagerOptions, 'storage' | 'refreshLeadMs' | 'requestTimeoutMs'>>> {
  readonly method: AuthMethod<never, User>
  /** Of the auth: its tokens are kept under it. */
  readonly name: string
}

/** The tokens of an auth, and what becomes of those that came too late. */
export interface Tokens<User> {
  readonly tokens: TokenManager<SessionRecord<User>>
  /** Revokes tokens that nobody will use, unless the same person is signed in: a provider may revoke by person. */
  readonly discard: (session: SessionRecord<User>) => void
}

/** A TokenManager that keeps whole sessions, refreshed by the method that made them. */
export function createTokens<User>(
  { method, name, storage, refreshLeadMs, requestTimeoutMs }: TokensOptions<User>,
  context: ContextFactory,
  environment: Environment,
): Tokens<User> {
  const discard = (session: SessionRecord<User>): void => {
    if (tokens.current?.tokens.subject === session.subject) return
    method.logout?.(session, leavingOnlyIf(context(), () => false)).catch(() => {})
  }
  const tokens = new TokenManager<SessionRecord<User>>(
    {
      storage,
      storageKey: `tessera:${name}:tokens`,
      refreshLeadMs,
      // Each of its requests has the deadline; metadata and tokens are two.
      requestTimeoutMs: 2 * requestTimeoutMs,
      background: false,
      canRefresh: (session) => method.refresh !== undefined && session?.refreshToken !== undefined,
      accept: (stored: TokenSet): stored is SessionRecord<User> => isSessionRecord(stored, [method.name]),
      onDiscard: discard,
      async refresh(current, { signal }) {
        if (current === null || method.refresh === undefined) throw new AuthError('not_authenticated', 'Nobody is signed in.')
        const next = { ...(await method.refresh(current, context(signal))), method: current.method, family: current.family }
        // Somebody unnamed who gets a name is nobody else.
        if (current.subject === null || next.subject === current.subject) return next
        discard(next)
        throw new AuthError('subject_changed', 'The refresh answered for somebody else.')
      },
    },
    environment,
  )
  return { tokens, discard }
}
