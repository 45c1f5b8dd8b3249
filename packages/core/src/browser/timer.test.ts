import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { longestDelayMs, systemTimer } from './timer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('systemTimer', () => {
  test('runs once, after the delay', () => {
    const run = vi.fn()
    systemTimer.after(1_000, run)
    vi.advanceTimersByTime(999)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    vi.advanceTimersByTime(10_000)
    expect(run).toHaveBeenCalledTimes(1)
  })

  test('is cancelled by the function that it gives, which may be called late and twice', () => {
    const run = vi.fn()
    const cancel = systemTimer.after(1_000, run)
    cancel()
    cancel()
    expect(vi.getTimerCount()).toBe(0)
    const late = systemTimer.after(1, run)
    vi.advanceTimersByTime(1)
    late()
    expect(run).toHaveBeenCalledTimes(1)
  })

  test.each([
    ['TM-01 2^31', 2 ** 31, longestDelayMs],
    ['TM-01 2^31 - 1', longestDelayMs, longestDelayMs],
    ['TM-01 30 days', 30 * 86_400_000, longestDelayMs],
    ['TM-01 1e300', 1e300, longestDelayMs],
    ['TM-02 Infinity', Infinity, longestDelayMs],
    ['TM-02 NaN', NaN, longestDelayMs],
    ['what is overdue', -5, 0],
    ['-Infinity', -Infinity, 0],
    ['no wait', 0, 0],
    ['a minute', 60_000, 60_000],
  ])('INV-21 arms a finite delay that does not overflow for %s', (_, delayMs, armed) => {
    const setTimeout = vi.spyOn(globalThis, 'setTimeout')
    systemTimer.after(delayMs, () => {})()
    expect(setTimeout.mock.calls.map(([, delay]) => delay)).toEqual([armed])
  })

  test.each([7, {}])('cancels by whatever setTimeout gave: %o', (id) => {
    vi.spyOn(globalThis, 'setTimeout').mockReturnValue(id as ReturnType<typeof setTimeout>)
    const clearTimeout = vi.spyOn(globalThis, 'clearTimeout').mockImplementation(() => {})
    systemTimer.after(1, () => {})()
    expect(clearTimeout).toHaveBeenCalledExactlyOnceWith(id)
  })

  test.runIf(typeof window === 'undefined')('does not keep a Node process alive', () => {
    vi.useRealTimers()
    const setTimeout = vi.spyOn(globalThis, 'setTimeout')
    const cancel = systemTimer.after(1_000, () => {})
    const timeout: unknown = setTimeout.mock.results[0]?.value
    expect((timeout as { hasRef: () => boolean }).hasRef()).toBe(false)
    cancel()
  })
})
