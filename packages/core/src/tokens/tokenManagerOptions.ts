import type { Environment } from '../browser/environment.ts'
import { memoryStorage, type TokenStorage } from '../browser/storage.ts'
import { checkDurationMs, checkOptions, checkText, configError, type Given } from '../checkOptions.ts'
import type { TokenSet } from '../session/session.ts'
import type { RefreshFunction } from './attempt.ts'

/** Options of {@link TokenManager}. */
export interface TokenManagerOptions<T extends TokenSet = TokenSet> {
  /**
   * Gets new tokens for old. One call at a time. It ends the session by throwing an {@link AuthError} with code `refresh_rejected`,
   * `invalid_id_token`, `subject_changed`, `session_expired`, `session_idle`, `user_disabled`, `revoked` or `key_lost`, or by an answer
   * that is no use but for another refresh token. Any other code that is not retryable ends it when the token has run out; whatever else
   * it throws counts as passing trouble.
   */
  readonly refresh: RefreshFunction<T>
  /** `'memory'` (default), `'session'` (sessionStorage), or a storage of your own. */
  readonly storage?: 'memory' | 'session' | TokenStorage | undefined
  /**
   * One session for all tabs of this origin: a new tab takes part in that of a tab that is open, and new tokens set in one are set in
   * all. Default `false`: only duplicates of a tab share its session, with `storage: 'session'`. Without effect outside of browsers.
   */
  readonly shareAcrossTabs?: boolean | undefined
  /** Under which the storage keeps the tokens. One manager per key. Default `tessera:tokens`. */
  readonly storageKey?: string | undefined
  /** How long before expiry a refresh starts, in milliseconds; never more than a quarter of the token's life. Default 300 000. */
  readonly refreshLeadMs?: number | undefined
  /** How long one refresh may take, in milliseconds. Default 10 000. */
  readonly requestTimeoutMs?: number | undefined
  /** Refreshes ahead of need by a timer. Default `true`; when `false`, only while `start()` is in force. */
  readonly background?: boolean | undefined
  /** Whether these tokens, or none (`null`), can be refreshed. Default: always. Tokens that cannot be end when they expire. */
  readonly canRefresh?: ((tokens: T | null) => boolean) | undefined
  /** Checks the members that stored tokens have beyond a {@link TokenSet}. To throw is to refuse them. Default: no further check. */
  readonly accept?: ((tokens: TokenSet) => tokens is T) | undefined
  /** Receives tokens that came too late to be used (after `clear()` or `setTokens()`), so that they can be revoked. */
  readonly onDiscard?: ((tokens: T) => void) | undefined
}

/** The same, checked and complete. */
export type CheckedTokenManagerOptions<T extends TokenSet> = Required<Given<TokenManagerOptions<T>>> & { 
  readonly storage: TokenStorage
  /** Whether other tabs may have the session too. */
  readonly hasSiblings: boolean
}

/** @throws AuthError `invalid_config`, naming the option. */
export function checkTokenManagerOptions<T extends TokenSet>(options: TokenManagerOptions<T>, environment: Environment): CheckedTokenManagerOptions<T> {
  const known = ['refresh', 'storage', 'shareAcrossTabs', 'storageKey', 'refreshLeadMs', 'requestTimeoutMs', 'background', 'canRefresh', 'accept', 'onDiscard'] as const
  const checked = checkOptions(options, 'TokenManager', known)
  if (typeof checked.refresh !== 'function') throw configError('refresh', 'expected a function.')
  if (checked.shareAcrossTabs !== undefined && typeof checked.shareAcrossTabs !== 'boolean') throw configError('shareAcrossTabs', 'expected true or false.')
  return {
    background: true,
    canRefresh: () => true,
    onDiscard: () => {},
    ...checked,
    accept: safely(checked.accept),
    storage: checkStorage(checked.storage, environment),
    hasSiblings: checked.storage === 'session' || checked.shareAcrossTabs === true,
    shareAcrossTabs: checked.shareAcrossTabs === true,
    storageKey: checkText(checked.storageKey ?? 'tessera:tokens', 'storageKey'),
    refreshLeadMs: checkDurationMs(checked.refreshLeadMs ?? 300_000, 'refreshLeadMs'),
    requestTimeoutMs: checkDurationMs(checked.requestTimeoutMs ?? 10_000, 'requestTimeoutMs'),
  }
}

/** The storage that an option means; throws `invalid_config` when it is none. */
export function checkStorage(storage: TokenManagerOptions['storage'], { tabStorage }: Environment): TokenStorage {
  if (storage === undefined || storage === 'memory') return memoryStorage()
  if (storage === 'session') return tabStorage
  const members = [storage?.getItem, storage?.setItem, storage?.removeItem]
  if (members.every((member) => typeof member === 'function')) return storage
  throw configError('storage', "expected 'memory', 'session' or a TokenStorage.")
}

/** What another version of the app stored may lack what `accept` reads of it. */
function safely<T extends TokenSet>(accept: TokenManagerOptions<T>['accept']): (tokens: TokenSet) => tokens is T {
  return (tokens): tokens is T => {
    try {
      return accept === undefined || accept(tokens)
    } catch {
      return false
    }
  }
}
