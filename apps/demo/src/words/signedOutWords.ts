import type { SignedOutReason } from '@tessera-auth/core'

/** Why nobody is signed in, as a sentence. */
export const signedOutWords: Record<SignedOutReason, string> = {
  never_signed_in: 'Nobody is signed in.',
  user: 'Nobody is signed in. You signed out.',
  other_tab: 'The session ended: you signed out in another tab.',
  refresh_rejected: 'The session ended: the server refused to renew it.',
  revoked: 'The session ended: the server revoked it. Sign in again to go on.',
  key_lost: 'The session ended: its key is gone from this browser. Sign in again to get a new one.',
  subject_changed: 'The session ended: the server answered for somebody else.',
  expired: 'The session ended: it ran out, or was ended elsewhere.',
  idle: 'The session ended: nobody did anything for too long.',
  storage_cleared: "The session ended: the browser's storage was cleared.",
}
