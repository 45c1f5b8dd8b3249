import type { Query, QueryClient, QueryObserverOptions } from '@tanstack/react-query'
import { isOf, isSignedIn, type BoundAuth } from './boundAuth.ts'

type Enabled = QueryObserverOptions['enabled']

/** Makes it the default of a client that queries of this auth wait while nobody is signed in; gives a function that takes it back. */
export function pauseWhileSignedOut(auth: BoundAuth, client: QueryClient): () => void {
  const before = client.getDefaultOptions()
  const enabled = (query: Query): boolean => (!isOf(auth, query) || isSignedIn(auth)) && isEnabled(before.queries?.enabled, query)
  client.setDefaultOptions({ ...before, queries: { ...before.queries, enabled } })
  return () => {
    if (client.getDefaultOptions().queries?.enabled === enabled) client.setDefaultOptions(before)
  }
}

export function isEnabled(option: Enabled, query: Query): boolean {
  return typeof option === 'function' ? option(query) : option !== false
}
