import { createMemoryHistory, createRootRoute, createRoute, createRouter } from '@tanstack/react-router'
import { AuthError, isAuthError } from '@tessera-auth/core'
import { describe, expect, it, vi } from 'vitest'
import { deferred } from '../../test/deferred.ts'
import { ada, authWith, bob, createRouterWorld, createSilentServer, nobody, unknown } from '../../test/routerWorld.ts'
import type { RequireAuthOptions } from './gate.ts'
import { followAuth, redirectSignedIn, requireAuth } from './tanstackRouter.ts'

type Auth = ReturnType<typeof authWith>

interface SetUp {
  readonly options?: RequireAuthOptions
  readonly basepath?: string
  readonly world?: ReturnType<typeof createRouterWorld>
  readonly signInAuth?: Auth
  readonly load?: (name: string) => Promise<string>
}

/** Home, orders with one order below, and a sign-in page, opened at an address. */
function openApp(auth: Auth, address: string, { options = {}, world = createRouterWorld(), basepath = '/', signInAuth = auth, load = async (name) => name }: SetUp = {}) {
  const rootRoute = createRootRoute()
  const home = createRoute({ getParentRoute: () => rootRoute, path: '/' })
  const orders = createRoute({
    getParentRoute: () => rootRoute,
    path: '/orders',
    pendingMs: 0,
    pendingComponent: () => null,
    beforeLoad: requireAuth(auth, options, world.environment),
    loader: ({ context: { user } }) => load(user.name),
  })
  const order = createRoute({ getParentRoute: () => orders, path: '$id', beforeLoad: requireAuth(auth, options, world.environment) })
  const signIn = createRoute({ getParentRoute: () => rootRoute, path: '/login', beforeLoad: redirectSignedIn(signInAuth, world.environment) })
  return createRouter({
    routeTree: rootRoute.addChildren([home, orders.addChildren([order]), signIn]),
    history: createMemoryHistory({ initialEntries: [basepath === '/' ? '/' : basepath, address] }),
    basepath,
    isServer: false,
  })
}

type App = ReturnType<typeof openApp>

async function settled(router: App): Promise<string> {
  await router.load()
  await vi.waitFor(() => expect(router.state.status).toBe('idle'))
  return router.history.location.href
}

function errorOf(router: App): unknown {
  return router.state.matches.find(({ error }) => error !== undefined)?.error
}

function contextOf(router: App, routeId: string): unknown {
  return router.state.matches.find((match) => match.routeId === routeId)?.context
}

describe('a guarded route', () => {
  it('gives its loader, and the routes below, who is signed in', async () => {
    const router = openApp(authWith(ada), '/orders/7')
    expect(await settled(router)).toBe('/orders/7')
    expect(router.state.matches.find(({ routeId }) => routeId === '/orders')?.loaderData).toBe('Ada')
    expect(contextOf(router, '/orders/$id')).toMatchObject({ user: { name: 'Ada' }, scope: ['read'] })
  })

  it('sends to sign in once, with where the person was going', async () => {
    const router = openApp(authWith(nobody), '/orders/7?tab=a%26b#items')
    const seen: string[] = []
    router.subscribe('onBeforeNavigate', ({ toLocation }) => seen.push(toLocation.pathname))
    expect(await settled(router)).toBe('/login?returnTo=%2Forders%2F7%3Ftab%3Da%2526b%23items')
    expect(seen.filter((path) => path === '/login')).toHaveLength(1)
    expect(contextOf(router, '/login')).toEqual({ returnTo: '/orders/7?tab=a%26b#items' })
  })

  it('is an error, and no sign-in page, while a server does not answer; trying again asks again', async () => {
    const auth = authWith({ ...unknown, status: 'loading', error: new AuthError('network', 'No answer.') })
    const router = openApp(auth, '/orders')
    expect(await settled(router)).toBe('/orders')
    expect(errorOf(router)).toMatchObject({ code: 'network', retryable: true })
    auth.setState(ada)
    await router.invalidate()
    expect(errorOf(router)).toBeUndefined()
    expect(router.state.matches.at(-1)?.loaderData).toBe('Ada')
  })

  it('CK-02 asks the server anew when tried again', async () => {
    const { auth, browser, asked, recover } = createSilentServer()
    const rootRoute = createRootRoute()
    const orders = createRoute({ getParentRoute: () => rootRoute, path: '/orders', beforeLoad: requireAuth(auth), loader: ({ context: { user } }) => user.name })
    const router = createRouter({ routeTree: rootRoute.addChildren([orders]), history: createMemoryHistory({ initialEntries: ['/orders'] }), isServer: false })
    followAuth(auth, router)
    const shown = (): unknown => router.state.matches.at(-1)
    await router.load()
    expect([shown(), asked()]).toEqual([expect.objectContaining({ error: expect.objectContaining({ code: 'server_error', retryable: true }) as unknown }), 1])

    await browser.advance(10_000)
    await router.invalidate()
    expect([shown(), asked()]).toEqual([expect.objectContaining({ status: 'error' }), 2])

    recover()
    await browser.advance(10_000)
    await router.invalidate()
    await vi.waitFor(() => expect(shown()).toMatchObject({ status: 'success', loaderData: 'Ada' }))
    expect(asked()).toBe(3)
  })

  it('is an error, and no sign-in page, for somebody without its scopes', async () => {
    const router = openApp(authWith(ada), '/orders', { options: { scopes: ['orders:read'] } })
    expect(await settled(router)).toBe('/orders')
    expect(errorOf(router)).toMatchObject({ code: 'insufficient_scope', retryable: false })
  })

  it.each(['/orders/caf%C3%A9', '/orders/a%2Fb', '/orders/100%25', '/orders/7?filter=%7B%22a%22%3A%5B1%2C2%5D%7D&n=7&text=%227%22#a', '/orders/7?returnTo=%2Fother'])(
    'is come back to as it was: %s',
    async (place) => {
      const auth = authWith(nobody)
      const router = openApp(auth, place)
      expect(await settled(router)).toBe(`/login?${new URLSearchParams({ returnTo: place }).toString()}`)
      auth.setState(ada)
      expect(await settled(router)).toBe(place)
    },
  )

  it('SS-03 refuses on a server, whoever asks, and sends nobody to sign in', async () => {
    const { environment } = createRouterWorld()
    const world = { ...createRouterWorld(), environment: { ...environment, page: { ...environment.page, href: () => null } } }
    for (const state of [nobody, ada]) {
      const router = openApp(authWith(state), '/orders', { world })
      expect(await settled(router)).toBe('/orders')
      expect(errorOf(router)).toMatchObject({ code: 'unsupported_request', message: expect.stringContaining('ssr: false') as unknown })
    }
  })

  it('is below the base of the router', async () => {
    const auth = authWith(nobody)
    const router = openApp(auth, '/app/orders?page=2', { basepath: '/app' })
    expect(await settled(router)).toBe('/app/login?returnTo=%2Forders%3Fpage%3D2')
    auth.setState(ada)
    expect(await settled(router)).toBe('/app/orders?page=2')
  })
})

describe('the sign-in route', () => {
  it('goes on once signed in, to where the person was going, and leaves no trace in the history', async () => {
    const auth = authWith(nobody)
    const router = openApp(auth, '/orders?page=2#top')
    followAuth(auth, router)
    await settled(router)
    const before = router.history.length
    auth.setState(ada)
    await vi.waitFor(() => expect(router.state.location.href).toBe('/orders?page=2#top'))
    expect(await settled(router)).toBe('/orders?page=2#top')
    expect(router.history.length).toBe(before)
  })

  it.each([
    ['nothing', '/login'],
    ['another origin', '/login?returnTo=https://evil.example/'],
    ['a path that reads as a host', '/login?returnTo=//evil.example'],
    ['a path that reads as a host, with a backslash', '/login?returnTo=/%5Cevil.example'],
    ['a script', '/login?returnTo=javascript:alert(1)'],
    ['a path that a tab parts', '/login?returnTo=/%09/evil.example'],
    ['a blob of its own origin', '/login?returnTo=blob:https://app.example/1'],
    ['a number', '/login?returnTo=7'],
    ['a list', '/login?returnTo=%5B%22%2Forders%22%5D'],
    ['an object', '/login?returnTo=%7B%22a%22%3A1%7D'],
    ['itself', '/login?returnTo=/login'],
  ])('OR-01 OR-05 goes home when asked to return to %s', async (_, address) => {
    expect(await settled(openApp(authWith(ada), address))).toBe('/')
    const signedOut = openApp(authWith(nobody), address)
    await settled(signedOut)
    expect(contextOf(signedOut, '/login')).toEqual({ returnTo: '/' })
  })
})

describe('OR-11 going round in circles', () => {
  it.each([true, false])('ends in an error that says so when the sign-in page takes somebody for signed in who is not; storage blocked: %s', async (isBlocked) => {
    const router = openApp(authWith(nobody), '/orders?page=2', { signInAuth: authWith(ada), world: createRouterWorld(isBlocked) })
    expect(await settled(router)).toBe('/orders?page=2')
    expect(isAuthError(errorOf(router), 'redirect_loop')).toBe(true)
    expect(String(errorOf(router))).toContain('Going to /orders led to the sign-in page again and again')
  })

  it('counts a navigation once, and anew when tried again', async () => {
    const world = createRouterWorld()
    const router = openApp(authWith(nobody), '/', { world })
    await settled(router)
    const places: string[] = []
    const note = async (): Promise<void> => void places.push((await settled(router)).slice(0, 7))
    for (let turn = 0; turn < 6; turn++) {
      await router.navigate({ to: '/orders/$id', params: { id: '7' } })
      await vi.waitFor(() => expect(router.state.status).toBe('idle'))
      places.push(router.history.location.pathname)
    }
    await note()
    expect(places).toEqual(['/login', '/login', '/login', '/login', '/login', '/orders/7', '/login?'])
  })

  it('is not what happens when a link is hovered over, however often', async () => {
    const world = createRouterWorld()
    const router = openApp(authWith(nobody), '/', { world })
    await settled(router)
    for (let turn = 0; turn < 5; turn++) await router.preloadRoute({ to: '/orders' })
    expect(world.environment.tabStorage.keys()).toEqual([])
    await router.navigate({ to: '/orders' })
    expect(await settled(router)).toBe('/login?returnTo=%2Forders')
  })

  it('a link that is hovered over asks who is signed in, goes nowhere, and is followed as whoever is signed in by then', async () => {
    const auth = authWith(nobody)
    const router = openApp(auth, '/')
    followAuth(auth, router)
    await settled(router)
    const before = router.history.length
    await router.preloadRoute({ to: '/orders' })
    expect([router.state.location.href, router.history.location.href, router.history.length]).toEqual(['/', '/', before])
    auth.setState(ada)
    await router.navigate({ to: '/orders' })
    expect(await settled(router)).toBe('/orders')
  })

  it('is refused where the sign-in route itself is guarded', async () => {
    const rootRoute = createRootRoute({ beforeLoad: requireAuth(authWith(nobody), {}, createRouterWorld().environment) })
    const signIn = createRoute({ getParentRoute: () => rootRoute, path: '/login' })
    const router = createRouter({ routeTree: rootRoute.addChildren([signIn]), history: createMemoryHistory({ initialEntries: ['/orders'] }), isServer: false })
    await router.load()
    expect(router.state.matches.find(({ error }) => error !== undefined)?.error).toMatchObject({ code: 'invalid_config', option: 'signInPath' })
  })
})

describe('options', () => {
  it.each([
    ['requireAuth', null],
    ['signInPath', { signInPath: 'login' }],
  ])('DO-07 a wrong %s is refused: %j', (option, options) => {
    expect(() => requireAuth(authWith(nobody), options as never)).toThrow(expect.objectContaining({ code: 'invalid_config', option }))
  })

  it('DO-06 are not taken from a polluted prototype', async () => {
    Object.assign(Object.prototype, { signInPath: '/attacker' })
    try {
      expect(await settled(openApp(authWith(nobody), '/orders'))).toBe('/login?returnTo=%2Forders')
    } finally {
      Reflect.deleteProperty(Object.prototype, 'signInPath')
    }
  })
})

describe('followAuth', () => {
  it('leaves a guarded route when somebody signs out, here or in another tab, and remembers it', async () => {
    const auth = authWith(ada)
    const router = openApp(auth, '/orders#top')
    const stop = followAuth(auth, router)
    await settled(router)
    auth.setState({ status: 'unauthenticated', reason: 'other_tab', pending: null, error: null })
    await vi.waitFor(() => expect(router.state.location.pathname).toBe('/login'))
    expect(await settled(router)).toBe('/login?returnTo=%2Forders%23top')

    stop()
    const invalidate = vi.spyOn(router, 'invalidate')
    auth.setState(ada)
    expect(invalidate).not.toHaveBeenCalled()
  })

  it.each(['/', '/orders'])('shows nothing of one person to another, not even from the cache or while it loads: who was at %s', async (elsewhere) => {
    const auth = authWith(ada)
    const bobs = deferred<string>()
    const router = openApp(auth, '/orders', { load: (name) => (name === 'Bob' ? bobs.promise : Promise.resolve(name)) })
    followAuth(auth, router)
    await settled(router)
    await router.navigate({ to: elsewhere })
    const clearCache = vi.spyOn(router, 'clearCache')
    auth.setState(bob)
    expect(clearCache).toHaveBeenCalledTimes(1)
    if (elsewhere === '/orders') await vi.waitFor(() => expect(router.state.matches.at(-1)?.status).toBe('pending'))
    else void router.navigate({ to: '/orders' })
    const shown: unknown[] = []
    const note = (): void => {
      for (const { status, loaderData } of router.state.matches) if (status === 'success') shown.push(loaderData)
    }
    await vi.waitFor(() => expect(router.state.location.pathname).toBe('/orders'))
    note()
    bobs.resolve('Bob')
    await settled(router)
    note()
    expect(shown).not.toContain('Ada')
    expect(shown).toContain('Bob')
  })

  it.each(['a link hovered over', 'a navigation'])('drops what is still on its way for the person before: %s', async (what) => {
    const auth = authWith(ada)
    const answers = { Ada: deferred<string>(), Bob: deferred<string>() }
    const load = vi.fn<(name: string) => Promise<string>>((name) => (name === 'Ada' ? answers.Ada.promise : answers.Bob.promise))
    const router = openApp(auth, '/', { load })
    followAuth(auth, router)
    await settled(router)
    void (what === 'a navigation' ? router.navigate({ to: '/orders' }) : router.preloadRoute({ to: '/orders' }))
    await vi.waitFor(() => expect(load).toHaveBeenCalledWith('Ada'))
    auth.setState(bob)
    if (what !== 'a navigation') void router.navigate({ to: '/orders' })
    await vi.waitFor(() => expect(load).toHaveBeenCalledWith('Bob'))
    answers.Ada.resolve('Ada')
    await answers.Ada.promise
    const shown = (): unknown => router.state.matches.at(-1)?.loaderData
    expect(shown()).toBeUndefined()
    answers.Bob.resolve('Bob')
    await vi.waitFor(() => expect(shown()).toBe('Bob'))
  })
})
