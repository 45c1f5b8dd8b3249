import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { isIPv6 } from 'node:net'
import { createActivityLog } from './activityLog.ts'
import { createRequestHandler } from './createRequestHandler.ts'
import { createSigningKey } from './signingKey.ts'

/** Where the identity server listens and whom it serves. */
export interface IdentityOptions {
  /** TCP port; 0 takes any free one. */
  readonly port: number
  /** Host name to listen on and to put in the issuer. Default `localhost`. */
  readonly host?: string
  /** Origin of the demo: the only one that CORS and redirects allow, such as `http://localhost:5173`. */
  readonly demoOrigin: string
  /** Receives one line for each thing that happened. Default `console.log`. */
  readonly log?: (line: string) => void
}

/** A running identity server. */
export interface IdentityServer {
  /** Origin and issuer (OpenID Connect Discovery §3), such as `http://localhost:4400`. */
  readonly origin: string
  /** Stops listening and ends every connection. Nothing of the server runs afterwards. */
  close(): Promise<void>
}

/**
 * Starts an OpenID server with its own users, sign-in pages, password endpoints and API.
 * All state is in memory and gone at the end.
 *
 * Rejects with a plain error that names the port, with `code: 'EADDRINUSE'`, when the port is taken.
 */
export async function createIdentityServer(options: IdentityOptions): Promise<IdentityServer> {
  const { port, host = 'localhost', demoOrigin, log = (line) => console.log(line) } = options
  checkOrigin(demoOrigin)
  const signingKey = await createSigningKey()
  const server = createServer()
  await listen(server, port, host)
  const origin = originOf(server, host)
  // The issuer names the port, so the handler can only be made now; no request can come in between.
  const record = createActivityLog(log)
  server.on('request', createRequestHandler({ origin, resource: `${origin}/v1`, demoOrigin, signingKey, record }))
  let closed: Promise<void> | undefined
  return { origin, close: () => (closed ??= close(server)) }
}

function checkOrigin(demoOrigin: string): void {
  if (!URL.canParse(demoOrigin) || new URL(demoOrigin).origin !== demoOrigin) {
    throw new Error(`The origin of the demo must be like http://localhost:5173, without a path, not ${demoOrigin}.`)
  }
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    throw Object.assign(new Error(`Port ${port} is already in use.`, { cause: error }), { code: error.code })
  }
}

function originOf(server: Server, host: string): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return `http://${isIPv6(host) ? `[${host}]` : host}:${address.port}`
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  // Browsers keep connections open for their next request: waiting for those would take minutes.
  server.closeAllConnections()
  await closed
}
