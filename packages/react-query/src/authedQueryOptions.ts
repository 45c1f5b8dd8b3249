import type { DataTag, DefaultError, DefinedInitialDataOptions, QueryKey, SkipToken, UndefinedInitialDataOptions, UnusedSkipTokenOptions } from '@tanstack/react-query'
import type { AuthedQueryFunction } from './authedQueryFunction.ts'
import type { BoundAuth } from './boundAuth.ts'
import { withAuth, type AnyOptions } from './withAuth.ts'

/** Options of TanStack Query with a query function that gets `fetch`. */
export type AuthedOptions<Options, QueryFn> = Omit<Options, 'queryFn'> & {
  /** Gives what the query is about, by the `fetch` that it gets. */
  readonly queryFn: QueryFn
}

type Tagged<Key, Data, Failure> = { queryKey: DataTag<Key, Data, Failure> }

/**
 * Options of a query for whoever is signed in: waits while it is not known who that is, and while nobody is. Its key need not say who, as
 * the client forgets everything when the person changes: it has to be bound, see `bindQueryClient`. Takes what `queryOptions` takes.
 *
 * Outside of components, as with `queryClient.fetchQuery`, it waits until it is known who is signed in, and fails with an `AuthError`
 * `not_authenticated` when nobody is. With `useSuspenseQuery` it stays suspended until somebody is.
 *
 * It is tried again by `retryUnlessRefused`. When it fails while the tokens cannot be refreshed, for want of a network or of a
 * server, that is waited for first, for half a minute at most.
 *
 * @example
 * const orders = authedQueryOptions(auth, {
 *   queryKey: ['orders'],
 *   queryFn: async ({ fetch }) => parseOrders(await fetch('/api/orders')),
 * })
 * const { data } = useQuery(orders)
 */
export function authedQueryOptions<FnData = unknown, Failure = DefaultError, Data = FnData, Key extends QueryKey = QueryKey>(
  auth: BoundAuth,
  options: AuthedOptions<DefinedInitialDataOptions<FnData, Failure, Data, Key>, AuthedQueryFunction<FnData, Key>>,
): DefinedInitialDataOptions<FnData, Failure, Data, Key> & Tagged<Key, FnData, Failure>
export function authedQueryOptions<FnData = unknown, Failure = DefaultError, Data = FnData, Key extends QueryKey = QueryKey>(
  auth: BoundAuth,
  options: AuthedOptions<UnusedSkipTokenOptions<FnData, Failure, Data, Key>, AuthedQueryFunction<FnData, Key>>,
): UnusedSkipTokenOptions<FnData, Failure, Data, Key> & Tagged<Key, FnData, Failure>
export function authedQueryOptions<FnData = unknown, Failure = DefaultError, Data = FnData, Key extends QueryKey = QueryKey>(
  auth: BoundAuth,
  options: AuthedOptions<UndefinedInitialDataOptions<FnData, Failure, Data, Key>, AuthedQueryFunction<FnData, Key> | SkipToken>,
): UndefinedInitialDataOptions<FnData, Failure, Data, Key> & Tagged<Key, FnData, Failure>
export function authedQueryOptions(auth: BoundAuth, options: AnyOptions): unknown {
  return withAuth(auth, options)
}
