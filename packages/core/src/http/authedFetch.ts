import type { Network } from '../browser/network.ts'
import { baseOf, type Place } from '../browser/page.ts'
import { AuthError, isAuthError } from '../errors.ts'
import { ownMembers } from '../ownMembers.ts'
import type { Destinations } from './destinations.ts'
import { changeRequest, copyRequest, holdRequest, toRequest } from './toRequest.ts'

/** `fetch` with credentials. */
export type AuthedFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** A credential as it was when a request was sent. */
export interface Credential {
  /** Puts it on a request; `null`: that has one of its own. */
  readonly attach: (request: Request) => Promise<Request | null> | Request | null
  /** Sees each answer and from which origin it came; gives whether the server asks for the same once more, attached anew. */
  readonly asksAgain?: ((response: Response, origin: string) => Promise<boolean>) | undefined
  /** Whether an answer says that it is no good. */
  readonly isRefusal: (response: Response) => boolean
  /** Grows when the token is replaced. */
  readonly generation: number
  /** One value from login to sign-out. */
  readonly family: string
}

/** Where credentials come from. */
export interface CredentialSource {
  /** A fresh credential; rejects when nobody is signed in. */
  readonly acquire: (signal: AbortSignal) => Promise<Credential>
  /** Refreshes this credential, unless it was replaced already. */
  readonly refresh: (used: Credential, signal: AbortSignal) => Promise<void>
  /** The API refused a credential that came straight from a refresh. */
  readonly onRejected: (credential: Credential) => void
}

/** What an observer may see of a request: no header, no body, no query. */
export type FetchEvent =
  | { readonly type: 'unauthorized'; readonly url: string }
  | { readonly type: 'replayed'; readonly url: string; readonly status: number }
  | { readonly type: 'forbidden'; readonly url: string }

interface AuthedFetchOptions {
  readonly network: Network
  readonly destinations: Destinations
  readonly source: CredentialSource
  readonly page: Place
  readonly emit: (event: FetchEvent) => void
}

/**
 * Makes the `fetch` that spends a session.
 *
 * A server that asks for the same request with a nonce of its own gets it, once. A refusal, usually a 401, refreshes the
 * credential that was used, once, and sends the request once more if its body can be sent again and the server has not
 * done it already; a second 401 is returned. A 403 is returned untouched. Redirects are errors unless the caller says
 * otherwise: custom headers travel to wherever they lead. A network failure is never retried here. When the caller
 * aborts, it rejects with the signal's reason, as `fetch` does.
 */
export function createAuthedFetch(options: AuthedFetchOptions): AuthedFetch {
  const { network, destinations, source, page, emit } = options

  return async (input, init) => {
    const { request, replay } = prepare(input, init, baseOf(page))
    destinations.check(request.url)
    if (request.mode === 'no-cors') {
      throw new AuthError('unsupported_request', "Use mode: 'cors', as 'no-cors' drops the credentials.")
    }
    // The caller's own credentials win, and what the server says of them is the caller's affair.
    if (request.headers.has('authorization')) return network.fetch(request)

    const { origin, pathname } = new URL(request.url)
    const url = origin + pathname
    const used = await acquire(source, request.signal)
    const response = await send(network, used, { request, replay })
    if (response === null) return network.fetch(request)
    if (!isRefusal(response, used, origin)) {
      if (response.status === 403) emit({ type: 'forbidden', url })
      return response
    }
    emit({ type: 'unauthorized', url })
    if (isDone(response, request)) {
      await source.refresh(used, request.signal).catch(() => request.signal.throwIfAborted())
      return response
    }

    const next = await renew(source, used, request.signal)
    if (next === null || replay === null) return response
    const second = await send(network, next, { request: replay, replay, before: response })
    if (second === null) return response
    emit({ type: 'replayed', url, status: second.status })
    if (second.status === 401 && isRefusal(second, next, origin)) source.onRejected(next)
    return second
  }
}

interface Sending extends Prepared {
  /** What it is sent in the place of. */
  readonly before?: Response
}

/** Sends with a credential, and the same once more where the server asks for it; `null`: the request has a credential of its own. */
async function send(network: Network, credential: Credential, { request, replay, before }: Sending): Promise<Response | null> {
  const { asksAgain } = credential
  // A request is spent once it is sent.
  const again = asksAgain && replay && copyRequest(replay)
  const attached = await credential.attach(request)
  if (attached === null) return null
  void before?.body?.cancel().catch(() => {})
  const response = await network.fetch(holdRequest(attached))
  if (asksAgain === undefined) return response
  const { origin } = new URL(request.url)
  const from = answeringOrigin(response, origin)
  const isAsked = (await asksAgain(response, from)) && from === origin
  if (!isAsked || !again || isDone(response, request)) return response
  return (await send(network, credential, { request: again, replay: null, before: response })) ?? response
}

/** Whether the server may have done what was asked, and then led on to where this answer comes from. */
export function isDone({ redirected }: Response, { method }: Pick<Request, 'method'>): boolean {
  return redirected && method !== 'GET' && method !== 'HEAD'
}

/** Where an answer came from: where a redirect led, or else where the request went. */
function answeringOrigin(response: Response, origin: string): string {
  return response.redirected ? new URL(response.url).origin : origin
}

/** Whether our credentials were refused. A 401 from where a redirect led is not an answer to them. */
function isRefusal(response: Response, credential: Credential, origin: string): boolean {
  return answeringOrigin(response, origin) === origin && credential.isRefusal(response)
}

async function acquire(source: CredentialSource, signal: AbortSignal): Promise<Credential> {
  try {
    return await source.acquire(signal)
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}

/** A credential other than the refused one; `null` when there is none to be had, so that the 401 stands. */
async function renew(source: CredentialSource, used: Credential, signal: AbortSignal): Promise<Credential | null> {
  let next: Credential
  try {
    await source.refresh(used, signal)
    next = await source.acquire(signal)
  } catch (error) {
    signal.throwIfAborted()
    if (isAuthError(error, 'user_changed')) throw error
    return null
  }
  if (next.family !== used.family) {
    throw new AuthError(
      'user_changed',
      'Somebody else signed in meanwhile: not sent. Drop the request.',
    )
  }
  return next.generation === used.generation ? null : next
}

interface Prepared {
  readonly request: Request
  /** The same once more, for after a refresh; `null` when the body can be read only once. */
  readonly replay: Request | null
}

function prepare(input: string | URL | Request, init: RequestInit | undefined, baseUrl: string | undefined): Prepared {
  const asked = toRequest(input, init, baseUrl)
  const { redirect, body } = ownMembers({ ...init })
  // `follow` is also what a request says when nobody chose.
  const request = asked.redirect === 'follow' && redirect === undefined ? changeRequest(asked, { redirect: 'error' }) : asked
  // Cloning a stream would buffer all of it for a replay that may never come.
  return { request, replay: body instanceof ReadableStream ? null : copyRequest(request) }
}
