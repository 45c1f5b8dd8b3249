import type { Presences } from '../methods/method.ts'
import type { SessionRecord } from '../session/session.ts'
import type { AuthEvent, AuthState } from '../session/state.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'
import type { Store } from './store.ts'

/**
 * Looks who is signed in, once, and gives the state from then on: the same promise for the same state, so that React's `use()`
 * can wait for it. The promise never rejects. Where a server had to be asked and did not answer, the state is still `loading`,
 * with an error.
 */
export function createReady<User>(
  tokens: TokenManager<SessionRecord<User>>,
  presences: Presences | undefined,
  { store, dispatch }: Store<AuthState<User>, AuthEvent<User>>,
): () => Promise<AuthState<User>> {
  let last: { readonly state: AuthState<User>; readonly promise: Promise<AuthState<User>> } | undefined
  let looking: Promise<AuthState<User>> | null = null
  let hasLooked = false

  const look = async (): Promise<AuthState<User>> => {
    // Fails only when disposed, and then there is nothing to look for.
    await tokens.restore().catch(() => {})
    if (store.getState().status === 'loading') {
      if (presences === undefined) dispatch({ type: 'signed_out', reason: 'never_signed_in', error: null })
      else await presences.look()
    }
    hasLooked = true
    // Whoever waited for this one gets this one again: React complains of another as one that is new at each render.
    if (looking !== null) last = { state: store.getState(), promise: Object.assign(looking, { status: 'fulfilled', value: store.getState() }) }
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
