import { expect, test } from 'vitest'
import { parseInstant } from './instant.ts'

test.each([
  ['2025-02-22T10:00:00Z', Date.UTC(2025, 1, 22, 10)],
  ['2025-02-22T10:00:00.125Z', Date.UTC(2025, 1, 22, 10, 0, 0, 125)],
  ['2025-02-22T10:00:00.123456Z', Date.UTC(2025, 1, 22, 10, 0, 0, 123)],
  ['2025-02-22T10:00:00+02:00', Date.UTC(2025, 1, 22, 8)],
])('%s is read to the millisecond', (text, at) => {
  expect(parseInstant(text)).toBe(at)
})

test.each(['', '2025-02-22', '2025-02-22T10:00:00', '2025-13-22T10:00:00Z', '2025-02-22T25:00:00Z', 'Sat, 22 Feb 2025 10:00:00 GMT', '1740218400', 1_740_218_400, null, '+002025-02-22T10:00:00Z', '2025-02-22T10:00:00Z\u0000', ['2025-02-22T10:00:00Z']])(
  '%j is none',
  (value) => {
    expect(parseInstant(value)).toBeNull()
  },
)
