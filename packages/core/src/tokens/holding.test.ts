import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defer } from '../../test/world.ts'
import { systemClock } from '../browser/clock.ts'
import { memoryStorage, type TokenStorage } from '../browser/storage.ts'
import { systemTimer } from '../browser/timer.ts'
import { remainingMs } from '../session/lifetime.ts'
import { decodeRecord, type TokenRecord } from '../session/record.ts'
import { createHolding } from './holding.ts'
import { createRecordStore } from './recordStore.ts'

const minute = 60_000
const circle = { id: 'i'.repeat(43), key: 'k'.repeat(43), sinceAt: 1 }

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => vi.useRealTimers())

function open(storage: TokenStorage = memoryStorage()) {
  return createHolding(createRecordStore({ storage, key: 'key', timer: systemTimer, onError: () => {} }), systemClock)
}

function record(generation: number, more: Partial<TokenRecord> = {}): TokenRecord {
  return { tokens: { accessToken: `at-${generation}`, expiresInMs: 10 * minute }, receivedAt: Date.now(), generation, epoch: 1, ...more }
}

test('INV-6 something newer makes everything before it unwanted', () => {
  const holding = open()
  expect(holding.isNew()).toBe(true)
  const first = holding.next()
  const marked = holding.mark()
  expect([first(), marked(), holding.isNew()]).toEqual([true, true, false])
  const second = holding.next()
  expect([first(), marked(), second()]).toEqual([false, false, true])
})

test('INV-24 a generation that is known never counts less again', () => {
  const holding = open()
  holding.next(7)
  holding.next(3)
  expect(holding.generation()).toBe(7)
  holding.forget()
  expect(holding.generation()).toBe(8)
})

test('INV-4 what is kept is in the storage before anybody sees it, with the circle', async () => {
  const stored = new Map<string, string>()
  const gate = defer<void>()
  const holding = open({ getItem: () => null, setItem: (key, value) => gate.promise.then(() => void stored.set(key, value)), removeItem: (key) => void stored.delete(key) })
  holding.enter(circle)
  const kept = holding.keep(record(4), holding.next())
  await vi.advanceTimersByTimeAsync(0)
  expect(holding.held()).toBeNull()
  gate.resolve()
  expect(await kept).toBe(true)
  expect(holding.held()?.tokens.accessToken).toBe('at-4')
  expect(decodeRecord(stored.get('key') ?? '', (_tokens): _tokens is typeof _tokens => true)).toEqual({ ...record(4), circle })
})

test('INV-9 what became unwanted while it was being written is not shown', async () => {
  const gate = defer<void>()
  const holding = open({ getItem: () => null, setItem: () => gate.promise, removeItem: () => {} })
  const kept = holding.keep(record(4), holding.next())
  holding.next()
  gate.resolve()
  expect(await kept).toBe(false)
  expect(holding.held()).toBeNull()
})

test('the generation that callers see grows through every change, whatever circle it is of', () => {
  const holding = open()
  holding.show(record(5))
  expect(holding.held()?.generation).toBe(5)
  holding.show(record(9))
  expect(holding.held()?.generation).toBe(9)
  holding.enter(circle)
  expect([holding.generation(), holding.epoch(), holding.circle()]).toEqual([0, 0, circle])
  holding.show(record(1))
  expect([holding.held()?.generation, holding.generation(), holding.epoch()]).toEqual([10, 1, 1])
})

test('a token that came elsewhere some time ago has that much less to live', () => {
  const holding = open()
  holding.show(record(1, { receivedAt: Date.now() - 4 * minute }))
  const lifetime = holding.held()?.lifetime
  expect(lifetime === undefined ? null : remainingMs(lifetime, systemClock.now())).toBe(6 * minute)
})

test('TM-05 also once the clock was set back', () => {
  const holding = open()
  holding.show(record(1, { receivedAt: Date.now() - 4 * minute }))
  vi.setSystemTime(Date.now() - 60 * minute)
  const lifetime = holding.held()?.lifetime
  expect(lifetime === undefined ? null : remainingMs(lifetime, systemClock.now())).toBe(6 * minute)
})

test('TM-05 one that came in the future, by this clock, has no more to live than any', () => {
  const holding = open()
  holding.show(record(1, { receivedAt: Date.now() + 60 * minute }))
  const lifetime = holding.held()?.lifetime
  expect(lifetime === undefined ? null : remainingMs(lifetime, systemClock.now())).toBe(10 * minute)
})

test('INV-7 what is forgotten is gone from the storage at once', async () => {
  const storage = memoryStorage()
  const holding = open(storage)
  await holding.keep(record(1), holding.next())
  expect(JSON.parse(storage.getItem('key') ?? '')).toEqual({ version: expect.any(Number) as unknown, ...record(1) })
  holding.forget()
  expect([holding.held(), storage.keys()]).toEqual([null, []])
})
