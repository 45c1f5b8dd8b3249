import { expect, test } from 'vitest'
import { parseHttpDate } from './httpDate.ts'

test('a date of HTTP', () => {
  expect(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT')).toBe(784_111_777_000)
})

test.each(['', '0', '784111777', '1994-11-06T08:49:37Z', 'Sun, 06 Nov 1994 08:49:37', 'Sun, no day of any month GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'On Sun, 06 Nov 1994 08:49:37 GMT', 'Sun, 06 Nov 1994 08:49:37 GMT+0200'])('DO-10: %j is none', (text) => {
  expect(parseHttpDate(text)).toBeNull()
})
