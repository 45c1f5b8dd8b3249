/**
 * Calls an API as a program: every address on the command line, with one token for all of them.
 *
 *   export TOKEN_URL=https://id.example/oauth/v2/token CLIENT_ID=machine CLIENT_SECRET=…
 *   node src/main.ts https://api.example/v1/resources https://api.example/v1/admin
 *
 * Where the packages are not built, as in their own repository: `node --conditions=@tessera-auth/source src/main.ts …`
 */
import { isAuthError, TokenManager } from '@tessera-auth/core'
import { clientCredentialsGrant } from '@tessera-auth/core/client-credentials'

const { TOKEN_URL = '', CLIENT_ID = '', CLIENT_SECRET = '', SCOPE } = process.env

const grant = clientCredentialsGrant({ tokenUrl: TOKEN_URL, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, scope: SCOPE })
const tokens = new TokenManager({ refresh: grant })

/** Sends a request with a token. One that the API refuses is replaced once; a 403 is an answer like any other. */
async function callApi(url: string): Promise<Response> {
  const { generation } = await tokens.acquire()
  const send = async (): Promise<Response> => fetch(url, { headers: { authorization: `Bearer ${await tokens.getAccessToken()}` }, redirect: 'error' })
  const response = await send()
  if (response.status !== 401) return response
  await response.body?.cancel()
  await tokens.refresh({ generation })
  return send()
}

try {
  // All at once: the first to need a token asks for it, and the others wait for the same one.
  await Promise.all(
    process.argv.slice(2).map(async (url) => {
      const response = await callApi(url)
      console.log(response.status, url, await response.text())
    }),
  )
} catch (error) {
  if (!isAuthError(error)) throw error
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = 1
}
