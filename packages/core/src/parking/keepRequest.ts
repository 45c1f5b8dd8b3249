import { changeRequest, toRequest } from '../http/toRequest.ts'
import { ownMembers } from '../ownMembers.ts'

/** A request as it was made, without credentials, to be sent later. */
export interface KeptRequest {
  readonly url: string
  readonly method: string
  readonly signal: AbortSignal
  /** Reads the body into a copy; `null` when that is larger than so many bytes. */
  readonly read: (largestBytes: number) => Promise<Repeat | null>
}

/** Gives the request once more: arguments of `fetch`. */
export type Repeat = () => readonly [request: Request, init: RequestInit | undefined]

/** @returns `null` for one that cannot be kept (a stream as its body, credentials of its own), or that can never be sent: `fetch` says why. */
export function keepRequest(input: string | URL | Request, init: RequestInit | undefined, baseUrl: string | undefined): KeptRequest | null {
  const { body, redirect } = ownMembers({ ...init })
  if (isStream(body)) return null
  let request: Request
  try {
    request = toRequest(input, init, baseUrl)
  } catch {
    return null
  }
  if (request.headers.has('authorization') || request.mode === 'no-cors') return null
  return {
    url: request.url,
    method: request.method,
    signal: request.signal,
    async read(largestBytes) {
      // Not all browsers tell whether a request has a body.
      const copy = await request.clone().blob()
      if (copy.size > largestBytes) return null
      const again = copy.size === 0 ? request : changeRequest(request, { body: await copy.arrayBuffer() })
      // What a request says of redirects counts for nothing where nobody chose.
      return () => [again, redirect === undefined ? undefined : { redirect }]
    },
  }
}

/** What can be read only once. Outside of browsers, that may be any iterable. */
function isStream(body: unknown): boolean {
  return body instanceof ReadableStream || (typeof body === 'object' && body !== null && Symbol.asyncIterator in body)
}
