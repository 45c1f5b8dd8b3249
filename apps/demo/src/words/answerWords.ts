/** What the status of an answer means, in words. */
export function answerWords(status: number): string {
  if (status === 401) return 'The API does not accept the token, and a refresh did not help.'
  if (status === 403) {
    return 'Signed in, but not allowed: the access token lacks a scope that this call needs. The session goes on.'
  }
  if (status >= 500) return 'The API has a problem of its own. The session goes on.'
  return status < 300 ? 'The API accepted the token.' : 'The API answered something unexpected.'
}
