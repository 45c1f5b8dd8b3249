import { queryOptions, skipToken, useQuery, useSuspenseQuery, type QueryClient } from '@tanstack/react-query'
import type { Auth, AuthByName, AuthedFetch, AuthMethod, Claims } from '@tessera-auth/core'
import type { MockAuth } from '@tessera-auth/testing'
import { expectTypeOf, test } from 'vitest'
import { authedQueryOptions, bindQueryClient } from './index.ts'

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

test('any auth is taken', () => {
  const named = {} as AuthByName<{ readonly home: AuthMethod<void, Claims> }>
  const mock = {} as MockAuth<{ readonly name: string }>
  bindQueryClient(named, client)
  bindQueryClient(mock, client)
  expectTypeOf(bindQueryClient(auth, client)).toEqualTypeOf<() => void>()
})
