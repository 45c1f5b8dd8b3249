import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { quickSealing } from '../../test/quickSealing.ts'
import { createWorld, defer, type World } from '../../test/world.ts'
import type { HeldLock } from '../browser/lock.ts'
import { AuthError } from '../errors.ts'
import type { TokenSet } from '../session/session.ts'
import { TokenManager } from './tokenManager.ts'
import type { TokenManagerOptions } from './tokenManagerOptions.ts'

const hour = 3_600_000

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => vi.useRealTimers())

/** A strict server: a refresh token works once, and a second use ends its family. */
function createServer() {
  let issued = 0
  let current: string | null = null
  const sent: string[] = []
  const issue = (): TokenSet => {
    issued++
    current = `rt-${issued}`
    return { accessToken: `at-${issued}`, refreshToken: current, expiresInMs: hour }
  }
  const refresh = vi.fn(async (tokens: TokenSet | null): Promise<TokenSet> => {
    sent.push(tokens?.refreshToken ?? 'none')
    await Promise.resolve()
    if (tokens?.refreshToken !== current) {
      current = null
      throw new AuthError('refresh_rejected', 'spent')
    }
    return issue()
  })
  return { issue, refresh, sent }
}

function open(world: World, options: Partial<TokenManagerOptions> & Pick<TokenManagerOptions, 'refresh'>) {
  const tokens = new TokenManager({ storage: 'session', ...options, canRefresh: (held) => held?.refreshToken !== undefined }, world.environment)
  const events: string[] = []
  tokens.subscribe((event) => events.push(event.type === 'cleared' && event.isElsewhere ? 'cleared elsewhere' : event.type))
  return { tokens, events, world }
}

/** Another tab of the same browser, with a copy of the sessionStorage of this one. */
function duplicate({ world }: { readonly world: World }, options: Partial<TokenManagerOptions> & Pick<TokenManagerOptions, 'refresh'>) {
  const copy = createWorld(world.origin)
  for (const key of world.tabStorage.keys()) copy.tabStorage.setItem(key, world.tabStorage.getItem(key) ?? '')
  return open(copy, options)
}

describe('duplicated tabs', () => {
  test('RF-01 ST-10 TM-10 eight that refresh at once send one request, and all have the new token', async () => {
    const server = createServer()
    const first = open(createWorld(), { refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const tabs = [first, ...Array.from({ length: 7 }, () => duplicate(first, { refresh: server.refresh }))]
    for (let round = 1; round <= 3; round++) {
      await Promise.all(tabs.map(({ tokens }) => tokens.refresh()))
      expect(server.sent).toHaveLength(round)
      expect(await Promise.all(tabs.map(({ tokens }) => tokens.getAccessToken()))).toEqual(tabs.map(() => `at-${round + 1}`))
    }
    expect(new Set(server.sent).size).toBe(server.sent.length)
  })

  test('XT-01 XT-02 a logout in one reaches the others, and no answer that comes later counts', async () => {
    const server = createServer()
    const first = open(createWorld(), { refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const second = duplicate(first, { refresh: server.refresh })
    await second.tokens.restore()
    const refreshed = second.tokens.refresh()
    first.tokens.clear()
    await expect(refreshed).rejects.toMatchObject({ code: 'not_authenticated' })
    await vi.advanceTimersByTimeAsync(0)
    expect([first.tokens.current, second.tokens.current]).toEqual([null, null])
    expect(second.events.at(-1)).toBe('cleared elsewhere')
    expect([first, second].map(({ world }) => world.tabStorage.keys())).toEqual([[], []])
  })

  test('XT-10 a login as somebody else in one takes the others along', async () => {
    const server = createServer()
    const first = open(createWorld(), { refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const second = duplicate(first, { refresh: server.refresh })
    expect(await second.tokens.getAccessToken()).toBe('at-1')
    await first.tokens.setTokens(server.issue())
    await vi.advanceTimersByTimeAsync(0)
    expect(second.events).toEqual(['restored', 'set'])
    expect(await second.tokens.getAccessToken()).toBe('at-2')
  })

  test('TM-10 eight whose timers are due at the same moment send one request', async () => {
    const server = createServer()
    const first = open(createWorld(), { refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const tabs = [first, ...Array.from({ length: 7 }, () => duplicate(first, { refresh: server.refresh }))]
    await Promise.all(tabs.map(({ tokens }) => tokens.restore()))
    await vi.advanceTimersByTimeAsync(hour)
    expect(server.sent).toEqual(['rt-1'])
    expect(tabs.map(({ tokens }) => tokens.current?.tokens.accessToken)).toEqual(tabs.map(() => 'at-2'))
    expect(tabs.map(({ events }) => events.filter((type) => type === 'refreshed' || type === 'adopted'))).toEqual([['refreshed'], ...tabs.slice(1).map(() => ['adopted'])])
  })

  test('XT-12 a tab of an older version stands back: it sends no spent token, and ends nobody’s session', async () => {
    const server = createServer()
    const first = open(createWorld(), { refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const second = duplicate(first, { refresh: server.refresh })
    await second.tokens.restore()
    // What a version to come would write.
    const [id, entry] = [...first.world.origin.records][0] ?? []
    const { key, text } = JSON.parse(new TextDecoder().decode((entry as { sealed: Uint8Array }).sealed)) as { key: string; text: string }
    const sealed = await quickSealing.seal(text.replace('"version":2', '"version":3'), key)
    first.world.origin.records.set(id ?? '', { generation: 9, sealed, at: Date.now() })
    second.world.wake('visible')
    expect(await second.tokens.getAccessToken()).toBe('at-1')
    await vi.advanceTimersByTimeAsync(hour)
    expect(second.events.at(-1)).toBe('ended')
    expect(server.sent).not.toContain('rt-1')
    expect(first.world.origin.records.get(id ?? '')).toMatchObject({ generation: 9 })
  })
})

describe('a page that did not run for a while', () => {
  const instead = (world: World, parts: Partial<World['environment']>): World => ({ ...world, environment: { ...world.environment, ...parts } })
  const silent = { join: () => ({ post: () => {}, leave: () => {} }) }

  test('RF-08 INV-3 looks again before it sends what others may have spent meanwhile', async () => {
    const server = createServer()
    // As if the second had lost its lock.
    const first = open(instead(createWorld(), { channels: silent, locks: { acquire: async () => ({ letGo: () => {}, isHeld: () => true }) } }), { refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const { database } = first.world.origin
    const thawed = defer<void>()
    let isFrozen = false
    const read: typeof database.read = async (key) => {
      const stored = await database.read(key)
      if (isFrozen) await thawed.promise
      return stored
    }
    const world = instead(createWorld(first.world.origin), { channels: silent, database: { ...database, read } })
    for (const key of first.world.tabStorage.keys()) world.tabStorage.setItem(key, first.world.tabStorage.getItem(key) ?? '')
    const second = open(world, { refresh: server.refresh })
    await second.tokens.restore()
    isFrozen = true
    const refreshed = second.tokens.refresh()
    await vi.advanceTimersByTimeAsync(0)
    await first.tokens.refresh()
    vi.setSystemTime(Date.now() + 60_000)
    isFrozen = false
    thawed.resolve()
    await refreshed
    expect(server.sent).toEqual(['rt-1'])
    expect(second.tokens.current?.tokens.accessToken).toBe('at-2')
  })

  test('does not take a database for broken whose answer comes right behind the timers that are late', async () => {
    const server = createServer()
    const world = createWorld()
    const thawed = defer<void>()
    const { database } = world.origin
    let reads = 0
    const read: typeof database.read = async (key) => {
      if (reads++ === 0) await thawed.promise
      return database.read(key)
    }
    const first = open(instead(world, { database: { ...database, read } }), { refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    world.wake('visible')
    await vi.advanceTimersByTimeAsync(0)
    vi.setSystemTime(Date.now() + 600_000)
    await vi.advanceTimersByTimeAsync(3_000)
    thawed.resolve()
    expect(await first.tokens.getAccessToken()).toBe('at-1')
    expect(first.events).not.toContain('tabs_degraded')
  })

  test('INV-14 tells the others also of what the database took at once, and said too late', async () => {
    const server = createServer()
    const world = createWorld()
    const { database } = world.origin
    const thawed = defer<void>()
    let isFrozen = false
    const update: typeof database.update = async (key, change) => {
      const stored = await database.update(key, change)
      if (isFrozen) await thawed.promise
      return stored
    }
    const first = open(instead(world, { database: { ...database, update } }), { refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const second = duplicate(first, { refresh: server.refresh })
    await second.tokens.restore()
    isFrozen = true
    const refreshed = first.tokens.refresh()
    await vi.advanceTimersByTimeAsync(0)
    vi.setSystemTime(Date.now() + 600_000)
    isFrozen = false
    await vi.advanceTimersByTimeAsync(3_000)
    thawed.resolve()
    await refreshed
    await vi.advanceTimersByTimeAsync(0)
    expect(second.events).toEqual(['restored', 'adopted'])
  })

  test('INV-2 counts the time that the answer took: the token aged meanwhile', async () => {
    const server = createServer()
    const answered = defer<void>()
    const refresh: TokenManagerOptions['refresh'] = async (tokens) => {
      const issued = await server.refresh(tokens)
      await answered.promise
      return issued
    }
    const { tokens } = open(createWorld(), { refresh, background: false, requestTimeoutMs: 2 * hour })
    await tokens.setTokens(server.issue())
    const refreshed = tokens.refresh()
    await vi.advanceTimersByTimeAsync(hour / 2)
    answered.resolve()
    await refreshed
    expect(await tokens.getAccessToken()).toBe('at-2')
    await vi.advanceTimersByTimeAsync(hour / 2 + 1)
    expect(await tokens.getAccessToken()).toBe('at-3')
  })

  test('INV-3 discards nothing that it uses: the ledger may tell it of its own tokens first', async () => {
    const server = createServer()
    const world = createWorld()
    const { database } = world.origin
    const thawed = defer<void>()
    let isFrozen = false
    const update: typeof database.update = async (key, change) => {
      const stored = await database.update(key, change)
      if (isFrozen) await thawed.promise
      return stored
    }
    const onDiscard = vi.fn()
    const { tokens } = open(instead(world, { database: { ...database, update } }), { refresh: server.refresh, onDiscard })
    await tokens.setTokens(server.issue())
    isFrozen = true
    const refreshed = tokens.refresh()
    await vi.advanceTimersByTimeAsync(0)
    world.wake('resumed')
    await vi.advanceTimersByTimeAsync(0)
    thawed.resolve()
    await refreshed
    expect(tokens.current?.tokens.accessToken).toBe('at-2')
    expect(onDiscard).not.toHaveBeenCalled()
  })
})

test('INV-13 tabs without a database ask each other once, not over and over', async () => {
  const server = createServer()
  const world = createWorld()
  const { channels } = world.origin
  const failing = async (): Promise<never> => Promise.reject(new Error('no database'))
  let posts = 0
  const counting: typeof channels = {
    join(name, listener) {
      const place = channels.join(name, listener)
      const post = (message: unknown): void => {
        posts++
        place.post(message)
      }
      return { ...place, post }
    },
  }
  const environment = { ...world.environment, channels: counting, database: { read: failing, update: failing, sweep: failing } }
  const first = open({ ...world, environment }, { refresh: server.refresh, background: false })
  await first.tokens.setTokens(server.issue())
  const copy = createWorld(world.origin)
  for (const key of world.tabStorage.keys()) copy.tabStorage.setItem(key, world.tabStorage.getItem(key) ?? '')
  const second = open({ ...copy, environment: { ...environment, tabStorage: copy.tabStorage } }, { refresh: server.refresh, background: false })
  const restored = second.tokens.restore()
  await vi.advanceTimersByTimeAsync(1_000)
  await restored
  const before = posts
  await vi.advanceTimersByTimeAsync(60_000)
  expect(posts).toBe(before)
  first.tokens.dispose()
  second.tokens.dispose()
})

describe('what comes too late in a tab', () => {
  test('INV-25 XT-02 the end of the session is told by a refresh that nobody waits for any more', async () => {
    const server = createServer()
    const first = open(createWorld(), { refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const { database } = first.world.origin
    const world = createWorld(first.world.origin)
    for (const key of first.world.tabStorage.keys()) world.tabStorage.setItem(key, first.world.tabStorage.getItem(key) ?? '')
    const looked = defer<void>()
    let isSlow = false
    const read: typeof database.read = async (key) => {
      const isLate = isSlow
      isSlow = false
      if (isLate) await looked.promise
      return database.read(key)
    }
    Object.assign(world.environment, { channels: { join: () => ({ post: () => {}, leave: () => {} }) }, database: { ...database, read } })
    const second = open(world, { refresh: server.refresh })
    await second.tokens.restore()
    isSlow = true
    const refreshed = second.tokens.refresh()
    refreshed.catch(() => {})
    await vi.advanceTimersByTimeAsync(0)
    await first.tokens.setTokens(server.issue())
    // Disowns the refresh, which is still looking.
    world.wake('visible')
    await expect(refreshed).rejects.toMatchObject({ code: 'user_changed' })
    first.tokens.end(new AuthError('revoked', 'no'))
    await vi.advanceTimersByTimeAsync(0)
    looked.resolve()
    await vi.advanceTimersByTimeAsync(0)
    expect(second.tokens.current).toBeNull()
    expect(second.events).toEqual(['restored', 'refresh_started', 'set', 'ended'])
  })

  test('INV-3 who wakes from the sleep of the machine waits for the lock once more', async () => {
    const server = createServer()
    const waits: ((lock: HeldLock | null) => void)[] = []
    const world = createWorld()
    Object.assign(world.environment, { locks: { acquire: () => new Promise((resolve) => void waits.push(resolve)) } })
    const { tokens } = open(world, { refresh: server.refresh, background: false })
    await tokens.setTokens(server.issue())
    const refreshed = tokens.refresh()
    await vi.advanceTimersByTimeAsync(0)
    vi.setSystemTime(Date.now() + 2 * hour)
    waits[0]?.(null)
    await vi.advanceTimersByTimeAsync(0)
    expect(server.sent).toEqual([])
    waits[1]?.({ letGo: () => {}, isHeld: () => true })
    await refreshed
    expect(server.sent).toEqual(['rt-1'])
  })

  test('INV-9 INV-24 an answer does not replace what was taken over since it was asked for', async () => {
    const server = createServer()
    const first = open(createWorld(), { refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const answered = defer<TokenSet>()
    const second = duplicate(first, { refresh: () => answered.promise })
    // As if it had lost its lock, in the back/forward cache.
    Object.assign(second.world.environment, { locks: { acquire: async () => ({ letGo: () => {}, isHeld: () => true }) } })
    await second.tokens.restore()
    const refreshed = second.tokens.refresh()
    await vi.advanceTimersByTimeAsync(0)
    await first.tokens.refresh()
    await vi.advanceTimersByTimeAsync(0)
    // Of a server that did not rotate yet when it was asked.
    answered.resolve({ accessToken: 'at-late', refreshToken: 'rt-1', expiresInMs: hour })
    await refreshed
    expect([first, second].map(({ tokens }) => tokens.current?.tokens.refreshToken)).toEqual(['rt-2', 'rt-2'])
  })

  test('INV-18 what is restored after dispose attaches nothing', async () => {
    const world = createWorld()
    let listeners = 0
    Object.assign(world.environment, {
      wake: {
        subscribe: () => {
          listeners++
          return () => void listeners--
        },
      },
    })
    const { tokens } = open(world, { refresh: createServer().refresh })
    const restored = tokens.restore()
    tokens.dispose()
    await restored
    expect(listeners).toBe(0)
  })
})
