import { expectTypeOf, it } from 'vitest'
import type { Auth, AuthByName } from '../auth/auth.ts'
import { createAuth } from '../auth/createAuth.ts'
import type { ReadableStore } from '../auth/store.ts'
import { apiKey } from '../methods/apiKey.ts'
import { password, type PasswordInput } from '../methods/password.ts'
import type { Claims } from '../session/claims.ts'
import { parkRequests, type Parked } from './parkRequests.ts'

it('gives an auth of the same type, with how many wait', () => {
  const auth = parkRequests(createAuth({ method: password({ loginUrl: '/login' }) }))
  expectTypeOf(auth).toEqualTypeOf<Auth<PasswordInput, Claims> & Parked>()
  expectTypeOf(auth.parkedStore).toEqualTypeOf<ReadableStore<number>>()
  // @ts-expect-error -- It takes an input.
  void auth.login()
})

it('takes an auth of several methods', () => {
  const methods = { home: password({ loginUrl: '/login' }), key: apiKey() }
  const auth = parkRequests(createAuth({ methods }), { most: 5 })
  expectTypeOf(auth).toExtend<AuthByName<typeof methods>>()
  void auth.login('home', { email: '', password: '' })
  // @ts-expect-error -- There is no such method.
  void auth.login('work')
})

it('takes nothing else', () => {
  // @ts-expect-error -- Not an auth.
  parkRequests({ fetch })
  // @ts-expect-error -- Not an option.
  parkRequests(createAuth({ method: apiKey() }), { longest: 5 })
})
