import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { copyOf, createStrictServer, openTab } from '../../test/siblingTabs.ts'
import { createWorld } from '../../test/world.ts'
import type { Channels } from '../browser/channel.ts'
import { AuthError } from '../errors.ts'
import type { TokenSet } from '../session/session.ts'

const minute = 60_000
const hour = 60 * minute

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => vi.useRealTimers())

const never = () => Promise.reject(new AuthError('session_expired', 'no'))
const permanent = (accessToken: string): TokenSet => ({ accessToken, expiresInMs: hour })
const flush = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(0))

/** Another tab that hears nothing: frozen, or in the back/forward cache. */
function deafCopy(tab: ReturnType<typeof openTab>, refresh = never) {
  const world = copyOf(tab.world)
  return openTab({ world, refresh, instead: { channels: { join: () => ({ post: () => {}, leave: () => {} }) } } })
}

describe('a tab that has not heard of a newer login', () => {
  test('RF-08 XT-11 takes it over when its own token has run out, and ends nothing', async () => {
    const first = openTab({ refresh: never })
    await first.tokens.setTokens(permanent('at-1'))
    const late = deafCopy(first)
    await late.tokens.restore()
    await vi.advanceTimersByTimeAsync(40 * minute)
    await first.tokens.setTokens(permanent('at-2'))
    await vi.advanceTimersByTimeAsync(30 * minute)
    await flush()
    expect([first, late].map(({ tokens }) => tokens.current?.tokens.accessToken)).toEqual(['at-2', 'at-2'])
    expect(late.types()).toEqual(['restored', 'set'])
  })

  test('RF-08 also when somebody asks before any timer has run', async () => {
    const first = openTab({ refresh: never })
    await first.tokens.setTokens(permanent('at-1'))
    const late = deafCopy(first)
    await late.tokens.restore()
    await vi.advanceTimersByTimeAsync(40 * minute)
    await first.tokens.setTokens(permanent('at-2'))
    await flush()
    vi.setSystemTime(Date.now() + 30 * minute)
    await expect(late.tokens.getAccessToken()).rejects.toMatchObject({ code: 'user_changed' })
    expect(await late.tokens.getAccessToken()).toBe('at-2')
    expect(first.tokens.current?.tokens.accessToken).toBe('at-2')
  })

  test('FE-11 a server that refuses its token ends nothing', async () => {
    const first = openTab({ refresh: never })
    await first.tokens.setTokens(permanent('key-1'))
    const late = deafCopy(first)
    await late.tokens.restore()
    const { generation = 0 } = late.tokens.current ?? {}
    await first.tokens.setTokens(permanent('key-2'))
    await late.tokens.refuse(generation, new AuthError('revoked', 'no'))
    expect([first, late].map(({ tokens }) => tokens.current?.tokens.accessToken)).toEqual(['key-2', 'key-2'])
  })

  test('INV-6 INV-8 its sign-out that is written late ends what it signed out of, and not the later login', async () => {
    const { issue, refresh } = createStrictServer()
    const first = openTab({ refresh })
    await first.tokens.setTokens(issue('ada'))
    const world = copyOf(first.world)
    let write = (): void => {}
    const slow = { ...world.origin.database, update: (...given: Parameters<typeof world.origin.database.update>) => new Promise((resolve) => void (write = () => resolve(world.origin.database.update(...given)))) }
    const late = openTab({ world, refresh, instead: { database: slow } })
    await late.tokens.restore()
    late.tokens.clear()
    await flush()
    await first.tokens.setTokens(issue('bob'))
    write()
    await flush()
    expect(late.tokens.current).toBeNull()
    expect(first.tokens.current?.tokens.accessToken).toBe('bob-2')
  })
})

test('a server’s refusal of tokens that are no longer in use ends nothing; where nobody shares the session, it ends it at once', async () => {
  const alone = openTab({ refresh: never, storage: 'memory' })
  await alone.tokens.setTokens(permanent('key-1'))
  const { generation = 0 } = alone.tokens.current ?? {}
  await alone.tokens.setTokens(permanent('key-2'))
  void alone.tokens.refuse(generation, new AuthError('revoked', 'no'))
  expect(alone.tokens.current?.tokens.accessToken).toBe('key-2')
  void alone.tokens.refuse(generation + 1, new AuthError('revoked', 'no'))
  expect(alone.tokens.current).toBeNull()
})

describe('shareAcrossTabs', () => {
  const shared = { shareAcrossTabs: true, storage: 'memory' } as const

  test('INV-14 XT-10 a login in a tab that was signed out takes the others along, whoever of them answers first', async () => {
    const { issue, refresh } = createStrictServer()
    const world = createWorld()
    const [one, two, three] = [world, createWorld(world.origin), createWorld(world.origin)].map((each) => openTab({ ...shared, world: each, refresh }))
    if (one === undefined || two === undefined || three === undefined) throw new Error('three tabs')
    await one.tokens.setTokens(issue('ada'))
    const joining = two.tokens.restore()
    await vi.advanceTimersByTimeAsync(250)
    await joining
    expect(two.tokens.current?.tokens.accessToken).toBe('ada-1')
    await vi.advanceTimersByTimeAsync(minute)
    // It has not looked whether there is a session to join.
    await three.tokens.setTokens(issue('bob'))
    await vi.advanceTimersByTimeAsync(1_000)
    expect([one, two, three].map(({ tokens }) => tokens.current?.tokens.accessToken)).toEqual(['bob-2', 'bob-2', 'bob-2'])
  })

  test('XT-11 a tab that missed the invitation joins when it wakes', async () => {
    const { issue, refresh } = createStrictServer()
    const first = openTab({ ...shared, refresh })
    const world = createWorld(first.world.origin)
    let hears = false
    const channels: Channels = { join: (name, listener) => world.origin.channels.join(name, (message) => hears && listener(message)) }
    const second = openTab({ ...shared, world, refresh, instead: { channels } })
    const asked = second.tokens.restore()
    await vi.advanceTimersByTimeAsync(250)
    await asked
    await first.tokens.setTokens(issue('ada'))
    await vi.advanceTimersByTimeAsync(minute)
    expect(second.tokens.current).toBeNull()
    hears = true
    world.wake('restored')
    await vi.advanceTimersByTimeAsync(250)
    expect(second.tokens.current?.tokens.accessToken).toBe('ada-1')
  })
})
