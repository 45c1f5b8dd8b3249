import { Hono } from 'hono'
import type { CredentialStores } from '../api/credentialStores.ts'
import { createJsonApp } from '../api/createJsonApp.ts'
import type { ServerContext } from '../serverContext.ts'
import { authorizationRoutes } from './authorizationRoutes.ts'
import { createOauthServer } from './oauthServer.ts'
import { tokenRoutes } from './tokenRoutes.ts'

/** A plain OAuth 2.0 server, without OpenID: no discovery and no ID token. To be mounted at `/oauth`. */
export function oauthRoutes(context: ServerContext, stores: CredentialStores): Hono {
  const server = createOauthServer(context, stores)
  const endpoints = createJsonApp(context, { allowMethods: ['POST'], allowHeaders: ['Authorization', 'Content-Type'] })
  endpoints.route('/', tokenRoutes(server))
  endpoints.all('*', (c) => c.json({ error: 'not_found' }, 404))
  // Pages come first: what matches them does not reach the headers of the endpoints, such as CORS.
  return new Hono().route('/', authorizationRoutes(server)).route('/', endpoints)
}
