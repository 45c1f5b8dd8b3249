import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { topics } from '../test/cases/cases.ts'
import { caseProblems, caseSummary, caseTable } from './caseTable.ts'
import { caseTests } from './caseTests.ts'

const root = join(import.meta.dirname, '..')
/** Tests of the scripts have samples of tests in them. */
const places = ['{packages,apps}/*/{src,test}/**/*.{test,spec}.{ts,tsx}', 'examples/*.test.ts', 'test/**/*.{test,spec}.{ts,tsx}', 'test/tabs/testTabs.ts']

const paths = globSync(places, { cwd: root, exclude: ['**/node_modules/**', '**/dist/**'] }).map((path) => path.replaceAll('\\', '/'))
const tests = paths.sort().flatMap((path) => caseTests({ path, code: readFileSync(join(root, path), 'utf8') }))
const problems = caseProblems(topics, tests)

console.log(caseTable(topics, tests).join('\n'))
console.log(`\n${caseSummary(topics, tests)}`)
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1
