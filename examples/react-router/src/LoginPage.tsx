import { isAuthError } from '@tessera-auth/core'
import { redirectSignedIn } from '@tessera-auth/react/react-router'
import type { ReactNode } from 'react'
import { Form, useActionData, useLoaderData, useNavigation, type ActionFunctionArgs } from 'react-router'
import { auth } from './auth.ts'

export const loadLogin = redirectSignedIn(auth)

/** After an action the loader runs again, and goes on to where the person was going. */
export async function signIn({ request }: ActionFunctionArgs): Promise<string | null> {
  const form = await request.formData()
  const [email, password] = [form.get('email'), form.get('password')]
  if (typeof email !== 'string' || typeof password !== 'string') return 'invalid_input'
  try {
    await auth.login('password', { email, password })
    return null
  } catch (error) {
    if (isAuthError(error)) return error.code
    throw error
  }
}

export function LoginPage(): ReactNode {
  const { returnTo } = useLoaderData<typeof loadLogin>()
  const problem = useActionData<typeof signIn>()
  const isBusy = useNavigation().state !== 'idle'
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
        {problem && <p role="alert">That did not work ({problem}).</p>}
        <button className="primary" disabled={isBusy}>
          Sign in
        </button>
        <hr />
        <button type="button" disabled={isBusy} onClick={() => void auth.login('openid', { returnTo })}>
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
