import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { createAuth, type Auth } from '../index.ts'
import { accessToken, type AccessTokenInput, type AccessTokenUser } from './accessToken.ts'

test('a login takes a token, and the user has its hint', () => {
  const auth = createAuth({ method: accessToken() })
  expectTypeOf<Parameters<typeof auth.login>>().toEqualTypeOf<[AccessTokenInput]>()
  const state = auth.store.getState()
  if (state.status === 'authenticated') {
    expectTypeOf(state.user).not.toBeAny()
    expectTypeOf(state.user.hint).toBeString()
    // @ts-expect-error no field was asked for
    void state.user.plan
  }
  // @ts-expect-error an input is needed
  void auth.login()
  // @ts-expect-error not text alone
  void auth.login('ac_1')
  // @ts-expect-error not a number
  void auth.login({ token: 1 })
})

test('fields of the probe are the user, too', () => {
  const auth = createAuth({ method: accessToken({ probeUrl: '/me', fields: z.object({ plan: z.string() }) }) })
  expectTypeOf(auth).toEqualTypeOf<Auth<AccessTokenInput, AccessTokenUser & { plan: string }>>()
})

test('options are checked', () => {
  // @ts-expect-error nothing is refreshed
  accessToken({ refreshUrl: '/refresh' })
  // @ts-expect-error not a schema
  accessToken({ probeUrl: '/me', fields: { plan: 'string' } })
})
