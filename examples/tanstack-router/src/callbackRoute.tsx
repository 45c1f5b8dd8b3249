import { createRoute } from '@tanstack/react-router'
import { AuthCallback } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import { rootRoute } from './rootRoute.tsx'

export const callbackRoute = createRoute({ getParentRoute: () => rootRoute, path: '/callback', component: CallbackPage })

function CallbackPage(): ReactNode {
  const navigate = callbackRoute.useNavigate()
  return (
    <>
      <h1>Signing in</h1>
      <AuthCallback onDone={({ returnTo }) => void navigate({ href: returnTo, replace: true })} />
    </>
  )
}
