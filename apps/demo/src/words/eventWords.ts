import type { InspectEvent } from '@tessera-auth/core'
import { errorWords } from './errorWords.ts'
import { signedOutWords } from './signedOutWords.ts'

/** What happened, as a sentence. */
export function eventWords(event: InspectEvent): string {
  switch (event.type) {
    case 'login_started':
      return 'A sign-in is under way.'
    case 'login_resumed':
      return 'Back from the identity server.'
    case 'login_failed':
      return `The sign-in failed. ${errorWords(event.error)}`
    case 'signed_in':
      return 'Signed in.'
    case 'signed_out':
      return signedOutWords[event.reason]
    case 'set':
      return 'New tokens are there.'
    case 'restored':
      return 'Tokens were found in the storage.'
    case 'refresh_started':
      return 'Asking for new tokens.'
    case 'refreshed':
      return 'New tokens came.'
    case 'refresh_failed':
      return `No new tokens; the old ones stay. ${errorWords(event.error)}`
    case 'ended':
      return `The tokens are gone. ${errorWords(event.error)}`
    case 'cleared':
      return 'The tokens were forgotten.'
    case 'storage_failed':
      return `Tokens are kept in memory only. ${errorWords(event.error)}`
    case 'unauthorized':
      return `401 from ${pathOf(event.url)}: the token was refused.`
    case 'replayed':
      return `Sent again to ${pathOf(event.url)} with a new token: ${event.status}.`
    case 'forbidden':
      return `403 from ${pathOf(event.url)}: signed in, but not allowed. Left as it is.`
  }
}

function pathOf(url: string): string {
  return new URL(url).pathname
}
