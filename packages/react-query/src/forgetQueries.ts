import type { Query, QueryClient, QueryState } from '@tanstack/react-query'
import type { Labelled } from './boundAuth.ts'
import type { Observer } from './restingObservers.ts'

const nothing: QueryState<never, never> = {
  data: undefined,
  dataUpdateCount: 0,
  dataUpdatedAt: 0,
  error: null,
  errorUpdateCount: 0,
  errorUpdatedAt: 0,
  fetchFailureCount: 0,
  fetchFailureReason: null,
  fetchMeta: null,
  isInvalidated: false,
  status: 'pending',
  fetchStatus: 'idle',
}

/**
 * Cancels and removes queries. Whoever is looking at one is looking at a new one afterwards, which has nothing, and which is fetched if it
 * may be. Not reset: that would bring `initialData` back, which was somebody's.
 *
 * @param resting Observers that nobody listens to for now: they keep what they saw, too.
 */
export function forgetQueries(client: QueryClient, isOwn: (query: Labelled & Pick<Query, 'state'>) => boolean, resting: readonly Observer[]): void {
  const cache = client.getQueryCache()
  const queries = cache.findAll({ predicate: isOwn })
  const observers = [...queries.flatMap((query) => query.observers), ...resting.filter((observer) => isOwn(observer.getCurrentQuery()))]
  for (const query of queries) {
    cache.remove(query)
    // An observer may hold on to it, to show meanwhile what it had.
    query.setState(nothing)
  }
  for (const observer of observers) {
    const { options } = observer
    lookAway(observer, client)
    observer.setOptions(options)
    const query = observer.getCurrentQuery()
    // Many of those that rest are of components that are gone.
    if (query.observers.length === 0) cache.remove(query)
  }
}

/** Lets observers see that their queries may not be fetched now: they stop to ask at an interval. What they show stays. */
export function restQueries(client: QueryClient, isOwn: (query: Labelled) => boolean): void {
  // They look at their timers when the state is another object.
  for (const query of client.getQueryCache().findAll({ predicate: isOwn })) query.setState({})
}

/** Lets observers see that their queries may be fetched now. What they show stays. */
export function wakeQueries(client: QueryClient, isOwn: (query: Labelled) => boolean): void {
  const observers = client.getQueryCache().findAll({ predicate: isOwn }).flatMap((query) => query.observers)
  for (const observer of observers) {
    const { options } = observer
    if (observer.getCurrentResult().isEnabled) continue
    // An observer looks whether it may fetch when its options change.
    observer.setOptions({ ...options, enabled: false })
    observer.setOptions(options)
  }
}

/**
 * Makes an observer forget the data that it saw last, which `placeholderData` gets even after the query is gone, and what it selected
 * last, which it shows when `select` fails: it looks at something else, and sees that vanish. That alone is what it tells.
 */
function lookAway(observer: Observer, client: QueryClient): void {
  let isGone = false
  const notifyOnChangeProps = (): 'all' | [] => (isGone ? 'all' : [])
  const elsewhere = { queryKey: ['tessera'], queryHash: 'tessera', initialData: null, select: () => undefined, enabled: false, gcTime: 0, _defaulted: true }
  observer.setOptions({ ...elsewhere, notifyOnChangeProps })
  isGone = true
  const query = observer.getCurrentQuery()
  query.setState(nothing)
  client.getQueryCache().remove(query)
}
