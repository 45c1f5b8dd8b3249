import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { retryAfterMs } from './retryAfter.ts'

const nowAt = Date.parse('Sun, 06 Nov 1994 08:49:37 GMT')

describe('retryAfterMs', () => {
  test.each<[string, string | null, number | undefined]>([
    ['seconds', '120', 120_000],
    ['seconds with spaces around them', ' 7 ', 7_000],
    ['no wait, which is a second', '0', 1_000],
    ['a year, which is five minutes', '31536000', 300_000],
    ['1e9 seconds', '1000000000', 300_000],
    ['more digits than a number has', '9'.repeat(400), 300_000],
    ['a date', 'Sun, 06 Nov 1994 08:51:37 GMT', 120_000],
    ['a date that has passed', 'Sun, 06 Nov 1994 08:00:00 GMT', 1_000],
    ['a far date', 'Fri, 31 Dec 9999 23:59:59 GMT', 300_000],
    ['no header', null, undefined],
    ['nothing', '', undefined],
    ['spaces', '   ', undefined],
    ['a negative number', '-1', undefined],
    ['a fraction', '1.5', undefined],
    ['an exponent', '1e3', undefined],
    ['hexadecimal digits', '0x10', undefined],
    ['digits of another script', '١٢', undefined],
    ['NaN', 'NaN', undefined],
    ['Infinity', 'Infinity', undefined],
    ['words', 'later', undefined],
    ['DO-10 a date that is none', 'Sun, 99 Foo 1994 99:99:99 GMT', undefined],
    ['a date in another form', '1994-11-06T08:51:37Z', undefined],
    ['two values', '1, 2', undefined],
  ])('RF-11 %s', (_, header, expected) => {
    expect(retryAfterMs(header, nowAt)).toBe(expected)
  })

  test('RF-11 whatever the text is, it gives 1 s to 5 min or nothing', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.nat().map(String),
      fc.date().map((date) => (Number.isNaN(date.getTime()) ? '' : date.toUTCString())),
    )
    fc.assert(
      fc.property(text, fc.integer(), (header, now) => {
        const wait = retryAfterMs(header, now)
        expect(wait === undefined || (wait >= 1_000 && wait <= 300_000)).toBe(true)
      }),
    )
  })

  test('DO-02 a megabyte of anything takes no time', () => {
    for (const text of ['9', ' ', 'Sun, ', 'GMT ', 'Sun, 0 GMT'])
      retryAfterMs(text.repeat(1_000_000 / text.length), nowAt)
    expect(retryAfterMs(`${' '.repeat(500_000)}5${' '.repeat(500_000)}`, nowAt)).toBe(5_000)
  })
})
