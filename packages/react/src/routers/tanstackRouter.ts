import { redirect } from '@tanstack/react-router'
import { environment as realEnvironment, safeReturnTo, type AuthCore, type AuthenticatedState, type Environment } from '@tessera-auth/core'
import { createGate, type GateAuth, type RequireAuthOptions } from './gate.ts'
import { watchPerson, type FollowedAuth } from './watchPerson.ts'

export type { RequireAuthOptions } from './gate.ts'

/** What TanStack Router gives `beforeLoad`, as far as it is needed here. */
export interface TanstackRouterArgs {
  readonly location: { readonly pathname: string; readonly href: string; readonly search: object }
  /** The same for all routes of one navigation. */
  readonly abortController: AbortController
  readonly preload: boolean
}

/**
 * A guard for `beforeLoad`. A conditional type that is always true: TypeScript puts off a call that gives a function until it has
 * typed the loader beside it, and the loader would not know who is signed in.
 */
export type BeforeLoad<User> = [User] extends [unknown] ? (args: TanstackRouterArgs) => Promise<AuthenticatedState<User>> : never

/** What {@link followAuth} needs of a router. */
export interface FollowingRouter {
  readonly clearCache: () => void
  readonly invalidate: (options: { readonly forcePending: boolean }) => Promise<void>
}

/**
 * Lets a route load for people who are signed in alone: anybody else is sent to sign in, once, with `?returnTo=` where they were
 * going. For the browser; what must be protected, a server protects.
 *
 * @example
 * export const Route = createFileRoute('/orders')({
 *   beforeLoad: requireAuth(auth),
 *   loader: ({ context: { user } }) => auth.fetch(`/api/orders/${user.sub}`),
 * })
 *
 * @returns For `beforeLoad`: gives who is signed in, so that `user` and `scope` are in the context of the route and of those below.
 * Throws a redirect, or for the error component an AuthError: `insufficient_scope`; `redirect_loop` where people are sent round
 * in circles; `unsupported_request` on a server; a transient code while it is not known who is signed in because a server does not
 * answer, which each call asks again.
 * @throws AuthError `invalid_config`, naming the option.
 */
export function requireAuth<User>(auth: GateAuth<User>, options?: RequireAuthOptions, environment?: Environment): BeforeLoad<User>
export function requireAuth(auth: GateAuth<unknown>, options: RequireAuthOptions = {}, environment: Environment = realEnvironment): unknown {
  const gate = createGate(auth, options, environment)
  return async ({ location, abortController, preload }: TanstackRouterArgs) => {
    const { pathname, href } = location
    const found = await gate({ pathname, href, navigation: preload ? null : abortController })
    if (typeof found !== 'string') return found
    // oxlint-disable-next-line typescript/only-throw-error -- That is how routes redirect.
    throw redirect({ href: found })
  }
}

/**
 * For `beforeLoad` of the route where people sign in: whoever is signed in goes on to where they were going, in place of this route in
 * the history. Runs again, with {@link followAuth}, at every sign-in; so the page itself needs not navigate.
 *
 * @returns Gives anybody else `{ returnTo }` into the context, checked to be a path of this app, for a login that leaves the page.
 */
export function redirectSignedIn(
  auth: Pick<AuthCore<unknown>, 'ready'>,
  environment: Environment = realEnvironment,
): (args: Pick<TanstackRouterArgs, 'location'>) => Promise<{ readonly returnTo: string }> {
  return async ({ location: { search, pathname } }) => {
    const given: unknown = 'returnTo' in search ? search.returnTo : undefined
    const returnTo = safeReturnTo(given, environment.page.href() ?? 'http://localhost/', [pathname])
    const { status } = await auth.ready
    // oxlint-disable-next-line typescript/only-throw-error -- That is how routes redirect.
    if (status === 'authenticated') throw redirect({ href: returnTo, replace: true })
    return { returnTo }
  }
}

/**
 * Has the routes load again when somebody signs in or out or is somebody else, in this tab or another, so that guarded routes are left at
 * once. What was loaded for the person before is forgotten; what is on the screen gives way to the pending component after `pendingMs`.
 *
 * @example
 * const router = createRouter({ routeTree })
 * followAuth(auth, router)
 *
 * @returns Ends it.
 */
export function followAuth(auth: FollowedAuth, router: FollowingRouter): () => void {
  return watchPerson(auth, () => {
    router.clearCache()
    void router.invalidate({ forcePending: true })
  })
}
