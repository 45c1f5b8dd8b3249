import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureChromium } from './browsers.ts'
import { addTallies, closingLine, conformanceTally, playwrightTally, vitestTally } from './tally.ts'
import type { Tally } from './tally.ts'

const root = join(import.meta.dirname, '..')
const reports = mkdtempSync(join(tmpdir(), 'tessera-test-'))

interface Runner {
  readonly name: string
  readonly cli: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly report: string
  readonly tally: (report: unknown, exitCode: number) => Tally
}

const coveredReport = join(reports, 'covered.json')
const vitestReport = join(reports, 'vitest.json')
const tabsReport = join(reports, 'tabs.json')
const playwrightReport = join(reports, 'playwright.json')
const nextReport = join(reports, 'next.json')
const conformanceReport = join(reports, 'conformance.json')

/** Those whose coverage has a floor, which CI holds them to. */
const covered = ['core', 'react']
const coverage = process.env['CI'] === undefined ? [] : ['--coverage']

/** One of each kind, for time; `pnpm test:conformance` plays all. */
const conformanceSample = ['client-test-nonce-invalid', 'invalid-sig-rs256', 'userinfo-invalid-sub', 'issuer-mismatch', 'rotation-just-before', 'refresh-token-invalid-sub', 'rp-init-logout', 'client-refresh-token-test']

const runners: readonly Runner[] = [
  {
    name: `vitest run of ${covered.join(' and ')}${coverage.length === 0 ? '' : ', with coverage'}`,
    cli: 'node_modules/vitest/vitest.mjs',
    args: ['run', ...covered.map((name) => `--project=${name}`), ...coverage, '--reporter=default', '--reporter=json', `--outputFile.json=${coveredReport}`],
    report: coveredReport,
    tally: vitestTally,
  },
  {
    name: 'vitest run of all others',
    cli: 'node_modules/vitest/vitest.mjs',
    args: ['run', ...covered.map((name) => `--project=!${name}`), '--reporter=default', '--reporter=json', `--outputFile.json=${vitestReport}`],
    report: vitestReport,
    tally: vitestTally,
  },
  {
    name: 'vitest run --config test/tabs/vitest.config.ts',
    cli: 'node_modules/vitest/vitest.mjs',
    args: ['run', '--config=test/tabs/vitest.config.ts', '--reporter=default', '--reporter=json', `--outputFile.json=${tabsReport}`],
    report: tabsReport,
    tally: vitestTally,
  },
  {
    name: 'playwright test',
    cli: 'node_modules/@playwright/test/cli.js',
    args: ['test', '--pass-with-no-tests', '--reporter=list,json'],
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: playwrightReport },
    report: playwrightReport,
    tally: playwrightTally,
  },
  {
    name: 'playwright test --config test/e2e/nextjs/playwright.config.ts',
    cli: 'node_modules/@playwright/test/cli.js',
    args: ['test', '--config=test/e2e/nextjs/playwright.config.ts', '--reporter=list,json'],
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: nextReport },
    report: nextReport,
    tally: playwrightTally,
  },
  {
    name: 'conformance, one module of each kind',
    cli: 'scripts/conformance.ts',
    args: conformanceSample,
    env: { CONFORMANCE_REPORT: conformanceReport },
    report: conformanceReport,
    tally: conformanceTally,
  },
]

async function run({ name, cli, args, env, report, tally }: Runner): Promise<Tally> {
  console.log(`\n> ${name}`)
  const child = spawn(process.execPath, [join(root, cli), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  })
  await once(child, 'exit')
  const written: unknown = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined
  return tally(written, child.exitCode ?? 1)
}

async function main(): Promise<void> {
  console.log(`> Chromium: ${ensureChromium()}`)
  const tallies: Tally[] = []
  for (const runner of runners) tallies.push(await run(runner))
  const total = addTallies(tallies)
  process.exitCode = total.failed === 0 ? 0 : 1
  console.log(`\n${closingLine(total)}`)
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.log(`\n${closingLine({ passed: 0, failed: 1 })}`)
  process.exitCode = 1
} finally {
  rmSync(reports, { recursive: true, force: true })
}
