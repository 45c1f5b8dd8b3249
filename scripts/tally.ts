/** How many tests of a run passed and failed. */
export interface Tally {
  readonly passed: number
  readonly failed: number
}

/** Vitest's JSON report. */
export function vitestTally(report: unknown, exitCode: number): Tally {
  return honest({ passed: count(report, 'numPassedTests'), failed: count(report, 'numFailedTests') }, exitCode)
}

/** Playwright's JSON report. A flaky test is a failed one: nothing here is retried. */
export function playwrightTally(report: unknown, exitCode: number): Tally {
  const stats = member(report, 'stats')
  const failed = count(stats, 'unexpected') + count(stats, 'flaky')
  return honest({ passed: count(stats, 'expected'), failed }, exitCode)
}

/** The verdicts of the conformance modules. What is skipped is neither. */
export function conformanceTally(report: unknown, exitCode: number): Tally {
  const words = Array.isArray(report) ? report.map((verdict) => member(verdict, 'word')) : []
  const failed = words.filter((word) => word === 'FAILED').length
  return honest({ passed: words.filter((word) => word === 'PASSED').length, failed }, exitCode)
}

export function addTallies(tallies: readonly Tally[]): Tally {
  const sum = (pick: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + pick(tally), 0)
  return { passed: sum((tally) => tally.passed), failed: sum((tally) => tally.failed) }
}

export function closingLine({ passed, failed }: Tally): string {
  return `${passed} passed, ${failed} failed`
}

/** A run can fail with no test to blame, as when a file does not load: the tally must not look clean then. */
function honest(tally: Tally, exitCode: number): Tally {
  return exitCode !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([key]) => key === name)?.[1]
}

function count(value: unknown, name: string): number {
  const number = member(value, name)
  return typeof number === 'number' ? number : 0
}
