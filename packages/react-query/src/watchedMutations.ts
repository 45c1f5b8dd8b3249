import { AuthError } from '@tessera-auth/core'
import type { Mutation, MutationCache, MutationCacheNotifyEvent } from '@tanstack/react-query'

type Observed = Extract<MutationCacheNotifyEvent, { readonly type: 'observerAdded' }>

/** The mutations of a cache, and who is looking at them. */
export interface WatchedMutations {
  /** Removes mutations. One that is paused, or waits to be tried again, is never sent; of one that was sent, no callback is called. */
  readonly forget: (isOwn: (mutation: Observed['mutation']) => boolean) => void
  readonly stop: () => void
}

export function watchMutations(cache: MutationCache): WatchedMutations {
  const observed = new Map<Observed['observer'], Observed['mutation']>()
  const stop = cache.subscribe((event) => {
    if (event.type === 'observerAdded') observed.set(event.observer, event.mutation)
    if (event.type === 'observerRemoved') observed.delete(event.observer)
  })
  return {
    forget(isOwn) {
      for (const [observer, mutation] of observed) if (isOwn(mutation)) observer.reset()
      for (const mutation of cache.findAll({ predicate: isOwn })) {
        cache.remove(mutation)
        disarm(mutation)
      }
    },
    stop,
  }
}

/** It cannot be cancelled, but it reads its options whenever it goes on: `onError` would put back what somebody else saw. */
function disarm(mutation: Mutation): void {
  const { meta, scope } = mutation.options
  mutation.setOptions({ mutationFn: refuse, ...(meta && { meta }), ...(scope && { scope }) })
}

function refuse(): Promise<never> {
  return Promise.reject(new AuthError('user_changed', 'Who did this has signed out meanwhile: not sent.'))
}
