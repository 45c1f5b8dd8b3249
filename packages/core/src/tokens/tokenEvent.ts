import type { AuthError } from '../errors.ts'

/** What happened to the tokens. Holds none of them. */
export type TokenEvent =
  /** New tokens were set. */
  | { readonly type: 'set' }
  /** Tokens were found in the storage. */
  | { readonly type: 'restored' }
  | { readonly type: 'refresh_started' }
  | { readonly type: 'refreshed' }
  /** Another tab of this session has refreshed: its tokens are used from now on. */
  | { readonly type: 'adopted' }
  /** The attempt failed; the tokens stay. */
  | { readonly type: 'refresh_failed'; readonly error: AuthError }
  /** A definitive refusal, or expiry without a way to refresh: the tokens are gone. */
  | { readonly type: 'ended'; readonly error: AuthError }
  /** `clear()` was called, here or in another tab of this session: the tokens are gone. */
  | { readonly type: 'cleared'; readonly isElsewhere: boolean }
  /** The browser lacks something that tabs need to share a session safely; it goes on with what there is. */
  | { readonly type: 'tabs_degraded'; readonly error: AuthError }
  /** The storage failed; the tokens stay in memory. */
  | { readonly type: 'storage_failed'; readonly error: AuthError }
