// @vitest-environment node
import { AuthError, createAuth, isAuthError, type AuthErrorCode, type AuthMethod } from '@tessera-auth/core'
import { createMemoryRouter, type DataRouter, type LoaderFunctionArgs, type RouteObject } from 'react-router'
import { describe, expect, it, vi } from 'vitest'
import { deferred } from '../../test/deferred.ts'
import { ada, authWith, bob, createRouterWorld, createSilentServer, nobody, unknown } from '../../test/routerWorld.ts'
import { followAuth, redirectSignedIn, requireAuth, type ReactRouterOptions } from './reactRouter.ts'

type Auth = ReturnType<typeof authWith>

interface SetUp {
  readonly options?: ReactRouterOptions
  readonly basename?: string
  readonly world?: ReturnType<typeof createRouterWorld>
  readonly signInAuth?: Auth
}

/** Home, orders with one order below, and a sign-in page. */
function createApp(auth: Auth, { options = {}, world = createRouterWorld(), basename = '/', signInAuth = auth }: SetUp = {}) {
  const signedIn = requireAuth(auth, options, world.environment)
  const loads: string[] = []
  const loader = (name: string) => async (args: LoaderFunctionArgs) => {
    loads.push(name)
    const { user } = await signedIn(args)
    return user.name
  }
  const routes: RouteObject[] = [
    { path: '/' },
    { id: 'orders', path: '/orders', loader: loader('orders'), children: [{ path: ':id', loader: loader('order') }] },
    { id: 'signIn', path: '/login', loader: redirectSignedIn(signInAuth) },
  ]
  return { loads, open: (at: string) => createMemoryRouter(routes, { initialEntries: ['/', at], basename }), router: createMemoryRouter(routes, { basename }) }
}

async function settled(router: DataRouter): Promise<string> {
  await vi.waitFor(() => expect([router.state.initialized, router.state.navigation.state, router.state.revalidation]).toEqual([true, 'idle', 'idle']))
  const { pathname, search, hash } = router.state.location
  return pathname + search + hash
}

/** Every place that a router has been at. */
function visits(router: DataRouter): string[] {
  const seen: string[] = []
  router.subscribe(({ location, navigation }) => {
    const { pathname, search, hash } = navigation.location ?? location
    if (seen.at(-1) !== pathname + search + hash) seen.push(pathname + search + hash)
  })
  return seen
}

function worldAt(href: string): ReturnType<typeof createRouterWorld> {
  return Object.assign(createRouterWorld(), { href })
}

function errorOf(router: DataRouter): unknown {
  return Object.values(router.state.errors ?? {})[0]
}

describe('a guarded route', () => {
  it('gives its loader who is signed in', async () => {
    const router = createApp(authWith(ada)).open('/orders')
    expect(await settled(router)).toBe('/orders')
    expect(router.state.loaderData['orders']).toBe('Ada')
  })

  it('sends to sign in once, with where the person was going, whichever of its loaders ask', async () => {
    const auth = authWith(nobody)
    const { open, loads } = createApp(auth)
    const router = open('/orders/7?tab=a%26b#items')
    const seen = visits(router)
    expect(await settled(router)).toBe('/login?returnTo=%2Forders%2F7%3Ftab%3Da%2526b%23items')
    expect(loads).toEqual(['orders', 'order'])
    expect(seen.filter((place) => place.startsWith('/login'))).toHaveLength(1)
    expect(router.state.loaderData['signIn']).toEqual({ returnTo: '/orders/7?tab=a%26b#items' })
  })

  it('leaves the page in the history from which somebody came, and not itself', async () => {
    const world = worldAt('http://localhost/?here')
    const router = createApp(authWith(nobody), { world }).open('/?here')
    await router.navigate('/orders')
    expect(await settled(router)).toContain('/login')
    world.href = 'http://localhost/orders/7#top'
    await router.navigate('/orders/7#top', { replace: true })
    await router.navigate(-1)
    expect(await settled(router)).toBe('/?here')
  })

  it('waits until it is known who is signed in', async () => {
    const auth = authWith(unknown)
    const known = deferred<typeof ada>()
    Object.defineProperty(auth, 'ready', { value: known.promise })
    const router = createApp(auth).open('/orders')
    known.resolve(ada)
    expect(await settled(router)).toBe('/orders')
  })

  it.each<AuthErrorCode>(['network', 'server_error'])('is an error, and no sign-in page, while a server does not answer: %s; trying again asks again', async (code) => {
    const auth = authWith({ ...unknown, status: 'loading', error: new AuthError(code, 'No answer.') })
    const router = createApp(auth).open('/orders')
    expect(await settled(router)).toBe('/orders')
    expect(errorOf(router)).toMatchObject({ code, retryable: true })
    auth.setState(ada)
    await router.revalidate()
    expect(router.state.loaderData['orders']).toBe('Ada')
    expect(errorOf(router)).toBeUndefined()
  })

  it('CK-02 asks the server anew when tried again, once for all its loaders', async () => {
    const { auth, browser, asked, recover } = createSilentServer()
    const signedIn = requireAuth(auth, {}, createRouterWorld().environment)
    const loader = async (args: LoaderFunctionArgs) => (await signedIn(args)).user.name
    const router = createMemoryRouter([{ id: 'orders', path: '/orders', loader, children: [{ path: ':id', loader }] }], { initialEntries: ['/orders/7'] })
    followAuth(auth, router)
    await settled(router)
    expect([errorOf(router), asked()]).toEqual([expect.objectContaining({ code: 'server_error', retryable: true }), 1])

    await browser.advance(10_000)
    await router.revalidate()
    await settled(router)
    expect([errorOf(router), asked()]).toEqual([expect.objectContaining({ code: 'server_error' }), 2])

    recover()
    await browser.advance(10_000)
    await router.revalidate()
    await settled(router)
    expect(router.state.loaderData['orders']).toBe('Ada')
    expect(errorOf(router)).toBeUndefined()

    await browser.advance(10_000)
    await router.navigate('/orders/8')
    await settled(router)
    expect(asked()).toBe(3)
  })

  it('is an error, and no sign-in page, for somebody without its scopes', async () => {
    const router = createApp(authWith(ada), { options: { scopes: ['read', 'orders:read', 'orders:write'] } }).open('/orders')
    expect(await settled(router)).toBe('/orders')
    expect(errorOf(router)).toMatchObject({ code: 'insufficient_scope', retryable: false })
    expect(String(errorOf(router))).toContain(': orders:read, orders:write.')
  })

  it('loads for somebody with its scopes', async () => {
    const router = createApp(authWith(ada), { options: { scopes: ['read'] } }).open('/orders')
    await settled(router)
    expect(router.state.loaderData['orders']).toBe('Ada')
  })

  it('can be guarded by a middleware, before any loader runs', async () => {
    const guard = requireAuth(authWith(nobody), {}, createRouterWorld().environment)
    const loader = vi.fn<() => null>(() => null)
    const middleware = async (args: LoaderFunctionArgs): Promise<void> => void (await guard(args))
    const router = createMemoryRouter([{ path: '/orders', middleware: [middleware], loader }, { path: '/login' }], { initialEntries: ['/orders#top'] })
    expect(await settled(router)).toBe('/login?returnTo=%2Forders%23top')
    expect(loader).not.toHaveBeenCalled()
  })

  it('comes back from sign-in to the form, and not to where the form goes, which is neither run then nor later', async () => {
    const auth = authWith(nobody)
    const world = worldAt('http://localhost/app/orders?page=2#seven')
    const signedIn = requireAuth(auth, { basename: '/app' }, world.environment)
    const remove = vi.fn<() => null>(() => null)
    const routes: RouteObject[] = [
      { path: '/orders' },
      { id: 'delete', path: '/orders/:id/delete', action: async (args) => (await signedIn(args), remove()) },
      { path: '/login', loader: redirectSignedIn(auth) },
    ]
    const send = { formMethod: 'post', formData: new FormData() } as const
    const router = createMemoryRouter(routes, { initialEntries: ['/app/orders?page=2#seven'], basename: '/app' })
    followAuth(auth, router)
    for (const how of ['a form', 'a fetcher']) {
      await settled(router)
      await (how === 'a form' ? router.navigate('/orders/7/delete', send) : router.fetch('key', 'delete', '/orders/7/delete', send))
      expect(await settled(router), how).toBe('/app/login?returnTo=%2Forders%3Fpage%3D2%23seven')
      auth.setState(ada)
      await vi.waitFor(() => expect(router.state.location.pathname).toBe('/app/orders'))
      auth.setState(nobody)
    }
    expect(remove).not.toHaveBeenCalled()
  })

  it('names where a form goes when the address bar is not that of the router', async () => {
    const guard = requireAuth(authWith(nobody), {}, worldAt('https://host.example/story').environment)
    const thrown: unknown = await guard({ request: new Request('https://app.example/orders', { method: 'POST' }) }).catch((cause: unknown) => cause)
    expect(thrown instanceof Response && thrown.headers.get('location')).toBe('/login?returnTo=%2Forders')
  })

  it.each([
    ['the page there', 'https://app.example/#/orders?page=2#top', 'true'],
    ['another page', 'https://app.example/#/', null],
  ])('knows %s where the router keeps the place in the hash', async (_, href, isReplacing) => {
    const guard = requireAuth(authWith(nobody), {}, worldAt(href).environment)
    const thrown: unknown = await guard({ request: new Request('https://app.example/orders?page=2') }).catch((cause: unknown) => cause)
    expect(thrown instanceof Response && thrown.headers.get('x-remix-replace')).toBe(isReplacing)
  })

  it.each([
    ['file:///app/index.html#/orders?page=2', 'file:///orders?page=2', 'GET', 'true'],
    ['file:///app/index.html#/form?page=2', 'file:///orders', 'POST', null],
    ['about:blank#/orders?page=2', 'https://app.example/orders?page=2', 'GET', null],
  ])('knows the place in the hash of a page without an origin: %s', async (href, address, verb, isReplacing) => {
    const { environment } = worldAt(href)
    const request = new Request(address, { method: verb })
    expect(await requireAuth(authWith(ada), {}, environment)({ request })).toBe(ada)
    const thrown: unknown = await requireAuth(authWith(nobody), {}, environment)({ request }).catch((cause: unknown) => cause)
    const place = verb === 'GET' ? '/orders?page=2' : '/form?page=2'
    expect(thrown instanceof Response && [thrown.headers.get('location'), thrown.headers.get('x-remix-replace')]).toEqual([`/login?${new URLSearchParams({ returnTo: place }).toString()}`, isReplacing])
  })

  it.each<readonly [string, object]>([
    ['/login', { loader: true }],
    ['/orders', { loader: true, shouldRevalidate: () => false }],
    ['/login', { middleware: true, shouldRevalidate: () => false }],
  ])('is left for %s at a sign-out when it is made of %j', async (place, { loader, middleware, ...route }: { loader?: true; middleware?: true }) => {
    const auth = authWith(ada)
    const guard = requireAuth(auth, {}, createRouterWorld().environment)
    const before = async (args: LoaderFunctionArgs): Promise<void> => void (await guard(args))
    const routes: RouteObject[] = [
      { path: '/orders', ...route, loader: loader === undefined ? () => null : guard, ...(middleware && { middleware: [before] }) },
      { path: '/login' },
    ]
    const router = createMemoryRouter(routes, { initialEntries: ['/orders'] })
    followAuth(auth, router)
    await settled(router)
    auth.setState(nobody)
    await settled(router)
    expect(router.state.location.pathname).toBe(place)
  })

  it('SS-03 refuses on a server, whoever asks and however often, and sends nobody to sign in', async () => {
    const environment = { ...createRouterWorld().environment, page: { ...createRouterWorld().environment.page, href: () => null } }
    for (const state of [nobody, ada, unknown]) {
      const guard = requireAuth(authWith(state), {}, environment)
      for (let turn = 0; turn < 7; turn++) {
        const refused = guard({ request: new Request('https://app.example/orders') })
        await expect(refused).rejects.toMatchObject({ code: 'unsupported_request', message: expect.stringContaining('clientLoader') as unknown })
      }
    }
  })

  it.each([{ signInPath: 'login' }, { signInPath: '//evil.example' }, { signInPath: '/login?from=app' }, { signInPath: '/login#form' }, { signInPath: '' }, { scopes: 'admin' as never }])(
    'is refused when it is made with %j',
    (options) => {
      expect(() => requireAuth(authWith(nobody), options)).toThrow(expect.objectContaining({ code: 'invalid_config', option: Object.keys(options)[0] }))
    },
  )

  it.each([
    ['requireAuth', null],
    ['requireAuth', '/login'],
    ['basename', { basename: 5 }],
  ])('DO-07 is refused when it is made with a wrong %s: %j', (option, options) => {
    expect(() => requireAuth(authWith(nobody), options as never)).toThrow(expect.objectContaining({ code: 'invalid_config', option }))
  })

  it('DO-06 takes no option from a polluted prototype', async () => {
    const polluted = { signInPath: '/attacker', scopes: ['admin'], basename: '/orders' }
    Object.assign(Object.prototype, polluted)
    try {
      const signedIn = [requireAuth(authWith(ada), {}, createRouterWorld().environment), requireAuth(authWith(ada), undefined, createRouterWorld().environment)]
      for (const guard of signedIn) expect(await guard({ request: new Request('https://app.example/orders') })).toBe(ada)
      const thrown: unknown = await requireAuth(authWith(nobody), {}, createRouterWorld().environment)({ request: new Request('https://app.example/orders') }).catch((cause: unknown) => cause)
      expect(thrown instanceof Response && thrown.headers.get('location')).toBe('/login?returnTo=%2Forders')
    } finally {
      for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name)
    }
  })

  it('knows the place without its hash where a router tells no more, as before version 8', async () => {
    const guard = requireAuth(authWith(nobody), {}, createRouterWorld().environment)
    const thrown: unknown = await guard({ request: new Request('https://app.example/orders?page=2') }).catch((cause: unknown) => cause)
    expect(thrown instanceof Response && [thrown.status, thrown.headers.get('location')]).toEqual([302, '/login?returnTo=%2Forders%3Fpage%3D2'])
  })

  it.each(['/app', '/app/'])('leaves the base of the router out of where the person was going: %s', async (basename) => {
    const auth = authWith(nobody)
    const router = createApp(auth, { basename, options: { basename } }).open('/app/orders?page=2')
    expect(await settled(router)).toBe('/app/login?returnTo=%2Forders%3Fpage%3D2')
    auth.setState(ada)
    await router.revalidate()
    expect(await settled(router)).toBe('/app/orders?page=2')
  })
})

describe('the sign-in route', () => {
  it('goes on once signed in, to where the person was going, and leaves no trace in the history', async () => {
    const auth = authWith(nobody)
    const router = createApp(auth, { world: worldAt('http://localhost/orders?page=2#top') }).open('/orders?page=2#top')
    followAuth(auth, router)
    await settled(router)
    const seen = visits(router)
    auth.setState(ada)
    await vi.waitFor(() => expect(router.state.location.pathname).toBe('/orders'))
    expect(await settled(router)).toBe('/orders?page=2#top')
    expect(new Set(seen.filter((place) => !place.startsWith('/login')))).toEqual(new Set(['/orders?page=2#top']))
    await router.navigate(-1)
    expect(await settled(router)).toBe('/')
  })

  it.each([
    ['nothing', '/login'],
    ['another origin', '/login?returnTo=https://evil.example/'],
    ['a path that reads as a host', '/login?returnTo=//evil.example'],
    ['a path that reads as a host, with a backslash', '/login?returnTo=/%5Cevil.example'],
    ['a script', '/login?returnTo=javascript:alert(1)'],
    ['a script with a line break in its name', '/login?returnTo=java%0Ascript:alert(1)'],
    ['a path that a tab parts', '/login?returnTo=/%09/evil.example'],
    ['a path that dots make a host', '/login?returnTo=/..//evil.example'],
    ['a blob of its own origin', '/login?returnTo=blob:http://localhost/1'],
    ['its own origin with a name before it', '/login?returnTo=http://localhost@evil.example/'],
    ['itself', '/login?returnTo=/login'],
  ])('OR-01 OR-05 goes home when asked to return to %s', async (_, address) => {
    const router = createApp(authWith(ada)).open(address)
    expect(await settled(router)).toBe('/')
    const signedOut = createApp(authWith(nobody)).open(address)
    await settled(signedOut)
    expect(signedOut.state.loaderData['signIn']).toEqual({ returnTo: '/' })
  })

  it.each(['/%5Cevil.example', '/%2Fevil.example', '/%09/evil.example', '/%255Cevil.example', '/@evil.example', '/?to=//evil.example'])(
    'OR-01 takes what is encoded for what it is, a path of this app: %s',
    async (place) => {
      const auth = authWith(ada)
      const routes: RouteObject[] = [{ path: '/login', loader: redirectSignedIn(auth) }, { path: '*' }]
      const router = createMemoryRouter(routes, { initialEntries: [`/login?${new URLSearchParams({ returnTo: place }).toString()}`] })
      expect(await settled(router)).toBe(place)
    },
  )

  it('is there for people of whom it is not known whether they are signed in', async () => {
    const router = createApp(authWith({ ...unknown, status: 'loading', error: new AuthError('network', 'No answer.') })).open('/login?returnTo=/orders')
    expect(await settled(router)).toBe('/login?returnTo=/orders')
  })
})

describe('OR-11 going round in circles', () => {
  it.each([true, false])('ends in an error that says so when the sign-in page takes somebody for signed in who is not; storage blocked: %s', async (isBlocked) => {
    const router = createApp(authWith(nobody), { signInAuth: authWith(ada), world: createRouterWorld(isBlocked) }).open('/orders?page=2')
    expect(await settled(router)).toBe('/orders?page=2')
    expect(isAuthError(errorOf(router), 'redirect_loop')).toBe(true)
    expect(String(errorOf(router))).toContain('Going to /orders led to the sign-in page again and again')
  })

  it('ends when each round loads the page anew, and begins anew when tried again', async () => {
    const world = createRouterWorld()
    const places: string[] = []
    for (let page = 0; page < 7; page++) {
      world.pass(1_000)
      places.push(await settled(createApp(authWith(nobody), { world }).open('/orders')))
    }
    expect(places.map((place) => place.startsWith('/login'))).toEqual([true, true, true, true, true, false, true])
  })

  it('ends where each round adds something to the search', async () => {
    const guard = requireAuth(authWith(nobody), {}, createRouterWorld().environment)
    const found: unknown[] = []
    for (let turn = 0; turn < 6; turn++) found.push(await guard({ request: new Request(`https://app.example/orders?round=${turn}`) }).catch((cause: unknown) => cause))
    expect(found.map((thrown) => thrown instanceof Response)).toEqual([true, true, true, true, true, false])
    expect(String(found.at(-1))).toContain('Going to /orders led')
  })

  it('counts a navigation once, however many of its routes ask', async () => {
    const router = createApp(authWith(nobody)).open('/')
    const places: string[] = []
    for (let turn = 0; turn < 6; turn++) {
      await router.navigate('/orders/7')
      places.push(await settled(router))
    }
    expect(places.map((place) => place.startsWith('/login'))).toEqual([true, true, true, true, true, false])
  })

  it.each([
    ['now and then', 10_000, ['/orders']],
    ['to several places', 10, ['/orders', '/orders/1', '/orders/2', '/orders/3']],
  ])('is not what a person does who goes there %s', async (_, everyMs, targets) => {
    const world = createRouterWorld()
    const router = createApp(authWith(nobody), { world }).open('/')
    await settled(router)
    for (let turn = 0; turn < 16; turn++) {
      world.pass(everyMs)
      await router.navigate(targets[turn % targets.length] ?? '')
      expect(await settled(router)).toContain('/login')
    }
  })

  it.each(['/login', '/login/', '/login?returnTo=/orders'])('is refused where the sign-in route itself is guarded: %s', async (address) => {
    const guard = requireAuth(authWith(nobody), {}, createRouterWorld().environment)
    const router = createMemoryRouter([{ path: '/login', loader: guard }], { initialEntries: [address] })
    await settled(router)
    expect(errorOf(router)).toMatchObject({ code: 'invalid_config', option: 'signInPath' })
  })
})

describe('followAuth', () => {
  it('leaves a guarded route when somebody signs out, here or in another tab, and remembers it', async () => {
    const auth = authWith(ada)
    const router = createApp(auth).open('/orders#top')
    const stop = followAuth(auth, router)
    await settled(router)
    auth.setState({ status: 'unauthenticated', reason: 'other_tab', pending: null, error: null })
    await vi.waitFor(() => expect(router.state.location.pathname).toBe('/login'))
    expect(await settled(router)).toBe('/login?returnTo=%2Forders%23top')

    stop()
    auth.setState(ada)
    expect(router.state.revalidation).toBe('idle')
  })

  it('loads anew for another person or other scopes, and for a server that answers at last, and for nothing else', () => {
    const auth = authWith(unknown)
    const revalidate = vi.fn<() => Promise<void>>(() => Promise.resolve())
    followAuth(auth, { revalidate })
    const calls = [
      ada,
      { ...ada, pending: 'password' },
      bob,
      { ...bob, scope: ['read', 'write'] },
      nobody,
      { ...nobody, error: new AuthError('network', 'No answer.') },
      { ...unknown, error: new AuthError('network', 'No answer.') },
      ada,
    ].map((state) => {
      revalidate.mockClear()
      auth.setState(state)
      return revalidate.mock.calls.length
    })
    expect(calls).toEqual([0, 0, 1, 1, 1, 0, 1, 1])
  })

  it('loads anew, once each time, for another person who looks the same, here and in another tab, and not for new tokens', async () => {
    const session = { refreshToken: 'first', subject: null, user: null, scope: ['read'] }
    const method: AuthMethod<string, null> = {
      name: 'key',
      login: async (accessToken) => ({ ...session, accessToken }),
      refresh: async (current) => ({ ...current, accessToken: 'another' }),
    }
    const auth = createAuth({ method }, createRouterWorld().environment)
    await auth.login('ada')
    const revalidate = vi.fn<() => Promise<void>>(() => Promise.resolve())
    const stop = followAuth(auth, { revalidate })
    const calls = async (run: () => Promise<unknown>): Promise<number> => {
      revalidate.mockClear()
      await run()
      return revalidate.mock.calls.length
    }
    // As it comes from another tab: nothing of the state changes.
    const elsewhere = (family: string) => () => auth.tokens.setTokens({ ...session, accessToken: family, method: 'key', family })
    expect(await calls(() => auth.login('bob'))).toBe(1)
    expect(await calls(elsewhere('grace'))).toBe(1)
    expect(await calls(elsewhere('grace'))).toBe(0)
    for (let turn = 0; turn < 10; turn++) expect(await calls(() => auth.tokens.refresh())).toBe(0)
    stop()
    expect(await calls(elsewhere('bob'))).toBe(0)
    auth.dispose()
  })
})
