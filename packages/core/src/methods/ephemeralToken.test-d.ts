import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { createAuth, type Auth, type Claims } from '../index.ts'
import { ephemeralToken, type EphemeralTokenInput } from './ephemeralToken.ts'

test('a login takes an ephemeral token, and the user has claims', () => {
  const auth = createAuth({ method: ephemeralToken({ exchangeUrl: '/exchange' }) })
  expectTypeOf(auth.login).parameters.toEqualTypeOf<[EphemeralTokenInput]>()
  const state = auth.store.getState()
  if (state.status === 'authenticated') {
    expectTypeOf(state.user).not.toBeAny()
    expectTypeOf(state.user.email).toEqualTypeOf<string | undefined>()
  }
  // @ts-expect-error an input is needed
  void auth.login()
  // @ts-expect-error not text alone
  void auth.login('once')
  // @ts-expect-error a redirect's input
  void auth.login({ returnTo: '/home' })
})

test('fields are the user, too', () => {
  const auth = createAuth({ method: ephemeralToken({ exchangeUrl: '/exchange', fields: z.object({ plan: z.string() }) }) })
  expectTypeOf(auth).toEqualTypeOf<Auth<EphemeralTokenInput, Claims & { plan: string }>>()
})

test('options are checked', () => {
  // @ts-expect-error no exchangeUrl
  ephemeralToken({})
  // @ts-expect-error mint promises text
  ephemeralToken({ exchangeUrl: '/exchange', mint: async () => 1 })
  // @ts-expect-error durations are milliseconds, by name
  ephemeralToken({ exchangeUrl: '/exchange', maxLifetime: 60 })
})
