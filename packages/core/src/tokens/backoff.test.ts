import { expect, test } from 'vitest'
import { backoffMs } from './backoff.ts'

test('full jitter over a window that doubles from 2 s to a minute', () => {
  const windows = [1, 2, 3, 4, 5, 6, 7, 1_000].map((failures) => Math.round(backoffMs(failures, 0.999999)))
  expect(windows).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000])
  expect(backoffMs(6, 0.5)).toBe(30_000)
})

test('RF-06 never at once, and quickly only once', () => {
  expect([1, 2, 3, 20].map((failures) => backoffMs(failures, 0))).toEqual([500, 2_000, 2_000, 2_000])
})
