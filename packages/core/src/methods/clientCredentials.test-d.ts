import { expectTypeOf, test } from 'vitest'
import { createAuth, TokenManager, type Auth } from '../index.ts'
import { clientCredentials, clientCredentialsGrant, type ClientCredentialsInput } from './clientCredentials.ts'

const client = { tokenUrl: 'https://id.example/token', clientId: 'machine', clientSecret: 'secret' }

test('a login takes a scope or nothing', () => {
  const auth = createAuth({ method: clientCredentials(client) })
  expectTypeOf(auth).toEqualTypeOf<Auth<ClientCredentialsInput | void, null>>()
  void auth.login()
  void auth.login({ scope: 'read' })
  // @ts-expect-error not text alone
  void auth.login('read')
  // @ts-expect-error not a list
  void auth.login({ scope: ['read'] })
})

test('CC-06 there is no user', () => {
  const state = createAuth({ method: clientCredentials(client) }).store.getState()
  if (state.status === 'authenticated') expectTypeOf(state.user).toEqualTypeOf<null>()
})

test('a grant is what a TokenManager refreshes with', () => {
  const grant = clientCredentialsGrant(client)
  expectTypeOf(new TokenManager({ refresh: grant })).toEqualTypeOf<TokenManager>()
  expectTypeOf(new TokenManager({ refresh: grant.forScope('read') })).toEqualTypeOf<TokenManager>()
  // @ts-expect-error a scope is needed
  grant.forScope()
})

test('options are checked', () => {
  // @ts-expect-error the secret is missing
  clientCredentials({ tokenUrl: 'https://id.example/token', clientId: 'machine' })
  // @ts-expect-error no such authentication
  clientCredentials({ ...client, authentication: 'digest' })
  // @ts-expect-error an unknown option
  clientCredentialsGrant({ ...client, refreshUrl: '/r' })
})
