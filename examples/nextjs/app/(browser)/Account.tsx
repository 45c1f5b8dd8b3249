'use client'

import { useAuth } from '@tessera-auth/react'
import type { ReactNode } from 'react'

/** Who is signed in, in the corner of each page. Empty until that is known, and in what the server sends. */
export function Account(): ReactNode {
  const { status, user, login, logout } = useAuth()
  switch (status) {
    case 'loading':
      return null
    case 'unauthenticated':
      return (
        <button type="button" onClick={() => void login().catch(() => {})}>
          Sign in
        </button>
      )
    case 'authenticated':
      return (
        <div className="who">
          <span className="soft">{user.name}</span>
          <button type="button" onClick={() => void logout()}>
            Sign out
          </button>
        </div>
      )
  }
}
