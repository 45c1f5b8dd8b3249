import { afterAll } from 'vitest'
import { createIdentityServer } from '../createIdentityServer.ts'

/** Origin of a demo that nobody runs: the tests read where the server would send people. */
export const demoOrigin = 'http://localhost:5173'

/** A server for the tests of one file, closed after them. */
export interface TestServer {
  readonly origin: string
  /** Everything it logged so far. */
  readonly lines: readonly string[]
}

/** Starts a server on a free port. */
export async function startServer(): Promise<TestServer> {
  const lines: string[] = []
  const server = await createIdentityServer({ port: 0, demoOrigin, log: (line) => lines.push(line) })
  afterAll(() => server.close())
  return { origin: server.origin, lines }
}
