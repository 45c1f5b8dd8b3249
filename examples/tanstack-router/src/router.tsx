import { createRouter } from '@tanstack/react-router'
import { followAuth } from '@tessera-auth/react/tanstack-router'
import { adminRoute } from './adminRoute.tsx'
import { auth } from './auth.ts'
import { callbackRoute } from './callbackRoute.tsx'
import { homeRoute } from './homeRoute.tsx'
import { loginRoute } from './loginRoute.tsx'
import { ordersRoute } from './ordersRoute.tsx'
import { ProblemPage } from './ProblemPage.tsx'
import { rootRoute } from './rootRoute.tsx'
import { signedInRoute } from './signedInRoute.tsx'

export const router = createRouter({
  routeTree: rootRoute.addChildren([homeRoute, signedInRoute.addChildren([ordersRoute, adminRoute]), loginRoute, callbackRoute]),
  defaultErrorComponent: ProblemPage,
  defaultPreload: 'intent',
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

// Whoever signs out, here or in another tab, leaves what needs somebody signed in.
followAuth(auth, router)
