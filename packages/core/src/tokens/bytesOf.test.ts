import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { bytesOf } from './bytesOf.ts'

test('bytes are bytes, wherever they come from', () => {
  expect(bytesOf(Uint8Array.of(1, 2, 3))).toEqual(Uint8Array.of(1, 2, 3))
  expect(bytesOf(Uint8Array.of(1, 2, 3, 4).subarray(1, 3))).toEqual(Uint8Array.of(2, 3))
  const foreign: unknown = runInNewContext('Uint8Array.of(1, 2, 3)')
  expect(foreign).not.toBeInstanceOf(Uint8Array)
  expect([...(bytesOf(foreign) ?? [])]).toEqual([1, 2, 3])
})

test.each([null, undefined, 7, 'text', [1, 2], { length: 1, 0: 1 }, new ArrayBuffer(2)])('XT-03 %o is none', (value) => {
  expect(bytesOf(value)).toBeNull()
})
