import type { RefreshStatus } from '@tessera-auth/core'
import type { AuthView } from '@tessera-auth/react'
import { formatTime } from '../formatTime.ts'
import { signedOutWords } from './signedOutWords.ts'

/** The state of the session in words. */
export function statusWords(auth: AuthView, refresh: RefreshStatus): string {
  const name = auth.user?.name ?? 'somebody without a name'
  if (auth.isAuthenticated) return `Signed in as ${name}.${refreshWords(refresh)}`
  if (auth.pending !== null) return 'Signing in…'
  return auth.reason === null ? 'Checking who is signed in…' : signedOutWords[auth.reason]
}

function refreshWords({ phase, refreshAt }: RefreshStatus): string {
  const next = refreshAt === null ? '' : `; trying again at ${formatTime(refreshAt)}`
  switch (phase) {
    case 'idle':
      return ''
    case 'refreshing':
      return ' Refreshing…'
    case 'degraded':
      return ` The last refresh failed${next}.`
    case 'paused':
      return ` The browser is offline${next}.`
  }
}
