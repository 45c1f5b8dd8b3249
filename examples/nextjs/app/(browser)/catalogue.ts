import { TokenManager } from '@tessera-auth/core'
import { clientCredentialsGrant } from '@tessera-auth/core/client-credentials'
import { backend } from '../backend'
import { namesIn } from '../namesIn'

const { CATALOGUE_SECRET: clientSecret = 'machine-secret' } = process.env

/** The server's own access, as itself: one token for all requests. It never leaves this process. */
const tokens = new TokenManager({
  refresh: clientCredentialsGrant({ tokenUrl: `${backend}/oauth/v2/token`, clientId: 'machine', clientSecret, scope: 'read:resources' }),
})

/** What everybody may see. */
export async function readCatalogue(): Promise<readonly string[]> {
  const headers = { authorization: `Bearer ${await tokens.getAccessToken()}` }
  const response = await fetch(`${backend}/v1/resources`, { headers, cache: 'no-store' })
  if (!response.ok) throw new Error(`The catalogue answered ${response.status}.`)
  return namesIn(await response.json())
}
