import type { AuthenticatedState, AuthEvent, AuthState } from './state.ts'

/**
 * The next state. Pure; returns the same object when nothing that an app can see changes.
 *
 * @example
 * transition(state, { type: 'signed_out', reason: 'user', error: null })
 */
export function transition<User>(state: AuthState<User>, event: AuthEvent<User>): AuthState<User> {
  const next = follow(state, event)
  const before: Readonly<Record<string, unknown>> = { ...state }
  return Object.entries(next).every(([name, value]) => before[name] === value) ? state : next
}

function follow<User>(state: AuthState<User>, event: AuthEvent<User>): AuthState<User> {
  switch (event.type) {
    case 'login_started':
      return { ...state, pending: event.method, error: null }
    case 'login_failed':
      return { ...state, pending: null, error: event.error }
    case 'login_left':
      return { ...state, pending: null }
    case 'signed_in':
      return { status: 'authenticated', method: event.method, ...shown(state, event), pending: event.isLogin ? null : state.pending, error: null }
    case 'restored':
      return { status: 'authenticated', method: event.method, ...shown(state, event), pending: state.pending, error: state.error }
    case 'looked':
      return state.status === 'loading' ? { ...state, error: event.error } : state
    case 'renewed':
      return state.status === 'authenticated' ? { ...state, ...shown(state, event) } : state
    case 'signed_out':
      return {
        status: 'unauthenticated',
        reason: event.reason,
        pending: state.pending,
        error: event.error ?? lasting(state),
      }
  }
}

/** A login may fail before it is known who is signed in: what it said is not lost when nobody is. */
function lasting(state: AuthState): AuthState['error'] {
  return state.status === 'loading' ? state.error : null
}

/** What components hold, as the objects that they hold where these are equal. */
function shown<User>(state: AuthState<User>, next: Shown<User>): Shown<User> {
  const { user, scope } = { user: undefined, scope: undefined, ...state }
  return { user: keep(user, next.user), scope: keep(scope, next.scope) }
}

type Shown<User> = Pick<AuthenticatedState<User>, 'user' | 'scope'>

/** User and scope are plain data, as JSON has it: equal text is equal data. */
function keep<T>(held: T | undefined, next: T): T {
  try {
    return JSON.stringify(held) === JSON.stringify(next) ? (held ?? next) : next
  } catch {
    return next
  }
}
