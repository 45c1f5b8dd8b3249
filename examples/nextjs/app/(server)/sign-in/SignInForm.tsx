'use client'

import { useAuth } from '@tessera-auth/react'
import type { ReactNode } from 'react'

export function SignInForm(): ReactNode {
  const { login, pending, error } = useAuth()
  const signIn = (form: FormData): void => {
    // What went wrong is in `error`.
    void login({ email: form.get('email'), password: form.get('password') }).catch(() => {})
  }
  return (
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
      <button className="primary" disabled={pending !== null}>Sign in</button>
    </form>
  )
}
