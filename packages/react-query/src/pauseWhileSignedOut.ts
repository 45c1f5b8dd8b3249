import type { Query, QueryClient, QueryObserverOptions } from '@tanstack/react-query'
import { isOf, isSignedIn, type BoundAuth } from './boundAuth.ts'

type Enabled = QueryObserverOptions['enabled']

/** Makes it the default of a client that queries of this auth wait while nobody is signed in; gives a function that takes it back. */
export function pauseWhileSignedOut(auth: BoundAuth, client: QueryClient): () => void {
  const { enabled: before } = client.getDefaultOptions().queries ?? {}
  let isBound = true
  const enabled = (query: Query): boolean => (!isBound || !isOf(auth, query) || isSignedIn(auth)) && isEnabled(before, query)
  setEnabled(client, enabled)
  return () => {
    // Another auth may have made its own default out of this one.
    isBound = false
    if (client.getDefaultOptions().queries?.enabled === enabled) setEnabled(client, before)
  }
}

function setEnabled(client: QueryClient, enabled: Enabled): void {
  const { queries, ...others } = client.getDefaultOptions()
  const { enabled: _, ...rest } = queries ?? {}
  client.setDefaultOptions({ ...others, queries: { ...rest, ...(enabled !== undefined && { enabled }) } })
}

export function isEnabled<Q>(option: boolean | ((query: Q) => boolean) | undefined, query: Q): boolean {
  return typeof option === 'function' ? option(query) : option !== false
}
