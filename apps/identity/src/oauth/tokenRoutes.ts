import { Hono } from 'hono'
import { respondWith } from '../api/result.ts'
import { clientOfBasic } from './clientOfBasic.ts'
import { clientOfForm } from './clientOfForm.ts'
import { grantMachine, grantTokens } from './grantTokens.ts'
import type { OauthServer } from './oauthServer.ts'
import { readForm } from './readForm.ts'
import type { RequestParameters } from './readParameters.ts'
import { revokeToken } from './revokeToken.ts'

/** What the log calls a request for each grant type. */
const actions: ReadonlyMap<string | undefined, string> = new Map([
  ['authorization_code', 'redeem code'],
  ['refresh_token', 'refresh'],
  ['client_credentials', 'machine token'],
])

/**
 * The endpoints that programs call: `/token` with credentials in the form (RFC 6749 §3.2), `/v2/token` for machines
 * with HTTP Basic, and `/revoke` (RFC 7009).
 */
export function tokenRoutes(server: OauthServer): Hono {
  const { clients, context } = server
  const respond = respondWith(context.record)
  const routes = new Hono()

  routes.post('/token', async (c) => {
    const form = await readForm(c)
    return respond(c, actionOf(form), await grantTokens(form, clientOfForm(form.values, clients), server))
  })
  routes.post('/v2/token', async (c) => {
    const form = await readForm(c)
    const client = clientOfBasic(c.req.header('Authorization'), clients)
    return respond(c, actionOf(form), await grantMachine({ form, client, lifetime: c.req.query('lifetime') }, server))
  })
  routes.post('/revoke', async (c) => respond(c, 'revoke', revokeToken(await readForm(c), server)))
  return routes
}

function actionOf({ values }: RequestParameters): string {
  return actions.get(values.get('grant_type')) ?? 'token'
}
