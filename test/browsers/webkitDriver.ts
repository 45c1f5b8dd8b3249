import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { WebKit } from '../../scripts/browsers.ts'

/** A port of the loopback interface that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No port was given')
  return address.port
}

/** Starts WebKitWebDriver on a display of its own. Both end with this process. */
export async function startWebKitDriver(webkit: WebKit, port: number): Promise<void> {
  const display = await startDisplay(webkit.xvfb)
  const env = { ...process.env, DISPLAY: display }
  const driver = spawn(webkit.driver, ['-p', String(port)], { env, stdio: 'ignore', detached: true })
  endWithThisProcess(driver)
  await Promise.race([answering(port), failure(driver, 'WebKitWebDriver')])
}

async function startDisplay(command: string): Promise<string> {
  const args = ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp']
  const xvfb = spawn(command, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: true })
  endWithThisProcess(xvfb)
  // Xvfb takes the first free display, writes its number to descriptor 3 and closes it; it dies when nobody reads on.
  const number = await Promise.race([text(xvfb.stdio[3] as Readable), failure(xvfb, 'Xvfb')])
  return `:${number.trim()}`
}

async function answering(port: number): Promise<void> {
  const status = await fetch(`http://127.0.0.1:${port}/status`).catch(() => undefined)
  if (status === undefined) await answering(port)
}

async function failure(child: ChildProcess, name: string): Promise<never> {
  const [reason] = (await Promise.race([once(child, 'exit'), once(child, 'error').catch((error: unknown) => [error])]))
  throw new Error(`${name} did not start: ${String(reason)}`)
}

/** The driver starts browsers of its own: the whole group ends, and does not keep this process from ending. */
function endWithThisProcess(child: ChildProcess): void {
  child.unref()
  process.once('exit', () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid)
  })
}
