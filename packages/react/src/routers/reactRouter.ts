import { environment as realEnvironment, safeReturnTo, type AuthCore, type AuthenticatedState, type Environment } from '@tessera-auth/core'
import { createGate, optionError, ownOptions, type GateAuth, type RequireAuthOptions } from './gate.ts'
import { watchPerson, type FollowedAuth } from './watchPerson.ts'

export type { RequireAuthOptions } from './gate.ts'

/** What React Router gives a loader, an action, a `clientLoader` or a middleware, as far as it is needed here. */
export interface ReactRouterArgs {
  readonly request: Request
  /** Absent before React Router 8: where a person was going is known without the hash then. */
  readonly url?: URL
}

/** Options of {@link requireAuth} for React Router. */
export interface ReactRouterOptions extends RequireAuthOptions {
  /** The `basename` of the router, if it has one: `returnTo` is without it, as all that `navigate()` and `redirect()` take. */
  readonly basename?: string
}

/**
 * Lets a route load for people who are signed in alone: anybody else is sent to sign in, once, with `?returnTo=` where they were
 * going. For the browser; what must be protected, a server protects.
 *
 * @example
 * const signedIn = requireAuth(auth)
 * const loader = async (args: LoaderFunctionArgs) => {
 *   const { user } = await signedIn(args)
 *   return auth.fetch(`/api/orders/${user.sub}`)
 * }
 *
 * @returns For loaders, actions and middleware: gives who is signed in. Throws a redirect, or for the error boundary an AuthError:
 * `insufficient_scope`; `redirect_loop` where people are sent round in circles; `unsupported_request` on a server; a transient
 * code while it is not known who is signed in because a server does not answer, which each call asks again.
 * @throws AuthError `invalid_config`, naming the option.
 */
export function requireAuth<User>(
  auth: GateAuth<User>,
  options: ReactRouterOptions = {},
  environment: Environment = realEnvironment,
): (args: ReactRouterArgs) => Promise<AuthenticatedState<User>> {
  const { basename = '/', ...others } = ownOptions(options)
  if (typeof basename !== 'string') throw optionError('basename', 'Invalid option "basename": expected a path, such as /app.')
  const gate = createGate(auth, others, environment)
  return async ({ request, url = new URL(request.url) }) => {
    const page = pageOf(environment)
    // Where a form goes to may show nothing: whoever signs in comes back to the form.
    const going = request.method !== 'GET' && page?.origin === url.origin ? page : url
    const pathname = withoutBase(going.pathname, basename)
    const found = await gate({ pathname, href: pathname + going.search + going.hash, navigation: request })
    if (typeof found !== 'string') return found
    // At the start, on the way back and at a sign-out, the page is there already: else it would stay behind the sign-in page, and trap
    // whoever goes back.
    const isThere = page?.href.split('#')[0] === request.url
    // oxlint-disable-next-line typescript/only-throw-error -- That is how loaders redirect.
    throw redirect(found, isThere)
  }
}

/**
 * For the loader of the route where people sign in: whoever is signed in goes on to where they were going, in place of this route in
 * the history. Runs again after an action and, with {@link followAuth}, at every sign-in; so the page itself needs not navigate.
 *
 * @returns Gives anybody else `{ returnTo }`, checked to be a path of this app, for a login that leaves the page.
 */
export function redirectSignedIn(auth: Pick<AuthCore<unknown>, 'ready'>): (args: ReactRouterArgs) => Promise<{ readonly returnTo: string }> {
  return async ({ request, url = new URL(request.url) }) => {
    const returnTo = safeReturnTo(url.searchParams.get('returnTo'), url.href, [url.pathname])
    const { status } = await auth.ready
    // oxlint-disable-next-line typescript/only-throw-error -- That is how loaders redirect.
    if (status === 'authenticated') throw redirect(returnTo, true)
    return { returnTo }
  }
}

/**
 * Has the loaders run again when somebody signs in or out or is somebody else, in this tab or another, so that guarded routes are left at once.
 *
 * @example
 * const router = createBrowserRouter(routes)
 * followAuth(auth, router)
 *
 * @returns Ends it.
 */
export function followAuth(auth: FollowedAuth, router: { readonly revalidate: () => Promise<void> }): () => void {
  return watchPerson(auth, () => void router.revalidate())
}

/** As `redirect()` and `replace()` of React Router make them, which are of its server entry as well. */
function redirect(location: string, isReplacing: boolean): Response {
  return new Response(null, { status: 302, headers: { Location: location, ...(isReplacing && { 'X-Remix-Replace': 'true' }) } })
}

/** Where the page is; the routers that keep that in the hash write `#/orders`. */
function pageOf({ page }: Environment): URL | null {
  const href = page.href()
  if (href === null) return null
  const url = new URL(href)
  // A file has no origin to speak of, and is where a router of hashes is used.
  const base = url.origin === 'null' ? `${url.protocol}//` : url.origin
  return url.hash.startsWith('#/') ? new URL(base + url.hash.slice(1)) : url
}

function withoutBase(pathname: string, basename: string): string {
  const base = basename.replace(/\/+$/, '')
  return pathname === base || pathname.startsWith(`${base}/`) ? pathname.slice(base.length) || '/' : pathname
}
