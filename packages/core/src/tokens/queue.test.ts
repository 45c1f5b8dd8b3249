import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPatientLocks } from '../../test/patientLocks.ts'
import { absent } from '../../test/siblingTabs.ts'
import { defer } from '../../test/world.ts'
import type { HeldLock, Locks } from '../browser/lock.ts'
import { AuthError } from '../errors.ts'
import type { Circle } from '../session/record.ts'
import { createQueue } from './queue.ts'

const circle: Circle = { id: 'i'.repeat(43), key: 'k'.repeat(43), sinceAt: 1 }
const trouble = new AuthError('network', 'no')

beforeEach(() => void vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function open(locks: Locks = createPatientLocks(), own: Circle | null = circle) {
  const troubles: AuthError[] = []
  const abort = new AbortController()
  const queue = createQueue({ locks, holding: { circle: () => own }, onDegraded: (error) => troubles.push(error) })
  return { queue, troubles, abort, acquire: () => queue.acquire('turn', 1_000, abort.signal) }
}

/** Locks that are given when the test says so, whatever was said to who waits. */
function openWaiting() {
  const gate = defer<HeldLock>()
  let told: AbortSignal | undefined
  const acquire: Locks['acquire'] = (_name, _waitMs, signal) => ((told = signal), gate.promise)
  return { ...open({ acquire }), gate, isToldToStop: () => told?.aborted }
}

test('who waits goes without the lock after so long', async () => {
  const { acquire } = open()
  const first = await acquire()
  const second = acquire()
  const settled = vi.fn()
  void second.then(settled)
  await vi.advanceTimersByTimeAsync(999)
  expect([first !== null, settled.mock.calls]).toEqual([true, []])
  await vi.advanceTimersByTimeAsync(1)
  expect(await second).toBeNull()
})

test.each(['before', 'while'])('INV-18 who is to stop %s it waits has no lock, at once', async (when) => {
  const { acquire, abort } = open()
  await acquire()
  if (when === 'before') abort.abort()
  const second = acquire()
  abort.abort()
  expect(await second).toBeNull()
  expect(vi.getTimerCount()).toBe(0)
})

test('RF-06 who waits when another tab could not refresh hears why', async () => {
  const { acquire, queue } = open()
  await acquire()
  const second = acquire()
  queue.fail(trouble)
  await expect(second).rejects.toBe(trouble)
})

test('XT-05 INV-18 a lock that came all the same is not lost, so that it can be let go of', async () => {
  const { acquire, queue, gate } = openWaiting()
  const acquired = acquire()
  queue.fail(trouble)
  const lock: HeldLock = { letGo: () => {}, isHeld: () => true }
  gate.resolve(lock)
  expect(await acquired).toBe(lock)
})

test('INV-18 nothing reaches who does not wait any more', async () => {
  const { acquire, queue, abort, gate, isToldToStop } = openWaiting()
  const removed = vi.spyOn(abort.signal, 'removeEventListener')
  const acquired = acquire()
  gate.resolve({ letGo: () => {}, isHeld: () => true })
  await acquired
  expect(removed).toHaveBeenCalledWith('abort', expect.any(Function))
  queue.fail(trouble)
  abort.abort()
  expect(isToldToStop()).toBe(false)
})

test('XT-12 who has left its circle meanwhile waits for nobody', async () => {
  expect(await open(createPatientLocks(), null).acquire()).not.toBeNull()
})

test('XT-08 where there are no locks everybody has one, which is told with what is missing', async () => {
  const { acquire, troubles } = open(absent.locks)
  const both = [await acquire(), await acquire()]
  expect(both.map((lock) => lock?.isHeld())).toEqual([true, true])
  expect(troubles[0]).toMatchObject({ code: 'insecure_context', cause: expect.any(TypeError) as unknown })
})
