import { expectTypeOf, test } from 'vitest'
import { createAuth, type Auth, type AuthedFetch } from '../index.ts'
import { accessToken } from './accessToken.ts'
import { apiKey, createApiKey, deleteApiKey, rotateApiKey, type ApiKeyInput, type ApiKeyUser, type CreatedApiKey } from './apiKey.ts'
import { password } from './password.ts'

const auth = createAuth({ method: apiKey() })
declare const authedFetch: AuthedFetch

test('a login takes one key, or several by destination', () => {
  expectTypeOf(auth).toEqualTypeOf<Auth<ApiKeyInput, ApiKeyUser>>()
  void auth.login({ key: 'sk_1' })
  void auth.login({ keys: { 'https://api.example': 'sk_1', 'https://other.example/v1/': 'sk_2' } })
  // @ts-expect-error an input is needed
  void auth.login()
  // @ts-expect-error not text alone
  void auth.login('sk_1')
  // @ts-expect-error neither
  void auth.login({})
  // @ts-expect-error one or several, not both
  void auth.login({ key: 'sk_1', keys: { 'https://api.example': 'sk_2' } })
  // @ts-expect-error not a list
  void auth.login({ keys: ['sk_1'] })
})

test('AK-08 the user has hints, and no key', () => {
  const state = auth.store.getState()
  if (state.status !== 'authenticated') return
  expectTypeOf(state.user).not.toBeAny()
  expectTypeOf(state.user.hint).toBeString()
  expectTypeOf(state.user.hints?.['https://api.example/']).toEqualTypeOf<string | undefined>()
  // @ts-expect-error keys are not shown
  void state.user.key
})

test('AK-02 the option for the query says that it is dangerous, and names the parameter', () => {
  apiKey({ dangerouslySendInQuery: 'api_key' })
  // @ts-expect-error its name
  apiKey({ dangerouslySendInQuery: true })
  // @ts-expect-error no such option
  apiKey({ query: 'api_key' })
})

test('a key is rotated where one may be in use', () => {
  void rotateApiKey(auth, 'sk_2')
  void rotateApiKey(auth, 'sk_2', 'https://api.example')
  void rotateApiKey(createAuth({ methods: { key: apiKey(), home: password({ loginUrl: '/login' }) } }), 'sk_2')
  // @ts-expect-error a password is no key
  void rotateApiKey(createAuth({ method: password({ loginUrl: '/login' }) }), 'sk_2')
  // @ts-expect-error a token is no key
  void rotateApiKey(createAuth({ method: accessToken() }), 'sk_2')
  // @ts-expect-error a token with fields of its own is no key
  void rotateApiKey(createAuth({ method: accessToken<{ plan: string }>() }), 'sk_2')
  // @ts-expect-error not a number
  void rotateApiKey(auth, 2)
})

test('keys are made and deleted over any authed fetch', () => {
  expectTypeOf(createApiKey(authedFetch, { url: '/v1/api-keys', name: 'x', scopes: ['read'] })).resolves.toEqualTypeOf<CreatedApiKey>()
  expectTypeOf(deleteApiKey(authedFetch, { url: '/v1/api-keys', id: 'key_1' })).resolves.toBeVoid()
  // @ts-expect-error scopes are a list
  void createApiKey(authedFetch, { url: '/v1/api-keys', name: 'x', scopes: 'read' })
  // @ts-expect-error the id is missing
  void deleteApiKey(authedFetch, { url: '/v1/api-keys' })
})
