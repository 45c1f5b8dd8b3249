import { readBody, type Body } from './readBody.ts'
import type { TestServer } from './startServer.ts'

/** What goes with a request. */
export interface CallOptions {
  /** Goes into `Authorization: Bearer`. */
  readonly token?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
}

/** Sends a request that is answered with JSON or nothing. */
export async function callApi(
  { origin }: TestServer,
  request: `${'GET' | 'POST' | 'DELETE'} /${string}`,
  { token, headers, body }: CallOptions = {},
): Promise<Body> {
  const [method = '', path = ''] = request.split(' ')
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: bearer(token) }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (response.status === 204) return { status: 204, headers: response.headers, json: {} }
  return readBody(response)
}

function bearer(token: unknown): string {
  return `Bearer ${String(token)}`
}
