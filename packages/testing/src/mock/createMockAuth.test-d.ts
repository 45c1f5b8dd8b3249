import type { Auth, AuthByName, AuthMethod, AuthState, Claims } from '@tessera-auth/core'
import { authorizationCode, type AuthorizationCodeInput } from '@tessera-auth/core/authorization-code'
import { password, type PasswordInput } from '@tessera-auth/core/password'
import { expectTypeOf, test } from 'vitest'
import { createMockAuth, type LoginByName, type MockAuth, type MockAuthByName } from '../index.ts'

interface Badge {
  readonly id: number
}
declare const badge: AuthMethod<{ readonly pin: number }, Badge>
const methods = { work: authorizationCode({ issuer: 'https://id.example', clientId: 'web' }), home: password({ loginUrl: '/login' }), badge }

test('a mock stands in for an auth of one method', () => {
  expectTypeOf(createMockAuth()).toEqualTypeOf<MockAuth>()
  expectTypeOf(createMockAuth({ user: { id: 1 } })).toEqualTypeOf<MockAuth<{ id: number }>>()
  expectTypeOf(createMockAuth<Badge, { readonly pin: number }>()).toExtend<Auth<{ readonly pin: number }, Badge>>()
  expectTypeOf(createMockAuth<Badge>()).not.toExtend<Auth<unknown, Claims>>()
  const auth = createMockAuth({ login: (input: PasswordInput) => ({ name: input.email }) })
  expectTypeOf(auth).toEqualTypeOf<MockAuth<{ name: string }, PasswordInput>>()
  expectTypeOf(auth.logins).toEqualTypeOf<readonly PasswordInput[]>()
})

test('and, given the methods, for one of several', () => {
  const auth = createMockAuth({ methods })
  expectTypeOf(auth).toEqualTypeOf<MockAuthByName<typeof methods>>()
  expectTypeOf(auth).toExtend<AuthByName<typeof methods>>()
  expectTypeOf(createMockAuth<typeof methods>({ methods })).toEqualTypeOf(auth)
  expectTypeOf(createMockAuth()).not.toExtend<AuthByName<typeof methods>>()
  expectTypeOf(auth.store.getState()).toEqualTypeOf<AuthState<Claims | Badge>>()
  void auth.login('badge', { pin: 1 })
  // @ts-expect-error -- That is the input of another.
  void auth.login('badge', { email: '', password: '' })
  // @ts-expect-error -- There is no such method.
  void auth.login('elsewhere')
  // @ts-expect-error -- No user of any of them.
  createMockAuth({ methods, user: 'Ada' })
})

test('records a name and what is of that name, and asks the test for who comes of them', () => {
  expectTypeOf<LoginByName<typeof methods>>().toEqualTypeOf<
    | readonly [name: 'work', input?: AuthorizationCodeInput | void]
    | readonly [name: 'home', input: PasswordInput]
    | readonly [name: 'badge', input: { readonly pin: number }]
  >()
  const auth = createMockAuth({
    methods,
    login([name, input]) {
      expectTypeOf(name).toEqualTypeOf<'work' | 'home' | 'badge'>()
      return name === 'badge' ? { id: input.pin } : { sub: '1' }
    },
  })
  expectTypeOf(auth.logins).toEqualTypeOf<readonly LoginByName<typeof methods>[]>()
  createMockAuth({ methods, login: ([name]) => ({ name }) })
  createMockAuth({ methods, login: () => ({ id: 1 }) })
  // @ts-expect-error -- Nobody who signs in by any of them.
  createMockAuth({ methods, login: () => 'Ada' })
})
