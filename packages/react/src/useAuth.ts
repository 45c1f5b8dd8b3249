import { useMemo } from 'react'
import { useStore } from 'zustand'
import { useAuthContext } from './authContext.ts'
import type { AuthView, State } from './authView.ts'
import { oncePerState } from './oncePerState.ts'

/**
 * Who is signed in, and how to sign in and out. Renders when that changes, and never for a token refresh.
 *
 * @param selector Renders only when what it gives changes. It may make a new object: it is asked once a state.
 *
 * @example
 * const { isAuthenticated, user, login, logout } = useAuth()
 * const name = useAuth((auth) => auth.user?.name)
 *
 * @throws Error outside an `AuthProvider`.
 */
export function useAuth(): AuthView
export function useAuth<Selected>(selector: (auth: AuthView) => Selected): Selected
export function useAuth(selector: (auth: AuthView) => unknown = whole): unknown {
  const { auth, view } = useAuthContext()
  const select = useMemo(() => oncePerState((state: State) => selector(view(state))), [view, selector])
  return useStore(auth.store, select)
}

function whole(auth: AuthView): AuthView {
  return auth
}
