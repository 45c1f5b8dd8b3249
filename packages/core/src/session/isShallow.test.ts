import { expect, test } from 'vitest'
import { isShallow } from './isShallow.ts'

test.each<[string, unknown, boolean]>([
  ['text', 'x', true],
  ['null', null, true],
  ['nothing', undefined, true],
  ['an empty object', {}, true],
  ['two levels', { a: [1] }, true],
  ['three levels', { a: [{}] }, true],
  ['three levels with something in the last', { a: [{ b: 1 }] }, true],
  ['four levels', { a: [{ b: {} }] }, false],
  ['four levels in the second member', [1, [[[]]]], false],
])('DO-01 of at most three levels: %s', (_, value, expected) => {
  expect(isShallow(value, 3)).toBe(expected)
})

test('DO-01 data that contains itself is deep, and is not followed for ever', () => {
  const loop: unknown[] = []
  loop.push(loop)
  expect(isShallow(loop)).toBe(false)
})

test('DO-01 of at most 32 levels, unless another number is given', () => {
  const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels))
  expect([isShallow(nested(32)), isShallow(nested(33))]).toEqual([true, false])
})
