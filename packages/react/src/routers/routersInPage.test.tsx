import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet as TanstackOutlet, RouterProvider as TanstackProvider } from '@tanstack/react-router'
import { createAuth, type AuthMethod } from '@tessera-auth/core'
import { cleanup, render, waitFor } from '@testing-library/react'
import * as React from 'react'
import { StrictMode, type ReactNode } from 'react'
import { createMemoryRouter, Outlet, RouterProvider, useLoaderData, type LoaderFunctionArgs } from 'react-router'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { deferred } from '../../test/deferred.ts'
import { ada, authWith, bob, createRouterWorld, nobody } from '../../test/routerWorld.ts'
import { createWorld } from '../../test/createWorld.ts'
import * as passwords from '../../test/passwordServer.ts'
import { AuthProvider, useAuth, type ProvidedAuth } from '../index.ts'
import type { GateAuth } from './gate.ts'
import * as reactRouter from './reactRouter.ts'
import * as tanstackRouter from './tanstackRouter.ts'

interface Person {
  readonly sub?: string | undefined
  readonly name?: string | undefined
}
type SomeAuth = ProvidedAuth & GateAuth<Person>

/** What a page needs that is rendered by a router: routes of it, and when it may have its data. */
interface App {
  readonly auth: SomeAuth
  readonly environment: ReturnType<typeof createRouterWorld>['environment']
  /** Called by the loader of the page. */
  readonly load: (name: string) => Promise<string>
  /** Called by the guard of the page. */
  readonly guarded: () => void
}

function Header({ children }: { readonly children: ReactNode }): ReactNode {
  const name = useAuth(({ user }) => user?.name ?? 'nobody')
  return (
    <>
      {name}: <input />
      {children}
    </>
  )
}

/** As the documentation has it: what was loaded is shown to whom it was loaded for. */
function ForWhom({ sub, children }: { readonly sub: string | undefined; readonly children: ReactNode }): ReactNode {
  return useAuth((now) => now.isAuthenticated && now.user.sub === sub) ? children : 'one moment'
}

function inReactRouter({ auth, environment, load, guarded }: App): ReactNode {
  const signedIn = reactRouter.requireAuth<Person>(auth, {}, environment)
  const loadPerson = async (args: LoaderFunctionArgs) => (guarded(), (await signedIn(args)).user)
  const loadOrders = async (args: LoaderFunctionArgs) => load((await signedIn(args)).user.name ?? '')
  const SignedIn = (): ReactNode => <ForWhom sub={useLoaderData<typeof loadPerson>().sub}><Outlet /></ForWhom>
  const Orders = (): ReactNode => `orders of ${useLoaderData<typeof loadOrders>()}`
  const routes = [
    { loader: loadPerson, Component: SignedIn, children: [{ path: '/orders', loader: loadOrders, Component: Orders }] },
    { path: '/login', loader: reactRouter.redirectSignedIn(auth), Component: () => 'sign in' },
  ]
  const Layout = (): ReactNode => <Header><Outlet /></Header>
  const router = createMemoryRouter([{ Component: Layout, HydrateFallback: () => null, children: routes }], { initialEntries: ['/orders'] })
  reactRouter.followAuth(auth, router)
  return <RouterProvider router={router} />
}

function inTanstackRouter({ auth, environment, load, guarded }: App): ReactNode {
  const guard = tanstackRouter.requireAuth<Person>(auth, {}, environment)
  const counted: typeof guard = (args) => (guarded(), guard(args))
  const rootRoute = createRootRoute({ component: () => <Header><TanstackOutlet /></Header> })
  function SignedIn(): ReactNode {
    const sub: string | undefined = signedIn.useRouteContext({ select: ({ user }: { readonly user: Person }) => user.sub })
    return <ForWhom sub={sub}><TanstackOutlet /></ForWhom>
  }
  const signedIn = createRoute({
    getParentRoute: () => rootRoute,
    id: 'signedIn',
    beforeLoad: counted,
    component: SignedIn,
  })
  const orders = createRoute({
    getParentRoute: () => signedIn,
    path: '/orders',
    loader: ({ context: { user } }) => load(user.name ?? ''),
    component: (): ReactNode => `orders of ${orders.useLoaderData()}`,
  })
  const login = createRoute({ getParentRoute: () => rootRoute, path: '/login', beforeLoad: tanstackRouter.redirectSignedIn(auth, environment), component: () => 'sign in' })
  const routeTree = rootRoute.addChildren([signedIn.addChildren([orders]), login])
  const router = createRouter({ routeTree, history: createMemoryHistory({ initialEntries: ['/orders'] }), isServer: false })
  tanstackRouter.followAuth(auth, router)
  return <TanstackProvider router={router} />
}

/** Notes each text that an element shows, one after the other. */
function watch(element: Element): readonly string[] {
  const texts: string[] = []
  const shown = (node: Node): string => {
    if (node instanceof Text) return node.data
    // What React suspends, it hides and does not remove.
    return node instanceof HTMLElement && node.style.display === 'none' ? '' : [...node.childNodes].map(shown).join('')
  }
  const note = (): void => void (texts.at(-1) !== shown(element) && texts.push(shown(element)))
  new MutationObserver(note).observe(element, { childList: true, subtree: true, characterData: true, attributes: true })
  note()
  return texts
}

function open(auth: SomeAuth, makePage: (app: App) => ReactNode) {
  const load = vi.fn<App['load']>(async (name) => name)
  const guarded = vi.fn<() => void>()
  const page = makePage({ auth, load, guarded, environment: createRouterWorld().environment })
  const { container } = render(<StrictMode><AuthProvider auth={auth}>{page}</AuthProvider></StrictMode>)
  const texts = watch(container)
  return { load, guarded, texts, container, shows: (text: string) => waitFor(() => expect(texts.at(-1)).toBe(text)) }
}

// Routers change the page when they please, not within act().
beforeEach(() => vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false))
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const routers = [['React Router', inReactRouter], ['TanStack Router', inTanstackRouter]] as const

// The routers bring React 19 along; the guards have none, and are tested without it.
describe.skipIf(!('use' in React)).each(routers)('a page of %s, in StrictMode', (_, makePage) => {
  it('sends to sign in before it shows anything, and comes back, asking its guard once each time', async () => {
    const auth = authWith(nobody)
    const { texts, guarded, load, shows } = open(auth, makePage)
    await shows('nobody: sign in')
    expect([guarded.mock.calls.length, load.mock.calls.length]).toEqual([1, 0])
    auth.setState(ada)
    await shows('Ada: orders of Ada')
    expect([guarded.mock.calls.length, load.mock.calls.length]).toEqual([2, 1])
    expect(texts.filter((text) => text !== '' && !text.endsWith(': '))).toEqual(['nobody: sign in', 'Ada: sign in', 'Ada: orders of Ada'])
  })

  it('XT-11 shows nothing that was loaded for one person to another, nor after a sign-out', async () => {
    const auth = authWith(ada)
    const { texts, load, shows } = open(auth, makePage)
    await shows('Ada: orders of Ada')
    const bobs = deferred<string>()
    load.mockImplementation(() => bobs.promise)
    auth.setState(bob)
    await shows('Bob: one moment')
    bobs.resolve('Bob')
    await shows('Bob: orders of Bob')
    auth.setState(nobody)
    await shows('nobody: sign in')
    expect(texts.slice(texts.indexOf('Ada: orders of Ada'))).toEqual([
      'Ada: orders of Ada',
      'Bob: one moment',
      'Bob: orders of Bob',
      'nobody: one moment',
      'nobody: sign in',
    ])
  })

  it('XT-11 loads anew for the next person where nobody has a subject and all look the same, and shows nothing after a sign-out', async () => {
    const method: AuthMethod<string, Person> = { name: 'key', login: async (accessToken) => ({ accessToken, subject: null, user: { name: 'Clerk' }, scope: [] }) }
    const auth = createAuth({ method }, createWorld().environment)
    let who = 'Ada'
    await auth.login('key-of-ada')
    const { texts, load, shows } = open(auth, makePage)
    load.mockImplementation(async () => who)
    await shows('Clerk: orders of Ada')
    who = 'Bob'
    await auth.login('key-of-bob')
    await shows('Clerk: orders of Bob')
    await auth.logout()
    await shows('nobody: sign in')
    expect(texts.slice(texts.indexOf('Clerk: orders of Ada'))).toEqual(['Clerk: orders of Ada', 'Clerk: orders of Bob', 'nobody: one moment', 'nobody: sign in'])
    expect(load).toHaveBeenCalledTimes(2)
    auth.dispose()
  })

  it('loses nothing that somebody typed beside it when another tab signs in or out', async () => {
    const auth = authWith(nobody)
    const { container, shows } = open(auth, makePage)
    await shows('nobody: sign in')
    const field = container.querySelector('input')
    if (field !== null) field.value = 'half a word'
    auth.setState(ada)
    await shows('Ada: orders of Ada')
    auth.setState(nobody)
    await shows('nobody: sign in')
    expect(container.querySelector('input')).toBe(field)
    expect(field?.value).toBe('half a word')
  })

  it('renders nothing and loads nothing for ten refreshes', async () => {
    const world = createWorld()
    passwords.servePasswords(world)
    const auth = passwords.createPasswordAuth(world)
    await auth.login(passwords.ada)
    const { texts, guarded, load, shows } = open(auth, makePage)
    await shows('ada: orders of ada')
    const before = [guarded.mock.calls.length, load.mock.calls.length, texts.length]
    const sent = world.sent.length
    for (let turn = 0; turn < 10; turn++) await Promise.all([passwords.nextRefresh(auth), auth.tokens.refresh()])
    expect(world.sent.length).toBe(sent + 10)
    expect([guarded.mock.calls.length, load.mock.calls.length, texts.length]).toEqual(before)
    auth.dispose()
  })
})
