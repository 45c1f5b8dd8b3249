import { ownMembers } from '../ownMembers.ts'

/** A request as it was made, without credentials, to be sent later. */
export interface KeptRequest {
  readonly url: string
  readonly signal: AbortSignal
  /** Reads the body into a copy; `null` when that is larger than so many bytes. */
  readonly read: (largestBytes: number) => Promise<Repeat | null>
}

/** Gives the request once more: arguments of `fetch`. */
export type Repeat = () => readonly [request: Request, init: RequestInit | undefined]

/** @returns `null` for one that cannot be kept (a stream as its body, credentials of its own), or that can never be sent: `fetch` says why. */
export function keepRequest(input: string | URL | Request, init: RequestInit | undefined, pageUrl: string | null): KeptRequest | null {
  const { body, redirect } = ownMembers({ ...init })
  if (isStream(body)) return null
  let request: Request
  try {
    request = new Request(input instanceof Request ? input.clone() : new URL(String(input), pageUrl ?? undefined).href, init)
  } catch {
    return null
  }
  if (request.headers.has('authorization') || request.mode === 'no-cors') return null
  return {
    url: request.url,
    signal: request.signal,
    async read(largestBytes) {
      // Not all browsers tell whether a request has a body.
      const copy = await request.clone().blob()
      if (copy.size > largestBytes) return null
      const { method, referrer, referrerPolicy } = request
      const again = copy.size === 0 ? request : new Request(request, { method, body: await copy.arrayBuffer(), referrer, referrerPolicy })
      // What a request says of redirects counts for nothing where nobody chose.
      return () => [again, redirect === undefined ? undefined : { redirect }]
    },
  }
}

/** What can be read only once. Outside of browsers, that may be any iterable. */
function isStream(body: unknown): boolean {
  return body instanceof ReadableStream || (typeof body === 'object' && body !== null && Symbol.asyncIterator in body)
}
