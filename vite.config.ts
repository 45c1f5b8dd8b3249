import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defaultClientConditions, defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'
import type { TestProjectInlineConfiguration, ViteUserConfig } from 'vitest/config'

const root = import.meta.dirname
const registered = 'packages/react/test/registered'
const identityOrigin = process.env['VITE_IDENTITY_ORIGIN'] ?? 'http://localhost:4400'

/** Packages are read as TypeScript source, so neither the demo nor a test waits for a build. */
const resolution = {
  resolve: { conditions: ['@tessera-auth/source', ...defaultClientConditions] },
  ssr: { resolve: { conditions: ['@tessera-auth/source', ...defaultServerConditions] } },
}

/** What every test project starts from. It does not extend the config below, which is the demo's. */
const base: TestProjectInlineConfiguration = { ...resolution, extends: false, root }

/** What the production build has to do with, whoever serves it. The development server needs inline scripts. */
const strictPolicy = "script-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; require-trusted-types-for 'script'"

/** By default one of the processors is left to a screen that nobody looks at; each project has to say so for itself. */
const maxWorkers = '100%'

/** What ends a test that hangs: far above what one takes on a machine that is busy with the others. */
const longestTestMs = 60_000

function project(
  name: string,
  include: string[],
  environment: 'node' | 'jsdom' = 'node',
): TestProjectInlineConfiguration {
  return { ...base, test: { name, include, environment, testTimeout: longestTestMs, maxWorkers } }
}

/** A test fails as well when a secret that passed during it shows anywhere. Those of the devtools have auths that leak on purpose. */
const watch = 'test/redaction/watch.ts'

function watchedProject(...given: Parameters<typeof project>): TestProjectInlineConfiguration {
  const made = project(...given)
  return { ...made, test: { ...made.test, setupFiles: [watch] } }
}

/** Types are checked by the same compiler as the build: a `*.test-d.ts` that does not compile is a failed test. */
function typesProject(name: string, include: string[], tsconfig: string): TestProjectInlineConfiguration {
  return { ...base, test: { name, include: [], typecheck: { enabled: true, only: true, include, tsconfig } } }
}

/** The oldest React supported, with the libraries that bring their React along. */
const react18Project: TestProjectInlineConfiguration = {
  ...resolution,
  root,
  resolve: {
    ...resolution.resolve,
    alias: [
      {
        find: /^(react|react-dom|zustand|@testing-library\/react)(?=$|\/)/,
        replacement: join(root, 'test/react-18/node_modules/$1'),
      },
    ],
  },
  test: {
    name: 'react-18',
    include: ['packages/{react,react-query}/src/**/*.test.{ts,tsx}', 'packages/devtools/src/**/*.test.tsx'],
    environment: 'jsdom',
    testTimeout: longestTestMs,
    maxWorkers,
    // It would bring its own React along.
    server: { deps: { inline: ['@tanstack/react-query'] } },
  },
}

async function projects(): Promise<TestProjectInlineConfiguration[]> {
  // The drivers of three browsers are slow to load, and the demo needs none.
  const { browserProjects } = await import('./test/browsers/browserProjects.ts')
  return [
    watchedProject('core', ['packages/core/src/**/*.test.ts', 'test/redaction/**/*.test.ts']),
    watchedProject('react', ['packages/react/src/**/*.test.{ts,tsx}'], 'jsdom'),
    watchedProject('react-query', ['packages/react-query/src/**/*.test.{ts,tsx}'], 'jsdom'),
    react18Project,
    watchedProject('testing', ['packages/testing/src/**/*.test.{ts,tsx}']),
    project('devtools', ['packages/devtools/src/**/*.test.{ts,tsx}']),
    project('model', ['test/model/**/*.test.ts']),
    project('identity', ['apps/identity/src/**/*.test.ts']),
    project('scripts', ['scripts/**/*.test.ts']),
    project('crash', ['test/crash/**/*.test.ts']),
    project('fuzz', ['test/fuzz/**/*.test.ts']),
    project('docs', ['examples/**/*.test.ts']),
    typesProject('types', ['packages/*/src/**/*.test-d.{ts,tsx}'], 'tsconfig.test-d.json'),
    // A program of its own: it registers an auth, which holds for a whole program.
    typesProject('types-registered', [`${registered}/*.test-d.tsx`], `${registered}/tsconfig.json`),
    ...(await browserProjects(base)),
  ]
}

export default defineConfig(async ({ mode }): Promise<ViteUserConfig> => ({
  ...resolution,
  root: join(root, 'apps/demo'),
  // One cache a mode: a running demo and the tests do not rebuild each other's dependencies.
  cacheDir: join(root, 'node_modules/.vite', mode),
  plugins: [react()],
  define: { 'import.meta.env.VITE_IDENTITY_ORIGIN': JSON.stringify(identityOrigin) },
  // Said in index.html too, which is too late for what Vite puts before it in development.
  server: { port: 5173, strictPort: true, headers: { 'Referrer-Policy': 'no-referrer' } },
  preview: { port: 5173, strictPort: true, headers: { 'Content-Security-Policy': strictPolicy } },
  test: {
    root,
    retry: 0,
    projects: mode === 'test' ? await projects() : [],
    coverage: {
      provider: 'v8',
      include: ['packages/{core,react}/src/**/*.{ts,tsx}'],
      // Node has no IndexedDB: the tests of this file run in the real engines, which count nothing here.
      exclude: ['**/*.test.{ts,tsx}', '**/*.test-d.{ts,tsx}', 'packages/core/src/browser/database.ts'],
      reporter: ['text', 'html'],
      thresholds: { lines: 99, functions: 98, branches: 97, statements: 99 },
    },
  },
}))
