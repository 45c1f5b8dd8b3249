import { describe, expect, test } from 'vitest'
import {
  elapsedSince,
  isFresh,
  leadMs,
  lifetimeOf,
  remainingMs,
  untilRefreshMs,
  type Lifetime,
  type Moment,
} from './lifetime.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const lead = 5 * minute

const received: Moment = { wallAt: 1_800_000_000_000, elapsedMs: 7_000 }

/** The moment at which the wall clock and elapsed time have moved on by this much. */
function after(wallMs: number, elapsedMs: number = wallMs): Moment {
  return { wallAt: received.wallAt + wallMs, elapsedMs: received.elapsedMs + elapsedMs }
}

function living(expiresInMs?: number): Lifetime {
  return lifetimeOf({ accessToken: 'at', expiresInMs }, received)
}

describe('lifetimeOf', () => {
  test.each([
    ['an hour', hour, hour],
    ['nothing', 0, 0],
    ['less than nothing, which is nothing', -1, 0],
    ['unknown', undefined, null],
    ['TR-12 NaN, which is unknown', NaN, null],
    ['TR-13 Infinity, which is unknown', Infinity, null],
    ['-Infinity, which is unknown', -Infinity, null],
    ['TR-13 1e15', 1e15, 1e15],
  ])('takes %s', (_, expiresInMs, lifetimeMs) => {
    expect(living(expiresInMs)).toEqual({ received, lifetimeMs })
  })
})

test('elapsedSince gives the longer of two clocks', () => {
  expect([after(5, 3), after(3, 5), after(-5, 3), received].map((now) => elapsedSince(received, now))).toEqual([
    5, 5, 3, 0,
  ])
})

describe('remainingMs', () => {
  test.each([
    ['both clocks agree', after(10 * minute), 50 * minute],
    ['the end is exact', after(hour), 0],
    ['TM-04 elapsed time stood still in eight hours of sleep', after(8 * hour, 0), -7 * hour],
    ['TM-05 the wall clock was set forwards by an hour', after(hour + minute, minute), -minute],
    ['the wall clock was set back by a day', after(-day, 10 * minute), 50 * minute],
    ['neither moved', received, hour],
  ])('INV-2 the earlier of two clocks wins: %s', (_, now, expected) => {
    expect(remainingMs(living(hour), now)).toBe(expected)
  })

  test('is endless for an unknown lifetime', () => {
    expect(remainingMs(living(), after(365 * day))).toBe(Infinity)
  })
})

describe('leadMs', () => {
  test.each([
    [hour, lead, 5 * minute],
    [20 * minute, lead, 5 * minute],
    [10 * minute, lead, 2.5 * minute],
    [5 * minute, lead, 1.25 * minute],
    [30_000, minute, 7_500],
    [10_000, minute, 2_500],
    [0, lead, 0],
    [hour, 0, 0],
    [hour, 1e12, 15 * minute],
  ])(
    'RF-21 a token that lives %d ms with a lead of %d ms is refreshed %d ms early',
    (lifetimeMs, refreshLeadMs, expected) => {
      expect(leadMs(lifetimeMs, refreshLeadMs)).toBe(expected)
    },
  )
})

describe('untilRefreshMs', () => {
  test.each([
    ['at receipt', hour, received, 55 * minute],
    ['later', hour, after(50 * minute), 5 * minute],
    ['on time', hour, after(55 * minute), 0],
    ['too late', hour, after(2 * hour), -65 * minute],
    ['TM-04 after sleep', hour, after(8 * hour, 0), 55 * minute - 8 * hour],
    ['with the clock set back', hour, after(-day, 10 * minute), 45 * minute],
    ['of a token that was dead on arrival', 0, received, 0],
    ['of a token that lives a day: its lead comes before the cap', day, received, day - lead],
    ['of a token that lives 30 days: capped', 30 * day, received, day],
    ['of a token that lives 30 days, most of a day later', 30 * day, after(20 * hour), 4 * hour],
    ['TR-13 TR-15 of a lifetime in the wrong unit: capped', 1e15, received, day],
    ['TR-13 of the largest lifetime: capped', Number.MAX_VALUE, received, day],
  ])('%s', (_, expiresInMs, now, expected) => {
    expect(untilRefreshMs(living(expiresInMs), now, lead)).toBe(expected)
  })

  test('is never due by time for an unknown lifetime', () => {
    expect(untilRefreshMs(living(), after(365 * day), lead)).toBe(Infinity)
  })
})

describe('isFresh', () => {
  test.each([
    ['at receipt', hour, received, undefined, true],
    ['5 s before the end', hour, after(hour - 5_000), undefined, true],
    ['INV-2 inside the hard margin', hour, after(hour - 4_999), undefined, false],
    ['at the end', hour, after(hour), undefined, false],
    ['at the end, when nothing is asked of it', hour, after(hour), 0, false],
    ['just before the end, when nothing is asked of it', hour, after(hour - 1), 0, true],
    ['RF-21 a short life has a short margin', 8_000, after(7_000), undefined, true],
    ['RF-21 inside the margin of a short life', 8_000, after(7_001), undefined, false],
    ['when as much is left as is asked', hour, after(50 * minute), 10 * minute, true],
    ['when less is left than is asked', hour, after(50 * minute), 10 * minute + 1, false],
    ['when more is asked than it ever had', hour, received, 2 * hour, false],
    ['when it was dead on arrival', 0, received, undefined, false],
    ['when its life is unknown, whatever is asked', undefined, after(365 * day), hour, true],
    ['when its life is unknown, and what is asked is no number', undefined, after(365 * day), NaN, true],
    ['TM-04 after sleep', hour, after(8 * hour, 0), undefined, false],
  ])('%s', (_, expiresInMs, now, minValidityMs, expected) => {
    expect(isFresh(living(expiresInMs), now, minValidityMs)).toBe(expected)
  })
})
