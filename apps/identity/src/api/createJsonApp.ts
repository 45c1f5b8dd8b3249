import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import type { ServerContext } from '../serverContext.ts'

/** What the demo may send across origins. */
export interface JsonAppOptions {
  readonly allowMethods: readonly string[]
  readonly allowHeaders: readonly string[]
  /** Whether browsers may send cookies along (Fetch §3.3.4). Default false. */
  readonly credentials?: boolean
}

/** Largest request body in bytes. */
const maxBodyBytes = 16_384

/** How long browsers may keep the answer to a preflight request, in seconds (Fetch §3.3.3). */
const preflightSeconds = 600

/** A part of the server that speaks JSON: never cached, open to the demo alone, with bounded bodies. */
export function createJsonApp({ demoOrigin, record }: ServerContext, options: JsonAppOptions): Hono {
  const app = new Hono()
  app.use(async (c, next) => {
    await next()
    c.header('Cache-Control', 'no-store')
  })
  app.use(
    cors({
      origin: demoOrigin,
      allowMethods: [...options.allowMethods],
      allowHeaders: [...options.allowHeaders],
      exposeHeaders: ['WWW-Authenticate', 'Retry-After', 'DPoP-Nonce'],
      credentials: options.credentials ?? false,
      maxAge: preflightSeconds,
    }),
  )
  app.use(bodyLimit({ maxSize: maxBodyBytes, onError: (c) => c.json({ error: 'invalid_request' }, 413) }))
  app.notFound((c) => c.json({ error: 'not_found' }, 404))
  app.onError((error, c) => {
    record({ action: 'server error', where: c.req.path, outcome: error.message })
    return c.json({ error: 'server_error' }, 500)
  })
  return app
}
