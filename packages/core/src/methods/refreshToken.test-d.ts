import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { createAuth, type Auth, type Claims } from '../index.ts'
import { refreshToken, type RefreshTokenInput } from './refreshToken.ts'

test('a login takes a refresh token, and the user has claims', () => {
  const auth = createAuth({ method: refreshToken({ tokenUrl: '/token' }) })
  expectTypeOf(auth.login).parameters.toEqualTypeOf<[RefreshTokenInput]>()
  const state = auth.store.getState()
  if (state.status === 'authenticated') {
    expectTypeOf(state.user).not.toBeAny()
    expectTypeOf(state.user.name).toEqualTypeOf<string | undefined>()
  }
  // @ts-expect-error an input is needed
  void auth.login()
  // @ts-expect-error not text alone
  void auth.login('rt')
  // @ts-expect-error not a number
  void auth.login({ refreshToken: 1 })
})

test('fields are the user, too', () => {
  const auth = createAuth({ method: refreshToken({ tokenUrl: '/token', fields: z.object({ plan: z.string() }) }) })
  expectTypeOf(auth).toEqualTypeOf<Auth<RefreshTokenInput, Claims & { plan: string }>>()
})

test('options are checked', () => {
  // @ts-expect-error no tokenUrl
  refreshToken({})
  // @ts-expect-error no such format
  refreshToken({ tokenUrl: '/token', format: 'xml' })
  // @ts-expect-error a secret has no place in a browser
  refreshToken({ tokenUrl: '/token', clientSecret: 'x' })
  // @ts-expect-error not a schema
  refreshToken({ tokenUrl: '/token', fields: { plan: 'string' } })
})
