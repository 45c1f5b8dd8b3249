import type { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { createAuthenticate } from '../api/createAuthenticate.ts'
import { createJsonApp } from '../api/createJsonApp.ts'
import { credentialHeaders } from '../api/createApi.ts'
import type { CredentialStores } from '../api/credentialStores.ts'
import { answer, problem } from '../api/result.ts'
import type { ServerContext } from '../serverContext.ts'
import { deskRoutes } from './deskRoutes.ts'
import { revokeRoute } from './revokeRoute.ts'

/** The desk at `/demo`, for the pages of the demo and no other site: it gives credentials to whoever asks. */
export function createDesk(context: ServerContext, stores: CredentialStores): Hono {
  const { demoOrigin, record } = context
  const desk = createJsonApp(context, { allowMethods: ['POST'], allowHeaders: credentialHeaders, credentials: true })
  desk.use(
    createMiddleware(async (c, next) => {
      // CORS keeps other sites from reading an answer, but not from asking.
      if (c.req.header('Origin') === demoOrigin) return next()
      return answer(c, problem(403, 'access_denied', 'This is for the pages of the demo only.'))
    }),
  )
  desk.route('/demo', deskRoutes(stores, record))
  desk.route('/demo', revokeRoute(createAuthenticate(stores), record))
  return desk
}
