import { experimental_streamedQuery, QueryClient, skipToken, useQuery } from '@tanstack/react-query'
import { AuthError, type RefreshStatus } from '@tessera-auth/core'
import { createMockAuth } from '@tessera-auth/testing'
import type { ReactNode } from 'react'
import { expect, it, vi } from 'vitest'
import { screenText, setUpScreen, showOnScreen } from '../test/onScreen.tsx'
import { createWorld, deferred, namesIn } from '../test/world.ts'
import { authedQueryOptions, bindQueryClient, retryUnlessRefused, type BoundAuth } from './index.ts'

setUpScreen()

const idle: RefreshStatus = { phase: 'idle', receivedAt: null, expiresAt: null, refreshAt: null, error: null }

function setUp() {
  const world = createWorld()
  const client = new QueryClient()
  bindQueryClient(world.auth, client)
  return { world, client }
}

function ordersOf({ auth }: { readonly auth: BoundAuth }) {
  return authedQueryOptions(auth, { queryKey: ['orders'], queryFn: async ({ fetch }) => namesIn(await fetch('/orders')) })
}

it('outside of components, waits until it is known who is signed in, and asks as them', async () => {
  const { world } = setUp()
  await world.signIn('ada')
  const reloaded = world.reload()
  const data = await new QueryClient().query(ordersOf({ auth: reloaded }))
  expect(data).toEqual(["ada's orders one", "ada's orders two"])
})

it('outside of components, fails when nobody turns out to be signed in, and asks nothing', async () => {
  const { world, client } = setUp()
  const queryFn = vi.fn<() => string>(() => 'orders')
  const orders = authedQueryOptions(world.auth, { queryKey: ['orders'], queryFn })
  await expect(client.query(orders)).rejects.toMatchObject({ name: 'AuthError', code: 'not_authenticated' })
  await expect(client.query(orders)).rejects.toMatchObject({ name: 'AuthError', code: 'not_authenticated' })
  expect(queryFn).not.toHaveBeenCalled()
})

it('is aborted with its query', async () => {
  const { world, client } = setUp()
  await world.signIn('ada')
  const signals: AbortSignal[] = []
  world.answer = ({ signal }) => {
    signals.push(signal)
    return Response.json([])
  }
  world.hold()
  const failed = client.query(ordersOf(world)).catch((error: unknown) => error)
  await vi.waitFor(() => expect(signals).toHaveLength(1))
  await world.auth.logout()
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  await expect(failed).resolves.toBeInstanceOf(Error)
})

it.each(['its own', 'that of a Request'])('is aborted with its query also where the app gives a signal, and by that: %s', async (whose) => {
  const { world, client } = setUp()
  await world.signIn('ada')
  const signals: AbortSignal[] = []
  world.answer = (request) => {
    signals.push(request.signal)
    return Response.json([])
  }
  world.hold()
  const own = new AbortController()
  const { signal } = own
  const input = (): Parameters<typeof fetch> => (whose === 'its own' ? ['/orders', { signal }] : [new Request('https://app.example/orders', { signal })])
  const ask = (key: string): Promise<unknown> =>
    client.query(authedQueryOptions(world.auth, { queryKey: [key], retry: false, queryFn: async ({ fetch }) => namesIn(await fetch(...input())) })).catch((error: unknown) => error)
  const failed = ask('first')
  await vi.waitFor(() => expect(signals).toHaveLength(1))
  await world.signIn('bob')
  await expect(failed).resolves.toBeInstanceOf(Error)
  void ask('second')
  await vi.waitFor(() => expect(signals).toHaveLength(2))
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  own.abort()
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
})

it('stops what streams into the cache when the person changes', async () => {
  const { world, client } = setUp()
  await world.signIn('ada')
  const [first, second] = [deferred(), deferred()]
  const streamed = authedQueryOptions(world.auth, {
    queryKey: ['streamed'],
    queryFn: (context) =>
      experimental_streamedQuery<string>({
        async *streamFn() {
          const [order = ''] = await namesIn(await context.fetch('/orders'))
          yield order
          first.resolve()
          await second.promise
          yield order
        },
      })(context),
  })
  void client.query(streamed).catch(() => {})
  await first.promise
  expect(client.getQueryData(streamed.queryKey)).toEqual(["ada's orders one"])
  await world.signIn('bob')
  second.resolve()
  await vi.advanceTimersByTimeAsync(100)
  expect(client.getQueryData(streamed.queryKey)).toBeUndefined()
})

it('gives the query function what TanStack Query gives, and fetch', async () => {
  const { world, client } = setUp()
  await world.signIn('ada')
  const members = vi.fn<(names: string[]) => void>()
  await client.query(authedQueryOptions(world.auth, { queryKey: ['orders'], queryFn: ({ client: own, ...others }) => members([String(own === client), ...Object.keys(others)]) ?? 1 }))
  expect(members.mock.lastCall?.[0].sort()).toEqual(['fetch', 'meta', 'queryKey', 'signal', 'true'])
})

it('looks for nothing in the cache on its way, however much there is', async () => {
  const { world, client } = setUp()
  await world.signIn('ada')
  const queryKeyHashFn = vi.fn<(key: readonly unknown[]) => string>((key) => JSON.stringify(key))
  client.setDefaultOptions({ queries: { ...client.getDefaultOptions().queries, queryKeyHashFn } })
  for (let count = 0; count < 100; count++) client.setQueryData(['other', count], count)
  queryKeyHashFn.mockClear()
  await client.query(ordersOf(world))
  expect(queryKeyHashFn.mock.calls.length).toBeLessThan(5)
})

it('is off when the app says so, whoever is signed in', async () => {
  const { world, client } = setUp()
  const queryFn = vi.fn<() => number>(() => 1)
  const Off = (): ReactNode => {
    const states = [useQuery({ ...ordersOf(world), enabled: false }), useQuery(authedQueryOptions(world.auth, { queryKey: ['off'], queryFn, enabled: () => false }))]
    const skipped = useQuery(authedQueryOptions(world.auth, { queryKey: ['skipped'], queryFn: skipToken }))
    return [...states, skipped].map(({ fetchStatus }) => fetchStatus).join()
  }
  showOnScreen(world.auth, client, <Off />)
  await world.signIn('ada')
  await vi.waitFor(() => expect(screenText()).toBe('[ada]idle,idle,idle'))
  expect([world.asked, queryFn.mock.calls]).toEqual([[], []])
})

it('says whose it is beside what the app says of it, and keeps its other options', () => {
  const { auth } = createWorld('work')
  const options = authedQueryOptions(auth, { queryKey: ['orders'], queryFn: () => 1, meta: { page: 'home', auth: 'other' }, retry: 7, staleTime: 5 })
  expect(options).toMatchObject({ queryKey: ['orders'], meta: { page: 'home', auth: 'work' }, retry: 7, staleTime: 5 })
})

/** How often a query is asked for until it fails, when every answer is this one. */
async function attempts(status: number): Promise<number> {
  const { world, client } = setUp()
  await world.signIn('ada')
  world.answer = () => new Response(null, { status })
  const failed = client.query(ordersOf(world)).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(60_000)
  // A second 401 signs out, which cancels.
  expect(await failed).toMatchObject({ message: status === 401 ? 'CancelledError' : 'That did not work.' })
  return world.asked.length
}

it('is tried three times more, but not where it was refused: a 401 is met by one refresh and one replay, a 403 by nothing', async () => {
  expect([await attempts(500), await attempts(401), await attempts(403)]).toEqual([4, 2, 1])
})

it('a mutation is sent at most as often as a 401 allows', async () => {
  const { world, client } = setUp()
  await world.signIn('ada')
  for (const status of [401, 500]) {
    world.answer = () => new Response(null, { status })
    const mutationFn = async (): Promise<string[]> => namesIn(await world.auth.fetch('/orders', { method: 'POST' }))
    const mutation = client.getMutationCache().build<string[], Error, undefined, undefined>(client, client.defaultMutationOptions({ mutationFn }))
    const failed = mutation.execute(undefined).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await failed).toBeInstanceOf(Error)
  }
  // Signed out by the second 401 after a fresh token.
  expect(world.asked).toEqual(['ada POST /orders', 'ada POST /orders'])
})

it.each([
  [new AuthError('network', 'Offline.'), true],
  [new AuthError('not_authenticated', 'Nobody.'), false],
  [new AuthError('user_changed', 'Somebody else.'), false],
  [new TypeError('Failed to fetch'), true],
  [Object.assign(new Error('Forbidden'), { status: 403 }), false],
  [Object.assign(new Error('Unauthorized'), { response: { status: 401 } }), false],
  [new Response(null, { status: 403 }), false],
  [Object.assign(new Error('Busy'), { status: 503 }), true],
  ['a text', true],
  [null, true],
])('retries after %s: %s', (error, isRetried) => {
  expect([retryUnlessRefused(0, error), retryUnlessRefused(2, error), retryUnlessRefused(3, error)]).toEqual([isRetried, isRetried, false])
})

/** An auth whose tokens cannot be refreshed at the moment, with a query that fails for it. */
function inTrouble(phase: RefreshStatus['phase']) {
  const client = new QueryClient()
  let isBroken = true
  const auth = createMockAuth({
    user: { sub: '1' },
    fetch: () => {
      if (isBroken) throw new AuthError('network', 'Offline.')
      return Response.json(['order'])
    },
  })
  auth.refreshStore.setState({ ...idle, phase, error: phase === 'idle' ? null : new AuthError('network', 'Offline.') })
  const result = client.query(ordersOf({ auth })).catch((error: unknown) => error)
  const recover = (): void => {
    isBroken = false
    auth.refreshStore.setState(idle)
  }
  return { auth, client, result, recover }
}

it.each(['degraded', 'paused', 'refreshing'] as const)('waits while the refresh is %s rather than to use up its attempts', async (phase) => {
  const { auth, result, recover } = inTrouble(phase)
  await vi.advanceTimersByTimeAsync(29_000)
  expect(auth.requests).toHaveLength(1)
  auth.refreshStore.setState({ ...idle, phase: 'refreshing', error: new AuthError('network', 'Offline.') })
  recover()
  await vi.advanceTimersByTimeAsync(1_000)
  await expect(result).resolves.toEqual(['order'])
  expect(auth.requests).toHaveLength(2)
})

it('does not wait for ever: half a minute an attempt', async () => {
  const { auth, result } = inTrouble('degraded')
  await vi.advanceTimersByTimeAsync(4 * 30_000 + 1_000 + 2_000 + 4_000)
  await expect(result).resolves.toMatchObject({ code: 'network' })
  expect(auth.requests).toHaveLength(4)
})

it('does not wait where nothing is wrong with the refresh', async () => {
  const { auth, result } = inTrouble('idle')
  await vi.advanceTimersByTimeAsync(7_000)
  await expect(result).resolves.toMatchObject({ code: 'network' })
  expect(auth.requests).toHaveLength(4)
})

it('stops waiting with its query, and leaves no timer and no listener behind', async () => {
  const { auth, client, result } = inTrouble('degraded')
  await vi.advanceTimersByTimeAsync(1_000)
  const before = vi.getTimerCount()
  await client.cancelQueries({ queryKey: ['orders'] })
  await vi.advanceTimersByTimeAsync(0)
  expect(vi.getTimerCount()).toBeLessThan(before)
  await expect(result).resolves.toBeInstanceOf(Error)
  expect(auth.requests).toHaveLength(1)
})
