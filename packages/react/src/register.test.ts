// @vitest-environment node
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, it } from 'vitest'

// A registration counts for a whole program, so the type tests of one are a program of their own.
it.each([
  ['one method', 'registered'],
  ['several methods', 'registeredByName'],
])('types the hooks and the provider for the auth that an app registers: %s', (_, folder) => {
  const compiler = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc')
  const project = join(import.meta.dirname, '../test', folder)
  const { stdout, status } = spawnSync(process.execPath, [compiler, '-p', project], { encoding: 'utf8' })
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 })
}, 30_000)
