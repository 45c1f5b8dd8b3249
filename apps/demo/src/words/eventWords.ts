import type { InspectEvent } from '@tessera-auth/core'
import { errorWords, type ErrorWords } from './errorWords.ts'
import { signedOutWords } from './signedOutWords.ts'

/** What happened, as a sentence. */
export function eventWords(event: InspectEvent, own?: ErrorWords): string {
  switch (event.type) {
    case 'login_started':
      return 'A sign-in is under way.'
    case 'login_resumed':
      return 'Back from the identity server.'
    case 'login_failed':
      return `The sign-in failed. ${errorWords(event.error, own)}`
    case 'signed_in':
      return 'Signed in.'
    case 'signed_out':
      return signedOutWords[event.reason]
    case 'set':
      return 'A new session is there.'
    case 'restored':
      return 'A session was found in the storage.'
    case 'refresh_started':
      return 'Asking for new credentials.'
    case 'refreshed':
      return 'New credentials came.'
    case 'adopted':
      return 'Another tab refreshed, and this one goes on with its credentials.'
    case 'refresh_failed':
      return `No new credentials; the old ones stay. ${errorWords(event.error, own)}`
    case 'ended':
      return `The session is over. ${errorWords(event.error, own)}`
    case 'cleared':
      return event.isElsewhere ? 'The session was forgotten, as in another tab.' : 'The session was forgotten.'
    case 'tabs_degraded':
      return 'The browser lacks something that tabs need to share a session. It goes on with what there is.'
    case 'storage_failed':
      return `The session is kept in memory only. ${errorWords(event.error, own)}`
    case 'unauthorized':
      return `401 from ${pathOf(event.url)}: refused.`
    case 'replayed':
      return `Sent again to ${pathOf(event.url)} with new credentials: ${event.status}.`
    case 'parked':
      return `Waits for the person to sign in again: ${pathOf(event.url)}.`
    case 'unparked':
      return event.verdict === 'released' ? `Waited, and is sent once more: ${pathOf(event.url)}.` : `Waited in vain: ${pathOf(event.url)} (${event.verdict}).`
    case 'forbidden':
      return `403 from ${pathOf(event.url)}: signed in, but not allowed. Left as it is.`
  }
}

function pathOf(url: string): string {
  return new URL(url).pathname
}
