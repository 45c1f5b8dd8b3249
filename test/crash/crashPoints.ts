import { expect, test } from 'vitest'
import { injections, type Injection } from './injections.ts'
import { turnsOfTask, type Moment } from './moments.ts'
import { describe, rehearse, replay, type Point } from './replay.ts'

/** What an app asks for comes at any turn of the promises of a task: so many turns are tried after the first moment of each. */
const mostTurns = 12

/** All points: `pnpm test` leaves out what three tabs add, but for a refresh, as that takes as long as all the rest. */
const isWhole = process.env['CRASH_ALL'] !== undefined || process.env['CRASH_POINT'] !== undefined

/** One point alone, as a failure names it. */
const only = process.env['CRASH_POINT']

/** Tests of a flow at every moment, each with everything that can happen there. `leastPoints`, for one, two and three tabs: they cannot become few unnoticed. */
export function testCrashPoints(flow: string, leastPoints: readonly [number, number, number]): void {
  const runs = leastPoints.map((least, index) => ({ tabs: index + 1, least }))
  test.each(runs.filter(({ tabs }) => tabs < 3 || isWhole || flow === 'refresh'))(
    `INV-3 INV-5 INV-6 INV-7 INV-8 INV-12 INV-14 INV-18 INV-20 ${flow} with $tabs tabs, whatever happens at whichever moment`,
    { timeout: 600_000 },
    async ({ tabs, least }) => {
      const moments = await rehearse(flow, tabs)
      const points = pointsOf(flow, tabs, moments).filter((point) => only === undefined || keyOf(point) === only)
      const violations: string[] = []
      for (const point of points) {
        const moment = moments[point.step]
        if (moment === undefined) continue
        const problems = await replay(point, moment)
        if (problems.length > 0) violations.push(`${title(point, moment)}\n  ${problems.join('\n  ')}\n  to replay it: CRASH_POINT='${keyOf(point)}' vitest run --project crash ${flow}`)
      }
      console.log(`crash points: ${flow}, tabs: ${tabs}, moments: ${moments.length}, points: ${points.length}, violations: ${violations.length}`)
      expect(violations.slice(0, 5).join('\n')).toBe('')
      expect(violations).toHaveLength(0)
      if (only === undefined) expect(points.length).toBeGreaterThanOrEqual(least)
    },
  )
}

function pointsOf(flow: string, tabs: number, moments: readonly Moment[]): Point[] {
  return Object.entries(injections).flatMap(([injection, kind]) =>
    moments.flatMap((moment, step) => turnsOf(kind, moment).map((turn) => ({ flow, tabs, step, turn, injection }))),
  )
}

function turnsOf({ isInPage, isBetweenTasks }: Injection, { name, isFirst }: Moment): readonly number[] {
  // Nobody but the page itself can tell that a timer is armed.
  if (name === 'timer.armed') return []
  if (isBetweenTasks === true) return isFirst ? [turnsOfTask] : []
  if (isInPage !== true) return [0]
  return isFirst ? Array.from({ length: mostTurns }, (_, turn) => turn + 1) : [1]
}

function keyOf({ flow, tabs, step, turn, injection }: Point): string {
  return [flow, tabs, step, turn, injection].join('/')
}

function title({ flow, tabs, step, turn, injection }: Point, moment: Moment): string {
  return `${flow} with ${tabs} tabs, at moment ${step} (${describe(moment)}), ${turn} turns later: ${injection}`
}

