import { createAuth, type Auth, type AuthMethod } from '@tessera-auth/core'
import { password } from '@tessera-auth/core/password'
import { AuthProvider, useAuth, type ProvidedAuth, type RegisteredUser } from '@tessera-auth/react'
import { expectTypeOf, it } from 'vitest'

// A registration counts for a whole program, so this one is a program of its own.

interface Badge {
  readonly id: number
  readonly floor: 'ground' | 'first'
}
interface BadgeInput {
  readonly pin: number
}
declare const method: AuthMethod<BadgeInput, Badge>
const auth = createAuth({ method })

declare module '@tessera-auth/react' {
  interface Register {
    auth: typeof auth
  }
}

it('knows the user of the auth of the app', () => {
  expectTypeOf<RegisteredUser>().toEqualTypeOf<Badge>()
  const { isAuthenticated, user } = useAuth()
  expectTypeOf(user).toEqualTypeOf<Badge | null>()
  if (isAuthenticated) expectTypeOf(user.floor).toEqualTypeOf<'ground' | 'first'>()
  expectTypeOf(useAuth((view) => view.user?.id)).toEqualTypeOf<number | undefined>()
  expectTypeOf<RegisteredUser>().not.toHaveProperty('name')
})

it('knows what its login takes', () => {
  const { login } = useAuth()
  expectTypeOf(login).toEqualTypeOf<(input: BadgeInput) => Promise<void>>()
  void login({ pin: 1 })
  // @ts-expect-error -- A pin is a number.
  void login({ pin: '1' })
  // @ts-expect-error -- It takes an input.
  void login()
})

it('provides that auth alone', () => {
  expectTypeOf<ProvidedAuth>().toEqualTypeOf<Auth<BadgeInput, Badge>>()
  const other = createAuth({ method: password({ loginUrl: '/login' }) })
  return [
    <AuthProvider key="own" auth={auth} />,
    // @ts-expect-error -- It is registered as another.
    <AuthProvider key="other" auth={other} />,
  ]
})
