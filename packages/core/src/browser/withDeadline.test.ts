import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AuthError } from '../errors.ts'
import { systemTimer } from './timer.ts'
import { withDeadline } from './withDeadline.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const never = (): Promise<never> => new Promise(() => {})

/** A signal that counts its listeners. */
function observed(): { controller: AbortController; listeners: () => number } {
  const controller = new AbortController()
  const add = vi.spyOn(controller.signal, 'addEventListener')
  const remove = vi.spyOn(controller.signal, 'removeEventListener')
  return {
    controller,
    listeners: () => add.mock.calls.length - new Set(remove.mock.calls.map(([, listener]) => listener)).size,
  }
}

describe('withDeadline', () => {
  test('INV-18 gives what was run for, and leaves neither timer nor listener', async () => {
    const { controller, listeners } = observed()
    await expect(withDeadline({ timer: systemTimer, deadlineMs: 1_000, signal: controller.signal }, async () => 'done')).resolves.toBe('done')
    expect([vi.getTimerCount(), listeners()]).toEqual([0, 0])
  })

  test('INV-18 gives why it failed, and leaves neither timer nor listener', async () => {
    const { controller, listeners } = observed()
    const failure = new Error('failed')
    await expect(withDeadline({ timer: systemTimer, deadlineMs: 1_000, signal: controller.signal }, () => Promise.reject(failure))).rejects.toBe(
      failure,
    )
    expect([vi.getTimerCount(), listeners()]).toEqual([0, 0])
  })

  test('DO-08 a synchronous throw is a rejection', async () => {
    const failure = new Error('failed')
    const run = (): never => {
      throw failure
    }
    await expect(withDeadline({ timer: systemTimer, deadlineMs: 1_000 }, run)).rejects.toBe(failure)
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each<[string, (resolve: (value: string) => void, reject: (reason: unknown) => void) => void]>([
    ['', (resolve) => resolve('done')],
    [' that resolves twice', (resolve) => [resolve('done'), resolve('again')]],
    [' that resolves and rejects', (resolve, reject) => [resolve('done'), reject(new Error('again'))]],
    [' that resolves and throws', (resolve) => {
      resolve('done')
      throw new Error('again')
    }],
  ])('DO-08 a thenable%s is as good as a promise', async (_, then) => {
    // oxlint-disable-next-line unicorn/no-thenable -- what this test is about
    const thenable = { then }
    await expect(withDeadline({ timer: systemTimer, deadlineMs: 1_000 }, () => thenable as Promise<string>)).resolves.toBe('done')
  })

  test('TR-23 INV-12 rejects when the time is up, and tells the work why', async () => {
    const { controller, listeners } = observed()
    let inner: AbortSignal | undefined
    const result = withDeadline({ timer: systemTimer, deadlineMs: 1_000, signal: controller.signal }, (signal) => {
      inner = signal
      return never()
    })
    const outcome = expect(result).rejects.toMatchObject({ name: 'AuthError', code: 'timeout', retryable: true })
    await vi.advanceTimersByTimeAsync(999)
    expect(inner?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await outcome
    expect(inner?.reason).toMatchObject({ code: 'timeout' })
    expect([vi.getTimerCount(), listeners()]).toEqual([0, 0])
  })

  test('rejects when the caller aborts, with the reason as its cause, and tells the work', async () => {
    const { controller, listeners } = observed()
    let inner: AbortSignal | undefined
    const result = withDeadline({ timer: systemTimer, deadlineMs: 1_000, signal: controller.signal }, (signal) => {
      inner = signal
      return never()
    })
    controller.abort('enough')
    await expect(result).rejects.toMatchObject({ code: 'aborted', retryable: true, cause: 'enough' })
    expect(inner?.aborted).toBe(true)
    expect([vi.getTimerCount(), listeners()]).toEqual([0, 0])
  })

  test('rejects with the reason itself where that is an AuthError', async () => {
    const reason = new AuthError('disposed', 'dispose() was called.')
    const controller = new AbortController()
    const result = withDeadline({ timer: systemTimer, deadlineMs: 1_000, signal: controller.signal }, never)
    controller.abort(reason)
    await expect(result).rejects.toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('does not even begin when the caller has aborted before', async () => {
    const run = vi.fn(never)
    await expect(withDeadline({ timer: systemTimer, deadlineMs: 1_000, signal: AbortSignal.abort('enough') }, run)).rejects.toMatchObject({
      code: 'aborted',
      cause: 'enough',
    })
    expect(run).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('begins at once, so that an abort right after the call is no start after an abort', () => {
    const run = vi.fn(never)
    withDeadline({ timer: systemTimer, deadlineMs: 1_000 }, run).catch(() => {})
    expect(run).toHaveBeenCalledTimes(1)
  })

  test.each([
    ['a result', (resolve: (value: string) => void) => resolve('late')],
    ['a failure', (_: unknown, reject: (reason: Error) => void) => reject(new Error('late'))],
  ])('%s that comes late is nobody’s: no second outcome, no unhandled rejection', async (_, settle) => {
    let conclude = (): void => {}
    const late = new Promise<string>((resolve, reject) => (conclude = () => settle(resolve, reject)))
    const result = withDeadline({ timer: systemTimer, deadlineMs: 1_000 }, () => late)
    const outcome = expect(result).rejects.toMatchObject({ code: 'timeout' })
    await vi.advanceTimersByTimeAsync(1_000)
    await outcome
    conclude()
    await vi.advanceTimersByTimeAsync(0)
    await expect(result).rejects.toBeInstanceOf(AuthError)
  })

  test('an abort after the end changes nothing', async () => {
    const controller = new AbortController()
    let inner: AbortSignal | undefined
    await withDeadline({ timer: systemTimer, deadlineMs: 1_000, signal: controller.signal }, async (signal) => void (inner = signal))
    controller.abort()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(inner?.aborted).toBe(false)
  })

  test('TM-01 a deadline without end never fires', async () => {
    const onTimeout = vi.fn()
    withDeadline({ timer: systemTimer, deadlineMs: Infinity }, never).catch(onTimeout)
    await vi.advanceTimersByTimeAsync(86_400_000)
    expect(onTimeout).not.toHaveBeenCalled()
  })
})
