import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import type { ServerContext } from '../serverContext.ts'
import { createAccessTokens } from './createAccessTokens.ts'
import { passwordRoutes } from './passwordRoutes.ts'
import { resourceRoutes } from './resourceRoutes.ts'

/** Largest request body in bytes. */
const maxBodyBytes = 16_384

/** How long browsers may keep the answer to a preflight request, in seconds (Fetch §3.3.3). */
const preflightSeconds = 600

/** The API at `/v1`: signing in with a password, and resources that need an access token. */
export function createApi(context: ServerContext): Hono {
  const { demoOrigin, record } = context
  const tokens = createAccessTokens(context)
  const api = new Hono().basePath('/v1')

  api.use(async (c, next) => {
    await next()
    c.header('Cache-Control', 'no-store')
  })
  api.use(
    cors({
      origin: demoOrigin,
      allowMethods: ['GET', 'POST'],
      allowHeaders: ['Authorization', 'Content-Type'],
      exposeHeaders: ['WWW-Authenticate', 'Retry-After'],
      maxAge: preflightSeconds,
    }),
  )
  api.use(bodyLimit({ maxSize: maxBodyBytes, onError: (c) => c.json({ error: 'invalid_request' }, 413) }))
  api.route('/auth', passwordRoutes(tokens, record))
  api.route('/', resourceRoutes(tokens, record))
  api.notFound((c) => c.json({ error: 'not_found' }, 404))
  api.onError((error, c) => {
    record({ action: 'server error', where: c.req.path, outcome: error.message })
    return c.json({ error: 'server_error' }, 500)
  })
  return api
}
