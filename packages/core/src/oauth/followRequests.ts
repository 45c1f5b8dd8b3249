import type { MethodContext } from '../methods/method.ts'

/**
 * Tells how much later than the first request the last one was sent, in milliseconds: auth takes tokens to be as old as the last
 * request, and what came with the first is older.
 */
export function followRequests(ctx: MethodContext): { readonly ctx: MethodContext; readonly laterMs: () => number } {
  let firstAt: number | undefined
  let lastAt = 0
  const fetch: MethodContext['fetch'] = (url, init) => {
    lastAt = ctx.now()
    firstAt ??= lastAt
    return ctx.fetch(url, init)
  }
  return { ctx: { ...ctx, fetch }, laterMs: () => Math.max(0, lastAt - (firstAt ?? lastAt)) }
}
