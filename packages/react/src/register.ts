import type { AuthCore, AuthState, Claims, ReadableStore } from '@tessera-auth/core'

/**
 * Names the app's own auth, so that every hook knows what its login takes and what its user looks like.
 *
 * @example
 * declare module '@tessera-auth/react' {
 *   interface Register { auth: typeof auth }
 * }
 */
export interface Register {}

/** Any auth, of one method or of several, whatever its login takes and whatever its user looks like. */
export interface AnyAuth extends Pick<AuthCore<unknown>, 'name' | 'store' | 'refreshStore' | 'logout' | 'stepUp' | 'handleCallback' | 'fetch' | 'start' | 'ready'> {
  readonly login: (...input: never) => Promise<void>
  readonly tokens: Pick<AuthCore<unknown>['tokens'], 'current' | 'guard' | 'subscribe'>
}

/** An auth that nobody registered: its login takes anything, and its user is taken for claims. */
interface UnregisteredAuth extends AnyAuth {
  readonly store: ReadableStore<AuthState<Claims>>
  readonly login: (...input: readonly unknown[]) => Promise<void>
}

/** The app's own auth if it registered one. */
export type RegisteredAuth = Register extends { readonly auth: infer Own extends AnyAuth } ? Own : UnregisteredAuth

/** What `AuthProvider` takes: the registered auth alone, or any when none is registered. */
export type ProvidedAuth = Register extends { readonly auth: infer Own extends AnyAuth } ? Own : AnyAuth

/** The user of the app's own auth. */
export type RegisteredUser = RegisteredAuth extends { readonly store: ReadableStore<AuthState<infer User>> }
  ? User
  : never
