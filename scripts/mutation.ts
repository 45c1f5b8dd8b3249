import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'
import { aim } from '../test/mutation/aim.ts'
import { argued } from '../test/mutation/argued.ts'
import { mutationProblems, mutationTable, scoreOf, type Mutant } from './mutationReport.ts'

/**
 * Breaks core in each way that Stryker knows, one at a time, and runs the tests that cover the place. Prints what no test noticed, and
 * fails below the score and at a survivor in what decides. Arguments are the beginnings of paths in packages/core/src, of the files to break; none means all.
 * `--tests=tokens/*,auth/*` runs only these tests, which can only notice less. What is known from a run before, of code and tests that
 * have not changed since, is taken from there.
 */
const root = join(import.meta.dirname, '..')
process.chdir(root)
const { values, positionals: parts } = parseArgs({ options: { tests: { type: 'string', default: '**/*' } }, allowPositionals: true })
process.env['MUTATION_TESTS'] = values.tests
const wanted = parts.length === 0 ? ['packages/core/src/**/*.ts'] : parts.map((part) => `packages/core/src/${part}*{,/**}`)

const results = await new Stryker({
  mutate: [...wanted, '!packages/core/src/**/*.{test,test-d}.ts'],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  plugins: ['@stryker-mutator/vitest-runner', join(root, 'test/mutation/wording.ts')],
  ignorers: ['wording'],
  coverageAnalysis: 'perTest',
  // Of what is computed once, when a module is loaded, nobody knows which tests cover it: each would take all of them.
  ignoreStatic: true,
  incremental: true,
  incrementalFile: 'node_modules/.cache/mutation.json',
  tempDirName: '.stryker-tmp',
  timeoutMS: 1000,
  // They grow with each run, and get slow.
  maxTestRunnerReuse: 150,
  // It would rewrite the configuration of this name with TypeScript's programming interface, which version 7 does not have.
  tsconfigFile: 'none',
  reporters: ['progress-append-only'],
  allowConsoleColors: false,
}).runMutationTest()

const sources = new Map<string, readonly string[]>()

function linesOf(path: string): readonly string[] {
  const lines = sources.get(path) ?? readFileSync(join(root, path), 'utf8').split('\n')
  sources.set(path, lines)
  return lines
}

/** The code between two positions, which count from 1. */
function codeAt(path: string, { start, end }: (typeof results)[number]['location']): string {
  const lines = linesOf(path).slice(start.line - 1, end.line)
  const last = lines.length - 1
  return lines.map((line, at) => line.slice(at === 0 ? start.column - 1 : 0, at === last ? end.column - 1 : undefined)).join('\n')
}

const oneLine = (code: string): string => code.replaceAll(/\s+/g, ' ').trim()

const mutants = results
  .filter(({ status }) => ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status))
  .map(({ fileName, location, replacement, status }): Mutant => {
    const path = relative(root, fileName).replaceAll('\\', '/')
    const isNoticed = status === 'Killed' || status === 'Timeout'
    const code = linesOf(path)[location.start.line - 1]?.trim() ?? ''
    return { path, line: location.start.line, code, original: oneLine(codeAt(path, location)), replacement: oneLine(replacement), isNoticed }
  })
const count = (wantedStatus: string): number => results.filter(({ status }) => status === wantedStatus).length

for (const line of mutationTable(mutants, argued)) console.log(line)
console.log(`\n${scoreOf(mutants, argued)} % of ${mutants.length} changes noticed, ${count('Timeout')} of them by time; ${count('Ignored')} left out: sentences, and what is computed once.`)
const problems = mutationProblems(mutants, argued, aim)
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1
