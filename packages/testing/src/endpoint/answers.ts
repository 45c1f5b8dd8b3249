import type { RecordedRequest } from './recordedRequest.ts'

/** What an answer with tokens says otherwise than it would. */
export interface Twist {
  /** Merged over its members; `undefined` leaves one out. */
  readonly members?: Readonly<Record<string, unknown>>
  /** Whom the token names. */
  readonly subject?: string
  /** How far the server's clock is ahead, in milliseconds: in the claims of the token alone. */
  readonly clockAheadMs?: number
  /** How long the access token lives, in milliseconds; 0 or less: it has expired already. */
  readonly lifetimeMs?: number
}

/** One request at the endpoint, to be answered. */
export interface Exchange {
  readonly request: RecordedRequest
  /** Does what is asked for, and gives the answer to that. Not called, nothing has happened. */
  readonly commit: (twist?: Twist) => Response
  /** Resolves after so many milliseconds of virtual time. */
  readonly wait: (delayMs: number) => Promise<void>
}

/** Says what becomes of one request. */
export type Answer = (exchange: Exchange) => Response | Promise<Response>

/** What `fetch` says of everything that is not an answer. */
function failed(): TypeError {
  return new TypeError('Failed to fetch')
}

const html = { 'content-type': 'text/html' }

/** Answers to script: what servers, proxies and networks do. */
export const answers = {
  /** What is asked for. */
  ok: (): Answer => ({ commit }) => commit(),
  /** What is asked for, said otherwise: `{ members: { refresh_token: null } }`, `{ members: { expires_in: 'soon' } }`, `{ subject: 'eve' }`. */
  twisted: (twist: Twist): Answer => ({ commit }) => commit(twist),
  /** Without a new refresh token. */
  withoutRefreshToken: (): Answer => answers.twisted({ members: { refresh_token: undefined } }),
  /** Tokens that have expired already. */
  expired: (): Answer => answers.twisted({ lifetimeMs: 0 }),
  /** A refusal that changes nothing: an error of RFC 6749 §5.2 with its usual 400, or any status. */
  error: (error: string, status = 400): Answer => () => Response.json({ error }, { status }),
  /** A status alone: 401, 403, 408, 500, 503. */
  status: (status: number, headers: Readonly<Record<string, string>> = {}): Answer => () => new Response(null, { status, headers }),
  /** 429 with `Retry-After`, which the wire has in seconds. */
  rateLimited: (retryAfterMs: number): Answer => answers.status(429, { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
  /** The login page of a hotel's network, with a 200. */
  html: (): Answer => () => new Response('<!doctype html><title>Welcome</title>', { headers: html }),
  /** Does it, and answers with nothing. */
  empty: (): Answer => ({ commit }) => new Response('', { status: commit().status }),
  /** Does it, and the answer breaks off in the middle. */
  truncated: (): Answer => async ({ commit }) => {
    const text = await commit().text()
    return new Response(text.slice(0, text.length / 2), { headers: { 'content-type': 'application/json' } })
  },
  /** Does it; the first half of the answer comes, and the second never. */
  stalled: (): Answer => async ({ commit }) => {
    const bytes = new TextEncoder().encode(await commit().text())
    const half = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(bytes.subarray(0, bytes.length / 2)) })
    return new Response(half, { headers: { 'content-type': 'application/json' } })
  },
  /** An answer of so many bytes. Default: 2 MB. */
  huge: (bytes = 2_000_000): Answer => ({ commit }) => commit({ members: { padding: 'x'.repeat(bytes) } }),
  /** Never answers, and never does it. */
  hang: (): Answer => () => new Promise<never>(() => {}),
  /** Does it at once, and answers late. */
  slow: (delayMs: number): Answer => async ({ commit, wait }) => {
    const response = commit()
    await wait(delayMs)
    return response
  },
  /** The connection breaks off before the server has the request. */
  resetBeforeCommit: (): Answer => () => Promise.reject(failed()),
  /** The server does it, and the answer is lost. */
  resetAfterCommit: (): Answer => ({ commit }) => {
    commit()
    return Promise.reject(failed())
  },
  /** The server does it, and its answer lacks the headers that would let a page read it. The page cannot tell it from a broken network. */
  hiddenByCors: (): Answer => answers.resetAfterCommit(),
  /** A redirect. Default status 307, which keeps the method and the body. */
  redirect: (to: string, status = 307): Answer => () => new Response(null, { status, headers: { location: to } }),
}
