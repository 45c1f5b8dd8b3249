import { expect, test } from 'vitest'
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
