import type { Census } from './meter.ts'
import type { Watched } from './watch.ts'

type Point = readonly [x: number, y: number]

/** Bytes of the heap that came to stay, each minute. */
export function bytesAMinute({ samples }: Watched): number {
  return slopeOf(samples.map(({ at, heap }) => [at / 60_000, heap]))
}

/** Objects that came to stay, at each refresh. */
export function objectsARefresh({ samples }: Watched): number {
  return slopeOf(samples.map(({ refreshes, objects }) => [refreshes, objects]))
}

/** A row of the table at the end. */
export function rowOf(tab: Watched, open: Census): Record<string, string | number> {
  const { samples, count } = tab
  return {
    ...count,
    'first heap': samples.at(0)?.heap ?? 0,
    'last heap': samples.at(-1)?.heap ?? 0,
    'bytes/min': Math.round(bytesAMinute(tab)),
    'objects/refresh': objectsARefresh(tab).toFixed(3),
    ...open,
  }
}

/** Of the straight line from which the squares of the distances are least. */
function slopeOf(points: readonly Point[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [middleX, middleY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))]
  return mean(points.map(([x, y]) => (x - middleX) * (y - middleY))) / mean(points.map(([x]) => (x - middleX) ** 2))
}
