import { createContext, useContext, type Context } from 'react'
import type { AuthView, State } from './authView.ts'
import type { RegisteredAuth } from './register.ts'

/** What the provider shares: one object for as long as the auth is the same. */
export interface AuthContextValue {
  readonly auth: RegisteredAuth
  readonly view: (state: State) => AuthView
}

export const AuthContext: Context<AuthContextValue | null> = createContext<AuthContextValue | null>(null)

/** @throws Error outside an `AuthProvider`: a mistake in the app, not a state of its session. */
export function useAuthContext(): AuthContextValue {
  const value = useContext(AuthContext)
  if (value === null) {
    throw new Error(
      'Tessera: no <AuthProvider auth={…}> above this component, or @tessera-auth/react is installed twice.',
    )
  }
  return value
}
