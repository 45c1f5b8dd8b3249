import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { createAuth, type Auth } from '../index.ts'
import type { Claims } from '../session/claims.ts'
import { firebase, type FirebaseInput } from './firebase.ts'

const apiKey = 'AIza'

test('a login takes a password or a refresh token, not both', () => {
  const auth = createAuth({ method: firebase({ apiKey }) })
  expectTypeOf(auth).toEqualTypeOf<Auth<FirebaseInput, Claims>>()
  void auth.login({ email: 'a', password: 'b' })
  void auth.login({ refreshToken: 'r' })
  // @ts-expect-error an input is needed
  void auth.login()
  // @ts-expect-error the password is missing
  void auth.login({ email: 'a' })
  // @ts-expect-error one or the other
  void auth.login({ email: 'a', password: 'b', refreshToken: 'r' })
  // @ts-expect-error a token is text
  void auth.login({ refreshToken: 1 })
})

test('the user has the claims, and what a schema says of them', () => {
  const plain = createAuth({ method: firebase({ apiKey }) }).store.getState()
  if (plain.status === 'authenticated') {
    expectTypeOf(plain.user).toEqualTypeOf<Claims>()
    expectTypeOf(plain.user).not.toBeAny()
    expectTypeOf(plain.user['role']).toBeUnknown()
  }
  const typed = createAuth({ method: firebase({ apiKey, fields: z.object({ role: z.enum(['admin', 'reader']) }) }) }).store.getState()
  if (typed.status === 'authenticated') {
    expectTypeOf(typed.user.role).toEqualTypeOf<'admin' | 'reader'>()
    expectTypeOf(typed.user.email).toEqualTypeOf<string | undefined>()
  }
})

test('options are checked', () => {
  // @ts-expect-error the key is missing
  firebase({})
  // @ts-expect-error the SDK's options are not ours
  firebase({ apiKey, authDomain: 'demo.firebaseapp.com' })
  // @ts-expect-error a schema is not any object
  firebase({ apiKey, fields: {} })
})
