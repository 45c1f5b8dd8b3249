import { readBody, type Body } from './readBody.ts'
import type { TestServer } from './startServer.ts'

/** Sends a request to the API, with an access token and a JSON body when they are given. */
export async function callApi(
  { origin }: TestServer,
  request: `${'GET' | 'POST'} /v1${string}`,
  { token, body }: { readonly token?: unknown; readonly body?: unknown } = {},
): Promise<Body> {
  const [method = '', path = ''] = request.split(' ')
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: bearer(token) }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (response.status === 204) return { status: 204, headers: response.headers, json: {} }
  return readBody(response)
}

function bearer(token: unknown): string {
  return `Bearer ${String(token)}`
}
