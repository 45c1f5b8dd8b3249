import { createRootRoute, createRoute } from '@tanstack/react-router'
import { createAuth, type AuthenticatedState, type AuthMethod, type Claims } from '@tessera-auth/core'
import { password } from '@tessera-auth/core/password'
import type { ActionFunction, LoaderFunction, LoaderFunctionArgs, MiddlewareFunction, RouteObject } from 'react-router'
import { createBrowserRouter } from 'react-router'
import { expectTypeOf, it } from 'vitest'
import * as reactRouter from './reactRouter.ts'
import * as tanstackRouter from './tanstackRouter.ts'

interface Badge {
  readonly id: number
}
declare const badgeMethod: AuthMethod<void, Badge>
const auth = createAuth({ method: badgeMethod })
const several = createAuth({ methods: { badge: badgeMethod, home: password({ loginUrl: '/login' }) } })
declare const routes: RouteObject[]
declare const args: LoaderFunctionArgs

it('React Router: a guard is a loader, an action, and gives who is signed in', () => {
  const signedIn = reactRouter.requireAuth(auth, { signInPath: '/enter', scopes: ['read'], basename: '/app' })
  expectTypeOf(signedIn).toExtend<LoaderFunction>()
  expectTypeOf(signedIn).toExtend<ActionFunction>()
  expectTypeOf(signedIn(args)).toEqualTypeOf<Promise<AuthenticatedState<Badge>>>()
  expectTypeOf(reactRouter.requireAuth(several)(args)).toEqualTypeOf<Promise<AuthenticatedState<Badge | Claims>>>()
  const middleware = async (given: LoaderFunctionArgs): Promise<void> => void (await signedIn(given))
  expectTypeOf(middleware).toExtend<MiddlewareFunction>()
  expectTypeOf(reactRouter.redirectSignedIn(auth)).toExtend<LoaderFunction>()
  expectTypeOf(reactRouter.followAuth(several, createBrowserRouter(routes))).toEqualTypeOf<() => void>()
  // @ts-expect-error -- Scopes are a list.
  reactRouter.requireAuth(auth, { scopes: 'read' })
  // @ts-expect-error -- A method is not an auth.
  reactRouter.requireAuth(badgeMethod)
})

it('TanStack Router: a guard in its place tells the loader and the routes below who is signed in', () => {
  const rootRoute = createRootRoute()
  const parent = createRoute({
    getParentRoute: () => rootRoute,
    path: '/orders',
    beforeLoad: tanstackRouter.requireAuth(auth, { scopes: ['read'] }),
    loader: ({ context }) => {
      expectTypeOf(context.user).toEqualTypeOf<Badge>()
      expectTypeOf(context.scope).toEqualTypeOf<readonly string[]>()
    },
  })
  const child = createRoute({
    getParentRoute: () => parent,
    path: '$id',
    loader: ({ context }) => expectTypeOf(context.user.id).toEqualTypeOf<number>(),
  })
  const signIn = createRoute({
    getParentRoute: () => rootRoute,
    path: '/login',
    beforeLoad: tanstackRouter.redirectSignedIn(auth),
    loader: ({ context }) => expectTypeOf(context.returnTo).toEqualTypeOf<string>(),
  })
  const guard = tanstackRouter.requireAuth(several)
  expectTypeOf<Awaited<ReturnType<typeof guard>>>().toEqualTypeOf<AuthenticatedState<Badge | Claims>>()
  // @ts-expect-error -- TanStack Router knows its base by itself.
  tanstackRouter.requireAuth(auth, { basename: '/app' })
  return [child, signIn]
})
