import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageProblems, methodProblems, nameProblems, unitProblems } from './structureRules.ts'
import type { Source } from './structureRules.ts'

const root = join(import.meta.dirname, '..')

function sources(): Source[] {
  const paths = globSync('{packages,apps}/*/src/**/*.{ts,tsx}', { cwd: root })
  return paths.map((path) => ({ path: path.replaceAll('\\', '/'), code: readFileSync(join(root, path), 'utf8') }))
}

function list(directory: string): string[] {
  return existsSync(join(root, directory)) ? readdirSync(join(root, directory)) : []
}

function coreExportMap(): Record<string, unknown> {
  const manifest = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8')) as {
    exports: Record<string, unknown>
  }
  return manifest.exports
}

const files = sources()
const published = files.filter(({ path }) => path.startsWith('packages/'))
const code = files.filter(({ path }) => !/\.test(-d)?\.tsx?$/.test(path))
const problems = [
  ...files.flatMap(nameProblems),
  ...code.flatMap(messageProblems),
  ...published.flatMap(unitProblems),
  ...methodProblems({
    files: list('packages/core/src/methods'),
    exportMap: coreExportMap(),
    pages: list('docs/methods'),
  }),
]

for (const problem of problems) console.error(problem)
console.log(problems.length === 0 ? 'Structure: nothing to say' : `Structure: ${problems.length} to put right`)
process.exitCode = problems.length === 0 ? 0 : 1
