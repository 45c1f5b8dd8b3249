import type { AuthState } from '@tessera-auth/core'
import type { AnyAuth, RegisteredAuth, RegisteredUser } from './register.ts'

/** What `useAuth()` gives. A token refresh changes none of it. */
export interface AuthView {
  /** `loading` until it is known who is signed in, and on a server. */
  readonly status: AuthState['status']
  readonly isAuthenticated: boolean
  /** Who is signed in; `null` when nobody is, or it is not known yet. */
  readonly user: RegisteredUser | null
  /** Scopes granted. */
  readonly scope: readonly string[]
  /** Name of the method that signed in. */
  readonly method: string | null
  /** Why nobody is signed in. */
  readonly reason: (AuthState & { status: 'unauthenticated' })['reason'] | null
  /** Why the last login failed, or the session ended. */
  readonly error: AuthState['error']
  /** Name of the method whose login is under way. */
  readonly pending: string | null
  readonly login: RegisteredAuth['login']
  readonly logout: RegisteredAuth['logout']
}

const noScope: readonly string[] = []

/** Makes the view of a state, the same object for the same state. */
export function createAuthView(auth: AnyAuth): (state: AuthState) => AuthView {
  const views = new WeakMap<AuthState, AuthView>()
  const { login, logout } = auth
  return (state) => {
    const known = views.get(state)
    if (known !== undefined) return known
    const view: AuthView = {
      status: state.status,
      isAuthenticated: state.status === 'authenticated',
      // The provider accepts the registered auth alone, so the user is of the registered type.
      user: state.status === 'authenticated' ? (state.user as RegisteredUser) : null,
      scope: state.status === 'authenticated' ? state.scope : noScope,
      method: state.status === 'authenticated' ? state.method : null,
      reason: state.status === 'unauthenticated' ? state.reason : null,
      error: state.error,
      pending: state.pending,
      login,
      logout,
    }
    views.set(state, view)
    return view
  }
}
