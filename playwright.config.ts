import { join } from 'node:path'
import { defineConfig } from '@playwright/test'
import type { Project } from '@playwright/test'
import { chromiumOptions } from './scripts/chromiumOptions.ts'

const root = import.meta.dirname
const node = JSON.stringify(process.execPath)
const vite = `${node} ${JSON.stringify(join(root, 'node_modules/vite/bin/vite.js'))}`

/** A demo, or an example, with an identity server of its own, on ports that `pnpm demo` does not use. */
interface Site {
  readonly name: string
  readonly demoPort: number
  readonly identityPort: number
  /** Builds (or not) and serves the demo; gets the port appended. */
  readonly serve: string
  readonly env?: Readonly<Record<string, string>>
  readonly tests: Pick<Project, 'grep' | 'grepInvert' | 'testMatch' | 'testIgnore'>
}

/** Builds the demo, or the example in a folder, and serves it. */
function built(directory: string, folder = ''): string {
  const of = `${folder} --mode e2e --outDir ${JSON.stringify(join(root, 'node_modules/.vite', directory))}`
  return `${vite} build ${of} --emptyOutDir --logLevel error && ${vite} preview ${of}`
}

/** Not of the demo; what is in `nextjs` has a configuration of its own. */
const ofExamples = ['nextjs/**', 'routers/**']

function example(name: string, demoPort: number, identityPort: number): Site {
  return { name, demoPort, identityPort, serve: built(`e2e-${name}`, `examples/${name}`), tests: { testMatch: 'routers/*.spec.ts' } }
}

/** Everything runs against the production build; React's StrictMode doubles effects in development only. */
const sites: readonly Site[] = [
  {
    name: 'chromium',
    demoPort: 5183,
    identityPort: 4410,
    serve: built('e2e-dist'),
    tests: { grepInvert: /@dev\b/, testIgnore: ofExamples },
  },
  { name: 'chromium-dev', demoPort: 5184, identityPort: 4411, serve: `${vite} --mode e2e`, tests: { grep: /@dev\b/, testIgnore: [...ofExamples, 'devtools.spec.ts'] } },
  // The development server sends some two hundred modules for each page, which these many tests need not wait for.
  {
    name: 'devtools',
    demoPort: 5187,
    identityPort: 4414,
    serve: built('e2e-development'),
    env: { NODE_ENV: 'development' },
    tests: { grep: /@dev\b/, testMatch: 'devtools.spec.ts' },
  },
  example('react-router', 5185, 4412),
  example('tanstack-router', 5186, 4413),
]

export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  retries: 0,
  workers: 3,
  fullyParallel: true,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: 'list',
  use: {
    // A recorded screen costs a third of the time; the trace has a snapshot of each step anyway. In CI nobody opens it.
    trace: process.env['CI'] === undefined ? { mode: 'retain-on-failure', screenshots: false } : 'off',
    // Nothing scrolls or fades under the pointer.
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: chromiumOptions(),
  },
  projects: sites.map(({ name, demoPort, identityPort, tests }) => ({
    name,
    ...tests,
    use: { browserName: 'chromium', baseURL: `http://localhost:${demoPort}` },
    metadata: { identityOrigin: `http://localhost:${identityPort}` },
  })),
  webServer: sites.flatMap(({ name, demoPort, identityPort, serve, env }) => [
    {
      name: `${name} identity`,
      command: `${node} apps/identity/src/main.ts`,
      url: `http://localhost:${identityPort}/.well-known/openid-configuration`,
      env: { IDENTITY_PORT: String(identityPort), DEMO_ORIGIN: `http://localhost:${demoPort}` },
      gracefulShutdown: { signal: 'SIGTERM', timeout: 5000 } as const,
    },
    {
      name: `${name} demo`,
      command: `${serve} --port ${demoPort}`,
      url: `http://localhost:${demoPort}/`,
      env: { ...env, VITE_IDENTITY_ORIGIN: `http://localhost:${identityPort}` },
    },
  ]),
})
