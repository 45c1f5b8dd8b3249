import { AuthError } from '../errors.ts'
import type { MethodContext } from '../methods/method.ts'

/** A `POST` to a token endpoint: a form (RFC 6749 §4) or, for any other object, JSON. */
export interface TokenRequest {
  /** A path of this app's own origin, or an absolute URL. */
  readonly url: string
  readonly body: URLSearchParams | object
  readonly headers?: Readonly<Record<string, string>>
  /** Default `omit`: no cookie is sent or kept. */
  readonly credentials?: RequestCredentials
  /** Lets the request outlive the page. */
  readonly keepalive?: boolean
  /** Default `no-referrer`. */
  readonly referrerPolicy?: ReferrerPolicy
}

/** What sending takes. */
export type RequestContext = Pick<MethodContext, 'fetch' | 'page' | 'signal'>

/** @throws AuthError `unsupported_request` for a path where there is no page, or what the context's `fetch` throws. */
export async function sendTokenRequest(request: TokenRequest, ctx: RequestContext): Promise<Response> {
  const { url, body, headers, credentials = 'omit', keepalive = false, referrerPolicy = 'no-referrer' } = request
  const isForm = body instanceof URLSearchParams
  return ctx.fetch(resolveUrl(url, ctx), {
    method: 'POST',
    headers: { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json', accept: 'application/json', ...headers },
    body: isForm ? body.toString() : JSON.stringify(body),
    credentials,
    keepalive,
    referrerPolicy,
    signal: ctx.signal,
  })
}

/** @throws AuthError `unsupported_request` for a path where there is no page. */
export function resolveUrl(url: string, { page }: Pick<MethodContext, 'page'>): string {
  const here = page.href() ?? undefined
  // Without its query, which may hold a key.
  if (!URL.canParse(url, here)) throw new AuthError('unsupported_request', `"${url.replace(/\?.*/s, '')}" is a path, and there is no page: give a URL.`)
  return new URL(url, here).href
}
