import { spawn } from 'node:child_process'
import { join } from 'node:path'

const [appPort, identityPort] = ['3000', '4400']
const env = {
  ...process.env,
  NEXT_TELEMETRY_DISABLED: '1',
  NEXT_PUBLIC_ISSUER: `http://localhost:${identityPort}`,
  IDENTITY_PORT: identityPort,
  DEMO_ORIGIN: `http://localhost:${appPort}`,
}
const run = (script: string, ...args: readonly string[]) =>
  spawn(process.execPath, [join(import.meta.dirname, script), ...args], { cwd: import.meta.dirname, env, stdio: 'inherit' })

// What this example is without outside its repository: an identity server beside it.
const identity = run('../../apps/identity/src/main.ts')
const next = run('node_modules/next/dist/bin/next', 'dev', '--port', appPort)
next.once('exit', () => identity.kill())
identity.once('exit', () => next.kill())
