import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Lowest first: what stands in one row may import only from the rows before it. */
const rows = [['errors'], ['session', 'browser'], ['endpoint'], ['oauth', 'http'], ['methods'], ['tokens', 'diagnose'], ['auth'], ['parking', 'idle', 'sockets'], ['index']]
/** These lie above `methods`, and yet know no particular one: each is an entry of its own. */
const strangers = [['tokens', 'methods'], ['diagnose', 'methods'], ['auth', 'methods'], ['parking', 'methods'], ['idle', 'methods'], ['sockets', 'methods']]

const root = join(import.meta.dirname, '..')
const workspace = mkdtempSync(join(tmpdir(), 'tessera-layers-'))
const core = 'packages/core/src'
const imports = 'no-restricted-imports'
const probes = new Map<string, { file: string; expected: string | undefined }>()

function layerFile(layer: string): string {
  if (layer === 'errors' || layer === 'index') return `${layer}.ts`
  return layer === 'methods' ? 'methods/password.ts' : `${layer}/${layer}.ts`
}

function isAllowed(from: string, to: string): boolean {
  if (strangers.some(([user, used]) => user === from && used === to)) return false
  const row = (layer: string): number => rows.findIndex((names) => names.includes(layer))
  return row(to) < row(from)
}

/** Adds a file whose one idea is to break, or to keep, a rule. */
function probe(title: string, file: string, source: string, expected?: string): void {
  probes.set(title, { file, expected })
  const path = join(workspace, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, source)
}

function probeLayers(): void {
  const layers = rows.flat()
  for (const from of layers.filter((layer) => layer !== 'index')) {
    // A file beside index.ts is as low as errors.ts.
    const [folder, up] = from === 'errors' ? ['', './'] : [`${from}/`, '../']
    for (const to of layers.filter((layer) => layer !== from)) {
      const expected = isAllowed(from, to) ? undefined : imports
      const source = `export { it } from '${up}${layerFile(to)}'\n`
      probe(`${from} -> ${to}`, `${core}/${folder}${from}To${to}.ts`, source, expected)
    }
  }
}

function probeExceptions(): void {
  const type = "export type { AuthMethod } from '../methods/method.ts'\n"
  const value = "export { leavingPage } from '../methods/method.ts'\n"
  for (const layer of ['endpoint', 'oauth', 'http', 'tokens', 'diagnose', 'auth']) {
    probe(`${layer} -> type of method`, `${core}/${layer}/t.ts`, type)
  }
  for (const layer of ['session', 'browser']) {
    probe(`${layer} -> type of method`, `${core}/${layer}/t.ts`, type, imports)
  }
  for (const layer of ['endpoint', 'oauth', 'http']) {
    probe(`${layer} -> value of method`, `${core}/${layer}/v.ts`, value, imports)
  }
  probe('index -> a method', `${core}/index.ts`, "export { password } from './methods/password.ts'\n", imports)
}

function probeFrameworks(): void {
  const useState = "import { useState } from 'react'\nexport const state = useState\n"
  probe('core -> react', `${core}/tokens/r.ts`, useState, imports)
  const subpath = "export { password } from '@tessera-auth/core/password'\n"
  probe('react -> core subpath', 'packages/react/src/s.ts', subpath, imports)
  probe('react -> core', 'packages/react/src/c.ts', "export { createAuth } from '@tessera-auth/core'\n")
}

function probeHabits(): void {
  const [now, fetch] = ['export const now = Date.now()\n', 'export const fetch = globalThis.fetch\n']
  probe('a global outside browser', `${core}/auth/g.ts`, now, 'no-restricted-globals')
  probe('a global by globalThis', `${core}/auth/w.ts`, fetch, 'no-restricted-globals')
  probe('a global in browser', `${core}/browser/g.ts`, now)
  const [a, b] = [
    "import type { B } from './b.ts'\nexport type A = B[]\n",
    "import type { A } from './a.ts'\nexport type B = A[]\n",
  ]
  probe('a cycle of types, one way', `${core}/auth/a.ts`, a, 'no-cycle')
  probe('a cycle of types, the other', `${core}/auth/b.ts`, b, 'no-cycle')
  probe('a default export', `${core}/auth/d.ts`, 'export default 1\n', 'no-default-export')
  probe('console', `${core}/auth/c.ts`, "console.log('a token')\n", 'no-console')
  probe('a test that sleeps', `${core}/auth/s.test.ts`, 'export const s = setTimeout\n', 'no-restricted-globals')
}

probeLayers()
probeExceptions()
probeFrameworks()
probeHabits()

describe('the lint rules', () => {
  let found: string[] = []

  beforeAll(() => {
    cpSync(join(root, '.oxlintrc.json'), join(workspace, '.oxlintrc.json'))
    // Rules that need types are left out: the made-up modules have none.
    const cli = join(root, 'node_modules/oxlint/bin/oxlint')
    const args = [cli, '-f', 'unix', 'packages']
    // oxlint looks for its type checker on the path.
    const PATH = [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter)
    const env = { ...process.env, PATH }
    found = spawnSync(process.execPath, args, { cwd: workspace, encoding: 'utf8', env }).stdout.split('\n')
  })

  afterAll(() => rmSync(workspace, { recursive: true }))

  it.each([...probes].map(([title, given]) => ({ title, ...given })))('$title: $expected', ({ file, expected }) => {
    const rules = found.filter((line) => line.startsWith(`${file}:`)).map((line) => /\((.+)\)/.exec(line)?.[1])
    const watched = rules.filter((rule) => rule !== undefined && /restricted|cycle|default-export|console/.test(rule))
    expect([...new Set(watched)]).toEqual(expected === undefined ? [] : [expected])
  })
})
