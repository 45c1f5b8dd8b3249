import { AuthCallback } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import { useNavigate } from 'react-router'

export function CallbackPage(): ReactNode {
  const navigate = useNavigate()
  return (
    <>
      <h1>Signing in</h1>
      <AuthCallback onDone={({ returnTo }) => void navigate(returnTo, { replace: true })} />
    </>
  )
}
