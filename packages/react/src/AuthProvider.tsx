import { useEffect, useMemo, type ReactNode } from 'react'
import { AuthContext } from './authContext.ts'
import { createAuthView } from './authView.ts'
import type { ProvidedAuth, RegisteredAuth } from './register.ts'

/** Properties of {@link AuthProvider}. */
export interface AuthProviderProps {
  /** Made by `createAuth`, once, outside React. */
  readonly auth: ProvidedAuth
  readonly children?: ReactNode
}

/**
 * Gives an auth to the components below. While mounted, it finds out who is signed in and keeps the tokens fresh ahead
 * of need. Creates nothing and ends nothing: the auth belongs to the app. On a server it only renders its children.
 *
 * @example
 * <AuthProvider auth={auth}><App /></AuthProvider>
 */
export function AuthProvider({ auth, children }: AuthProviderProps): ReactNode {
  useEffect(() => auth.start(), [auth])
  const value = useMemo(() => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Unregistered, it is trusted to have claims.
    const own = auth as RegisteredAuth
    return { auth: own, view: createAuthView(own) }
  }, [auth])
  return <AuthContext.Provider value={value}>{children}</AuthContext.Provider>
}
