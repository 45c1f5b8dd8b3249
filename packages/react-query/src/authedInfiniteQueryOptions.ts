import type {
  DataTag,
  DefaultError,
  DefinedInitialDataInfiniteOptions,
  InfiniteData,
  QueryKey,
  SkipToken,
  UndefinedInitialDataInfiniteOptions,
  UnusedSkipTokenInfiniteOptions,
} from '@tanstack/react-query'
import type { AuthedQueryFunction } from './authedQueryFunction.ts'
import type { AuthedOptions } from './authedQueryOptions.ts'
import type { BoundAuth } from './boundAuth.ts'
import { withAuth, type AnyOptions } from './withAuth.ts'

type Tagged<Key, Page, Failure> = { queryKey: DataTag<Key, InfiniteData<Page>, Failure> }

/**
 * Options of an infinite query for whoever is signed in: `authedQueryOptions`, for what `infiniteQueryOptions` takes. All pages are
 * of one person: none of several is asked for as somebody else.
 *
 * @example
 * const orders = authedInfiniteQueryOptions(auth, {
 *   queryKey: ['orders'],
 *   queryFn: async ({ fetch, pageParam }) => parseOrders(await fetch(`/api/orders?page=${pageParam}`)),
 *   initialPageParam: 1,
 *   getNextPageParam: (last) => last.nextPage,
 * })
 * const { data, fetchNextPage } = useInfiniteQuery(orders)
 */
export function authedInfiniteQueryOptions<Page, Failure = DefaultError, Data = InfiniteData<Page>, Key extends QueryKey = QueryKey, PageParam = unknown>(
  auth: BoundAuth,
  options: AuthedOptions<DefinedInitialDataInfiniteOptions<Page, Failure, Data, Key, PageParam>, AuthedQueryFunction<Page, Key, PageParam>>,
): DefinedInitialDataInfiniteOptions<Page, Failure, Data, Key, PageParam> & Tagged<Key, Page, Failure>
export function authedInfiniteQueryOptions<Page, Failure = DefaultError, Data = InfiniteData<Page>, Key extends QueryKey = QueryKey, PageParam = unknown>(
  auth: BoundAuth,
  options: AuthedOptions<UnusedSkipTokenInfiniteOptions<Page, Failure, Data, Key, PageParam>, AuthedQueryFunction<Page, Key, PageParam>>,
): UnusedSkipTokenInfiniteOptions<Page, Failure, Data, Key, PageParam> & Tagged<Key, Page, Failure>
export function authedInfiniteQueryOptions<Page, Failure = DefaultError, Data = InfiniteData<Page>, Key extends QueryKey = QueryKey, PageParam = unknown>(
  auth: BoundAuth,
  options: AuthedOptions<UndefinedInitialDataInfiniteOptions<Page, Failure, Data, Key, PageParam>, AuthedQueryFunction<Page, Key, PageParam> | SkipToken>,
): UndefinedInitialDataInfiniteOptions<Page, Failure, Data, Key, PageParam> & Tagged<Key, Page, Failure>
export function authedInfiniteQueryOptions(auth: BoundAuth, options: AnyOptions<InfiniteData<unknown>>): unknown {
  return withAuth(auth, options)
}
