import type { Context, Hono } from 'hono'
import type { AppSessions } from '../api/createAppSessions.ts'
import { createJsonApp } from '../api/createJsonApp.ts'
import type { OpaqueTokens } from '../api/createOpaqueTokens.ts'
import type { CredentialStores } from '../api/credentialStores.ts'
import { respondWith, type Result } from '../api/result.ts'
import type { ServerContext } from '../serverContext.ts'
import { userBySub } from '../users.ts'
import { createAnswerCode, invalidGrant } from './answerCode.ts'
import type { TokenAnswer } from './createExchange.ts'

/**
 * The demo's own backend, which an app would run beside its pages: it keeps the client secret and exchanges the codes
 * that the pages bring. `/token` hands the provider's token to the page; `/session` keeps it, behind a cookie.
 * To be mounted at `/backend`.
 */
export function backendRoutes(context: ServerContext, stores: CredentialStores): Hono {
  const allowHeaders = ['Content-Type', 'X-CSRF-Token', 'Idempotency-Key']
  const routes = createJsonApp(context, { allowMethods: ['POST'], allowHeaders, credentials: true })
  const respond = respondWith(context.record)
  const answerCode = createAnswerCode(context)

  routes.post('/token', async (c) => respond(c, 'exchange', await answerCode(c, handOver)))
  routes.post('/session', async (c) =>
    respond(c, 'exchange', await answerCode(c, (answer) => startSession(c, answer, stores))),
  )
  routes.all('*', (c) => c.json({ error: 'not_found' }, 404))
  return routes
}

function handOver(body: TokenAnswer): Result {
  return { status: 200, body, outcome: 'token handed over' }
}

/** The token never reaches the page, and the session lasts no longer than the token is good. */
function startSession(
  c: Context,
  { access_token: token }: TokenAnswer,
  { appSessions, opaqueTokens }: { readonly appSessions: AppSessions; readonly opaqueTokens: OpaqueTokens },
): Result {
  // Stands for asking the provider's API who that is, and what the token may do.
  const principal = typeof token === 'string' ? opaqueTokens.find(token) : undefined
  const user = userBySub(principal?.subject ?? '')
  if (typeof token !== 'string' || principal === undefined || user === undefined) return invalidGrant()
  appSessions.start(c, { ...user, apiScopes: principal.scopes }, () => opaqueTokens.find(token) !== undefined)
  return { status: 204, outcome: 'session started', user: user.sub }
}
