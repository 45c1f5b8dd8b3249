import type { QueryFunctionContext, QueryKey } from '@tanstack/react-query'
import type { AuthedFetch } from '@tessera-auth/core'

/** What a query function gets: what TanStack Query gives, and `fetch` with the credentials of whoever is signed in. */
export type AuthedQueryContext<Key extends QueryKey = QueryKey, PageParam = never> = QueryFunctionContext<Key, PageParam> & {
  /** `auth.fetch`, aborted with the query: when nobody looks any more, or when the person changes. */
  readonly fetch: AuthedFetch
}

/** Gives what a query is about, by the `fetch` that it gets. */
export type AuthedQueryFunction<Data, Key extends QueryKey = QueryKey, PageParam = never> = (context: AuthedQueryContext<Key, PageParam>) => Data | Promise<Data>
