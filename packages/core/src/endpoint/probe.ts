import { AuthError } from '../errors.ts'
import type { MethodContext } from '../methods/method.ts'
import { tokenError } from './tokenError.ts'
import { refuseInnerError } from './tokenResponse.ts'

/** Of something that asks for a credential, a 403 says as much as a 401: this one will not do. */
const refusal = { code: 'invalid_credentials', applies: (status: number) => status === 401 || status === 403 } as const

/**
 * Tries a credential that somebody brought along, by `GET` with these headers. Gives the answer's JSON, if it has any.
 *
 * @throws AuthError `invalid_credentials` for a 401 or 403, `invalid_response` for a page or an error inside a 200, or what
 * {@link tokenError} says of another status.
 */
export async function probe(url: string, headers: Readonly<Record<string, string>>, ctx: MethodContext): Promise<unknown> {
  const response = await ctx.fetch(url, { headers: { accept: 'application/json', ...headers }, signal: ctx.signal })
  if (!response.ok) throw await tokenError(response, ctx.now(), refusal)
  // Many servers answer an unknown path with the app's own page: that says nothing about the credential.
  if (response.headers.get('content-type')?.includes('html') === true) {
    throw new AuthError('invalid_response', 'A page instead of an answer: is "probeUrl" right?', { status: response.status })
  }
  const body: unknown = await response.json().catch(() => {})
  refuseInnerError(body, response)
  return body
}
