import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { useAuthContext } from './authContext.ts'
import type { AuthView } from './authView.ts'

/**
 * Who is signed in, and how to sign in and out. Renders when that changes, and never for a token refresh.
 *
 * @param selector Renders only when what it gives changes, compared member by member.
 *
 * @example
 * const { isAuthenticated, user, login, logout } = useAuth()
 * const name = useAuth((auth) => auth.user?.name)
 */
export function useAuth(): AuthView
export function useAuth<Selected>(selector: (auth: AuthView) => Selected): Selected
export function useAuth(selector: (auth: AuthView) => unknown = (auth) => auth): unknown {
  const { auth, view } = useAuthContext()
  return useStore(auth.store, useShallow((state) => selector(view(state))))
}
