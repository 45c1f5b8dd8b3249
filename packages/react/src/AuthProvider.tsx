import { useEffect, useMemo, type ReactNode } from 'react'
import { AuthContext } from './authContext.ts'
import { createAuthView } from './authView.ts'
import type { ProvidedAuth } from './register.ts'

/** Properties of {@link AuthProvider}. */
export interface AuthProviderProps {
  /** Made by `createAuth`, outside React. */
  readonly auth: ProvidedAuth
  readonly children?: ReactNode
}

/**
 * Gives an auth to the components below, and keeps it refreshing ahead of need while mounted.
 * Creates nothing and ends nothing: the auth belongs to the app.
 */
export function AuthProvider({ auth, children }: AuthProviderProps): ReactNode {
  useEffect(() => auth.start(), [auth])
  const value = useMemo(() => ({ auth, view: createAuthView(auth) }), [auth])
  return <AuthContext.Provider value={value}>{children}</AuthContext.Provider>
}
