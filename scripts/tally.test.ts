import { expect, it } from 'vitest'
import { addTallies, closingLine, conformanceTally, playwrightTally, vitestTally } from './tally.ts'

it('reads the report of Vitest', () => {
  expect(vitestTally({ numPassedTests: 3, numFailedTests: 1 }, 1)).toEqual({ passed: 3, failed: 1 })
})

it('reads the report of Playwright, and takes a flaky test for a failed one', () => {
  expect(playwrightTally({ stats: { expected: 4, unexpected: 1, flaky: 1 } }, 1)).toEqual({ passed: 4, failed: 2 })
})

it('reads the verdicts of the conformance modules, and counts none that was skipped', () => {
  expect(conformanceTally([{ word: 'PASSED' }, { word: 'SKIPPED' }, { word: 'FAILED' }, { word: 'PASSED' }], 1)).toEqual({ passed: 2, failed: 1 })
})

it.each([vitestTally, playwrightTally, conformanceTally])('counts a failure where a run failed and no test did', (tally) => {
  expect(tally({}, 1)).toEqual({ passed: 0, failed: 1 })
  expect(tally(undefined, 1)).toEqual({ passed: 0, failed: 1 })
  expect(tally({}, 0)).toEqual({ passed: 0, failed: 0 })
})

it('sums', () => {
  const tallies = [{ passed: 1, failed: 2 }, { passed: 3, failed: 4 }]
  expect(closingLine(addTallies(tallies))).toBe('4 passed, 6 failed')
})
