import type { AuthCore, AuthState } from '@tessera-auth/core'

/**
 * Calls `listener` when somebody signed in or out, here or in another tab, is somebody else or may do something else, or when it is
 * known at last who is signed in after a server did not answer. Not when it becomes known at the start: guards wait for that.
 */
export function watchPerson<User>({ store }: Pick<AuthCore<User>, 'store'>, listener: () => void): () => void {
  return store.subscribe((state, before) => {
    if (!isSame(state, before)) listener()
  })
}

function isSame<User>(state: AuthState<User>, before: AuthState<User>): boolean {
  if (state.status !== before.status) return before.status === 'loading' && before.error === null
  if (state.status !== 'authenticated' || before.status !== 'authenticated') return true
  return state.user === before.user && state.scope === before.scope
}
