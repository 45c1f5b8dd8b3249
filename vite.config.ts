import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defaultClientConditions, defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'
import type { TestProjectInlineConfiguration, ViteUserConfig } from 'vitest/config'
import { browserProjects } from './test/browsers/browserProjects.ts'

const root = import.meta.dirname
const identityOrigin = process.env['VITE_IDENTITY_ORIGIN'] ?? 'http://localhost:4400'

/** Packages are read as TypeScript source, so neither the demo nor a test waits for a build. */
const resolution = {
  resolve: { conditions: ['@tessera-auth/source', ...defaultClientConditions] },
  ssr: { resolve: { conditions: ['@tessera-auth/source', ...defaultServerConditions] } },
}

function project(
  name: string,
  include: string[],
  environment: 'node' | 'jsdom' = 'node',
): TestProjectInlineConfiguration {
  return { ...resolution, root, test: { name, include, environment } }
}

/** Types are checked by the same compiler as the build: a `*.test-d.ts` that does not compile is a failed test. */
const typesProject: TestProjectInlineConfiguration = {
  ...resolution,
  root,
  test: {
    name: 'types',
    include: [],
    typecheck: { enabled: true, only: true, include: ['packages/*/src/**/*.test-d.{ts,tsx}'] },
  },
}

async function projects(): Promise<TestProjectInlineConfiguration[]> {
  return [
    project('core', ['packages/core/src/**/*.test.ts']),
    project('react', ['packages/react/src/**/*.test.{ts,tsx}'], 'jsdom'),
    project('identity', ['apps/identity/src/**/*.test.ts']),
    project('scripts', ['scripts/**/*.test.ts']),
    typesProject,
    ...(await browserProjects({ ...resolution, root })),
  ]
}

export default defineConfig(async ({ mode }): Promise<ViteUserConfig> => ({
  ...resolution,
  root: join(root, 'apps/demo'),
  plugins: [react()],
  define: { 'import.meta.env.VITE_IDENTITY_ORIGIN': JSON.stringify(identityOrigin) },
  server: { port: 5173, strictPort: true },
  preview: { port: 5173, strictPort: true },
  test: {
    root,
    retry: 0,
    projects: mode === 'test' ? await projects() : [],
    coverage: {
      provider: 'v8',
      include: ['packages/{core,react}/src/**/*.{ts,tsx}'],
      exclude: ['**/*.test.{ts,tsx}', '**/*.test-d.{ts,tsx}'],
      reporter: ['text', 'html'],
      thresholds: { lines: 0, functions: 0, branches: 0, statements: 0 },
    },
  },
}))
