import { isProven, type OauthClient } from './oauthClients.ts'
import type { RequestParameters } from './readParameters.ts'

/** The client that a form names and, unless it is public, proves with its secret (RFC 6749 §2.3.1 and §3.2.1). */
export function clientOfForm(
  form: RequestParameters['values'],
  clients: readonly OauthClient[],
): OauthClient | undefined {
  const id = form.get('client_id')
  // A partner may leave its id out: its secret tells who it is.
  const isNamed = (client: OauthClient) => (id === undefined ? client.kind === 'partner' : client.id === id)
  return clients.find((client) => isNamed(client) && isProven(client, form.get('client_secret')))
}
