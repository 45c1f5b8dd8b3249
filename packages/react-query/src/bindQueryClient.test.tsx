import { dehydrate, hydrate, keepPreviousData, notifyManager, QueryClient, QueryObserver, useInfiniteQuery, useIsFetching, useMutation, useQueries, useQuery, useSuspenseQueries, useSuspenseQuery } from '@tanstack/react-query'
import { AuthError, createAuth, environment, type AuthMethod } from '@tessera-auth/core'
import { useAuth } from '@tessera-auth/react'
import { createMockAuth } from '@tessera-auth/testing'
import { Activity, Component, memo, Suspense, useState, type ComponentType, type ReactNode } from 'react'
import { expect, it, vi } from 'vitest'
import { screenText, setUpScreen, showOnScreen } from '../test/onScreen.tsx'
import { createWorld, deferred, namesIn, type World } from '../test/world.ts'
import { authedQueryOptions, bindQueryClient } from './index.ts'

setUpScreen()

const shows = (text: string): Promise<void> => vi.waitFor(() => expect(screenText()).toContain(text))

/** What was seen that is of one person while another was named. */
const mixed = (seen: readonly string[], who: string): string[] => seen.filter((text) => text.includes(`${who}'s`) && !text.includes(`[${who}]`))

const later = (): Promise<unknown> => vi.advanceTimersByTimeAsync(100)

function setUp(name?: string) {
  const world = createWorld(name)
  const client = new QueryClient()
  const unbind = bindQueryClient(world.auth, client)
  return { world, client, unbind }
}

function ordersOf({ auth }: World, path = '/orders') {
  return authedQueryOptions(auth, { queryKey: [path], queryFn: async ({ fetch }) => namesIn(await fetch(path)) })
}

/** Renders only when its query says so. */
function createList(options: ReturnType<typeof ordersOf>): ComponentType {
  return memo(() => {
    const { data, isPending, fetchStatus, error } = useQuery(options)
    return <p>{error?.message ?? (isPending ? fetchStatus : data?.join())}</p>
  })
}

async function signedIn(options?: string) {
  const all = setUp(options)
  const { world, client } = all
  const List = createList(ordersOf(world))
  const seen = showOnScreen(world.auth, client, <List />)
  await world.signIn('ada')
  await shows("ada's orders two")
  return { ...all, seen }
}

it('shows nothing of somebody who signed out, not even until the next frame', async () => {
  const { world, client, seen } = await signedIn()
  await world.auth.logout()
  await shows('[unauthenticated]idle')
  await later()
  expect(mixed(seen, 'ada')).toEqual([])
  expect(JSON.stringify(dehydrate(client))).not.toContain('ada')
  expect(world.asked).toEqual(['ada GET /orders'])
})

it('the same when another tab signed out', async () => {
  const { world, seen } = await signedIn()
  world.auth.tokens.clear({ isElsewhere: true })
  await shows('[unauthenticated]idle')
  expect(mixed(seen, 'ada')).toEqual([])
})

it('shows nothing of one person to the next, and asks anew', async () => {
  const { world, seen } = await signedIn()
  await world.signIn('bob')
  await shows("bob's orders two")
  expect([mixed(seen, 'ada'), mixed(seen, 'bob')]).toEqual([[], []])
  expect(world.asked).toEqual(['ada GET /orders', 'bob GET /orders'])
})

it('tells observers at once also where it happens within a batch', async () => {
  const { world, seen } = await signedIn()
  notifyManager.batch(() => world.auth.tokens.clear())
  // React renders before any timer.
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  await shows('[unauthenticated]idle')
  expect(mixed(seen, 'ada')).toEqual([])
})

it('leaves the scheduler of notifications as the app has it', async () => {
  const world = createWorld()
  const scheduler = vi.fn<(tell: () => void) => void>(queueMicrotask)
  const client = new QueryClient()
  notifyManager.setScheduler(scheduler)
  bindQueryClient(world.auth, client, { scheduler })
  await world.signIn('ada')
  await world.auth.logout()
  scheduler.mockClear()
  notifyManager.schedule(() => {})
  expect(scheduler).toHaveBeenCalledTimes(1)

  bindQueryClient(world.auth, client)
  await world.signIn('bob')
  const told = vi.fn<() => void>()
  notifyManager.schedule(told)
  expect(told).not.toHaveBeenCalled()
  vi.runAllTimers()
  expect(told).toHaveBeenCalledTimes(1)
})

it('drops an answer to one person that comes when another is signed in', async () => {
  const { world, client } = setUp()
  const List = createList(ordersOf(world))
  const seen = showOnScreen(world.auth, client, <List />)
  const release = world.hold()
  await world.signIn('ada')
  await vi.waitFor(() => expect(world.asked).toEqual(['ada GET /orders']))
  await world.signIn('bob')
  await vi.waitFor(() => expect(world.asked).toEqual(['ada GET /orders', 'bob GET /orders']))
  release()
  await shows("bob's orders two")
  expect(seen.join()).not.toContain("ada's")
})

it('a query function of several requests sends none of them as somebody else', async () => {
  const { world, client } = setUp()
  const two = authedQueryOptions(world.auth, {
    queryKey: ['two'],
    async queryFn({ fetch }) {
      await (await fetch('/first')).json()
      await steps.promise
      return namesIn(await fetch('/second', { signal: new AbortController().signal }))
    },
  })
  const steps = deferred()
  await world.signIn('ada')
  const failed = client.query(two).catch((error: unknown) => error)
  await vi.waitFor(() => expect(world.asked).toEqual(['ada GET /first']))
  await world.signIn('bob')
  steps.resolve()
  await expect(failed).resolves.toBeInstanceOf(Error)
  await later()
  expect(world.asked).toEqual(['ada GET /first'])
})

it('shows nothing as the data before: neither what was seen last, nor what stood in for it, nor initial data', async () => {
  const { world, client } = setUp()
  let page = 'first'
  const Paged = (): ReactNode => {
    const { data } = useQuery({ ...ordersOf(world, `/${page}`), placeholderData: keepPreviousData, gcTime: 0 })
    return <p>{data?.join() ?? 'nothing'}</p>
  }
  const Initial = memo(() => {
    const { data } = useQuery({ ...ordersOf(world, '/initial'), staleTime: Infinity, initialData: () => client.getQueryData<string[]>(['/first']) })
    return <p>{data?.join() ?? 'no initial'}</p>
  })
  let show = (): void => {}
  const seen = showOnScreen(world.auth, client, <Tree onReady={(render) => (show = render)}>{() => [<Paged key="paged" />, page === 'first' ? null : <Initial key="initial" />]}</Tree>)
  await world.signIn('ada')
  await shows("ada's first two")
  page = 'second'
  const release = world.hold()
  show()
  await shows("ada's first twoada's first")
  await later()
  await world.signIn('bob')
  await shows('[bob]nothing')
  show()
  await later()
  release()
  await shows("bob's second two")
  await shows("bob's initial two")
  expect(mixed(seen, 'ada')).toEqual([])
})

/** Renders its children again when it is told to. */
function Tree({ onReady, children }: { readonly onReady: (render: () => void) => void; readonly children: () => ReactNode }): ReactNode {
  const { refetch } = useQuery({ queryKey: ['render'], queryFn: () => Math.random(), meta: { auth: false } })
  onReady(() => void refetch())
  const { data } = useQuery({ queryKey: ['render'], meta: { auth: false }, queryFn: () => Math.random() })
  return <div data-turn={data}>{children()}</div>
}

it('an observer that nobody listens to for now keeps nothing either', async () => {
  const { world, client } = setUp()
  await world.signIn('ada')
  const options = { ...ordersOf(world), placeholderData: keepPreviousData }
  const observer = new QueryObserver(client, options)
  const stop = observer.subscribe(() => {})
  await vi.waitFor(() => expect(observer.getCurrentResult().data).toHaveLength(2))
  stop()
  await world.signIn('bob')
  observer.setOptions({ ...options, queryKey: ['/others'] })
  expect(observer.getCurrentResult().data).toBeUndefined()
})

it('suspends again, and stays so while nobody is signed in', async () => {
  const { world, client } = setUp()
  const List = memo(() => <p>{useSuspenseQuery(ordersOf(world)).data.join()}</p>)
  const seen = showOnScreen(world.auth, client, <Suspense fallback="suspended"><List /></Suspense>)
  await world.auth.ready
  await later()
  expect(world.asked).toEqual([])
  await world.signIn('ada')
  await shows("ada's orders two")
  await world.signIn('bob')
  await shows("bob's orders two")
  await world.auth.logout()
  await shows('[unauthenticated]suspended')
  await later()
  expect(world.asked).toEqual(['ada GET /orders', 'bob GET /orders'])
  await world.signIn('ada')
  await shows("[ada]ada's orders one")
  expect([mixed(seen, 'ada'), mixed(seen, 'bob')]).toEqual([[], []])
})

// React 18 has none.
it.skipIf(Activity === undefined)('a page that was kept hidden is shown to nobody else where it has a key', async () => {
  const { world, client } = setUp()
  const List = createList(ordersOf(world))
  const Page = (): ReactNode => {
    const [isHidden, setIsHidden] = useState(false)
    const person = useAuth(({ user }) => user?.sub)
    return (
      <>
        <button onClick={() => setIsHidden((before) => !before)}>turn</button>
        <Activity mode={isHidden ? 'hidden' : 'visible'} key={person}>
          <List />
        </Activity>
      </>
    )
  }
  const turn = (): void => document.querySelector('button')?.click()
  const seen = showOnScreen(world.auth, client, <Page />)
  await world.signIn('ada')
  await shows("ada's orders two")
  turn()
  await vi.waitFor(() => expect(screenText()).not.toContain("ada's"))
  await world.signIn('bob')
  await shows('[bob]')
  await later()
  expect(document.body.textContent).not.toContain("ada's")
  turn()
  await shows("bob's orders two")
  expect(mixed(seen, 'ada')).toEqual([])
})

it.each([[['/bills']], [['/orders', '/bills']]])('suspends again where what queries have is combined: %s', async (paths) => {
  const { world, client } = setUp()
  const All = memo(() => {
    return <p>{useSuspenseQueries({ queries: paths.map((path) => ordersOf(world, path)), combine: (all) => all.map(({ data }) => data.join()).join() })}</p>
  })
  const seen = showOnScreen(world.auth, client, <Suspense fallback="suspended"><All /></Suspense>)
  await world.signIn('ada')
  await shows("ada's bills two")
  // React subscribes after it has shown.
  await later()
  const errors = vi.fn<(error: unknown) => void>()
  vi.stubGlobal('reportError', errors)
  await world.auth.logout()
  await shows('[unauthenticated]suspended')
  expect(mixed(seen, 'ada')).toEqual([])
  expect(errors).not.toHaveBeenCalled()
})

it('shows nothing of before where what is combined needs data', async () => {
  const { world, client } = setUp()
  const Needy = memo(() => {
    const combine = ([{ data }]: readonly [{ readonly data: string[] | undefined }]): string => {
      if (data === undefined) throw new Error('Broken.')
      return data.join()
    }
    return <p>{useQueries({ queries: [ordersOf(world)], combine })}</p>
  })
  class Boundary extends Component<{ readonly children: ReactNode }> {
    static getDerivedStateFromError = () => ({ isBroken: true })
    override state = { isBroken: false }
    override render = (): ReactNode => (this.state.isBroken ? 'broken' : this.props.children)
  }
  await world.signIn('ada')
  await client.query(ordersOf(world))
  showOnScreen(world.auth, client, <Boundary><Needy /></Boundary>)
  await shows("[ada]ada's")
  await later()
  vi.stubGlobal('reportError', () => {})
  const told = vi.spyOn(console, 'error').mockImplementation(() => {})
  await world.auth.logout()
  await shows('[unauthenticated]broken')
  expect(screenText()).not.toContain("ada's")
  told.mockRestore()
})

it('renews several queries that are shown together', async () => {
  const { world, client } = setUp()
  const Both = memo(() => {
    const text = useQueries({ queries: [ordersOf(world), ordersOf(world, '/bills')], combine: (all) => all.map(({ data }) => (data === undefined ? 'none' : data.join())).join('+') })
    return <p>{text} {useIsFetching()}</p>
  })
  const seen = showOnScreen(world.auth, client, <Both />)
  await world.signIn('ada')
  await shows("ada's bills two")
  await world.signIn('bob')
  await shows("bob's bills two 0")
  expect([mixed(seen, 'ada'), mixed(seen, 'bob')]).toEqual([[], []])
})

it('begins anew where pages were shown one after the other', async () => {
  const { world, client } = setUp()
  const Endless = memo(() => {
    const { data, fetchNextPage, hasNextPage } = useInfiniteQuery({
      queryKey: ['endless'],
      queryFn: async ({ pageParam, signal }) => namesIn(await world.auth.fetch(`/page${pageParam}`, { signal })),
      initialPageParam: 1,
      getNextPageParam: (_last, pages) => pages.length + 1,
    })
    return <button onClick={() => void fetchNextPage()}>{data?.pages.map(([first]) => first).join() ?? `none ${hasNextPage}`}</button>
  })
  const seen = showOnScreen(world.auth, client, <Endless />)
  await world.signIn('ada')
  await shows("ada's page1 one")
  document.querySelector('button')?.click()
  await shows("ada's page1 one,ada's page2 one")
  const release = world.hold()
  await world.signIn('bob')
  await shows('[bob]none false')
  release()
  await shows("[bob]bob's page1 one")
  await later()
  expect(mixed(seen, 'ada')).toEqual([])
  expect(world.asked.slice(2)).toEqual(['bob GET /page1'])
})

it('a mutation that is under way changes nothing for the next person, whatever becomes of it', async () => {
  const { world, client } = await signedIn()
  const called = vi.fn<(what: string) => void>()
  const Form = memo(() => {
    const { mutate, status, variables } = useMutation({
      mutationFn: async (order: string) => namesIn(await world.auth.fetch('/orders', { method: 'POST', body: order })),
      async onMutate() {
        await client.cancelQueries({ queryKey: ['/orders'] })
        return client.getQueryData(['/orders'])
      },
      onSuccess: () => called('success'),
      onError: (_error, _order, before) => void client.setQueryData(['/orders'], before),
      onSettled: () => called('settled'),
    })
    return <button onClick={() => mutate("ada's new order", { onSettled: () => called('settled here') })}>{status} {variables}</button>
  })
  const seen = showOnScreen(world.auth, client, <Form />)
  await shows('idle')
  for (const [who, status] of [['bob', 200], ['cleo', 500]] as const) {
    await world.signIn('ada')
    await shows("[ada]ada's")
    world.answer = ({ method, url }, person) => (method === 'POST' ? new Response('[]', { status }) : Response.json([`${person}'s ${url}`]))
    const release = world.hold()
    document.querySelector('button')?.click()
    await shows("pending ada's new order")
    await world.signIn(who)
    await shows(`[${who}]`)
    release()
    await shows(`${who}'s`)
    await later()
    expect(screenText()).toContain('idle ')
    expect(JSON.stringify(dehydrate(client))).not.toContain('ada')
  }
  expect(called).not.toHaveBeenCalled()
  expect(mixed(seen, 'ada')).toEqual([])
})

it('a mutation that waits is never sent as somebody else: between two attempts, behind another, or restored', async () => {
  const { world, client } = setUp()
  world.answer = () => new Response(null, { status: 500 })
  const mutationFn = async (): Promise<string[]> => namesIn(await world.auth.fetch('/orders', { method: 'POST' }))
  client.setMutationDefaults(['order'], { mutationFn, retry: 3 })
  const send = (scope: string): void => {
    const mutation = client.getMutationCache().build<string[], Error, undefined, undefined>(client, client.defaultMutationOptions({ mutationKey: ['order'], scope: { id: scope } }))
    void mutation.execute(undefined).catch(() => {})
  }
  await world.signIn('ada')
  send('one')
  send('one')
  const restored = dehydrate(client, { shouldDehydrateMutation: () => true })
  await vi.waitFor(() => expect(world.asked).toEqual(['ada POST /orders']))
  await vi.advanceTimersByTimeAsync(500)
  hydrate(client, restored)
  expect(client.getMutationCache().getAll()).toHaveLength(4)
  await world.signIn('bob')
  expect(client.getMutationCache().getAll()).toEqual([])
  await client.resumePausedMutations()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(world.asked).toEqual(['ada POST /orders'])
})

it('a mutation that signs somebody in goes on, and so does one that is nobody\'s and signs out; a stored one is gone', async () => {
  const { world, client } = setUp()
  const called = vi.fn<(what: string) => void>()
  const Doors = memo(() => {
    const signIn = useMutation({ mutationFn: () => world.signIn('bob'), onSuccess: () => called('in') })
    const signOut = useMutation({ mutationFn: () => world.auth.logout(), onSuccess: () => called('out'), meta: { auth: false } })
    return [signIn, signOut].map(({ mutate, status }, index) => <button key={index} onClick={() => mutate()}>{status}</button>)
  })
  showOnScreen(world.auth, client, <Doors />)
  await shows('[unauthenticated]')
  client.getMutationCache().build<unknown, Error, string, unknown>(client, { mutationKey: ['stored'] }, { ...pausedMutation, variables: "ada's" })
  const [signIn, signOut] = document.querySelectorAll('button')
  signIn?.click()
  await shows('[bob]success')
  expect(client.getMutationCache().find({ mutationKey: ['stored'] })).toBeUndefined()
  signOut?.click()
  await shows('[unauthenticated]idlesuccess')
  expect(called.mock.calls.flat()).toEqual(['in', 'out'])
})

const pausedMutation = { context: undefined, data: undefined, error: null, failureCount: 0, failureReason: null, isPaused: true, status: 'pending', submittedAt: 0 } as const

it('ten refreshes cause no render and no request', async () => {
  const { world, client } = setUp()
  const options = ordersOf(world)
  const rendered = vi.fn<() => void>()
  const List = (): ReactNode => {
    rendered()
    return useQuery(options).data?.join()
  }
  showOnScreen(world.auth, client, <List />)
  await world.signIn('ada')
  await shows("ada's orders two")
  await later()
  rendered.mockClear()
  for (let round = 0; round < 10; round++) await world.auth.tokens.refresh()
  await later()
  expect(world.endpoint.count('refresh')).toBe(10)
  expect(rendered).not.toHaveBeenCalled()
  expect(world.asked).toEqual(['ada GET /orders'])
  expect(client.getQueryData(options.queryKey)).toHaveLength(2)
})

it('keeps what the page came with when somebody turns out to be signed in, and then fetches what waited', async () => {
  const { world } = setUp()
  await world.signIn('ada')
  const client = new QueryClient()
  const reloaded = { ...world, auth: world.reload() }
  bindQueryClient(reloaded.auth, client)
  client.setQueryData(['/bills'], ["ada's bill, rendered by a server"])
  const [Orders, Bills] = [createList(ordersOf(reloaded)), createList({ ...ordersOf(reloaded, '/bills'), staleTime: Infinity })]
  const seen = showOnScreen(reloaded.auth, client, [<Orders key="orders" />, <Bills key="bills" />])
  await shows("ada's orders two")
  expect(seen[0]).toContain('[loading]idle')
  expect(screenText()).toContain("ada's bill, rendered by a server")
  expect(world.asked).toEqual(['ada GET /orders'])
})

it('starts to ask again by itself when somebody signs in, at the interval asked for', async () => {
  const { world, client } = setUp()
  const List = createList({ ...ordersOf(world), refetchInterval: 30 })
  showOnScreen(world.auth, client, <List />)
  await shows('[unauthenticated]idle')
  await world.signIn('ada')
  await vi.waitFor(() => expect(world.asked.length).toBeGreaterThan(2))
  await world.auth.logout()
  const { length } = world.asked
  await later()
  expect(world.asked).toHaveLength(length)
})

it('forgets what was stored with the page when nobody turns out to be signed in', async () => {
  const { world, client } = setUp()
  client.setQueryData(['/orders'], ["ada's stored order"])
  client.setQueryData(['prices'], 'public', {})
  client.getQueryCache().find({ queryKey: ['prices'] })?.setOptions({ queryKey: ['prices'], meta: { auth: false } })
  await world.auth.ready
  expect(client.getQueryCache().getAll().map(({ queryKey }) => queryKey)).toEqual([['prices']])
})

it('public queries go on, whoever is signed in; all others wait', async () => {
  const { world, client } = setUp()
  const fetched = vi.fn<(what: unknown) => string>(() => 'data')
  const Plain = ({ auth }: { readonly auth?: false | string }): ReactNode => {
    const { data, fetchStatus } = useQuery({ queryKey: ['plain', auth ?? null], queryFn: ({ queryKey }) => fetched(queryKey[1]), staleTime: Infinity, ...(auth !== undefined && { meta: { auth } }) })
    return <p>{`${auth}: ${data ?? fetchStatus}`}</p>
  }
  showOnScreen(world.auth, client, [<Plain key="1" />, <Plain key="2" auth={false} />, <Plain key="3" auth="another" />])
  await shows('undefined: idlefalse: dataanother: data')
  await world.signIn('ada')
  await shows('undefined: datafalse: dataanother: data')
  await world.auth.logout()
  await shows('undefined: idlefalse: dataanother: data')
  expect(fetched.mock.calls.flat()).toEqual([false, 'another', null])
})

it('of several auths, each has its own queries', async () => {
  const [work, home] = [createWorld('work'), createWorld('home')]
  const client = new QueryClient()
  for (const { auth } of [work, home]) bindQueryClient(auth, client)
  const [Work, Home] = [createList(ordersOf(work, '/reports')), createList(ordersOf(home, '/photos'))]
  showOnScreen(work.auth, client, [<Work key="work" />, <Home key="home" />])
  await work.signIn('ada')
  await home.signIn('bob')
  await shows("bob's photos two")
  await work.auth.logout()
  await shows("idlebob's photos one,bob's photos two")
  expect(home.asked).toEqual(['bob GET /photos'])
})

it('people who look the same are not: a method that knows nobody by name', async () => {
  const method: AuthMethod<string, null> = { name: 'key', login: async (accessToken) => ({ accessToken, subject: null, user: null, scope: [] }) }
  const auth = createAuth({ method }, { ...environment, page: { ...environment.page, isBrowser: () => false } })
  const client = new QueryClient()
  bindQueryClient(auth, client)
  await auth.login('first')
  client.setQueryData(['orders'], 'of the first')
  await auth.login('second')
  expect(client.getQueryData(['orders'])).toBeUndefined()
  // As it comes from another tab: nothing of the state changes.
  client.setQueryData(['orders'], 'of the second')
  await auth.tokens.setTokens({ accessToken: 'third', subject: null, user: null, scope: [], method: 'key', family: 'third' })
  expect(client.getQueryData(['orders'])).toBeUndefined()
})

it('the same person who signs in again, such as for more scopes, keeps everything; after a sign-out nobody does', async () => {
  const { world, client } = setUp()
  await world.signIn('ada')
  client.setQueryData(['orders'], 'hers')
  await world.signIn('ada')
  expect(client.getQueryData(['orders'])).toBe('hers')
  await world.auth.logout()
  await world.signIn('ada')
  expect(client.getQueryData(['orders'])).toBeUndefined()
})

it('follows an auth for tests', async () => {
  const auth = createMockAuth({ user: { sub: '1', name: 'ada' } })
  await auth.tokens.getAccessToken()
  const client = new QueryClient()
  bindQueryClient(auth, client)
  client.setQueryData(['orders'], 'hers')
  auth.setState({ status: 'authenticated', method: 'mock', user: { sub: '2', name: 'bob' }, scope: [], pending: null, error: null })
  expect(client.getQueryData(['orders'])).toBeUndefined()
})

it('refuses options that are none, and takes none from a polluted prototype', async () => {
  const { world, client } = setUp()
  // @ts-expect-error -- Not an object.
  expect(() => bindQueryClient(world.auth, client, null)).toThrow(expect.objectContaining({ code: 'invalid_config', option: 'bindQueryClient' }))
  const prototype = Object.prototype as { keepWhileExpired?: boolean }
  try {
    prototype.keepWhileExpired = true
    const other = new QueryClient()
    bindQueryClient(world.auth, other)
    await world.signIn('ada')
    other.setQueryData(['orders'], 'hers')
    world.auth.tokens.end(new AuthError('session_expired', 'It is over.'))
    expect(other.getQueryData(['orders'])).toBeUndefined()
  } finally {
    delete prototype.keepWhileExpired
  }
})

it('leaves a client alone once it is unbound', async () => {
  const defaults = { queries: { staleTime: 5, enabled: false } }
  const { auth, signIn } = createWorld()
  const client = new QueryClient({ defaultOptions: defaults })
  const unbind = bindQueryClient(auth, client)
  await signIn('bob')
  const observer = new QueryObserver(client, { queryKey: ['off'] })
  expect(observer.getCurrentResult().isEnabled).toBe(false)
  expect(client.getDefaultOptions().queries).toMatchObject({ staleTime: 5 })
  unbind()
  expect(client.getDefaultOptions()).toEqual(defaults)
  await signIn('ada')
  client.setQueryData(['orders'], 'hers')
  await auth.logout()
  expect(client.getQueryData(['orders'])).toBe('hers')
})
