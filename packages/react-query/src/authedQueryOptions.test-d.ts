import { infiniteQueryOptions, queryOptions, skipToken, useInfiniteQuery, useMutation, useMutationState, useQuery, useSuspenseInfiniteQuery, useSuspenseQuery, type InfiniteData, type QueryClient } from '@tanstack/react-query'
import type { Auth, AuthByName, AuthedFetch, AuthMethod, Claims } from '@tessera-auth/core'
import type { MockAuth } from '@tessera-auth/testing'
import { expectTypeOf, test } from 'vitest'
import { authedInfiniteQueryOptions, authedMutationOptions, authedQueryOptions, bindQueryClient } from './index.ts'

interface Order {
  readonly id: number
}

declare const auth: Auth<{ readonly email: string }, Claims>
declare const client: QueryClient
declare const parse: (response: Response) => Promise<Order[]>

const orders = authedQueryOptions(auth, {
  queryKey: ['orders', 7],
  queryFn: async ({ fetch, signal, queryKey, client: own }) => {
    expectTypeOf(fetch).toEqualTypeOf<AuthedFetch>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
    expectTypeOf(own).toEqualTypeOf<QueryClient>()
    expectTypeOf(queryKey).toEqualTypeOf<(string | number)[]>()
    return parse(await fetch('/orders', { signal }))
  },
})

test('data is what the query function gives', () => {
  expectTypeOf(useQuery(orders).data).toEqualTypeOf<Order[] | undefined>()
  expectTypeOf(useSuspenseQuery(orders).data).toEqualTypeOf<Order[]>()
  expectTypeOf(client.query(orders)).toEqualTypeOf<Promise<Order[]>>()
})

test('the key knows the data, as that of queryOptions does', () => {
  expectTypeOf(client.getQueryData(orders.queryKey)).toEqualTypeOf<Order[] | undefined>()
  expectTypeOf(orders.queryKey).toEqualTypeOf(queryOptions({ queryKey: ['orders', 7], queryFn: (): Order[] => [] }).queryKey)
  // @ts-expect-error -- Not orders.
  client.setQueryData(orders.queryKey, 'orders')
})

test('select and initialData count', () => {
  const ids = authedQueryOptions(auth, { queryKey: ['orders'], queryFn: async ({ fetch }) => parse(await fetch('/orders')), select: (all) => all.map(({ id }) => id) })
  expectTypeOf(useQuery(ids).data).toEqualTypeOf<number[] | undefined>()
  const initial = authedQueryOptions(auth, { queryKey: ['orders'], queryFn: async ({ fetch }) => parse(await fetch('/orders')), initialData: [] })
  expectTypeOf(useQuery(initial).data).toEqualTypeOf<Order[]>()
})

test('skipToken is taken, but not by useSuspenseQuery', () => {
  const some = authedQueryOptions(auth, { queryKey: ['orders'], queryFn: Math.random() > 0.5 ? async ({ fetch }) => parse(await fetch('/orders')) : skipToken })
  expectTypeOf(useQuery(some).data).toEqualTypeOf<Order[] | undefined>()
  // @ts-expect-error -- A suspended component cannot skip.
  useSuspenseQuery(some)
})

test('without a query function there is nothing to ask with', () => {
  // @ts-expect-error -- No queryFn.
  authedQueryOptions(auth, { queryKey: ['orders'] })
})

const pages = authedInfiniteQueryOptions(auth, {
  queryKey: ['pages'],
  queryFn: async ({ fetch, pageParam, signal }) => {
    expectTypeOf(fetch).toEqualTypeOf<AuthedFetch>()
    expectTypeOf(pageParam).toEqualTypeOf<number>()
    return parse(await fetch(`/orders?page=${pageParam}`, { signal }))
  },
  initialPageParam: 1,
  getNextPageParam: (last, all) => {
    expectTypeOf(last).toEqualTypeOf<Order[]>()
    return all.length + 1
  },
})

test('pages are what the query function gives, each', () => {
  expectTypeOf(useInfiniteQuery(pages).data).toEqualTypeOf<InfiniteData<Order[]> | undefined>()
  expectTypeOf(useSuspenseInfiniteQuery(pages).data).toEqualTypeOf<InfiniteData<Order[]>>()
  expectTypeOf(client.getQueryData(pages.queryKey)).toEqualTypeOf<InfiniteData<Order[]> | undefined>()
  const plain = infiniteQueryOptions({ queryKey: ['pages'], queryFn: (): Order[] => [], initialPageParam: 1, getNextPageParam: () => 2 })
  expectTypeOf(pages.queryKey).toEqualTypeOf(plain.queryKey)
  // @ts-expect-error -- Not pages.
  client.setQueryData(pages.queryKey, [])
})

test('select, initialData and skipToken count for pages, too', () => {
  const shared = { queryKey: ['pages'], initialPageParam: 1, getNextPageParam: () => 2 }
  const count = authedInfiniteQueryOptions(auth, { ...shared, queryFn: async ({ fetch }) => parse(await fetch('/orders')), select: ({ pages: all }) => all.length })
  expectTypeOf(useInfiniteQuery(count).data).toEqualTypeOf<number | undefined>()
  const initial = authedInfiniteQueryOptions(auth, { ...shared, queryFn: async ({ fetch }) => parse(await fetch('/orders')), initialData: { pages: [], pageParams: [] } })
  expectTypeOf(useInfiniteQuery(initial).data).toEqualTypeOf<InfiniteData<Order[]>>()
  const some = authedInfiniteQueryOptions(auth, { ...shared, queryFn: Math.random() > 0.5 ? async ({ fetch }) => parse(await fetch('/orders')) : skipToken })
  expectTypeOf(useInfiniteQuery(some).data).toEqualTypeOf<InfiniteData<Order[]> | undefined>()
  // @ts-expect-error -- Without a first page there is nothing to begin with.
  authedInfiniteQueryOptions(auth, { queryKey: ['pages'], queryFn: () => 1, getNextPageParam: () => 2 })
})

test('a mutation takes what its function takes, and gives what that gives', () => {
  const order = authedMutationOptions(auth, {
    mutationFn: async (thing: string, { fetch, client: own }) => {
      expectTypeOf(fetch).toEqualTypeOf<AuthedFetch>()
      expectTypeOf(own).toEqualTypeOf<QueryClient>()
      return parse(await fetch('/orders', { method: 'POST', body: thing }))
    },
    onMutate: () => ({ before: 1 }),
    onError: (error, thing, context) => {
      expectTypeOf(error).toEqualTypeOf<Error>()
      expectTypeOf(thing).toEqualTypeOf<string>()
      expectTypeOf(context).toEqualTypeOf<{ before: number } | undefined>()
    },
  })
  const { mutate, data } = useMutation(order)
  expectTypeOf(data).toEqualTypeOf<Order[] | undefined>()
  expectTypeOf(mutate).parameter(0).toEqualTypeOf<string>()
  const keyed = authedMutationOptions(auth, { mutationKey: ['order'], mutationFn: async (thing: string, { fetch }) => parse(await fetch(thing)) })
  useMutationState({ filters: { mutationKey: keyed.mutationKey } })
  expectTypeOf(useMutation(keyed).data).toEqualTypeOf<Order[] | undefined>()
  client.setMutationDefaults(['order'], keyed)
  // @ts-expect-error -- No mutationFn.
  authedMutationOptions(auth, { mutationKey: ['order'] })
})

test('any auth is taken', () => {
  const named = {} as AuthByName<{ readonly home: AuthMethod<void, Claims> }>
  const mock = {} as MockAuth<{ readonly name: string }>
  bindQueryClient(named, client)
  bindQueryClient(mock, client)
  expectTypeOf(bindQueryClient(auth, client)).toEqualTypeOf<() => void>()
})
