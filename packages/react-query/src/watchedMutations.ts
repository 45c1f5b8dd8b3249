import { AuthError } from '@tessera-auth/core'
import type { Mutation, MutationCache, MutationCacheNotifyEvent } from '@tanstack/react-query'
import { runAll } from './runAll.ts'

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
      const mutations = cache.findAll({ predicate: isOwn })
      const observers = [...observed].flatMap(([observer, mutation]) => (isOwn(mutation) ? [observer] : []))
      runAll([
        ...observers.map((observer) => () => observer.reset()),
        ...mutations.flatMap((mutation) => [() => cache.remove(mutation), () => disarm(mutation)]),
      ])
    },
    stop,
  }
}

const nothing: Mutation['state'] = {
  context: undefined,
  data: undefined,
  error: null,
  failureCount: 0,
  failureReason: null,
  isPaused: false,
  status: 'idle',
  variables: undefined,
  submittedAt: 0,
}

/**
 * It cannot be cancelled, but it reads its options whenever it goes on: `onError` would put back what somebody else saw. Nor is it under
 * way any more for an observer that comes back to it, which would give it those options again.
 */
function disarm(mutation: Mutation): void {
  const { meta, scope } = mutation.options
  mutation.setOptions({ mutationFn: createRefusal(), ...(meta && { meta }), ...(scope && { scope }) })
  mutation.state = nothing
}

/** More often than anybody tries who means to stop some time. */
const mostRefusals = 10

/** What is tried again without end gets no answer some time: nothing else would stop it. */
function createRefusal(): () => Promise<never> {
  let count = 0
  return () => (++count > mostRefusals ? new Promise(() => {}) : Promise.reject(new AuthError('user_changed', 'Who did this has signed out meanwhile: not sent. Drop the request.')))
}
