import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, preview } from 'vite'

const configFile = join(import.meta.dirname, '../../vite.config.ts')

/** The demo as it is built for production, with an identity server of one's own. */
export interface Site {
  readonly origin: string
  readonly close: () => Promise<void>
}

export async function createSite(identityOrigin: string): Promise<Site> {
  const outDir = mkdtempSync(join(tmpdir(), 'tessera-conformance-'))
  const common = { configFile, mode: 'conformance', logLevel: 'warn', build: { outDir, emptyOutDir: true } } as const
  process.env['VITE_IDENTITY_ORIGIN'] = identityOrigin
  await build(common)
  const server = await preview({ ...common, preview: { host: 'localhost', port: 0, strictPort: false } })
  const address = server.httpServer.address()
  if (address === null || typeof address === 'string') throw new Error('The demo has no port.')
  return {
    origin: `http://localhost:${address.port}`,
    async close() {
      await server.close()
      rmSync(outDir, { recursive: true, force: true })
    },
  }
}
