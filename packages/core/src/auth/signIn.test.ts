import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createWorld, defer, type World } from '../../test/world.ts'
import { leavingPage, type AuthMethod, type Keep } from '../methods/method.ts'
import type { Session, SessionRecord } from '../session/session.ts'
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

describe('tokens that take the place of those in use', () => {
  /** Steps up by a method that says so of what goes on. */
  async function replaced(stays?: (inUse: SessionRecord) => Partial<SessionRecord>): Promise<SessionRecord | undefined> {
    const keep: Keep = async ({ replace }) => {
      await replace(stays)
      return true
    }
    const own: typeof method = { ...method, refresh: async () => session, stepUp: (_, { signIn }) => signIn(async () => ({ ...session, accessToken: 'at-2' }), 'a new family', keep) }
    const auth = createAuth({ method: own }, world.environment)
    await auth.login({ refreshToken: 'rt', refreshExpiresInMs: 60_000 })
    await vi.advanceTimersByTimeAsync(20_000)
    await auth.stepUp({ scope: ['pay'], url: 'https://api.example/pay' })
    return auth.tokens.current?.tokens
  }

  test('go on as that session, and leave nothing else of it', async () => {
    const now = await replaced()
    expect(now).toMatchObject({ accessToken: 'at-2', family: expect.not.stringMatching('a new family') as string })
    expect(now).not.toHaveProperty('refreshToken')
    expect(now).not.toHaveProperty('refreshExpiresInMs')
  })

  test('leave of it what the method says, a refresh token with what is left of its life', async () => {
    expect(await replaced(({ refreshToken }) => ({ refreshToken, family: 'a new family' }))).toMatchObject({
      accessToken: 'at-2',
      refreshToken: 'rt',
      refreshExpiresInMs: 40_000,
      family: 'a new family',
    })
  })
})

test('INV-6 LO-07 a logout while it is judged whether tokens may be used wins: they are not, and are ended at the server', async () => {
  const judged = defer<undefined>()
  const ended: (string | null)[] = []
  const keep: Keep = async ({ set }) => {
    await judged.promise
    return set()
  }
  const own: typeof method = {
    ...method,
    stepUp: (_, { signIn }) => signIn(async () => ({ ...session, accessToken: 'at-2' }), 'a new family', keep),
    logout: async ({ accessToken }) => ended.push(accessToken) > 0,
  }
  const auth = createAuth({ method: own }, world.environment)
  await auth.login({})
  const stepping = expect(auth.stepUp({ scope: ['pay'], url: 'https://api.example/pay' })).rejects.toMatchObject({ code: 'superseded' })
  await vi.advanceTimersByTimeAsync(0)
  await auth.logout()
  judged.resolve(undefined)
  await stepping
  expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
  expect([auth.tokens.current, ended]).toEqual([null, ['at', 'at-2']])
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
