import type { AuthError } from '../errors.ts'

/** What happened to the tokens. Holds none of them. */
export type TokenEvent =
  /** New tokens were set. */
  | { readonly type: 'set' }
  /** Tokens were found in the storage. */
  | { readonly type: 'restored' }
  | { readonly type: 'refresh_started' }
  | { readonly type: 'refreshed' }
  /** The attempt failed; the tokens stay. */
  | { readonly type: 'refresh_failed'; readonly error: AuthError }
  /** A definitive refusal, or expiry without a way to refresh: the tokens are gone. */
  | { readonly type: 'ended'; readonly error: AuthError }
  /** `clear()` was called: the tokens are gone. */
  | { readonly type: 'cleared' }
  /** The storage failed; the tokens stay in memory. */
  | { readonly type: 'storage_failed'; readonly error: AuthError }
