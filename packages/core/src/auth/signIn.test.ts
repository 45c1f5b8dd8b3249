import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createWorld, type World } from '../../test/world.ts'
import { leavingPage, type AuthMethod } from '../methods/method.ts'
import type { Session } from '../session/session.ts'
import { createAuth } from './createAuth.ts'

let world: World
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
})
afterEach(() => vi.useRealTimers())

const session: Session = { accessToken: 'at', subject: 'ada', user: null, scope: [] }

/** Leaves, waits for good, or signs in. */
const method: AuthMethod<'leave' | 'wait' | Partial<Session>> = {
  name: 'plain',
  async login(input) {
    if (input === 'leave') return leavingPage
    return input === 'wait' ? new Promise(() => {}) : { ...session, ...input }
  },
  stepUp: (_, { signIn }) => signIn(async () => session, 'a new family'),
}
const create = () => createAuth({ method }, world.environment)

test.each([
  ['the time for leaving is up', () => vi.advanceTimersByTimeAsync(60_000)],
  ['the page is there again', async () => world.wake('restored')],
])('a login shows as under way, though another before it was to leave the page, and %s', async (_, happen) => {
  const auth = create()
  await auth.login('leave')
  void auth.login('wait')
  await happen()
  expect(auth.store.getState().pending).toBe('plain')
})

test('a token that has expired on arrival is said to be a matter of the clock', async () => {
  const auth = create()
  auth.start()
  await expect(auth.login({ expiresInMs: 0 })).rejects.toMatchObject({ code: 'clock_skew', message: expect.stringMatching(/\bclock\b/) })
})

describe('observers', () => {
  test('INV-15 are told of a step-up as of a login, once', async () => {
    const auth = create()
    await auth.login({})
    const events: unknown[] = []
    auth.inspect((event) => events.push(event))
    await auth.stepUp({ scope: ['pay'], url: 'https://api.example/pay' })
    expect(events).toMatchObject([{ type: 'login_started', method: 'plain' }, { type: 'set' }, { type: 'signed_in', method: 'plain' }])
  })
})
