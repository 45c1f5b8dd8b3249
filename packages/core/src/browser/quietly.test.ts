import { expect, test } from 'vitest'
import { quietly } from './quietly.ts'

test('gives what it is given, and null for what is refused', () => {
  const refuse = (): never => {
    throw new DOMException('blocked', 'SecurityError')
  }
  expect([quietly(() => 'a line'), quietly(refuse)]).toEqual(['a line', null])
})
