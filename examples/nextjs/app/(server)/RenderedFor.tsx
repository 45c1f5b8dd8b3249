'use client'

import { useAuth } from '@tessera-auth/react'
import { useRouter } from 'next/navigation'
import { useEffect, type ReactNode } from 'react'

interface RenderedForProps {
  /** Whom the server rendered this for; `null`: nobody. */
  readonly sub: string | null
  readonly children: ReactNode
}

/** Takes away what the server rendered for one person as soon as this browser is another's, or nobody's, and has it rendered again. */
export function RenderedFor({ sub, children }: RenderedForProps): ReactNode {
  const router = useRouter()
  const isAnothers = useAuth(({ status, user }) => status !== 'loading' && (user?.sub ?? null) !== sub)
  useEffect(() => {
    if (isAnothers) router.refresh()
  }, [isAnothers, router])
  return isAnothers ? <p role="status">One moment…</p> : children
}
