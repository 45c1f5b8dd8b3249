import type { Query, QueryCache } from '@tanstack/react-query'

export type Observer = Query['observers'][number]

/** The observers of a cache that nobody listens to for now, as on a page that is kept hidden. */
export interface RestingObservers {
  readonly all: () => readonly Observer[]
  readonly stop: () => void
}

/** Remembers observers that queries let go of, for as long as somebody else has them. */
export function watchRestingObservers(cache: QueryCache): RestingObservers {
  const known = new WeakSet<Observer>()
  const references = new Set<WeakRef<Observer>>()
  const gone = new FinalizationRegistry<WeakRef<Observer>>((reference) => void references.delete(reference))
  const stop = cache.subscribe((event) => {
    if (event.type !== 'observerRemoved' || known.has(event.observer)) return
    const reference = new WeakRef<Observer>(event.observer)
    known.add(event.observer)
    references.add(reference)
    gone.register(event.observer, reference)
  })
  const all = (): Observer[] => [...references].flatMap((reference) => reference.deref() ?? []).filter((observer) => !observer.hasListeners())
  return { all, stop }
}
