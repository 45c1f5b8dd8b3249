import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { createAuth, type Auth } from '../index.ts'
import type { Claims } from '../session/claims.ts'
import { cookieSession, type CookieSessionInput } from './cookieSession.ts'

test('a login takes an e-mail address and a password, or the shape that the app names', () => {
  const auth = createAuth({ method: cookieSession({ sessionUrl: '/session', loginUrl: '/login' }) })
  expectTypeOf(auth).toEqualTypeOf<Auth<CookieSessionInput, Claims>>()
  // @ts-expect-error the password is missing
  void auth.login({ email: 'a' })
  // @ts-expect-error an input is needed
  void auth.login()
  const pin = createAuth({ method: cookieSession<{ pin: string }>({ sessionUrl: '/session', loginUrl: '/login' }) })
  expectTypeOf(pin.login).parameters.toEqualTypeOf<[{ pin: string }]>()
  // @ts-expect-error not an object
  cookieSession<string>({ sessionUrl: '/session' })
})

test('the user has the claims, and the fields that a schema names', () => {
  const auth = createAuth({ method: cookieSession({ sessionUrl: '/session', fields: z.object({ seats: z.number() }) }) })
  const state = auth.store.getState()
  if (state.status === 'authenticated') {
    expectTypeOf(state.user).not.toBeAny()
    expectTypeOf(state.user.sub).toEqualTypeOf<string | undefined>()
    expectTypeOf(state.user.seats).toBeNumber()
  }
})

test('options are checked', () => {
  // @ts-expect-error the session URL is missing
  cookieSession({ loginUrl: '/login' })
  cookieSession({ sessionUrl: '/session', subject: 'id' })
  // @ts-expect-error not the name of a member
  cookieSession({ sessionUrl: '/session', subject: 7 })
  // @ts-expect-error there is no token to refresh
  cookieSession({ sessionUrl: '/session', refreshUrl: '/refresh' })
  // @ts-expect-error not a schema
  cookieSession({ sessionUrl: '/session', fields: { seats: 'number' } })
})
