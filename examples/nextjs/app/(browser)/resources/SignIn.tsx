'use client'

import { useAuth } from '@tessera-auth/react'
import type { ReactNode } from 'react'

export function SignIn(): ReactNode {
  const { login, reason, error, pending } = useAuth()
  return (
    <section className="card">
      <p>{reason === 'never_signed_in' ? 'These are for people who are signed in.' : 'You are signed out. Sign in to go on.'}</p>
      <button type="button" className="primary" disabled={pending !== null} onClick={() => void login({ returnTo: '/resources' }).catch(() => {})}>
        Sign in to see them
      </button>
      {error !== null && <p role="alert">That did not work ({error.code}).</p>}
    </section>
  )
}
