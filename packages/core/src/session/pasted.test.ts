import { describe, expect, test } from 'vitest'
import { hintOf, readPasted } from './pasted.ts'

describe('a pasted secret', () => {
  test.each([' \tsk_live_1\r\n', '\u00a0sk_live_1', '\ufeffsk_live_1'])('%j loses what is around it', (text) => {
    expect(readPasted(text)).toBe('sk_live_1')
  })

  test.each(['', ' ', 'a b', 'a\r\nX-Evil: 1', 'a\u0000', 'schlüssel', 'a\u200bb', 'Bearer abc', 42, null, undefined, ['a'], 'x'.repeat(65_537)])(
    '%j is none',
    (value) => {
      expect(readPasted(value)).toBeNull()
    },
  )
})

describe('a hint', () => {
  test.each([
    ['sk_live_wxyz', '…wxyz'],
    ['sk_live_wxy', '…'],
    ['', '…'],
  ])('of %j is %j', (secret, hint) => {
    expect(hintOf(secret)).toBe(hint)
  })
})
