import type { Provider } from 'oidc-provider'
import { pageHeaders } from '../pages/pageHeaders.ts'
import { showNotFound } from './show.ts'

/** Koa middleware of the provider. */
type Middleware = Parameters<Provider['use']>[0]

/**
 * Adds to every answer of oidc-provider what it does not do itself: the Content Security Policy of pages,
 * CORS for the demo only (oidc-provider opens discovery and keys to any origin), and a page for unknown paths.
 */
export function guardResponses(demoOrigin: string): Middleware {
  return async (ctx, next) => {
    // Set first: oidc-provider extends the policy by the hash of each script of its own.
    ctx.set(pageHeaders(demoOrigin))
    await next()
    if (ctx.status === 404 && ctx.body === undefined) await showNotFound(ctx, demoOrigin)
    if (ctx.response.is('html') === false) ctx.remove('Content-Security-Policy')
    if (ctx.get('Origin') !== demoOrigin) removeCors(ctx.response.headers, (name) => ctx.remove(name))
  }
}

function removeCors(headers: object, remove: (name: string) => void): void {
  for (const name of Object.keys(headers)) if (name.startsWith('access-control-')) remove(name)
}
