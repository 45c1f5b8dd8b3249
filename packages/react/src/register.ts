import type { Auth, AuthState, Claims, ReadableStore } from '@tessera-auth/core'

/**
 * Names the app's own auth, so that every hook knows what its login takes and what its user looks like.
 *
 * @example
 * declare module '@tessera-auth/react' {
 *   interface Register { auth: typeof auth }
 * }
 */
export interface Register {}

/** Any auth, whatever its login takes and whatever its user looks like. */
export interface AnyAuth extends Pick<
  Auth,
  'refreshStore' | 'logout' | 'handleCallback' | 'fetch' | 'start' | 'ready'
> {
  readonly store: ReadableStore<AuthState>
  // A method, not a property: so that logins with a narrower input, or with none, fit too.
  login(this: void, input?: unknown): Promise<void>
}

/** An auth that nobody registered: its user is taken for claims. */
interface UnregisteredAuth extends AnyAuth {
  readonly store: ReadableStore<AuthState<Claims>>
}

/** The app's own auth if it registered one. */
export type RegisteredAuth = Register extends { readonly auth: infer Own extends AnyAuth } ? Own : UnregisteredAuth

/** What `AuthProvider` takes: the registered auth alone, or any when none is registered. */
export type ProvidedAuth = Register extends { readonly auth: infer Own extends AnyAuth } ? Own : AnyAuth

/** The user of the app's own auth. */
export type RegisteredUser = RegisteredAuth extends { readonly store: ReadableStore<AuthState<infer User>> }
  ? User
  : never
