import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')
/** Within the demo, which has installed everything that an app has. */
const workshop = mkdtempSync(join(root, 'apps/demo/node_modules/.tessera-devtools-'))
afterAll(() => rmSync(workshop, { recursive: true }))

/** What is in the devtools alone, and survives a minifier. */
const traces = ['tessera-devtools', 'Fail the next refresh', 'adoptedStyleSheets', 'Took over the tokens', 'Turn to refresh']

/** Builds as a release would be, whatever this test runs in. */
function build(args: readonly string[]): string {
  const { NODE_ENV: _, ...env } = process.env
  const outDir = mkdtempSync(join(workshop, 'dist-'))
  const command = [join(root, 'node_modules/vite/bin/vite.js'), 'build', ...args, '--outDir', outDir, '--logLevel', 'error']
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: root, env, encoding: 'utf8' })
  expect(stderr + String(status)).toBe('0')
  return globSync('**/*.{js,css,html}', { cwd: outDir }).map((path) => readFileSync(join(outDir, path), 'utf8')).join('\n')
}

function buildApp(entry: string): string {
  const directory = mkdtempSync(join(workshop, 'app-'))
  const app = `import { createAuth } from '@tessera-auth/core'
import { password } from '@tessera-auth/core/password'
import { TesseraDevtools, withDevtools } from '${entry}'
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
const environment = withDevtools()
const auth = createAuth({ method: password({ loginUrl: '/login' }) }, environment)
createRoot(document.body).render(createElement(TesseraDevtools, { auth, environment }))`
  writeFileSync(join(directory, 'app.js'), app)
  writeFileSync(join(directory, 'index.html'), '<script type="module" src="./app.js"></script>')
  writeFileSync(join(directory, 'vite.config.js'), "export default { resolve: { conditions: ['@tessera-auth/source', 'module', 'browser', 'development|production'] } }")
  return build([directory, '--config', join(directory, 'vite.config.js')])
}

it('a production build of the demo has nothing of the devtools', () => {
  const code = build(['--config', join(root, 'vite.config.ts')])
  expect(code).toContain('Signed in')
  expect(traces.filter((trace) => code.includes(trace))).toEqual([])
})

it('nor has that of any app which imports them', () => {
  const code = buildApp('@tessera-auth/devtools')
  expect(code).toContain('/login')
  expect(traces.filter((trace) => code.includes(trace))).toEqual([])
})

it('but for one that imports them from /production', () => {
  const code = buildApp('@tessera-auth/devtools/production')
  expect(traces.filter((trace) => code.includes(trace))).toEqual(traces)
})
