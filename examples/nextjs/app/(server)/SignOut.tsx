'use client'

import { useAuth } from '@tessera-auth/react'
import { useRouter } from 'next/navigation'
import { useState, type ReactNode } from 'react'

export function SignOut(): ReactNode {
  const { logout } = useAuth()
  const router = useRouter()
  const [isLeft, setIsLeft] = useState(true)
  const signOut = async (): Promise<void> => {
    const { error } = await logout()
    setIsLeft(error === null)
    // Not before the server knows: it would render for the same person again.
    router.refresh()
  }
  return (
    <>
      {!isLeft && <span role="alert">The server does not know yet.</span>}
      <button type="button" onClick={() => void signOut()}>
        Sign out
      </button>
    </>
  )
}
