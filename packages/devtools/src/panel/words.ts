import type { RefreshStatus, SignedOutReason } from '@tessera-auth/core'
import type { Lane } from '../feed/mark.ts'

/** Words for why somebody was signed out. */
export const reasonWords: Readonly<Record<SignedOutReason, string>> = {
  never_signed_in: 'Nobody has signed in.',
  user: 'The person signed out.',
  other_tab: 'Another tab signed out.',
  refresh_rejected: 'The server refused to refresh.',
  revoked: 'The API refused a token that had just been refreshed.',
  key_lost: 'The key that its tokens are bound to is gone.',
  subject_changed: 'The server answered for somebody else.',
  expired: 'The token ran out and could not be refreshed.',
  idle: 'Nobody did anything for too long.',
  storage_cleared: 'The data of this site were cleared.',
}

/** Words for how refreshing is going. */
export const phaseWords: Readonly<Record<RefreshStatus['phase'], string>> = {
  idle: 'Idle',
  refreshing: 'Refreshing',
  degraded: 'Failed, and will try again',
  paused: 'Offline, and will try again',
}

/** Words for the rows of the timeline. */
export const laneWords: Readonly<Record<Lane, string>> = {
  session: 'Session',
  refresh: 'Refreshes',
  request: 'Requests',
  refused: '401 and 403',
  replay: 'Replays',
  lock: 'Lock waits',
  message: 'Tab messages',
}
