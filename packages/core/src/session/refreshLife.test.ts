import { describe, expect, test } from 'vitest'
import type { Moment } from './lifetime.ts'
import { keptRefreshLife, refreshLeftMs } from './refreshLife.ts'

const minute = 60_000
const received: Moment = { wallAt: 1_800_000_000_000, elapsedMs: 7_000 }

/** The moment at which the wall clock and elapsed time have moved on by this much. */
const after = (wallMs: number, elapsedMs: number = wallMs): Moment => ({ wallAt: received.wallAt + wallMs, elapsedMs: received.elapsedMs + elapsedMs })
const of = (refreshExpiresInMs?: number) => ({ tokens: { refreshToken: 'rt', refreshExpiresInMs }, lifetime: { received } })

describe('refreshLeftMs', () => {
  test.each([
    ['both clocks agree', after(10 * minute), 20 * minute],
    ['TM-05 the clock was set forwards by a day', after(1_440 * minute, 10 * minute), 20 * minute],
    ['TM-05 the clock was set back', after(5 * minute, 10 * minute), 25 * minute],
    ['it has run out', after(31 * minute), -minute],
  ])('%s', (_, now, expected) => {
    expect(refreshLeftMs(of(30 * minute), now)).toBe(expected)
  })

  test('is endless where nobody said', () => {
    expect(refreshLeftMs(of(), after(10 * minute))).toBe(Infinity)
  })
})

describe('keptRefreshLife', () => {
  const answer = { accessToken: 'at', subject: null, user: null, scope: [] }
  test.each<[string, object, number | undefined, object]>([
    ['no refresh token: the rest of what the old one has', {}, 30 * minute, { refreshExpiresInMs: 20 * minute }],
    ['the same refresh token: the rest too', { refreshToken: 'rt' }, 30 * minute, { refreshExpiresInMs: 20 * minute }],
    ['another refresh token, without a word of its life', { refreshToken: 'rt-2' }, 30 * minute, {}],
    ['a life of its own', { refreshExpiresInMs: minute }, 30 * minute, { refreshExpiresInMs: minute }],
    ['no refresh token after one of unknown life', {}, undefined, {}],
  ])('an answer with %s', (_, brought, heldMs, expected) => {
    expect(keptRefreshLife({ ...answer, ...brought }, of(heldMs), after(10 * minute))).toStrictEqual(expected)
  })
})
