import { expect, test } from 'vitest'
import { AuthError } from '../errors.ts'
import { isGood, untilDueMs } from './due.ts'
import { createGate } from './gate.ts'

const hour = 3_600_000
const minute = 60_000
let wallAt = 0
const now = () => ({ wallAt, elapsedMs: wallAt })
const options = { refreshLeadMs: 5 * minute, canRefresh: () => true }

function held(lifetimeMs: number | null = hour) {
  return { tokens: { accessToken: 'at' }, generation: 1, lifetime: { received: { wallAt: 0, elapsedMs: 0 }, lifetimeMs } }
}

function gateOf(error: AuthError | null) {
  wallAt = 0
  const gate = createGate({ now }, () => 0.5)
  if (error !== null) gate.close(error)
  return gate
}

test('due as long before the end as the lead is', () => {
  const gate = gateOf(null)
  expect(untilDueMs(held(), now(), { ...options, gate })).toBe(55 * minute)
})

test('tokens that nothing can refresh are due when they end', () => {
  const gate = gateOf(null)
  expect(untilDueMs(held(), now(), { ...options, canRefresh: () => false, gate })).toBe(hour)
})

test('after a failure, not before the next attempt may be made', () => {
  const gate = gateOf(new AuthError('network', 'no'))
  wallAt = hour
  gate.close(new AuthError('rate_limited', 'no', { retryAfterMs: 7_000 }))
  expect(untilDueMs(held(), now(), { ...options, gate })).toBe(7_000)
})

test('RF-09 what will not pass by itself is tried again when the token has run out', () => {
  const gate = gateOf(new AuthError('client_rejected', 'no'))
  expect(untilDueMs(held(), now(), { ...options, gate })).toBe(hour)
})

test.each([
  [0, true],
  [55 * minute - 1, true],
  [55 * minute, false],
  [hour, false],
])('a token of an hour is good after %i ms: %s', (atMs, expected) => {
  wallAt = atMs
  expect(isGood(held(), now(), 5 * minute)).toBe(expected)
})

test('a token without an end is good', () => {
  wallAt = 100 * hour
  expect(isGood(held(null), now(), 5 * minute)).toBe(true)
})

test('a token that is about to end is not good, be the lead nothing', () => {
  wallAt = hour - 1_000
  expect(isGood(held(), now(), 0)).toBe(false)
})
