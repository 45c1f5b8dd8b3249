import type { SessionRecord } from '../session/session.ts'
import type { AuthState } from '../session/state.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'
import type { Presences } from './presences.ts'
import type { ReadableStore } from './store.ts'

/**
 * Looks who is signed in, once, and gives the state from then on: the same promise for the same state, so that React's `use()`
 * can wait for it. The promise never rejects. Where a server had to be asked and did not answer, the state is still `loading`,
 * with an error.
 */
export function createReady<User>(
  tokens: TokenManager<SessionRecord<User>>,
  presences: Presences,
  store: ReadableStore<AuthState<User>>,
): () => Promise<AuthState<User>> {
  let last: { readonly state: AuthState<User>; readonly promise: Promise<AuthState<User>> } | undefined
  let looking: Promise<AuthState<User>> | null = null
  let hasLooked = false

  const look = async (): Promise<AuthState<User>> => {
    // Fails only when disposed, and then there is nothing to look for.
    await tokens.restore().catch(() => {})
    if (store.getState().status === 'loading') await presences.look()
    hasLooked = true
    return store.getState()
  }

  return () => {
    looking ??= look()
    const state = store.getState()
    if (state.status === 'loading' && !hasLooked) return looking
    // Marked as React marks promises it has seen settle, so that `use()` does not wait for one of a state that is there.
    if (last?.state !== state) last = { state, promise: Object.assign(Promise.resolve(state), { status: 'fulfilled', value: state }) }
    return last.promise
  }
}

/**
 * Like {@link createReady}, for those who cannot go on without knowing: a server that did not answer is asked once more, and rejects
 * with why it did not.
 */
export function createKnown(ready: () => Promise<unknown>, presences: Presences): () => Promise<void> {
  return async () => {
    if (presences.failure() !== null) await presences.look()
    await ready()
    const failure = presences.failure()
    if (failure !== null) throw failure
  }
}
