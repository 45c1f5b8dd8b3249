import type { AuthError, SignedOutReason } from '@tessera-auth/core'
import type { ReactNode } from 'react'
import { expectTypeOf, test } from 'vitest'
import { RequireAuth, type RegisteredUser } from './index.ts'

const scopes: readonly string[] = ['read']

test('each state tells its function what it knows', () => {
  const elements: ReactNode[] = [
    <RequireAuth
      key="all"
      scopes={scopes}
      fallback={(auth) => {
        expectTypeOf(auth.reason).toEqualTypeOf<SignedOutReason | null>()
        expectTypeOf(auth.user).toEqualTypeOf<null>()
        return auth.error?.code
      }}
      unreachable={(auth) => {
        expectTypeOf(auth.error).toEqualTypeOf<AuthError | null>()
        return null
      }}
      forbidden={(auth) => {
        expectTypeOf(auth.user).toEqualTypeOf<RegisteredUser>()
        expectTypeOf(auth.scope).toEqualTypeOf<readonly string[]>()
        return <p>{auth.method}</p>
      }}
    >
      secret
    </RequireAuth>,
    // @ts-expect-error -- What people see who lack a scope is a decision to be made.
    <RequireAuth key="1" fallback={null} scopes={scopes}>
      secret
    </RequireAuth>,
    // @ts-expect-error -- Nobody would ever see it.
    <RequireAuth key="2" fallback={null} forbidden="never">
      secret
    </RequireAuth>,
    // @ts-expect-error -- Scopes are a list, as in `useAuth().scope`.
    <RequireAuth key="3" fallback={null} scopes="read write" forbidden={null}>
      secret
    </RequireAuth>,
    // @ts-expect-error -- A loading screen knows nothing to make something of.
    <RequireAuth key="4" fallback={null} loading={() => null}>
      secret
    </RequireAuth>,
  ]
  expectTypeOf(elements).toEqualTypeOf<ReactNode[]>()
})
