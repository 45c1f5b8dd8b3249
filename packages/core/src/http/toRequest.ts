/**
 * Keeps each request for as long as its signal, and so for as long as one that follows it, or is being sent. In Node, it is
 * the request that aborts its own signal when another says so: one that nobody holds, even under way, no longer does.
 */
const requests = new WeakMap<AbortSignal, Request>()

/** Has a request heed the signal it was given also when nobody else holds it. */
export function holdRequest(request: Request): Request {
  requests.set(request.signal, request)
  return request
}

/** The same request but for this; the first is spent. */
export function changeRequest(request: Request, changes: RequestInit): Request {
  // Given anything, the constructor forgets these.
  const { referrer, referrerPolicy } = request
  return holdRequest(new Request(request, { referrer, referrerPolicy, ...changes }))
}

/** As `clone()`, which in Node gives a request that soon heeds no signal, whoever holds it. */
export function copyRequest(request: Request): Request {
  return changeRequest(request.clone(), { signal: holdRequest(request).signal })
}

/**
 * The request that `fetch` would make of these.
 *
 * @param baseUrl What a relative address resolves by.
 */
export function toRequest(input: string | URL | Request, init: RequestInit | undefined, baseUrl: string | undefined): Request {
  // A Request given by the caller stays readable: it may be theirs to send again.
  return holdRequest(new Request(input instanceof Request ? copyRequest(input) : new URL(String(input), baseUrl).href, init))
}
