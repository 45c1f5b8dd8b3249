import type { Network } from '../browser/network.ts'
import type { Timer } from '../browser/timer.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import { AuthError, toAuthError } from '../errors.ts'

/** A request to a server that issues tokens: bounded in time and size, never cached, never redirected. */
export type BoundedFetch = (url: string, init?: RequestInit) => Promise<Response>

/** Largest answer that is read, in bytes: a token response is a few kilobytes. */
const maxBytes = 1_048_576

/**
 * A `fetch` for token endpoints. Its answer has arrived whole when it resolves.
 *
 * Redirects are refused because a 307 or 308 would carry the body, with its secrets, to another origin (RFC 9700
 * §4.12).
 *
 * @param deadlineMs Time for the whole exchange, headers and body.
 * @throws AuthError `network`, `timeout`, `aborted`, or `invalid_response` when the answer is too large.
 */
export function createBoundedFetch(network: Network, timer: Timer, deadlineMs: number): BoundedFetch {
  return (url, init = {}) =>
    withDeadline({ timer, deadlineMs, signal: init.signal }, async (signal) => {
      const request = new Request(url, {
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        ...init,
        cache: 'no-store',
        redirect: 'error',
        signal,
      })
      try {
        return await readWhole(await network.fetch(request))
      } catch (cause) {
        throw toAuthError(
          cause,
          'network',
          `No answer from ${new URL(url).origin}: offline, DNS, CORS, CSP or a refused redirect. See diagnose() of an auth.`,
        )
      }
    })
}

async function readWhole(response: Response): Promise<Response> {
  const { status, headers } = response
  // Text rather than a Blob: reading a Blob costs a round trip to another thread.
  // Not fatal: a status counts even when the page that comes with it is in another encoding.
  const decoder = new TextDecoder()
  const reader = response.body?.getReader()
  let text = ''
  let size = 0
  for (;;) {
    const part = await reader?.read()
    if (part?.value === undefined) break
    size += part.value.byteLength
    if (size > maxBytes) {
      void reader?.cancel().catch(() => {})
      throw new AuthError('invalid_response', `The answer is larger than ${maxBytes} bytes: look at the endpoint.`, { status })
    }
    text += decoder.decode(part.value, { stream: true })
  }
  text += decoder.decode()
  // Browsers give a 204 a body to read, and then allow none.
  return new Response(text === '' ? null : text, { status, headers })
}
