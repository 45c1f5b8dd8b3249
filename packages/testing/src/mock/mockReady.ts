import type { AuthState } from '@tessera-auth/core'
import type { MockStore } from './mockStore.ts'

/** Gives the state once it is known who is signed in: the same promise for the same state, as a real auth does, for React's `use()`. */
export function createMockReady<User>(store: MockStore<AuthState<User>>): () => Promise<AuthState<User>> {
  let last: { readonly state: AuthState<User>; readonly promise: Promise<AuthState<User>> } | undefined
  let waiting: Promise<AuthState<User>> | null = null

  // Before anybody else hears of a state, and asks for the promise of it.
  store.subscribe((state) => {
    if (waiting === null || !isKnown(state)) return
    // Whoever waited for this one gets this one again: React complains of another.
    last = { state, promise: fulfilled(waiting, state) }
    waiting = null
  })
  return () => {
    const state = store.getState()
    if (!isKnown(state)) return (waiting ??= nextKnown(store))
    if (last?.state !== state) last = { state, promise: fulfilled(Promise.resolve(state), state) }
    return last.promise
  }
}

/** Also when it could not be found out, and an error says why. */
export function isKnown({ status, error }: AuthState): boolean {
  return status !== 'loading' || error !== null
}

function nextKnown<User>(store: MockStore<AuthState<User>>): Promise<AuthState<User>> {
  return new Promise((resolve) => {
    const stop = store.subscribe((state) => {
      if (!isKnown(state)) return
      stop()
      resolve(state)
    })
  })
}

/** Marked as React marks promises it has seen settle, so that `use()` does not wait for it. */
function fulfilled<S>(promise: Promise<S>, value: S): Promise<S> {
  return Object.assign(promise, { status: 'fulfilled', value })
}
