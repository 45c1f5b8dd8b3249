import type { Context } from 'hono'
import type { RecordActivity } from '../activityLog.ts'

/** What a request came to: how to answer it, and what to record. */
export interface Result {
  readonly status: 200 | 201 | 204 | 400 | 401 | 403 | 404 | 419
  /** Left out with 204. */
  readonly body?: object
  /** `WWW-Authenticate` (RFC 9110 §11.6.1). */
  readonly challenge?: string | undefined
  /** What the next proof has to have: `DPoP-Nonce` (RFC 9449 §9). */
  readonly nonce?: string
  readonly outcome: string
  /** Subject identifier of whoever it was about. */
  readonly user?: string | undefined
}

/** Answers a request and records it. */
export type Respond = (c: Context, action: string, result: Result) => Response

/** Answers as results say, and records each under its endpoint. */
export function respondWith(record: RecordActivity): Respond {
  return (c, action, result) => {
    record({ action, user: result.user, where: endpointOf(c), outcome: result.outcome })
    return answer(c, result)
  }
}

/** Method and path. Never the query: an API key may be in it. */
export function endpointOf(c: Context): string {
  return `${c.req.method} ${c.req.path}`
}

/** The answer that a result stands for. */
export function answer(c: Context, { status, body = {}, challenge, nonce }: Result): Response {
  if (nonce !== undefined) c.header('DPoP-Nonce', nonce)
  if (challenge !== undefined) c.header('WWW-Authenticate', challenge)
  if (status === 204) return c.body(null, status)
  // Hono knows the registered status codes only, and 419 is not one of them.
  return status === 419 ? Response.json(body, { status }) : c.json(body, status)
}

/** A request that is not as it must be (RFC 6749 §5.2, `invalid_request`). */
export function malformed(description: string): Result {
  return { ...problem(400, 'invalid_request', description), outcome: 'malformed request' }
}

/** An error of ours, recorded as it is told. */
export function problem(status: 400 | 401 | 403 | 404 | 419, error: string, description: string): Result {
  return { status, body: { error, error_description: description }, outcome: `${status} ${error}: ${description}` }
}
