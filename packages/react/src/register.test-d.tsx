import {
  createAuth,
  type AuthError,
  type AuthMethod,
  type Claims,
  type RefreshStatus,
  type SignedOutReason,
} from '@tessera-auth/core'
import { authorizationCode } from '@tessera-auth/core/authorization-code'
import { password } from '@tessera-auth/core/password'
import { expectTypeOf, it } from 'vitest'
import {
  AuthCallback,
  AuthProvider,
  RequireAuth,
  useAuth,
  useAuthedFetch,
  useRefreshStatus,
  type AuthView,
  type CallbackProblem,
  type RegisteredUser,
} from './index.ts'

interface Badge {
  readonly id: number
}
declare const badgeMethod: AuthMethod<{ readonly pin: number }, Badge>
declare const textMethod: AuthMethod<string, Claims>
declare const voidMethod: AuthMethod<void, Claims>

it('takes the user of an auth that nobody registered for claims', () => {
  const view = useAuth()
  expectTypeOf(view).toEqualTypeOf<AuthView>()
  expectTypeOf(view.user).not.toBeAny()
  expectTypeOf(view.user).toEqualTypeOf<Claims | null>()
  expectTypeOf<RegisteredUser>().toEqualTypeOf<Claims>()
  expectTypeOf(view.user?.name).toEqualTypeOf<string | undefined>()
  expectTypeOf(view.user?.['anything']).toEqualTypeOf<unknown>()
})

it('knows the user, the method and no reason once somebody is signed in', () => {
  const { isAuthenticated, status, user, method, reason } = useAuth()
  if (isAuthenticated) {
    expectTypeOf(user).toEqualTypeOf<Claims>()
    expectTypeOf(method).toEqualTypeOf<string>()
    expectTypeOf(reason).toEqualTypeOf<null>()
    expectTypeOf(status).toEqualTypeOf<'authenticated'>()
  } else {
    expectTypeOf(user).toEqualTypeOf<null>()
    expectTypeOf(reason).toEqualTypeOf<SignedOutReason | null>()
    expectTypeOf(status).toEqualTypeOf<'loading' | 'unauthenticated'>()
  }
})

it('types errors, and gives no token', () => {
  expectTypeOf(useAuth().error).toEqualTypeOf<AuthError | null>()
  expectTypeOf<
    Extract<keyof AuthView, 'accessToken' | 'refreshToken' | 'idToken' | 'token' | 'tokens'>
  >().toEqualTypeOf<never>()
  // @ts-expect-error -- What is seen is read, not written.
  useAuth().status = 'loading'
})

it('gives what a selector gives', () => {
  expectTypeOf(useAuth((auth) => auth.user?.email)).toEqualTypeOf<string | undefined>()
  expectTypeOf(useAuth((auth) => auth.scope.includes('read'))).toEqualTypeOf<boolean>()
  expectTypeOf(useAuth((auth) => [auth.status, auth.pending] as const)).not.toBeAny()
  expectTypeOf<Parameters<Parameters<typeof useAuth>[0]>>().toEqualTypeOf<[AuthView]>()
  // @ts-expect-error -- A selector is a function.
  useAuth('user')
})

it('provides any auth', () => {
  const passwordAuth = createAuth({ method: password({ loginUrl: '/login' }) })
  const oauth = createAuth({ method: authorizationCode({ issuer: 'https://id.example', clientId: 'web' }) })
  return [
    <AuthProvider key="password" auth={passwordAuth} />,
    <AuthProvider key="oauth" auth={oauth} />,
    <AuthProvider key="badge" auth={createAuth({ method: badgeMethod })} />,
    <AuthProvider key="text" auth={createAuth({ method: textMethod })} />,
    <AuthProvider key="void" auth={createAuth({ method: voidMethod })} />,
    <AuthProvider key="byName" auth={createAuth({ methods: { badgeMethod, textMethod, voidMethod, password: password({ loginUrl: '/login' }) } })} />,
    // @ts-expect-error -- A method is not an auth.
    <AuthProvider key="method" auth={password({ loginUrl: '/login' })} />,
    // @ts-expect-error -- Methods are no auth either.
    <AuthProvider key="methods" auth={{ badgeMethod, textMethod }} />,
    // @ts-expect-error -- An auth is required.
    <AuthProvider key="none" />,
  ]
})

it('signs in with whatever the auth takes, and promises nothing but the end of it', () => {
  const { login, logout } = useAuth()
  expectTypeOf(login({ email: '', password: '' })).toEqualTypeOf<Promise<void>>()
  expectTypeOf(login()).toEqualTypeOf<Promise<void>>()
  expectTypeOf(login('home', { email: '', password: '' })).toEqualTypeOf<Promise<void>>()
  expectTypeOf(logout).parameters.toEqualTypeOf<[]>()
})

it('types the other hooks and the components', () => {
  expectTypeOf(useAuthedFetch()).toExtend<typeof fetch>()
  expectTypeOf(useRefreshStatus()).toEqualTypeOf<RefreshStatus>()
  return [
    <AuthCallback key="1" onDone={({ returnTo }) => expectTypeOf(returnTo).toEqualTypeOf<string>()} />,
    <AuthCallback
      key="2"
      onDone={() => {}}
      handedOver="Bye"
      problem={(problem) => expectTypeOf(problem).toEqualTypeOf<CallbackProblem>() && null}
    />,
    // @ts-expect-error -- There is not always a login to repeat.
    <AuthCallback key="no retry" onDone={() => {}} problem={({ retry }) => <button onClick={retry}>Again</button>} />,
    // @ts-expect-error -- Without onDone the person would stay here for ever.
    <AuthCallback key="3" />,
    <RequireAuth key="4" fallback={null}>
      secret
    </RequireAuth>,
    // @ts-expect-error -- What people see who are not signed in is a decision to be made.
    <RequireAuth key="5">secret</RequireAuth>,
  ]
})
