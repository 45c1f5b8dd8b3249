import { expect, it } from 'vitest'
import { AuthError } from '../errors.ts'
import { refreshStatusAt } from './refreshStatus.ts'

const hourMs = 3_600_000
const received = { wallAt: 10 * hourMs, elapsedMs: 500 }

/** A token of an hour, 10 min after it came, the wall clock set by so much meanwhile and the elapsed time slept through by so much. */
function statusAfter({ setByMs = 0, sleptMs = 0 }) {
  const now = { wallAt: received.wallAt + 600_000 + setByMs, elapsedMs: received.elapsedMs + 600_000 - sleptMs }
  const lifetime = { received, lifetimeMs: hourMs }
  const { receivedAt, expiresAt } = refreshStatusAt(now, { lifetime, isRunning: false, isOnline: true, dueInMs: Infinity, error: null })
  return { ageMs: now.wallAt - (receivedAt ?? NaN), lifeMs: (expiresAt ?? NaN) - (receivedAt ?? NaN) }
}

it.each([
  ['as it was', {}, 600_000],
  ['set back', { setByMs: -hourMs }, 600_000],
  ['set ahead, which may have been a sleep', { setByMs: 300_000 }, 900_000],
  ['right after a sleep that did not count as elapsed', { sleptMs: 540_000 }, 600_000],
])('its instants are apart by the lifetime, and as old as they count, by a clock that is %s', (_, circumstances, ageMs) => {
  expect(statusAfter(circumstances)).toEqual({ ageMs, lifeMs: hourMs })
})

it.each([
  [{}, 'idle'],
  [{ error: new AuthError('network', 'no') }, 'degraded'],
  [{ error: new AuthError('network', 'no'), isOnline: false }, 'paused'],
  [{ error: new AuthError('network', 'no'), isRunning: true }, 'refreshing'],
])('its phase with %j is %s', (more, phase) => {
  const lifetime = { received, lifetimeMs: hourMs }
  expect(refreshStatusAt(received, { lifetime, isRunning: false, isOnline: true, dueInMs: Infinity, error: null, ...more }).phase).toBe(phase)
})
