import { createRoute } from '@tanstack/react-router'
import { useAuth } from '@tessera-auth/react'
import { redirectSignedIn } from '@tessera-auth/react/tanstack-router'
import type { ReactNode } from 'react'
import { auth } from './auth.ts'
import { rootRoute } from './rootRoute.tsx'

export const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  validateSearch: ({ returnTo }: { readonly returnTo?: unknown }): { returnTo?: string } => (typeof returnTo === 'string' ? { returnTo } : {}),
  // Runs again when somebody has signed in, and goes on to where the person was going.
  beforeLoad: redirectSignedIn(auth),
  component: LoginPage,
})

function LoginPage(): ReactNode {
  const { returnTo } = loginRoute.useRouteContext()
  const { login, pending, error } = useAuth()
  const signIn = (form: FormData): void => {
    const [email, password] = [form.get('email'), form.get('password')]
    if (typeof email !== 'string' || typeof password !== 'string') return
    // What went wrong is in `error`.
    void login('password', { email, password }).catch(() => {})
  }
  return (
    <>
      <h1>Sign in</h1>
      <form
        className="card"
        onSubmit={(event) => {
          event.preventDefault()
          signIn(new FormData(event.currentTarget))
        }}
      >
        <label>
          Email
          <input name="email" type="email" autoComplete="username" required />
        </label>
        <label>
          Password
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {error !== null && <p role="alert">That did not work ({error.code}).</p>}
        <button className="primary" disabled={pending !== null}>
          Sign in
        </button>
        <hr />
        <button type="button" disabled={pending !== null} onClick={() => void login('openid', { returnTo }).catch(() => {})}>
          Sign in with OpenID
        </button>
      </form>
      <p className="soft">
        ada@example.com may read and write, bob@example.com may read; their password is correct-horse. Only OpenID says what somebody
        may do, so that the administration takes nobody else.
      </p>
    </>
  )
}
