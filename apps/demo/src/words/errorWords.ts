import { isAuthError, type AuthErrorCode } from '@tessera-auth/core'

const words: Record<AuthErrorCode, string> = {
  invalid_config: 'The demo is set up wrongly.',
  invalid_input: 'The demo asked for something impossible.',
  insecure_context: 'Signing in this way needs https, or http on localhost.',
  unsupported_request: 'The demo asked for something that cannot be done here.',
  destination_not_allowed: 'The token was not sent: this address is not on the list of allowed ones.',
  disposed: 'This sign-in has been put away: reload the page.',
  invalid_credentials: 'Wrong email or password.',
  access_denied: 'You cancelled the sign-in.',
  authorization_failed: 'The identity server refused the sign-in.',
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
  session_expired: 'The token ran out and could not be renewed.',
  refresh_rejected: 'The identity server refused to renew the session.',
  revoked: 'The session has been revoked.',
  subject_changed: 'The identity server answered for somebody else.',
  user_changed: 'Somebody else signed in meanwhile.',
  storage_failed: "The browser's storage is full or blocked.",
}

/** What went wrong, in words for the person in front of the screen. */
export function errorWords(error: unknown): string {
  if (isAuthError(error)) return words[error.code]
  // What fetch throws when there is no answer.
  if (error instanceof TypeError) return 'No answer: the network is down, or the server is not running.'
  return 'Something unexpected went wrong.'
}
