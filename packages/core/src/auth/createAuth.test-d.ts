import { expectTypeOf, test } from 'vitest'
import { createAuth, type Auth, type AuthState, type AuthMethod, type RefreshStatus, type TokenSet, TokenManager } from '../index.ts'
import { authorizationCode, type AuthorizationCodeInput } from '../methods/authorizationCode.ts'
import { password } from '../methods/password.ts'
import type { Claims } from '../session/claims.ts'

test('a login takes what its method takes', () => {
  const redirect = createAuth({ method: authorizationCode({ issuer: 'https://id.example', clientId: 'web' }) })
  expectTypeOf(redirect).toEqualTypeOf<Auth<AuthorizationCodeInput | void, Claims>>()
  void redirect.login()
  void redirect.login({ returnTo: '/x' })
  // @ts-expect-error not a string
  void redirect.login('/x')

  const form = createAuth({ method: password({ loginUrl: '/login' }) })
  void form.login({ email: 'a', password: 'b' })
  // @ts-expect-error an input is needed
  void form.login()
  // @ts-expect-error the password is missing
  void form.login({ email: 'a' })

  const pin = createAuth({ method: password<{ pin: string }>({ loginUrl: '/login' }) })
  expectTypeOf(pin.login).parameters.toEqualTypeOf<[{ pin: string }]>()
})

test('the user is what the method says, and only there when somebody is signed in', () => {
  const method: AuthMethod<void, { id: number }> = { name: 'mine', login: () => Promise.reject(new Error()) }
  const auth = createAuth({ method })
  const state = auth.store.getState()
  expectTypeOf(state).toEqualTypeOf<AuthState<{ id: number }>>()
  expectTypeOf(state).not.toBeAny()
  if (state.status === 'authenticated') expectTypeOf(state.user).toEqualTypeOf<{ id: number }>()
  // @ts-expect-error not while it is unknown who is signed in
  void state.user
})

test('INV-7 what an app shows has no place for a credential', () => {
  expectTypeOf<keyof AuthState>().toEqualTypeOf<'status' | 'pending' | 'error'>()
  expectTypeOf<Extract<AuthState, { status: 'authenticated' }>>().not.toHaveProperty('tokens')
  expectTypeOf<RefreshStatus>().not.toHaveProperty('accessToken')
})

test('a TokenManager keeps what its tokens carry', () => {
  interface Mine extends TokenSet {
    readonly region: string
  }
  const tokens = new TokenManager<Mine>({ refresh: async () => ({ accessToken: 'a', region: 'eu' }) })
  expectTypeOf(tokens.current?.tokens).toEqualTypeOf<Mine | undefined>()
  expectTypeOf(tokens.getAccessToken()).resolves.toBeString()
  // @ts-expect-error the region is missing
  void tokens.setTokens({ accessToken: 'a' })
  // @ts-expect-error an unknown option
  void new TokenManager({ refresh: async () => ({ accessToken: 'a' }), refreshLead: 5 })
})

test('options are checked', () => {
  // @ts-expect-error the client id is missing
  authorizationCode({ issuer: 'https://id.example' })
  // @ts-expect-error a secret has no place in a browser
  authorizationCode({ issuer: 'https://id.example', clientId: 'web', clientSecret: 'x' })
  // @ts-expect-error not offered
  createAuth({ method: password({ loginUrl: '/login' }), storage: 'localStorage' })
})

test('with several methods, a login names one and takes what that one takes', () => {
  const mine: AuthMethod<void, { readonly id: number }> = { name: 'mine', login: () => Promise.reject(new Error()) }
  const auth = createAuth({
    methods: { work: authorizationCode({ issuer: 'https://id.example', clientId: 'web' }), home: password({ loginUrl: '/login' }), mine },
  })
  void auth.login('work')
  void auth.login('work', { returnTo: '/x' })
  void auth.login('home', { email: 'a', password: 'b' })
  void auth.login('mine')
  // @ts-expect-error an input is needed
  void auth.login('home')
  // @ts-expect-error the password is missing
  void auth.login('home', { email: 'a' })
  // @ts-expect-error no such name
  void auth.login('elsewhere')
  // @ts-expect-error a name is needed
  void auth.login()
  const state = auth.store.getState()
  if (state.status === 'authenticated') expectTypeOf(state.user).toEqualTypeOf<Claims | { readonly id: number }>()
  // @ts-expect-error one form or the other
  createAuth({ method: mine, methods: { mine } })
})

test('a login by one of several names takes what suits each of their methods', () => {
  const pin = password<{ readonly pin: number }>({ loginUrl: '/pin' })
  const redirect = authorizationCode({ issuer: 'https://id.example', clientId: 'web' })
  const form = password({ loginUrl: '/login' })
  const auth = createAuth({ methods: { work: redirect, club: redirect, home: form, guest: form, pin } })
  const login = (redirects: 'work' | 'club', forms: 'home' | 'guest', either: 'work' | 'home', other: 'home' | 'pin'): void => {
    void auth.login(redirects)
    void auth.login(redirects, { returnTo: '/x' })
    void auth.login(forms, { email: 'a', password: 'b' })
    void auth.login(either, { email: 'a', password: 'b' })
    void auth.login(other, { email: 'a', password: 'b', pin: 7 })
    // @ts-expect-error home needs an input
    void auth.login(either)
    // @ts-expect-error home needs more
    void auth.login(either, { returnTo: '/x' })
    // @ts-expect-error home needs another input
    void auth.login(other, { pin: 7 })
  }
  void login
})

test('a callback that did not work can be tried again, and any other has nothing to repeat', async () => {
  const auth = createAuth({ methods: { work: authorizationCode({ issuer: 'https://id.example', clientId: 'web' }), home: password({ loginUrl: '/login' }) } })
  const result = await auth.handleCallback()
  if ('error' in result) expectTypeOf(result.retry).toEqualTypeOf<() => Promise<void>>()
  // @ts-expect-error it may have worked
  void result.retry
  // @ts-expect-error not known to have worked
  void result.returnTo
  expectTypeOf(result.type).toEqualTypeOf<'signed_in' | 'handed_over' | 'cancelled' | 'failed' | 'none'>()
})
