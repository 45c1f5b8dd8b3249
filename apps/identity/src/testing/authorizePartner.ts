import { createClient, plain, type Person } from './createClient.ts'
import { demoOrigin, type TestServer } from './startServer.ts'

/** Where the partner's people come back to. */
export const partnerCallback = `${demoOrigin}/backend-code/callback`

/** Signs a person in for the partner, sending the client id and `query`, and gives the callback. */
export async function authorizePartner(
  server: TestServer,
  person: Person,
  query: Readonly<Record<string, string>> = {},
): Promise<URL> {
  const client = createClient(server, 'partner', plain)
  const parameters = new URLSearchParams({ client_id: 'partner', ...query })
  const page = await client.browser.open(`${server.origin}/oauth/authorization?${parameters}`)
  return (await client.answer(page, person)).url
}

/** The code of a callback. */
export function codeOf(callback: URL): string {
  return callback.searchParams.get('code') ?? ''
}
