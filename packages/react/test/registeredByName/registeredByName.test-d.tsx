import { createAuth, type AuthByName, type AuthMethod, type Claims } from '@tessera-auth/core'
import { authorizationCode } from '@tessera-auth/core/authorization-code'
import { password } from '@tessera-auth/core/password'
import { AuthProvider, useAuth, type ProvidedAuth, type RegisteredUser } from '@tessera-auth/react'
import { expectTypeOf, it } from 'vitest'

interface Badge {
  readonly id: number
}
declare const badge: AuthMethod<{ readonly pin: number }, Badge>
const methods = {
  work: authorizationCode({ issuer: 'https://id.example', clientId: 'web' }),
  home: password({ loginUrl: '/login' }),
  badge,
}
const auth = createAuth({ methods })

declare module '@tessera-auth/react' {
  interface Register {
    auth: typeof auth
  }
}

it('knows what the login of each name takes', () => {
  const { login } = useAuth()
  expectTypeOf(login).not.toBeAny()
  expectTypeOf(login('work')).toEqualTypeOf<Promise<void>>()
  void login('work', { returnTo: '/orders' })
  void login('home', { email: 'ada@example.com', password: 'correct-horse' })
  void login('badge', { pin: 1 })
  // @ts-expect-error -- A pin is a number.
  void login('badge', { pin: '1' })
  // @ts-expect-error -- That is the input of another.
  void login('badge', { email: 'ada@example.com', password: 'correct-horse' })
  // @ts-expect-error -- It takes an input.
  void login('home')
  // @ts-expect-error -- There is no such method.
  void login('elsewhere')
  // @ts-expect-error -- A name comes first.
  void login({ pin: 1 })
})

it('takes the user for that of any of them', () => {
  expectTypeOf<RegisteredUser>().toEqualTypeOf<Claims | Badge>()
  const { isAuthenticated, user } = useAuth()
  expectTypeOf(user).toEqualTypeOf<Claims | Badge | null>()
  if (isAuthenticated) expectTypeOf(user).toEqualTypeOf<Claims | Badge>()
})

it('provides that auth alone', () => {
  expectTypeOf<ProvidedAuth>().toEqualTypeOf<AuthByName<typeof methods>>()
  const other = createAuth({ method: badge })
  return [
    <AuthProvider key="own" auth={auth} />,
    // @ts-expect-error -- It is registered as another.
    <AuthProvider key="other" auth={other} />,
  ]
})
