import { createIdentityServer } from './createIdentityServer.ts'

async function main(): Promise<void> {
  const { IDENTITY_PORT = '4400', DEMO_ORIGIN = 'http://localhost:5173' } = process.env
  try {
    const server = await createIdentityServer({ port: parsePort(IDENTITY_PORT), demoOrigin: DEMO_ORIGIN })
    console.log(`Identity server ready at ${server.origin}, for the demo at ${DEMO_ORIGIN}`)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())
  } catch (error) {
    console.error(explain(error))
    process.exitCode = 1
  }
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new Error(`IDENTITY_PORT must be a port number from 0 to 65535, not ${text}.`)
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isPortTaken = 'code' in error && error.code === 'EADDRINUSE'
  return isPortTaken ? error.message.replace(/\.$/, ': set IDENTITY_PORT to another port.') : error.message
}

await main()
