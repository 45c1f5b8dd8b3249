import { isAuthError, type AuthErrorCode } from '@tessera-auth/core'

/** Words of a page's own for some errors: a wrong key is no wrong password. */
export type ErrorWords = Partial<Record<AuthErrorCode, string>>

const words: Record<AuthErrorCode, string> = {
  invalid_config: 'The demo is set up wrongly.',
  invalid_input: 'The demo asked for something impossible.',
  insecure_context: 'Signing in this way needs https, or http on localhost.',
  unsupported_request: 'The demo asked for something that cannot be done here.',
  destination_not_allowed: 'The token was not sent: this address is not on the list of allowed ones.',
  disposed: 'This sign-in has been put away: reload the page.',
  invalid_credentials: 'The identity server does not accept that.',
  user_disabled: 'This account has been disabled.',
  access_denied: 'You cancelled the sign-in.',
  authorization_failed: 'The identity server refused the sign-in.',
  popup_blocked: 'The browser blocked the window. Allow pop-ups for this page, or sign in by redirect.',
  popup_closed: 'The window was closed before the sign-in was done.',
  popup_timeout: 'The window gave no answer in time.',
  superseded: 'Another sign-in or a sign-out came in between.',
  transaction_not_found: 'This tab did not start this sign-in, or has forgotten it.',
  transaction_expired: 'The sign-in took longer than an hour.',
  callback_used: 'This sign-in was completed before, and works only once.',
  invalid_callback: 'The answer of the identity server is not a valid one.',
  issuer_mismatch: 'The answer does not come from the identity server that was asked.',
  invalid_response: 'The identity server gave an answer that makes no sense.',
  invalid_id_token: 'The identity server gave an ID token that does not hold up.',
  client_rejected: 'The identity server does not accept this demo.',
  clock_skew: 'Tokens arrive expired: is the clock of this computer right?',
  network: 'The identity server did not answer when it was last asked.',
  timeout: 'The identity server took too long to answer.',
  rate_limited: 'The identity server asks to slow down.',
  server_error: 'The identity server has a problem of its own.',
  aborted: 'Stopped before it was done.',
  not_authenticated: 'Nobody is signed in.',
  session_expired: 'The session ran out and could not be renewed.',
  session_idle: 'Nobody did anything for too long.',
  refresh_rejected: 'The identity server refused to renew the session.',
  revoked: 'The session has been revoked.',
  key_lost: 'The key of this session is gone from this browser.',
  subject_changed: 'The identity server answered for somebody else.',
  user_changed: 'Somebody else signed in meanwhile.',
  insufficient_scope: 'You are signed in, but not allowed to do this.',
  insufficient_user_authentication: 'The API wants you to sign in in another way.',
  redirect_loop: 'You have just signed in for this, and the API still refuses.',
  storage_failed: "The browser's storage is full or blocked.",
}

/** For forms with a password. */
export const passwordWords: ErrorWords = { invalid_credentials: 'Wrong email or password.' }

/** For forms with an API key. */
export const keyWords: ErrorWords = {
  invalid_credentials: 'The server does not know this key: mistyped, or deleted.',
  invalid_input: 'That is no key: one word, such as sk_live_…',
}

/** What went wrong, in words for the person in front of the screen; `own` come first. */
export function errorWords(error: unknown, own: ErrorWords = {}): string {
  if (isAuthError(error)) return own[error.code] ?? words[error.code]
  // What fetch throws when there is no answer.
  if (error instanceof TypeError) return 'No answer: the network is down, or the server is not running.'
  return 'Something unexpected went wrong.'
}
