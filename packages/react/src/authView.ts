import type { AuthCore, AuthState, LogoutResult, SignedOutReason } from '@tessera-auth/core'
import { oncePerState } from './oncePerState.ts'
import type { RegisteredAuth, RegisteredUser } from './register.ts'

interface Shared {
  /** Why the last login failed, or the session ended. `null` after a success and after a sign-out by the user. */
  readonly error: AuthState['error']
  /** Name of the method whose login is under way, whoever is signed in meanwhile. */
  readonly pending: string | null
  /** Signs in: the same function at every render. Rejects as `auth.login` does, and `error` tells why too. */
  readonly login: RegisteredAuth['login']
  /** Signs in again whoever is signed in, with what an API asked for: the same function at every render. Rejects as `auth.stepUp` does. */
  readonly stepUp: AuthCore<unknown>['stepUp']
  /** Signs out: the same function at every render. Never rejects. */
  readonly logout: () => Promise<LogoutResult>
}

/** Somebody is signed in. */
export interface SignedInView extends Shared {
  readonly status: 'authenticated'
  readonly isAuthenticated: true
  /** Who is signed in: the same object until one of its claims changes. */
  readonly user: RegisteredUser
  /** Scopes granted; empty when the server did not say. */
  readonly scope: readonly string[]
  /** Name of the method that signed in. */
  readonly method: string
  readonly reason: null
}

/** Nobody is signed in, or it is not known yet. */
export interface SignedOutView extends Shared {
  /** `loading` until it is known who is signed in, and on a server. */
  readonly status: 'loading' | 'unauthenticated'
  readonly isAuthenticated: false
  readonly user: null
  readonly scope: readonly string[]
  readonly method: null
  /** Why nobody is signed in; `null` while that is not known. */
  readonly reason: SignedOutReason | null
}

/**
 * What `useAuth()` gives: once `isAuthenticated` is checked, TypeScript knows that `user` is there.
 * A token refresh changes none of it.
 */
export type AuthView = SignedInView | SignedOutView

/** The state of the registered auth. */
export type State = AuthState<RegisteredUser>

const nobody = { reason: null, method: null, user: null, scope: [] } as const

/** Makes the view of a state, the same object for the same state. */
export function createAuthView({ login, stepUp, logout }: RegisteredAuth): (state: State) => AuthView {
  const shared = { ...nobody, login, stepUp, logout }
  return oncePerState((state) =>
    state.status === 'authenticated'
      ? { ...shared, ...state, isAuthenticated: true }
      : { ...shared, ...state, isAuthenticated: false },
  )
}
