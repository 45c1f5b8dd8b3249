import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from './clock.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

test('reads both clocks at each call', () => {
  vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['Date', 'performance', 'setTimeout'] })
  const before = systemClock.now()
  expect(before.wallAt).toBe(1_800_000_000_000)
  vi.advanceTimersByTime(1_500)
  expect(systemClock.now()).toEqual({ wallAt: before.wallAt + 1_500, elapsedMs: before.elapsedMs + 1_500 })
})

test('TM-05 setting the wall clock leaves elapsed time alone', () => {
  vi.spyOn(performance, 'now').mockReturnValue(42)
  const date = vi.spyOn(Date, 'now').mockReturnValueOnce(2_000_000).mockReturnValueOnce(1_000)
  expect([systemClock.now(), systemClock.now()]).toEqual([
    { wallAt: 2_000_000, elapsedMs: 42 },
    { wallAt: 1_000, elapsedMs: 42 },
  ])
  expect(date).toHaveBeenCalledTimes(2)
})

test('reads the real clocks of this environment', () => {
  const { wallAt, elapsedMs } = systemClock.now()
  expect(Math.abs(Date.now() - wallAt)).toBeLessThan(60_000)
  expect(elapsedMs).toBeGreaterThan(0)
  expect(systemClock.now().elapsedMs).toBeGreaterThanOrEqual(elapsedMs)
})
