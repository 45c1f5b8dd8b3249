import { useAuth } from '@tessera-auth/react'
import { redirectSignedIn } from '@tessera-auth/react/react-router'
import type { ReactNode } from 'react'
import { Form, useLoaderData, useNavigation, type ActionFunctionArgs } from 'react-router'
import { auth } from './auth.ts'

export const loadLogin = redirectSignedIn(auth)

/** After an action the loader runs again, and goes on to where the person was going. */
export async function signIn({ request }: ActionFunctionArgs): Promise<null> {
  const form = await request.formData()
  const [email, password] = [form.get('email'), form.get('password')]
  // What went wrong is in `error`.
  if (typeof email === 'string' && typeof password === 'string') await auth.login('password', { email, password }).catch(() => {})
  return null
}

export function LoginPage(): ReactNode {
  const { returnTo } = useLoaderData<typeof loadLogin>()
  const { login, pending, error } = useAuth()
  const isBusy = useNavigation().state !== 'idle' || pending !== null
  return (
    <>
      <h1>Sign in</h1>
      <Form method="post" className="card">
        <label>
          Email
          <input name="email" type="email" autoComplete="username" required />
        </label>
        <label>
          Password
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {error !== null && <p role="alert">That did not work ({error.code}).</p>}
        <button className="primary" disabled={isBusy}>
          Sign in
        </button>
        <hr />
        <button type="button" disabled={isBusy} onClick={() => void login('openid', { returnTo }).catch(() => {})}>
          Sign in with OpenID
        </button>
      </Form>
      <p className="soft">
        ada@example.com may read and write, bob@example.com may read; their password is correct-horse. Only OpenID says what somebody
        may do, so that the administration takes nobody else.
      </p>
    </>
  )
}
