import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { createAuth, type Auth, type AuthMethod } from '../index.ts'
import type { Claims } from '../session/claims.ts'
import { backendCode, type BackendCodeInput } from './backendCode.ts'
import { cookieSession } from './cookieSession.ts'

const client = { authorizationUrl: 'https://id.example/authorize', clientId: 'web', exchangeUrl: '/exchange' }

test('a login takes where to go afterwards, or nothing', () => {
  const auth = createAuth({ method: backendCode(client) })
  expectTypeOf(auth).toEqualTypeOf<Auth<BackendCodeInput | void, Claims>>()
  void auth.login()
  void auth.login({ returnTo: '/orders' })
  // @ts-expect-error not a string
  void auth.login('/orders')
  // @ts-expect-error the backend has the password
  void auth.login({ password: 'x' })
})

test('the user has the claims of the token, and the fields that a schema names', () => {
  const auth = createAuth({ method: backendCode({ ...client, fields: z.object({ stitch_account_id: z.number() }) }) })
  const state = auth.store.getState()
  if (state.status === 'authenticated') {
    expectTypeOf(state.user).not.toBeAny()
    expectTypeOf(state.user.name).toEqualTypeOf<string | undefined>()
    expectTypeOf(state.user.stitch_account_id).toBeNumber()
  }
})

test('with a session, the user is that of the session', () => {
  const session = cookieSession({ sessionUrl: '/session', fields: z.object({ seats: z.number() }) })
  const state = createAuth({ method: backendCode({ ...client, session }) }).store.getState()
  if (state.status === 'authenticated') {
    expectTypeOf(state.user).not.toBeAny()
    expectTypeOf(state.user.seats).toBeNumber()
  }
  const mine: AuthMethod<string, { readonly id: number }> = { name: 'mine', login: () => Promise.reject(new Error()) }
  expectTypeOf(backendCode({ ...client, session: mine })).toEqualTypeOf<AuthMethod<BackendCodeInput | void, { readonly id: number }>>()
})

test('options are checked', () => {
  // @ts-expect-error where to exchange the code is missing
  backendCode({ authorizationUrl: 'https://id.example/authorize', clientId: 'web' })
  // @ts-expect-error a secret has no place in a browser
  backendCode({ ...client, clientSecret: 'x' })
  // @ts-expect-error the answer of such a backend has no fields
  backendCode({ ...client, session: cookieSession({ sessionUrl: '/session' }), fields: z.object({}) })
  // @ts-expect-error not a method
  backendCode({ ...client, session: { sessionUrl: '/session' } })
})
