import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { memoryStorage, type TokenStorage } from '../browser/storage.ts'
import { systemTimer } from '../browser/timer.ts'
import type { AuthError } from '../errors.ts'
import { createRecordStore } from './recordStore.ts'

function open(more: Partial<TokenStorage> = {}, onError: (error: AuthError) => void = () => {}) {
  const storage: TokenStorage = { ...memoryStorage(), ...more }
  return createRecordStore({ storage, key: 'key', timer: systemTimer, onError })
}

const fail = (): never => {
  throw new DOMException('full', 'QuotaExceededError')
}
const always = () => true

test('ST-11 a record must be there once it was written or found, until it is removed', async () => {
  const store = open()
  expect([await store.read(), store.isKept()]).toEqual([null, false])
  await store.write(() => 'record', always)
  expect(store.isKept()).toBe(true)
  store.remove()
  expect(store.isKept()).toBe(false)

  const found = open({ getItem: () => 'record' })
  await found.read()
  expect(found.isKept()).toBe(true)
})

test('ST-11 not once anything has failed, nor where nothing was written', async () => {
  const unwanted = open()
  await unwanted.write(
    () => 'record',
    () => false,
  )
  expect(unwanted.isKept()).toBe(false)

  const full = open({ getItem: () => 'old', setItem: fail })
  await full.read()
  await full.write(() => 'record', always)
  expect(full.isKept()).toBe(false)

  const blocked = open({ getItem: fail })
  await blocked.write(() => 'record', always)
  expect([await blocked.read(), blocked.isKept()]).toEqual([null, false])
})

test('ST-01 says what failed, and why', async () => {
  const errors: AuthError[] = []
  await open({ setItem: fail }, (error) => errors.push(error)).write(() => 'record', always)
  expect(errors).toMatchObject([{ code: 'storage_failed', cause: { name: 'QuotaExceededError' } }])
})

describe('a removal', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())
  const never = () => new Promise<never>(() => {})

  test.each<[string, Partial<TokenStorage>]>([
    ['never ends', { removeItem: never }],
    ['waits for a write that never ends', { setItem: never }],
  ])('ST-14 INV-7 that %s is told of after 3 s', async (_, more) => {
    const errors: AuthError[] = []
    const store = open(more, (error) => errors.push(error))
    void store.write(() => 'record', always)
    await vi.advanceTimersByTimeAsync(3_000)
    errors.length = 0
    store.remove()
    await vi.advanceTimersByTimeAsync(2_999)
    expect(errors).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(errors).toMatchObject([{ code: 'storage_failed', cause: { code: 'timeout' } }])
  })

  test('is at once where the storage is, and leaves no timer', async () => {
    const storage = memoryStorage()
    const store = open(storage)
    await store.write(() => 'record', always)
    store.remove()
    expect(storage.keys()).toEqual([])
    await vi.advanceTimersByTimeAsync(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})
