import { allowInsecureRequests, customFetch } from 'oauth4webapi'
import type { MethodContext } from '../methods/method.ts'
import { toForm } from './toForm.ts'

interface RequestOptions {
  readonly [allowInsecureRequests]: boolean
  readonly [customFetch]: (
    url: string,
    init: { method: string; headers: Record<string, string>; body?: BodyInit | null | undefined },
  ) => Promise<Response>
}

/** Longest challenge that oauth4webapi gets to read, in characters: it takes time with the square of that. */
const maxChallenge = 8_192

/**
 * Makes oauth4webapi send through the context, so that its requests too are bounded, uncached and without redirects.
 * Its own check for https is off: every URL that gets there was checked by ours, which lets http pass on loopback alone.
 *
 * @param keepalive Lets the request outlive the page.
 */
export function requestOptions(ctx: MethodContext, keepalive = false): RequestOptions {
  return {
    [allowInsecureRequests]: true,
    async [customFetch](url, { method, headers, body = null }) {
      const response = await ctx.fetch(url, { method, headers, body, keepalive, signal: ctx.signal })
      if ((response.headers.get('www-authenticate')?.length ?? 0) > maxChallenge) response.headers.delete('www-authenticate')
      return response
    },
  }
}

interface TokenRequest {
  readonly resource: readonly string[] | undefined
  readonly ctx: MethodContext
}

interface TokenOptions extends RequestOptions {
  readonly additionalParameters: URLSearchParams
}

/** What every request for tokens has beside its grant: whom the access token is for (RFC 8707 §2.2). */
export function tokenOptions({ resource, ctx }: TokenRequest): TokenOptions {
  return { ...requestOptions(ctx), additionalParameters: toForm({ resource }) }
}
