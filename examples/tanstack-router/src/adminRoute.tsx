import { createRoute } from '@tanstack/react-router'
import { requireAuth } from '@tessera-auth/react/tanstack-router'
import type { ReactNode } from 'react'
import { auth } from './auth.ts'
import { signedInRoute } from './signedInRoute.tsx'

export const adminRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/admin',
  beforeLoad: requireAuth(auth, { scopes: ['write:resources'] }),
  component: AdminPage,
})

function AdminPage(): ReactNode {
  const { user, scope } = adminRoute.useRouteContext()
  return (
    <>
      <h1>Administration</h1>
      <p className="soft">
        {user.name ?? user.sub} may: {scope.join(', ')}
      </p>
    </>
  )
}
