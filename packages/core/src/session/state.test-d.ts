import { expectTypeOf, test } from 'vitest'
import type { Claims } from './claims.ts'
import type { Session, SessionRecord, TokenSet } from './session.ts'
import type { AuthenticatedState, AuthState, LoadingState, UnauthenticatedState } from './state.ts'
import { transition } from './transition.ts'

interface User {
  readonly name: string
}
type KeyOf<S> = S extends unknown ? keyof S : never

test('no member of a public state can hold a credential', () => {
  expectTypeOf<KeyOf<AuthState<User>>>().toEqualTypeOf<
    'status' | 'pending' | 'error' | 'reason' | 'method' | 'user' | 'scope'
  >()
  expectTypeOf<KeyOf<AuthState<User>> & ('accessToken' | 'refreshToken' | 'idToken')>().toBeNever()
})

test('the status tells which members there are', () => {
  expectTypeOf<Extract<AuthState<User>, { status: 'loading' }>>().toEqualTypeOf<LoadingState>()
  expectTypeOf<Extract<AuthState<User>, { status: 'unauthenticated' }>>().toEqualTypeOf<UnauthenticatedState>()
  expectTypeOf<Extract<AuthState<User>, { status: 'authenticated' }>>().toEqualTypeOf<AuthenticatedState<User>>()
  expectTypeOf<AuthenticatedState<User>['user']>().toEqualTypeOf<User>()
  expectTypeOf<AuthState['status']>().not.toBeAny()
  // @ts-expect-error -- nobody is signed in, so there is no user
  expectTypeOf<UnauthenticatedState['user']>().toBeNever()
})

test('a transition keeps the type of the user', () => {
  expectTypeOf(transition<User>).returns.toEqualTypeOf<AuthState<User>>()
  // @ts-expect-error -- an event of another user
  transition<User>({} as AuthState<User>, { type: 'renewed', user: { name: 1 }, scope: [] })
  // @ts-expect-error -- no such event
  transition<User>({} as AuthState<User>, { type: 'refreshed' })
})

test('claims that are not named are unknown until they are checked', () => {
  expectTypeOf<Claims['sub']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<Claims['anything']>().toBeUnknown()
})

test('a session is a token set, and neither can be changed', () => {
  expectTypeOf<Session<User>>().toExtend<TokenSet>()
  expectTypeOf<SessionRecord<User>>().toExtend<Session<User>>()
  const tokens = {} as TokenSet
  // @ts-expect-error -- read-only
  tokens.accessToken = 'x'
})
