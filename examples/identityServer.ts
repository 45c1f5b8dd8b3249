import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { defaultClientConditions, type Plugin } from 'vite'

/** What an example is without outside this repository: an identity server beside it, and packages read as source. */
export function identityServer(port: number): Plugin {
  return {
    name: 'identity-server',
    config: () => ({
      resolve: { conditions: ['@tessera-auth/source', ...defaultClientConditions] },
      define: { 'import.meta.env.VITE_IDENTITY_ORIGIN': JSON.stringify(process.env['VITE_IDENTITY_ORIGIN'] ?? `http://localhost:${port}`) },
    }),
    configureServer({ config, httpServer }) {
      const env = { ...process.env, IDENTITY_PORT: String(port), DEMO_ORIGIN: `http://localhost:${config.server.port}` }
      const server = spawn(process.execPath, [join(import.meta.dirname, '../apps/identity/src/main.ts')], { env, stdio: 'inherit' })
      const stop = (): void => void server.kill()
      httpServer?.once('close', stop)
      process.once('exit', stop)
    },
  }
}
