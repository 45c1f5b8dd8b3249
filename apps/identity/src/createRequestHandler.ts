import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { createApi } from './api/createApi.ts'
import { createCredentialStores } from './api/credentialStores.ts'
import { backendRoutes } from './backend/backendRoutes.ts'
import { createDesk } from './desk/createDesk.ts'
import { createFirebaseApp } from './firebase/createFirebaseApp.ts'
import { createInteractionApp } from './interaction/createInteractionApp.ts'
import { oauthRoutes } from './oauth/oauthRoutes.ts'
import { createProvider } from './provider/createProvider.ts'
import type { ServerContext } from './serverContext.ts'

/**
 * Joins the parts: the API at `/v1`, Firebase at the paths of its emulator, the desk at `/demo`, plain OAuth at
 * `/oauth`, an app's own backend at `/backend`, our sign-in pages at `/interaction`, and OpenID at all other paths.
 */
export function createRequestHandler(context: ServerContext): RequestListener {
  const stores = createCredentialStores(context)
  const provider = createProvider(context)
  const openid = provider.callback()
  const api = getRequestListener(createApi(context, stores).fetch)
  const firebase = getRequestListener(createFirebaseApp(context, stores).fetch)
  const desk = getRequestListener(createDesk(context, stores).fetch)
  const oauth = getRequestListener(new Hono().route('/oauth', oauthRoutes(context, stores)).fetch)
  const backend = getRequestListener(new Hono().route('/backend', backendRoutes(context, stores)).fetch)
  const interaction = getRequestListener(createInteractionApp(context, provider).fetch)
  const parts: readonly [RegExp, RequestListener][] = [
    [/^\/v1(?:[/?]|$)/, api],
    [/^\/(?:identitytoolkit|securetoken)\.googleapis\.com\//, firebase],
    [/^\/demo\//, desk],
    [/^\/oauth\//, oauth],
    [/^\/backend\//, backend],
    [/^\/interaction\//, interaction],
  ]
  return (request, response) => {
    const path = request.url ?? '/'
    const [, listener = openid] = parts.find(([pattern]) => pattern.test(path)) ?? []
    listener(request, response)
  }
}
