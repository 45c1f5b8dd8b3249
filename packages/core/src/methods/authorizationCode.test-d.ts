import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { createAuth, type Auth } from '../index.ts'
import type { Claims } from '../session/claims.ts'
import { authorizationCode, type AuthorizationCodeInput } from './authorizationCode.ts'

const issuer = 'https://id.example'
const endpoints = { authorization: `${issuer}/authorize`, token: `${issuer}/token` }

test('a provider is an issuer, its endpoints, or both', () => {
  authorizationCode({ clientId: 'web', issuer })
  authorizationCode({ clientId: 'web', endpoints })
  authorizationCode({ clientId: 'web', issuer, endpoints: { ...endpoints, revocation: `${issuer}/revoke` } })
  // @ts-expect-error neither
  authorizationCode({ clientId: 'web' })
  // @ts-expect-error no token endpoint
  authorizationCode({ clientId: 'web', endpoints: { authorization: endpoints.authorization } })
  // @ts-expect-error an unknown endpoint
  authorizationCode({ clientId: 'web', endpoints: { ...endpoints, userinfo: `${issuer}/me` } })
})

test('options are checked', () => {
  authorizationCode({ clientId: 'web', issuer, resource: ['https://api.example/'], presentation: 'popup', popupTimeoutMs: 60_000, lifetime: 'permanent' })
  authorizationCode({ clientId: 'web', issuer, endpoints: { ...endpoints, jwks: `${issuer}/jwks`, userInfo: `${issuer}/me` }, userInfo: true })
  authorizationCode({ clientId: 'web', issuer, endpoints, idTokenSignature: 'unchecked' })
  // @ts-expect-error not a way to treat a signature
  authorizationCode({ clientId: 'web', issuer, idTokenSignature: false })
  // @ts-expect-error without an issuer there is no ID token to compare with
  authorizationCode({ clientId: 'web', endpoints, userInfo: true })
  // @ts-expect-error there is no such presentation
  authorizationCode({ clientId: 'web', issuer, presentation: 'tab' })
  // @ts-expect-error a parameter is text
  authorizationCode({ clientId: 'web', issuer, parameters: { max: 7 } })
  // @ts-expect-error no schema
  authorizationCode({ clientId: 'web', issuer, fields: { plan: 'string' } })
})

test('a login may ask for more, or for nothing', () => {
  const auth = createAuth({ method: authorizationCode({ clientId: 'web', issuer }) })
  expectTypeOf(auth).toEqualTypeOf<Auth<AuthorizationCodeInput | void, Claims>>()
  void auth.login()
  void auth.login({ prompt: 'login', maxAgeMs: 60_000, acrValues: 'phr', parameters: { audience: 'x' }, presentation: 'popup' })
  // @ts-expect-error milliseconds are a number
  void auth.login({ maxAgeMs: '60' })
  // @ts-expect-error a prompt that there is not
  void auth.login({ prompt: 'maybe' })
  // @ts-expect-error the scope is the client's
  void auth.login({ scope: 'admin' })
})

test('the user has the claims, and what a schema says of them', () => {
  const state = createAuth({ method: authorizationCode({ clientId: 'web', endpoints, fields: z.object({ plan: z.enum(['free', 'paid']) }) }) }).store.getState()
  if (state.status === 'authenticated') {
    expectTypeOf(state.user).not.toBeAny()
    expectTypeOf(state.user.plan).toEqualTypeOf<'free' | 'paid'>()
    expectTypeOf(state.user.email).toEqualTypeOf<string | undefined>()
    expectTypeOf(state.user['role']).toBeUnknown()
  }
})
