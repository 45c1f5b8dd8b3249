import fc from 'fast-check'
import { expect, test } from 'vitest'
import { retryAfterMs } from '../../packages/core/src/session/retryAfter.ts'
import { fuzz, staysLinear } from './fuzz.ts'
import { hostileText } from './hostileText.ts'

const nowAt = 1_800_000_000_000
const shortestMs = 1_000
const longestMs = 300_000
const clamped = (waitMs: number): number => Math.min(Math.max(waitMs, shortestMs), longestMs)

const seconds = fc.oneof(fc.nat(), fc.nat(400), fc.bigInt({ min: 0n, max: 10n ** 40n })).map(String)
const inMs = fc.integer({ min: -400, max: 400 }).map((fromNowS) => fromNowS * 1000)

test('a Retry-After in seconds is that long, within bounds', () =>
  fuzz(seconds, (text) => expect(retryAfterMs(text, nowAt)).toBe(clamped(Number(text) * 1000)), { share: 0.2 }))

test('a Retry-After that is a date is until then, within bounds', () =>
  fuzz(inMs, (waitMs) => expect(retryAfterMs(new Date(nowAt + waitMs).toUTCString(), nowAt)).toBe(clamped(waitMs)), { share: 0.2 }))

test('DO-10 RF-11: any other Retry-After is a wait within bounds, or none', () =>
  fuzz(
    fc.tuple(
      hostileText(
        fc.oneof(
          seconds,
          inMs.map((waitMs) => new Date(nowAt + waitMs).toUTCString()),
        ),
      ),
      fc.constantFrom(nowAt, 0, Number.MAX_SAFE_INTEGER, -nowAt),
    ),
    ([text, at]) => {
      const waitMs = retryAfterMs(text, at)
      if (waitMs === undefined) return
      expect(waitMs).toBeGreaterThanOrEqual(shortestMs)
      expect(waitMs).toBeLessThanOrEqual(longestMs)
      expect(text).toMatch(/^\s*(\d+|[A-Z][a-z]{2}, .* GMT)\s*$/)
    },
    { share: 0.6 },
  ))

staysLinear(
  'DO-02 a long Retry-After',
  { digits: (length) => '9'.repeat(length), spaces: (length) => `${' '.repeat(length)}1x`, date: (length) => `Mon, ${' '.repeat(length)} GMT` },
  (text) => retryAfterMs(text, nowAt),
  250_000,
)
