import type { LastSignOut, RefreshStatus } from '@tessera-auth/core'
import type { AuthView, SignedInView } from '@tessera-auth/react'
import { formatTime } from '../formatTime.ts'
import { signedOutWords } from './signedOutWords.ts'

/** Names a session in words, such as `as Ada Lovelace`. */
export type WhoWords = (auth: SignedInView) => string

interface More {
  readonly who: WhoWords
  readonly lastSignOut: LastSignOut | null
}

/** The state of the session in words. */
export function statusWords(auth: AuthView, refresh: RefreshStatus, { who, lastSignOut }: More): string {
  if (auth.isAuthenticated) return `Signed in ${who(auth)}.${refreshWords(refresh)}`
  if (auth.pending !== null) return 'Signing in…'
  if (auth.reason === 'never_signed_in') return beforeWords(lastSignOut)
  if (auth.reason !== null) return signedOutWords[auth.reason]
  if (auth.error !== null) return 'The server could not be asked who is signed in. Coming back to this page asks again.'
  return 'Checking who is signed in…'
}

/** Before a reload there may have been somebody, who need not be told what they did themselves. */
function beforeWords(lastSignOut: LastSignOut | null): string {
  if (lastSignOut === null || lastSignOut.reason === 'user') return signedOutWords.never_signed_in
  return `You were signed out at ${formatTime(lastSignOut.at)}. ${signedOutWords[lastSignOut.reason]}`
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
