import { join } from 'node:path'
import { defineConfig } from '@playwright/test'
import base from '../../../playwright.config.ts'

const root = join(import.meta.dirname, '../../..')
const node = JSON.stringify(process.execPath)
const run = (script: string, ...args: readonly string[]): string => [node, JSON.stringify(join(root, script)), ...args].join(' ')

const [appPort, identityPort] = [5195, 4420]
const [appOrigin, identityOrigin] = [`http://localhost:${appPort}`, `http://localhost:${identityPort}`]

/** The packages as they are published: Next.js reads `dist`, and finds in it what is for the browser alone. */
const buildPackages = ['core', 'react'].map((name) => run('node_modules/typescript/bin/tsc', '-p', `packages/${name}/tsconfig.build.json`))
const next = (command: string): string => run('examples/nextjs/node_modules/next/dist/bin/next', command, 'examples/nextjs')

/** The example for Next.js. A run of its own: its build is slow, and would disturb whatever measures time. */
export default defineConfig({
  ...base,
  testDir: import.meta.dirname,
  testIgnore: [],
  outputDir: join(root, 'test-results/nextjs'),
  projects: [
    {
      name: 'nextjs',
      use: { browserName: 'chromium', baseURL: appOrigin },
      metadata: { identityOrigin },
    },
  ],
  webServer: [
    {
      name: 'identity',
      command: run('apps/identity/src/main.ts'),
      cwd: root,
      url: `${identityOrigin}/.well-known/openid-configuration`,
      env: { IDENTITY_PORT: String(identityPort), DEMO_ORIGIN: appOrigin },
      gracefulShutdown: { signal: 'SIGTERM', timeout: 5000 },
    },
    {
      name: 'next',
      command: `${[...buildPackages, next('build')].join(' && ')} && ${next('start')} --port ${appPort}`,
      cwd: root,
      url: `${appOrigin}/resources`,
      env: { NEXT_PUBLIC_ISSUER: identityOrigin, NEXT_TELEMETRY_DISABLED: '1' },
      timeout: 180_000,
    },
  ],
})
