import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { createApi } from './api/createApi.ts'
import { createInteractionApp } from './interaction/createInteractionApp.ts'
import { createProvider } from './provider/createProvider.ts'
import type { ServerContext } from './serverContext.ts'

/** Joins the three parts: the API at `/v1`, our sign-in pages at `/interaction`, and OpenID at all other paths. */
export function createRequestHandler(context: ServerContext): RequestListener {
  const provider = createProvider(context)
  const openid = provider.callback()
  const api = getRequestListener(createApi(context).fetch)
  const interaction = getRequestListener(createInteractionApp(context, provider).fetch)
  return (request, response) => {
    const path = request.url ?? '/'
    if (/^\/v1(?:[/?]|$)/.test(path)) void api(request, response)
    else if (path.startsWith('/interaction/')) void interaction(request, response)
    else void openid(request, response)
  }
}
