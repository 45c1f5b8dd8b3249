'use client'

import { AuthCallback } from '@tessera-auth/react'
import { useRouter } from 'next/navigation'
import type { ReactNode } from 'react'

/** Where the provider sends people back to. */
export default function Page(): ReactNode {
  const router = useRouter()
  return (
    <>
      <h1>Signing in</h1>
      <AuthCallback onDone={({ returnTo }) => router.replace(returnTo)} />
    </>
  )
}
