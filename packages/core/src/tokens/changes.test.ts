import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { defer } from '../../test/world.ts'
import { systemTimer } from '../browser/timer.ts'
import { AuthError } from '../errors.ts'
import type { TokenSet } from '../session/session.ts'
import type { Parts } from './assemble.ts'
import { createChanges } from './changes.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** A tab that holds tokens. */
function open() {
  const tab = { looking: null as Promise<void> | null, circle: {} as object | null, epoch: new AbortController() }
  const [look, update] = [vi.fn(), vi.fn()]
  const parts = { vault: { held: () => ({}), circle: () => tab.circle, catchUp: async () => null }, lookout: { look, looking: () => tab.looking }, schedule: { update } } as unknown as Parts<TokenSet>
  return { tab, look, update, changes: createChanges(parts, () => tab.epoch.signal) }
}

describe('what is under way', () => {
  test('is nothing, until there is a look or a login', () => {
    const { tab, changes } = open()
    expect([changes.next(), changes.isPending(), changes.isSetting()]).toEqual([null, false, false])
    tab.looking = Promise.resolve()
    expect([changes.next(), changes.isPending(), changes.isSetting()]).toEqual([expect.any(Promise), true, false])
  })

  test.each([
    [undefined, true],
    [2, true],
    [3, false],
    [4, false],
  ])('INV-12 a look, after %s waits: %s', (waits, isWaitedFor) => {
    const { tab, changes } = open()
    tab.looking = Promise.resolve()
    expect(changes.next(waits) !== null).toBe(isWaitedFor)
  })

  test('INV-8 new tokens on their way are waited for, however long that takes', async () => {
    const { changes } = open()
    const setting = defer<boolean>()
    const set = changes.set(setting.promise)
    expect([changes.next(99), changes.isSetting()]).toEqual([expect.any(Promise), true])
    setting.resolve(true)
    expect(await set).toBe(true)
    expect([changes.next(), changes.isSetting()]).toEqual([null, false])
  })

  test('INV-8 rejects once the tokens are somebody else’s', async () => {
    const { tab, changes } = open()
    tab.looking = new Promise(() => {})
    const next = changes.next()
    tab.epoch.abort(new AuthError('user_changed', 'Bob'))
    await expect(next).rejects.toMatchObject({ code: 'user_changed' })
  })
})

describe('a guard', () => {
  test('INV-6 keeps everybody waiting while it gives what to wait for, whatever the others say', () => {
    const { changes } = open()
    const until = new Promise<void>(() => {})
    let paused: Promise<void> | null = until
    changes.guard(() => null)
    changes.guard(() => paused)
    changes.guard(() => null)
    expect([changes.next(99), changes.isHeld(), changes.isPending(), changes.isSetting()]).toEqual([expect.any(Promise), true, true, false])
    paused = null
    expect([changes.next(99), changes.isHeld(), changes.isPending()]).toEqual([null, false, false])
  })

  test('is asked no more once it was called off, and what was due is looked at again', () => {
    const { changes, update } = open()
    const letGo = changes.guard(() => new Promise(() => {}))
    expect([changes.isHeld(), update.mock.calls.length]).toEqual([true, 0])
    letGo()
    expect([changes.isHeld(), update.mock.calls.length]).toEqual([false, 1])
  })
})

describe('settled', () => {
  /** A tab that looks for a millisecond, again and again. */
  function openLooking() {
    const { tab, changes } = open()
    let begun = 0
    const look = (): Promise<void> => {
      begun++
      const { promise, resolve } = defer<void>()
      systemTimer.after(1, () => {
        // One that waits without end would keep this test from failing.
        tab.looking = begun < 20 ? look() : null
        resolve()
      })
      return promise
    }
    tab.looking = look()
    return { changes, begun: () => begun }
  }

  test('INV-12 after three looks, though another begins whenever one ends', async () => {
    const { changes, begun } = openLooking()
    const settled = vi.fn()
    void changes.settled().then(settled)
    await vi.advanceTimersByTimeAsync(3)
    expect([settled.mock.calls.length, begun()]).toEqual([1, 4])
  })

  test('INV-8 not before the login that comes meanwhile, however many looks that takes', async () => {
    const { changes } = openLooking()
    const settled = vi.fn()
    void changes.settled().then(settled)
    await vi.advanceTimersByTimeAsync(2)
    const setting = defer<boolean>()
    void changes.set(setting.promise)
    await vi.advanceTimersByTimeAsync(10)
    expect(settled).not.toHaveBeenCalled()
    setting.resolve(true)
    await vi.advanceTimersByTimeAsync(0)
    expect(settled).toHaveBeenCalledTimes(1)
  })
})

describe('caught up', () => {
  test('looks what other tabs did, and waits for that', async () => {
    const { tab, look, changes } = open()
    const looking = defer<void>()
    look.mockImplementation(() => void (tab.looking = looking.promise))
    const settled = vi.fn()
    void changes.caughtUp()?.then(settled)
    await vi.advanceTimersByTimeAsync(0)
    expect([look.mock.calls.length, settled.mock.calls.length]).toEqual([1, 0])
    tab.looking = null
    looking.resolve()
    await vi.advanceTimersByTimeAsync(0)
    expect(settled).toHaveBeenCalledTimes(1)
  })

  test('where nobody shares the session there is nothing to look for', () => {
    const { tab, look, changes } = open()
    tab.circle = null
    expect(changes.caughtUp()).toBeNull()
    expect(look).not.toHaveBeenCalled()
  })
})
