import { Hono } from 'hono'
import { userBySub } from '../users.ts'
import { notOfUser } from './credential.ts'
import { requireCredential, type Gate } from './requireCredential.ts'

/** UserInfo (OpenID Connect Core §5.3): who the person of the access token is. A part of the API, for which all access tokens are. */
export function userInfoRoutes(gate: Gate): Hono {
  const routes = new Hono()
  routes.get('/', requireCredential(gate, (credential) => notOfUser(credential, ['accessToken', 'boundToken'])), (c) => {
    const { subject: sub } = c.get('credential').principal
    const { name, email } = userBySub(sub) ?? {}
    return c.json({ sub, name, email })
  })
  return routes
}
