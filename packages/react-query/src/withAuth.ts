import type { DefaultError, Query, QueryFunctionContext, QueryObserverOptions, SkipToken } from '@tanstack/react-query'
import { askAs } from './askAs.ts'
import type { AuthedQueryFunction } from './authedQueryFunction.ts'
import { isSignedIn, type BoundAuth } from './boundAuth.ts'
import { isEnabled } from './pauseWhileSignedOut.ts'
import { retryUnlessRefused } from './retryUnlessRefused.ts'

/** Options of a query: of one that has all its data at once, or of an infinite one. */
export type AnyOptions<QueryData = unknown> = Pick<QueryObserverOptions<unknown, DefaultError, unknown, QueryData>, 'meta' | 'enabled' | 'retry'> & {
  readonly queryFn: AuthedQueryFunction<unknown> | SkipToken
}

/** Makes them those of a query for whoever is signed in. */
export function withAuth<QueryData>(auth: BoundAuth, options: AnyOptions<QueryData>): unknown {
  const { queryFn, enabled, meta, retry = retryUnlessRefused } = options
  return {
    ...options,
    retry,
    meta: { ...meta, auth: auth.name },
    enabled: (query: Query<unknown, DefaultError, QueryData>) => isSignedIn(auth) && isEnabled(enabled, query),
    queryFn: typeof queryFn === 'function' ? (context: QueryFunctionContext) => askAs(auth, queryFn, context) : queryFn,
  }
}
