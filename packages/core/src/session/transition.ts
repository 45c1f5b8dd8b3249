import type { AuthEvent, AuthState } from './state.ts'

/**
 * The next state. Pure; returns the same object when nothing that an app can see changes.
 *
 * @example
 * transition(state, { type: 'signed_out', reason: 'user', error: null })
 */
export function transition<User>(state: AuthState<User>, event: AuthEvent<User>): AuthState<User> {
  switch (event.type) {
    case 'login_started':
      return { ...state, pending: event.method, error: null }
    case 'login_failed':
      return state.status === 'loading'
        ? { status: 'unauthenticated', reason: 'never_signed_in', pending: null, error: event.error }
        : { ...state, pending: null, error: event.error }
    case 'login_left':
      return state.pending === null ? state : { ...state, pending: null }
    case 'signed_in':
      return signedIn(state, event)
    case 'renewed':
      return renewed(state, event)
    case 'signed_out':
      return { status: 'unauthenticated', reason: event.reason, pending: state.pending, error: event.error }
  }
}

function signedIn<User>(state: AuthState<User>, event: AuthEvent<User> & { type: 'signed_in' }): AuthState<User> {
  const { method, scope } = event
  // A second login of the same person keeps the object that components hold.
  const user = state.status === 'authenticated' && isSame(state.user, event.user) ? state.user : event.user
  return { status: 'authenticated', method, user, scope, pending: null, error: null }
}

function renewed<User>(state: AuthState<User>, event: AuthEvent<User> & { type: 'renewed' }): AuthState<User> {
  if (state.status !== 'authenticated') return state
  const user = isSame(state.user, event.user) ? state.user : event.user
  const scope = isSame(state.scope, event.scope) ? state.scope : event.scope
  return user === state.user && scope === state.scope ? state : { ...state, user, scope }
}

/** User and scope are plain data from JSON: equal text is equal data. */
function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
