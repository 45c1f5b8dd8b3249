import type { ReactNode } from 'react'
import type { AuthView } from './authView.ts'
import { useAuth } from './useAuth.ts'

/** Properties of {@link RequireAuth}. */
export interface RequireAuthProps {
  /** Shown to somebody signed in. */
  readonly children: ReactNode
  /** Shown when nobody is signed in. */
  readonly fallback: ReactNode
  /** Shown until it is known who is signed in, and on a server. Default: nothing, so no login page flashes by. */
  readonly loading?: ReactNode
}

/**
 * Shows its children to people who are signed in, and to nobody else.
 * A convenience of the screen: what must be protected, a server protects.
 *
 * @example
 * <RequireAuth fallback={<SignIn />}><Orders /></RequireAuth>
 *
 * @throws Error outside an `AuthProvider`.
 */
export function RequireAuth({ children, fallback, loading = null }: RequireAuthProps): ReactNode {
  const status = useAuth(statusOf)
  switch (status) {
    case 'loading':
      return loading
    case 'unauthenticated':
      return fallback
    case 'authenticated':
      return children
  }
}

function statusOf({ status }: AuthView): AuthView['status'] {
  return status
}
