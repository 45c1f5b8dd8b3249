import { globSync } from 'node:fs'
import { join } from 'node:path'
import { node } from './node.ts'

const root = join(import.meta.dirname, '..')

const everywhere = '{packages,apps,examples}/**/tsconfig.json'
const projects = globSync(['tsconfig.json', everywhere], { cwd: root, exclude: ['**/node_modules/**'] })

// The type tests are part of their package's own project: tsconfig.test-d.json needs no run of its own.
for (const project of projects.sort()) {
  if (!node('node_modules/typescript/bin/tsc', ['-p', project])) process.exitCode = 1
}
