import { Hono } from 'hono'
import type { ServerContext } from '../serverContext.ts'
import { apiKeyRoutes } from './apiKeyRoutes.ts'
import { appSessionRoutes } from './appSessionRoutes.ts'
import { createAuthenticate } from './createAuthenticate.ts'
import { createJsonApp } from './createJsonApp.ts'
import type { CredentialStores } from './credentialStores.ts'
import { passwordRoutes } from './passwordRoutes.ts'
import { paymentRoutes } from './paymentRoutes.ts'
import { resourceRoutes } from './resourceRoutes.ts'
import { sessionTokenRoutes } from './sessionTokenRoutes.ts'
import { userInfoRoutes } from './userInfoRoutes.ts'

/** Headers in which the demo sends credentials and what goes with them. */
export const credentialHeaders = ['Authorization', 'Content-Type', 'X-API-Key', 'X-CSRF-Token', 'Idempotency-Key', 'DPoP']

/** The API at `/v1`: resources, and the ways to get a credential for them that are not OAuth. */
export function createApi(context: ServerContext, stores: CredentialStores): Hono {
  const { record } = context
  const gate = { authenticate: createAuthenticate(stores), record }
  const api = createJsonApp(context, {
    allowMethods: ['GET', 'POST', 'DELETE'],
    allowHeaders: credentialHeaders,
    credentials: true,
  })
  const v1 = new Hono()
  v1.route('/auth', passwordRoutes(stores, record))
  v1.route('/session', appSessionRoutes(stores.appSessions, record))
  v1.route('/sessions', sessionTokenRoutes(stores, gate))
  v1.route('/api-keys', apiKeyRoutes(stores.apiKeys, gate))
  v1.route('/payments', paymentRoutes(gate))
  v1.route('/userinfo', userInfoRoutes(gate))
  v1.route('/', resourceRoutes(gate))
  return api.route('/v1', v1)
}
