import type { AuthenticatedState, AuthState, Claims, LoadingState, UnauthenticatedState } from '@tessera-auth/core'
import { createWorld } from './createWorld.ts'
import { createPasswordAuth, type PasswordAuth } from './passwordServer.ts'

/** An auth whose state is what the test says, possible or not. */
export interface AuthInState {
  readonly auth: PasswordAuth
  readonly set: (state: AuthState<Claims>) => void
  /** How many components watch. */
  readonly watchers: () => number
}

export function authInState(initial: AuthState<Claims>): AuthInState {
  const real = createPasswordAuth(createWorld())
  const listeners = new Set<(state: AuthState<Claims>, previous: AuthState<Claims>) => void>()
  let current = initial
  return {
    auth: {
      ...real,
      start: () => () => {},
      store: {
        getState: () => current,
        getInitialState: real.store.getInitialState,
        subscribe(listener) {
          listeners.add(listener)
          return () => void listeners.delete(listener)
        },
      },
    },
    set(state) {
      const previous = current
      current = state
      for (const listener of listeners) listener(state, previous)
    },
    watchers: () => listeners.size,
  }
}

export const loading: LoadingState = { status: 'loading', pending: null, error: null }
export const signedOut: UnauthenticatedState = {
  status: 'unauthenticated',
  reason: 'never_signed_in',
  pending: null,
  error: null,
}
export const signedIn: AuthenticatedState<Claims> = {
  status: 'authenticated',
  method: 'password',
  user: { sub: '1', name: 'Ada' },
  scope: ['read'],
  pending: null,
  error: null,
}
