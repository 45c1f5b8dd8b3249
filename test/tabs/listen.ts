import { once } from 'node:events'
import type { Server } from 'node:http'

/** Listens on a free port of localhost; gives the origin. */
export async function listen(server: Server): Promise<string> {
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return `http://localhost:${address.port}`
}

/** Stops listening and ends every connection. */
export async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
