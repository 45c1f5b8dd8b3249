import type { Query, QueryClient, QueryState } from '@tanstack/react-query'
import type { Labelled } from './boundAuth.ts'
import type { Observer } from './restingObservers.ts'
import { runAll } from './runAll.ts'

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
  runAll([
    ...queries.map((query) => () => cache.remove(query)),
    // An observer may hold on to it, to show meanwhile what it had.
    ...queries.map((query) => () => query.setState(nothing)),
    ...observers.flatMap((observer) => {
      const { options } = observer
      return [() => lookAway(observer, client), () => observer.setOptions(options), () => removeUnused(observer, client)]
    }),
  ])
}

/** Many of those that rest are of components that are gone. */
function removeUnused(observer: Observer, client: QueryClient): void {
  const query = observer.getCurrentQuery()
  if (query.observers.length === 0) client.getQueryCache().remove(query)
}

/** Lets observers see that their queries may not be fetched now: they stop to ask at an interval. What they show stays. */
export function restQueries(client: QueryClient, isOwn: (query: Labelled) => boolean): void {
  // An observer sets its timer anew when the interval is another.
  lookAgain(observersOf(client, isOwn), { refetchInterval: false })
}

/** Lets observers see that their queries may be fetched now. What they show stays. */
export function wakeQueries(client: QueryClient, isOwn: (query: Labelled) => boolean): void {
  // An observer looks whether it may fetch when its options change.
  lookAgain(observersOf(client, isOwn).filter((observer) => !observer.getCurrentResult().isEnabled), { enabled: false })
}

function observersOf(client: QueryClient, isOwn: (query: Labelled) => boolean): readonly Observer[] {
  return client.getQueryCache().findAll({ predicate: isOwn }).flatMap((query) => query.observers)
}

/** Gives observers their options anew, after others. */
function lookAgain(observers: readonly Observer[], meanwhile: Partial<Observer['options']>): void {
  runAll(observers.flatMap((observer) => {
    const { options } = observer
    return [() => observer.setOptions({ ...options, ...meanwhile }), () => observer.setOptions(options)]
  }))
}

/**
 * Makes an observer forget the data that it saw last, which `placeholderData` gets even after the query is gone, and what it selected
 * last, which it shows when `select` fails: it looks at something else, and sees that vanish. That alone is what it tells.
 */
function lookAway(observer: Observer, client: QueryClient): void {
  let isGone = false
  const notifyOnChangeProps = (): 'all' | [] => (isGone ? 'all' : [])
  // Of what suspends, `useQueries` combines nothing while there is no data, which the app may count on: it tells at once.
  const elsewhere = { queryKey: ['tessera'], queryHash: 'tessera', initialData: null, select: () => undefined, enabled: false, suspense: true, gcTime: 0, _defaulted: true }
  runAll([
    () => observer.setOptions({ ...elsewhere, notifyOnChangeProps }),
    () => void (isGone = true),
    () => observer.getCurrentQuery().setState(nothing),
    () => client.getQueryCache().remove(observer.getCurrentQuery()),
  ])
}
