/** What the status of an answer means, in words. */
export function answerWords(status: number): string {
  if (status === 401) return 'The server does not accept what this session sends, and nothing newer is to be had.'
  if (status === 403) return 'Signed in, but not allowed: this session lacks a right that the call needs. It goes on.'
  if (status === 419) return 'The server misses the CSRF token of this session, or got another.'
  if (status >= 500) return 'The server has a problem of its own. The session goes on.'
  return status < 300 ? 'The server accepted the call.' : 'The server answered something unexpected.'
}
