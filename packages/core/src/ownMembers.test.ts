import { expect, test } from 'vitest'
import { membersOf, ownMembers } from './ownMembers.ts'

test('copies what an object has itself, and has no prototype', () => {
  const given = Object.assign(Object.create({ inherited: 1 }) as object, { own: 2 })
  const copy = ownMembers(given)
  expect(copy).not.toBe(given)
  expect([Object.entries(copy), Object.getPrototypeOf(copy), 'toString' in copy]).toEqual([[['own', 2]], null, false])
})

test('ST-07 ID-22 a member called __proto__ is a member like others', () => {
  const copy = ownMembers(JSON.parse('{"__proto__":{"admin":true}}') as { admin?: boolean })
  expect([Object.keys(copy), copy.admin, Object.getPrototypeOf(copy)]).toEqual([['__proto__'], undefined, null])
})

test('DO-06 a polluted prototype does not show through', () => {
  const prototype = Object.prototype as { polluted?: boolean }
  try {
    prototype.polluted = true
    expect(ownMembers<{ polluted?: boolean }>({}).polluted).toBeUndefined()
  } finally {
    delete prototype.polluted
  }
})

test.each([null, undefined, 42, 'text', () => ({ a: 1 })])('membersOf finds nothing in %o', (value) => {
  expect(membersOf(value)).toEqual({})
})

test('membersOf finds what an object has itself', () => {
  expect(membersOf({ a: 1 })).toEqual({ a: 1 })
  expect(membersOf(Object.create({ a: 1 }))).toEqual({})
})
