import { dehydrate, focusManager, hydrate, keepPreviousData, onlineManager, QueryClient, QueryObserver, type DefaultOptions } from '@tanstack/react-query'
import { expect, it, vi } from 'vitest'
import { setUpScreen } from '../test/onScreen.tsx'
import { createWorld, deferred, namesIn, type World } from '../test/world.ts'
import { authedQueryOptions, bindQueryClient } from './index.ts'

setUpScreen()

async function setUp(defaults: DefaultOptions = {}) {
  const world = createWorld()
  const client = new QueryClient({ defaultOptions: defaults })
  bindQueryClient(world.auth, client)
  await world.signIn('ada')
  return { world, client }
}

function ordersOf({ auth }: World, path = '/orders') {
  return authedQueryOptions(auth, { queryKey: [path], queryFn: async ({ fetch }) => namesIn(await fetch(path)) })
}

const has = (observer: QueryObserver<string[], Error, string[], string[], string[]>, text: string): Promise<void> =>
  vi.waitFor(() => expect(observer.getCurrentResult().data?.join()).toContain(text))

it('what was selected for one person does not stand in where selecting fails for the next', async () => {
  const { world, client } = await setUp()
  const select = (orders: string[]): string[] => {
    if (orders.join().includes('bob')) throw new Error('Nothing of theirs.')
    return orders
  }
  const observer = new QueryObserver(client, { ...ordersOf(world), select })
  observer.subscribe(() => {})
  await has(observer, "ada's")
  await world.signIn('bob')
  await vi.waitFor(() => expect(observer.getCurrentResult().isError).toBe(true))
  expect(observer.getCurrentResult().data).toBeUndefined()
})

it('an observer that nobody listens to for now, such as of a page that is kept hidden, forgets what stood in for data', async () => {
  const { world, client } = await setUp()
  const observer = new QueryObserver(client, { ...ordersOf(world), placeholderData: keepPreviousData })
  const stop = observer.subscribe(() => {})
  await has(observer, "ada's orders")
  world.hold()
  observer.setOptions({ ...observer.options, queryKey: ['/second'], queryHash: '["/second"]' })
  expect(observer.getCurrentResult()).toMatchObject({ isPlaceholderData: true })
  stop()
  await world.signIn('bob')
  expect(observer.getCurrentResult().data).toBeUndefined()
  observer.subscribe(() => {})
  expect(observer.getCurrentResult().data).toBeUndefined()
})

it('nor does what rests leave anything in the cache', async () => {
  const { world, client } = await setUp({ queries: { gcTime: Infinity } })
  for (const path of ['/first', '/second']) new QueryObserver(client, ordersOf(world, path)).subscribe(() => {})()
  await world.signIn('bob')
  expect(client.getQueryCache().getAll()).toEqual([])
})

it('whatever is to be kept for ever goes, too, in all clients, and at once', async () => {
  const { world, client } = await setUp({ queries: { gcTime: Infinity, staleTime: 'static' } })
  const other = new QueryClient()
  bindQueryClient(world.auth, other)
  for (const each of [client, other]) {
    await each.query(ordersOf(world))
    each.setQueryData(['draft'], "ada's")
  }
  world.auth.tokens.clear({ isElsewhere: true })
  expect([client, other].flatMap((each) => each.getQueryCache().getAll())).toEqual([])
})

it('an answer to a query function that cannot be aborted is dropped', async () => {
  const { world, client } = await setUp()
  const { promise, resolve } = deferred()
  const queryFn = async (): Promise<string> => {
    const { subject } = world.auth.tokens.current?.tokens ?? {}
    if (subject?.startsWith('ada')) await promise
    return `${subject}'s`
  }
  const observer = new QueryObserver(client, { queryKey: ['slow'], queryFn, staleTime: Infinity })
  const seen: unknown[] = []
  observer.subscribe(({ data }) => seen.push(data))
  expect(client.isFetching()).toBe(1)
  await world.signIn('bob')
  resolve()
  await vi.waitFor(() => expect(observer.getCurrentResult().data).toContain('bob'))
  expect(seen.join()).not.toContain('ada')
  expect(client.isFetching()).toBe(0)
})

it('what a server began to send is dropped where somebody else signs in before it is there', async () => {
  const { world, client } = await setUp()
  const { promise, resolve } = deferred()
  const sender = new QueryClient({ defaultOptions: { dehydrate: { shouldDehydrateQuery: () => true } } })
  void sender.query({ queryKey: ['sent'], queryFn: async () => promise.then(() => "ada's") })
  hydrate(client, dehydrate(sender))
  await world.signIn('bob')
  resolve()
  await vi.advanceTimersByTimeAsync(100)
  expect(client.getQueryData(['sent'])).toBeUndefined()
})

it('data of two people are never compared, by whatever shares structure', async () => {
  const { world, client } = await setUp()
  const pairs: unknown[][] = []
  const structuralSharing = (before: unknown, now: unknown): unknown => {
    pairs.push([before, now])
    return now
  }
  const observer = new QueryObserver(client, { ...ordersOf(world), structuralSharing, select: (orders) => orders.slice(0, 1), placeholderData: keepPreviousData })
  observer.subscribe(() => {})
  await has(observer, "ada's")
  await world.signIn('bob')
  await has(observer, "bob's")
  expect(pairs.filter((pair) => ['ada', 'bob'].every((name) => JSON.stringify(pair).includes(name)))).toEqual([])
})

it('what is switched on later fetches as who is there by then', async () => {
  const { world, client } = await setUp()
  const options = ordersOf(world)
  const observer = new QueryObserver(client, { ...options, enabled: false })
  observer.subscribe(() => {})
  await world.signIn('bob')
  expect(observer.getCurrentResult()).toMatchObject({ data: undefined, fetchStatus: 'idle' })
  observer.setOptions(options)
  await has(observer, "bob's")
  observer.setOptions({ ...options, enabled: false })
  await world.signIn('ada')
  expect(observer.getCurrentResult()).toMatchObject({ data: undefined, fetchStatus: 'idle' })
  expect(world.asked).toEqual(['bob GET /orders'])
})

it('a page that wakes while somebody else signs in elsewhere shows them nothing of before', async () => {
  const { world, client } = await setUp()
  client.mount()
  const observer = new QueryObserver(client, { ...ordersOf(world), refetchOnWindowFocus: 'always', refetchOnReconnect: 'always' })
  const seen: string[] = []
  observer.subscribe(({ data }) => seen.push(`${world.auth.tokens.current?.tokens.subject} ${data?.join()}`))
  await has(observer, "ada's")
  const release = world.hold()
  for (const isThere of [false, true]) {
    onlineManager.setOnline(isThere)
    focusManager.setFocused(isThere)
  }
  await vi.waitFor(() => expect(client.isFetching()).toBe(1))
  await world.signIn('bob')
  release()
  await has(observer, "bob's")
  focusManager.setFocused(undefined)
  client.unmount()
  expect(seen.filter((text) => text.startsWith('bob') && text.includes("ada's"))).toEqual([])
})

let isBroken = false

/** A callback of the app that works until it does not. */
function fragile<Value>(value: Value): () => Value {
  return () => {
    if (isBroken) throw new Error('Broken.')
    return value
  }
}

it.each([
  ['the interval', { refetchInterval: fragile(60_000) }],
  ['whether it may be fetched', { enabled: fragile(true) }],
  ['how long it stays fresh', { staleTime: fragile(0) }],
  ['what stands in for data', { placeholderData: fragile(undefined) }],
  ['what to tell of', { notifyOnChangeProps: fragile('all' as const) }],
  ['a listener', {}],
])('all others forget, and ask anew, whatever a callback of the app throws: %s', async (_, options) => {
  isBroken = false
  const errors = vi.fn<(error: unknown) => void>()
  vi.stubGlobal('reportError', errors)
  const { world, client } = await setUp()
  const broken = ['once', 'twice'].map(() => new QueryObserver(client, { ...ordersOf(world, '/broken'), ...options }))
  const fine = ['/broken', '/fine'].map((path) => new QueryObserver(client, { ...ordersOf(world, path), placeholderData: keepPreviousData }))
  const hears = fragile(undefined)
  for (const observer of broken) observer.subscribe(hears)
  for (const observer of fine) observer.subscribe(() => {})
  for (const observer of [...broken, ...fine]) await has(observer, "ada's")
  world.hold()
  isBroken = true
  world.auth.tokens.clear()
  expect([...broken, ...fine].map((observer) => observer.getCurrentResult().data)).toEqual([undefined, undefined, undefined, undefined])
  expect(errors).toHaveBeenCalledWith(new Error('Broken.'))
  isBroken = false
})

it('bound twice, as in a component that is made twice, it clears as once, and asks once', async () => {
  const { world, client } = await setUp()
  const unbind = bindQueryClient(world.auth, client)
  const observer = new QueryObserver(client, ordersOf(world))
  observer.subscribe(() => {})
  await has(observer, "ada's")
  await world.signIn('bob')
  await has(observer, "bob's")
  unbind()
  await world.signIn('ada')
  await has(observer, "ada's")
  expect(world.asked).toEqual(['ada GET /orders', 'bob GET /orders', 'ada GET /orders'])
})

it('an auth that is disposed of leaves its client as it is, and nothing is tried again', async () => {
  const { world, client } = await setUp()
  world.auth.dispose()
  await expect(client.query(ordersOf(world))).rejects.toMatchObject({ code: 'disposed' })
})
