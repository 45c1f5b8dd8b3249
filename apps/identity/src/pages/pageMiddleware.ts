import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { every } from 'hono/combine'
import { createMiddleware } from 'hono/factory'
import { failPage } from './failPage.ts'
import { pageHeaders } from './pageHeaders.ts'

/** Largest form in bytes. */
const maxFormBytes = 16_384

/** What every page of ours and its form need: security headers, no caching, and a limit for what comes in. */
export function pageMiddleware(demoOrigin: string): MiddlewareHandler {
  const tooBig = { status: 413, code: 'invalid_request', description: 'The form is too big.' } as const
  const guard = createMiddleware(async (c, next) => {
    await next()
    c.header('Cache-Control', 'no-store')
    for (const [name, value] of Object.entries(pageHeaders(demoOrigin))) c.header(name, value)
  })
  return every(guard, bodyLimit({ maxSize: maxFormBytes, onError: (c) => failPage(c, demoOrigin, tooBig) }))
}
