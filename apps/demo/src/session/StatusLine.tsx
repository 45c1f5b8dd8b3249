import { useAuth, useRefreshStatus, type AuthView } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import { statusWords } from '../words/statusWords.ts'

/** The state of the session, in one sentence or two. */
export function StatusLine(): ReactNode {
  const auth = useAuth()
  const refresh = useRefreshStatus()
  const isTroubled = refresh.phase === 'degraded' || refresh.phase === 'paused'
  return (
    <p role="status" className="status" data-tone={isTroubled ? 'troubled' : tone(auth)}>
      {statusWords(auth, refresh)}
    </p>
  )
}

function tone({ isAuthenticated, reason }: AuthView): 'good' | 'ended' | 'quiet' {
  if (isAuthenticated) return 'good'
  return reason === null || reason === 'never_signed_in' || reason === 'user' ? 'quiet' : 'ended'
}
