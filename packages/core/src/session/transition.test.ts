import { describe, expect, test } from 'vitest'
import { AuthError } from '../errors.ts'
import { initialState, type AuthEvent, type AuthState } from './state.ts'
import { transition } from './transition.ts'

interface User {
  readonly name: string
}

const ada: User = { name: 'Ada' }
const bob: User = { name: 'Bob' }
const failed = new AuthError('network', 'down')
const ended = new AuthError('refresh_rejected', 'over')

const loading = initialState
const loadingPending: AuthState<User> = { status: 'loading', pending: 'password', error: null }
const loadingFailed: AuthState<User> = { status: 'loading', pending: null, error: failed }
const signedOut: AuthState<User> = { status: 'unauthenticated', reason: 'user', pending: null, error: null }
const rejected: AuthState<User> = {
  status: 'unauthenticated',
  reason: 'refresh_rejected',
  pending: 'password',
  error: ended,
}
const signedIn: AuthState<User> = {
  status: 'authenticated',
  method: 'password',
  user: ada,
  scope: ['a'],
  pending: null,
  error: null,
}
const steppingUp: AuthState<User> = { ...signedIn, pending: 'google', error: failed }

const start: AuthEvent<User> = { type: 'login_started', method: 'google' }
const fail: AuthEvent<User> = { type: 'login_failed', error: failed }
const leave: AuthEvent<User> = { type: 'login_left' }
const enter: AuthEvent<User> = { type: 'signed_in', method: 'google', user: bob, scope: ['b'], isLogin: true }
const found: AuthEvent<User> = { ...enter, isLogin: false }
const renew: AuthEvent<User> = { type: 'renewed', user: bob, scope: ['b'] }
const look: AuthEvent<User> = { type: 'looked', error: failed }
const lookInVain: AuthEvent<User> = { type: 'looked', error: null }
const end: AuthEvent<User> = { type: 'signed_out', reason: 'refresh_rejected', error: ended }

const bobSignedIn: AuthState<User> = {
  status: 'authenticated',
  method: 'google',
  user: bob,
  scope: ['b'],
  pending: null,
  error: null,
}
const endedState: AuthState<User> = {
  status: 'unauthenticated',
  reason: 'refresh_rejected',
  pending: null,
  error: ended,
}

describe('every state and every event', () => {
  const table: [string, AuthState<User>, AuthEvent<User>, AuthState<User>][] = [
    ['loading', loading, start, { status: 'loading', pending: 'google', error: null }],
    ['loading', loading, fail, loadingFailed],
    ['loading', loading, leave, loading],
    ['loading', loading, enter, bobSignedIn],
    ['loading, found', loading, found, bobSignedIn],
    ['loading', loading, look, { ...loading, error: failed }],
    ['loading', loading, renew, loading],
    ['loading', loading, end, endedState],
    ['loading, with a login', loadingPending, start, { status: 'loading', pending: 'google', error: null }],
    ['loading, with a login', loadingPending, fail, loadingFailed],
    ['loading, with a login', loadingPending, leave, loading],
    ['loading, with a login', loadingPending, enter, bobSignedIn],
    ['loading, with a login', loadingPending, look, { ...loadingPending, error: failed }],
    ['loading, with a login', loadingPending, renew, loadingPending],
    ['loading, with a login', loadingPending, end, { ...endedState, pending: 'password' }],
    ['loading, after a login that failed', loadingFailed, start, { ...loadingPending, pending: 'google' }],
    ['loading, after a login that failed', loadingFailed, fail, loadingFailed],
    ['loading, after a login that failed', loadingFailed, leave, loadingFailed],
    ['loading, after a login that failed', loadingFailed, enter, bobSignedIn],
    ['loading, after a look that failed', loadingFailed, lookInVain, loading],
    ['loading, after a login that failed', loadingFailed, renew, loadingFailed],
    ['loading, after a login that failed', loadingFailed, end, endedState],
    ['signed out', signedOut, start, { ...signedOut, pending: 'google' }],
    ['signed out', signedOut, fail, { ...signedOut, error: failed }],
    ['signed out', signedOut, leave, signedOut],
    ['signed out', signedOut, enter, bobSignedIn],
    ['signed out', signedOut, look, signedOut],
    ['signed out', signedOut, renew, signedOut],
    ['signed out', signedOut, end, endedState],
    ['ended, with a login', rejected, start, { ...rejected, pending: 'google', error: null }],
    ['ended, with a login', rejected, fail, { ...rejected, pending: null, error: failed }],
    ['ended, with a login', rejected, leave, { ...rejected, pending: null }],
    ['ended, with a login', rejected, enter, bobSignedIn],
    ['ended, with a login, found', rejected, found, { ...bobSignedIn, pending: 'password' }],
    ['ended, with a login', rejected, look, rejected],
    ['ended, with a login', rejected, renew, rejected],
    ['ended, with a login', rejected, end, rejected],
    ['signed in', signedIn, start, { ...signedIn, pending: 'google' }],
    ['signed in', signedIn, fail, { ...signedIn, error: failed }],
    ['signed in', signedIn, leave, signedIn],
    ['signed in', signedIn, enter, bobSignedIn],
    ['signed in', signedIn, look, signedIn],
    ['signed in', signedIn, renew, { ...signedIn, user: bob, scope: ['b'] }],
    ['signed in', signedIn, end, endedState],
    ['signed in, with another login', steppingUp, start, { ...steppingUp, error: null }],
    ['signed in, with another login', steppingUp, fail, { ...signedIn, error: failed }],
    ['signed in, with another login', steppingUp, leave, { ...steppingUp, pending: null }],
    ['signed in, with another login', steppingUp, enter, bobSignedIn],
    ['signed in, with another login, found', steppingUp, found, { ...bobSignedIn, pending: 'google' }],
    ['signed in, with another login', steppingUp, renew, { ...steppingUp, user: bob, scope: ['b'] }],
    ['signed in, with another login', steppingUp, end, { ...endedState, pending: 'google' }],
  ]
  test.each(table.map((row) => [`${row[0]}: ${row[2].type}`, ...row] as const))(
    '%s',
    (_, __, state, event, expected) => {
      // Strict: no member of the old state shows through, not even as undefined.
      expect(transition(state, event)).toStrictEqual(expected)
    },
  )

  const nobody: AuthEvent<User> = { type: 'signed_out', reason: 'never_signed_in', error: null }
  test.each<[string, AuthState<User>, AuthError | null]>([
    ['nobody tried to sign in', loading, null],
    ['a login failed while it was not known who is signed in', loadingFailed, failed],
    ['the error is of another time', steppingUp, null],
  ])('when nobody is signed in, and %s, that is what it says', (_, state, error) => {
    expect(transition(state, nobody)).toMatchObject({ status: 'unauthenticated', reason: 'never_signed_in', error })
  })

  test('the old state is left as it was', () => {
    const frozen = Object.freeze({ ...steppingUp })
    for (const event of [start, fail, leave, enter, renew, end]) transition(frozen, event)
    expect(frozen).toStrictEqual(steppingUp)
  })
})

describe('SS-07 nothing visible changed, so the state is the same object', () => {
  test.each<[string, AuthState<User>, AuthEvent<User>]>([
    ['a login is left that is not under way', signedIn, leave],
    ['the same login starts again', { ...signedIn, pending: 'google' }, start],
    ['the same failure again', { ...signedIn, error: failed }, fail],
    ['tokens are renewed while signed out', signedOut, renew],
    ['tokens are renewed for the same person and scope', signedIn, { type: 'renewed', user: { ...ada }, scope: ['a'] }],
    [
      'the same person signs in again',
      signedIn,
      { type: 'signed_in', method: 'password', user: { ...ada }, scope: ['a'], isLogin: true },
    ],
    ['a session ends that has ended', rejected, end],
  ])('%s', (_, state, event) => {
    expect(transition(state, event)).toBe(state)
  })

  test.each<[string, AuthEvent<User>, boolean, boolean]>([
    ['the scope alone is renewed', { type: 'renewed', user: { ...ada }, scope: ['a', 'b'] }, true, false],
    ['the person alone is renewed', { type: 'renewed', user: bob, scope: ['a'] }, false, true],
    [
      'the same person signs in by another method',
      { type: 'signed_in', method: 'google', user: { ...ada }, scope: ['a'], isLogin: true },
      true,
      true,
    ],
    ['somebody else signs in', enter, false, false],
  ])('%s: what is equal stays the object that components hold', (_, event, keepsUser, keepsScope) => {
    const next = transition(signedIn, event)
    expect(next).not.toBe(signedIn)
    expect(next.status === 'authenticated' && [next.user === ada, next.scope === signedIn.scope]).toEqual([
      keepsUser,
      keepsScope,
    ])
  })

  test('what cannot be written as text is shown all the same, as if it were new', () => {
    const own: { name: string; self?: unknown } = { name: 'Ada' }
    own.self = own
    const state = transition<unknown>(signedIn, { type: 'renewed', user: own, scope: ['a'] })
    expect(state).toStrictEqual({ ...signedIn, user: own })
    const copy = { ...own }
    expect(transition(state, { type: 'renewed', user: copy, scope: ['a'] })).toHaveProperty('user', copy)
  })

  test('CC-06 a session without a person keeps its null', () => {
    const state = transition<null>(loading, { type: 'signed_in', method: 'clientCredentials', user: null, scope: [], isLogin: true })
    expect(state).toMatchObject({ status: 'authenticated', user: null })
    expect(transition(state, { type: 'renewed', user: null, scope: [] })).toBe(state)
  })
})

test('SS-02 the initial state is a constant that nobody can change', () => {
  expect(Object.isFrozen(initialState)).toBe(true)
  expect(initialState).toStrictEqual({ status: 'loading', pending: null, error: null })
})
