import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { apiReport } from './apiReport.ts'
import type { BuiltPackage } from './apiReport.ts'

const root = join(import.meta.dirname, '..')
const isCheck = process.argv.includes('--check')

function builtPackage(directory: string): BuiltPackage {
  const read = (path: string): string => readFileSync(join(root, directory, path), 'utf8')
  const manifest = JSON.parse(read('package.json')) as { name: string; exports: Record<string, { types: string }> }
  const entries = Object.entries(manifest.exports).map(([key, { types }]) => [key, types] as const)
  return { name: manifest.name, entries: Object.fromEntries<string>(entries), read }
}

const changed: string[] = []
const problems: string[] = []
mkdirSync(join(root, 'docs/api'), { recursive: true })
for (const directory of globSync('packages/*/package.json', { cwd: root }).map(dirname).sort()) {
  const report = apiReport(builtPackage(directory))
  const path = `docs/api/${basename(directory)}.md`
  const isSame = existsSync(join(root, path)) && readFileSync(join(root, path), 'utf8') === report.page
  if (!isSame) changed.push(path)
  if (!isCheck) writeFileSync(join(root, path), report.page)
  problems.push(...report.problems)
}

for (const problem of problems) console.error(problem)
const what = changed.join(', ')
if (isCheck && what !== '') console.error(`The public API changed: run \`pnpm api\` and commit ${what}, with a changeset that says what it means for users.`)
else console.log(what === '' ? 'API: as it was' : `API: wrote ${what}`)
process.exitCode = problems.length === 0 && (what === '' || !isCheck) ? 0 : 1
