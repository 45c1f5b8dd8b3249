import { createRoute, Outlet } from '@tanstack/react-router'
import { useAuth } from '@tessera-auth/react'
import { requireAuth } from '@tessera-auth/react/tanstack-router'
import type { ReactNode } from 'react'
import { auth } from './auth.ts'
import { rootRoute } from './rootRoute.tsx'

/** Around all that needs somebody signed in: what was loaded for one person is taken away at once when it is another's turn. */
export const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signedIn',
  beforeLoad: requireAuth(auth),
  component: SignedIn,
})

function SignedIn(): ReactNode {
  const { user } = signedInRoute.useRouteContext()
  const isTheirs = useAuth((now) => now.isAuthenticated && now.user.sub === user.sub)
  return isTheirs ? <Outlet /> : <p role="status">One moment…</p>
}
