import { connect } from 'node:net'
import { join } from 'node:path'
import { createServer } from 'vite'
import { createIdentityServer } from '../apps/identity/src/index.ts'

type Close = () => Promise<void>

const running: Close[] = []

async function main(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void stop(0))
  try {
    const [identityPort, demoPort] = [port('IDENTITY_PORT', 4400), port('DEMO_PORT', 5173)]
    if (identityPort === demoPort) throw new Error('IDENTITY_PORT and DEMO_PORT must be two ports.')
    await refuseTaken('IDENTITY_PORT', identityPort)
    await refuseTaken('DEMO_PORT', demoPort)
    const demoOrigin = `http://localhost:${demoPort}`
    const identityOrigin = await startIdentity(identityPort, demoOrigin)
    await startDemo(demoPort, identityOrigin)
    await Promise.all([answer(demoOrigin), answer(`${identityOrigin}/.well-known/openid-configuration`)])
    const lines = [`The demo:         ${demoOrigin}`, `Identity server:  ${identityOrigin}`, 'To stop:          Ctrl-C']
    console.log(`\n  Tessera is ready.\n\n  ${lines.join('\n  ')}\n`)
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    await stop(1)
  }
}

function port(variable: string, fallback: number): number {
  const text = process.env[variable]
  const number = Number(text ?? fallback)
  if (Number.isInteger(number) && number > 0 && number <= 65_535) return number
  throw new Error(`${variable} must be a port number from 1 to 65535, not ${text ?? ''}.`)
}

/** Asks rather than tries to listen: a server on the other of IPv4 and IPv6 would let us, and then get our visitors. */
async function refuseTaken(variable: string, number: number): Promise<void> {
  const isTaken = await new Promise<boolean>((resolve) => {
    const socket = connect(number, 'localhost')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
  if (isTaken) {
    throw new Error(`Port ${number} is in use: set the environment variable ${variable} to another port and try again.`)
  }
}

async function startIdentity(number: number, demoOrigin: string): Promise<string> {
  const server = await createIdentityServer({ port: number, demoOrigin })
  running.push(() => server.close())
  return server.origin
}

async function startDemo(number: number, identityOrigin: string): Promise<void> {
  process.env['VITE_IDENTITY_ORIGIN'] = identityOrigin
  const server = await createServer({
    configFile: join(import.meta.dirname, '../vite.config.ts'),
    logLevel: 'warn',
    clearScreen: false,
    server: { port: number, strictPort: true },
  })
  running.push(() => server.close())
  await server.listen()
}

async function answer(url: string): Promise<void> {
  const { status } = await fetch(url)
  if (status !== 200) throw new Error(`${url} answered ${status}.`)
}

async function stop(code: number): Promise<never> {
  await Promise.allSettled(running.map((close) => close()))
  process.exit(code)
}

await main()
