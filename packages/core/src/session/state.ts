import type { AuthError } from '../errors.ts'

/** Why nobody is signed in. */
export type SignedOutReason =
  | 'never_signed_in'
  | 'user'
  | 'other_tab'
  | 'refresh_rejected'
  | 'revoked'
  | 'key_lost'
  | 'subject_changed'
  | 'expired'
  | 'idle'
  | 'storage_cleared'

/**
 * Reasons after which the same person may go on where they were, once they have signed in again. Not those that say that the session was
 * somebody else's, that it was wiped from this computer, or that nobody sat there any more.
 */
export const resumableReasons: readonly SignedOutReason[] = ['expired', 'refresh_rejected', 'revoked']

interface Shared {
  /** Name of the method whose login is under way, beside whatever the status is. */
  readonly pending: string | null
  /** Why the last login failed or the session ended; `null` after a success and after a sign-out by the user. */
  readonly error: AuthError | null
}

/** Not known yet: the storage is being read, or the server was asked; with an error if it did not answer. Also what a server renders. */
export interface LoadingState extends Shared {
  readonly status: 'loading'
}

/** Nobody is signed in. */
export interface UnauthenticatedState extends Shared {
  readonly status: 'unauthenticated'
  readonly reason: SignedOutReason
}

/** Somebody is signed in. The access token may be expired at this moment: ask for it, never assume it. */
export interface AuthenticatedState<User = unknown> extends Shared {
  readonly status: 'authenticated'
  /** Name of the method that signed in. */
  readonly method: string
  readonly user: User
  /** Scopes granted; empty when the server did not say. */
  readonly scope: readonly string[]
}

/** What an app shows. Holds no token, and does not change when one is refreshed. */
export type AuthState<User = unknown> = LoadingState | UnauthenticatedState | AuthenticatedState<User>

/** What happened, as {@link transition} understands it. */
export type AuthEvent<User = unknown> =
  | { readonly type: 'login_started'; readonly method: string }
  | { readonly type: 'login_failed'; readonly error: AuthError }
  | { readonly type: 'login_left' }
  /** By a login, or found elsewhere: then a login under way still is. */
  | { readonly type: 'signed_in'; readonly method: string; readonly user: User; readonly scope: readonly string[]; readonly isLogin: boolean }
  | { readonly type: 'restored'; readonly method: string; readonly user: User; readonly scope: readonly string[] }
  /** A server was asked who is signed in; with an error if it did not say. */
  | { readonly type: 'looked'; readonly error: AuthError | null }
  | { readonly type: 'renewed'; readonly user: User; readonly scope: readonly string[] }
  | { readonly type: 'signed_out'; readonly reason: SignedOutReason; readonly error: AuthError | null }

/** The state before anything is known: constant, so that server and browser render alike. */
export const initialState: LoadingState = Object.freeze({ status: 'loading', pending: null, error: null })
