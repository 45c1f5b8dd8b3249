import { describe, expect, test, vi } from 'vitest'
import { absent, copyOf, createFaults, held, last, minute, openTab, setUpStrictServer, soon, type Tab } from '../../test/siblingTabs.ts'
import { createWorld } from '../../test/world.ts'
import type { Channels } from '../browser/channel.ts'
import type { Environment } from '../browser/environment.ts'

const server = setUpStrictServer()

describe('XT-08 a browser that lacks something', () => {
  const kinds = {
    locks: 'There are no Web Locks',
    database: 'IndexedDB failed',
    channels: 'There is no BroadcastChannel',
    sealing: 'Without Web Crypto',
  } as const
  const lacking = (...names: (keyof typeof kinds)[]): Partial<Environment> => Object.fromEntries(names.map((name) => [name, absent[name]]))
  const each = Object.keys(kinds) as (keyof typeof kinds)[]

  /** Runs until it is over, with the time that asking others takes. */
  const through = async <R>(promise: Promise<R>): Promise<R> => {
    promise.catch(() => {})
    await vi.advanceTimersByTimeAsync(5_000)
    return promise
  }

  async function degraded(instead: Partial<Environment>): Promise<[Tab, Tab]> {
    const first = openTab({ refresh: server.refresh, instead })
    await through(first.tokens.setTokens(server.issue()))
    const second = openTab({ world: copyOf(first.world), refresh: server.refresh, instead })
    await through(second.tokens.restore())
    return [first, second]
  }

  test.each(each)('without %s: said once in each tab, to the app and to developers, without a secret', async (name) => {
    const tabs = await degraded(lacking(name))
    for (let round = 0; round < 3; round++) await through(tabs[0].tokens.refresh())
    await through(tabs[1].tokens.refresh().catch(() => {}))
    for (const { world, events } of tabs) {
      expect(world.warnings.filter((text) => text.startsWith(kinds[name]))).toHaveLength(1)
      expect(world.warnings).toHaveLength(1)
      const told = events.filter(({ type }) => type === 'tabs_degraded')
      expect(told).toHaveLength(1)
      expect(told).toMatchObject([{ error: { code: name === 'locks' || name === 'sealing' ? 'insecure_context' : 'storage_failed' } }])
      expect(JSON.stringify([world.warnings, events])).not.toMatch(/rt-|ada-/)
    }
  })

  test.each([['locks'], ['database'], ['channels']] as const)('without %s tabs that refresh in turn still follow each other', async (name) => {
    const [first, second] = await degraded(lacking(name))
    for (let round = 1; round <= 4; round++) {
      const tab = round % 2 === 0 ? first : second
      await through(tab.tokens.refresh())
      expect(held(tab)).toBe(`ada-${round + 1}`)
      for (const { world } of [first, second]) world.wake('focus')
      await through(soon())
      expect([held(first), held(second)]).toEqual([`ada-${round + 1}`, `ada-${round + 1}`])
    }
    expect(new Set(server.sent).size).toBe(4)
  })

  test.each([['database'], ['channels']] as const)('without %s tabs that refresh at once send one request a round', async (name) => {
    const tabs = await degraded(lacking(name))
    for (let round = 1; round <= 3; round++) {
      await through(Promise.all(tabs.map(({ tokens }) => tokens.refresh())))
      expect([server.sent.length, held(tabs[0]), held(tabs[1])]).toEqual([round, `ada-${round + 1}`, `ada-${round + 1}`])
    }
  })

  test.each([['locks'], ['database'], ['channels']] as const)('without %s a logout reaches the other tab', async (name) => {
    const [first, second] = await degraded(lacking(name))
    first.tokens.clear()
    await through(soon())
    second.world.wake('focus')
    await through(soon())
    expect([held(first), held(second), last(second)]).toEqual([null, null, 'cleared'])
  })

  test('without a database what is said is sealed, and a tab that has one writes it there', async () => {
    const said: unknown[] = []
    const world = createWorld()
    world.origin.channels.join('tessera:tokens', (message) => said.push(message))
    const first = openTab({ world, refresh: server.refresh, instead: lacking('database') })
    await first.tokens.setTokens(server.issue())
    const second = openTab({ world: copyOf(world), refresh: server.refresh })
    await through(second.tokens.restore())
    await through(first.tokens.refresh())
    expect(held(second)).toBe('ada-2')
    expect(said.length).toBeGreaterThan(0)
    expect([...world.origin.records.values()]).toMatchObject([{ generation: 2 }])
    // An entry, or the question for one: sealed or nothing.
    for (const message of said) expect(Object.keys(message as object).sort().join()).toMatch(/^(entry,id,type|id,type)$/)
  })

  test('without a database a duplicate asks its sibling for what is newest', async () => {
    const first = openTab({ refresh: server.refresh, instead: lacking('database') })
    await through(first.tokens.setTokens(server.issue()))
    const world = copyOf(first.world)
    await through(first.tokens.refresh())
    const second = openTab({ world, refresh: server.refresh, instead: lacking('database') })
    expect(await through(second.tokens.getAccessToken())).toBe('ada-2')
  })

  test('without anything each tab is for itself: it refreshes, signs out, and never hangs', async () => {
    const tab = openTab({ refresh: server.refresh, instead: lacking(...each), shareAcrossTabs: true })
    await through(tab.tokens.setTokens(server.issue()))
    for (let round = 1; round <= 3; round++) await through(tab.tokens.refresh())
    expect(await tab.tokens.getAccessToken()).toBe('ada-4')
    // A reload finds it again.
    const reloaded = openTab({ world: tab.world, refresh: server.refresh, instead: lacking(...each), shareAcrossTabs: true })
    expect(await through(reloaded.tokens.getAccessToken())).toBe('ada-4')
    reloaded.tokens.clear()
    await through(soon())
    expect([held(reloaded), tab.world.tabStorage.keys()]).toEqual([null, []])
    expect(tab.types().filter((type) => type === 'tabs_degraded').length).toBeLessThanOrEqual(each.length)
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1)
  })

  test('tokens in memory alone touch no lock, no database and no channel', async () => {
    const tab = openTab({ storage: 'memory', refresh: server.refresh, instead: lacking(...each) })
    await tab.tokens.setTokens(server.issue())
    await tab.tokens.refresh()
    tab.world.wake('focus')
    expect(await tab.tokens.getAccessToken()).toBe('ada-2')
    expect([tab.world.warnings, tab.types()]).toEqual([[], ['set', 'refresh_started', 'refreshed']])
  })

  test('INV-13 tabs without a database ask each other once, not over and over', async () => {
    const world = createWorld()
    const { channels } = world.origin
    let posts = 0
    const counting: Channels = {
      join(name, listener) {
        const place = channels.join(name, listener)
        const post = (message: unknown): void => {
          posts++
          place.post(message)
        }
        return { ...place, post }
      },
    }
    const options = { refresh: server.refresh, background: false, instead: { channels: counting, database: absent.database } }
    const first = openTab({ world, ...options })
    await first.tokens.setTokens(server.issue())
    const second = openTab({ world: copyOf(world), ...options })
    const restored = second.tokens.restore()
    await vi.advanceTimersByTimeAsync(1_000)
    await restored
    const before = posts
    await vi.advanceTimersByTimeAsync(minute)
    expect(posts).toBe(before)
    first.tokens.dispose()
    second.tokens.dispose()
  })

  test('INV-7 XT-08 without a database whoever signed out tells who slept through it', async () => {
    const first = openTab({ refresh: server.refresh, instead: lacking('database') })
    await first.tokens.setTokens(server.issue())
    const world = copyOf(first.world)
    const { state, instead } = createFaults(world)
    const second = openTab({ world, refresh: server.refresh, instead: { ...instead, ...lacking('database') } })
    await Promise.all([second.tokens.restore(), vi.advanceTimersByTimeAsync(1_000)])
    state.isDeaf = true
    first.tokens.clear()
    await soon()
    state.isDeaf = false
    second.world.wake('restored')
    await vi.advanceTimersByTimeAsync(1_000)
    expect([held(second), last(second)]).toEqual([null, 'cleared'])
  })
})

describe('DO-08 what belongs to the environment and misbehaves', () => {
  const boom = (): never => {
    throw new TypeError('mine')
  }
  test.each<[string, object]>([
    ['locks that throw at once', { locks: { acquire: boom } }],
    // oxlint-disable-next-line unicorn/no-thenable -- what this test is about
    ['locks that give a thenable', { locks: { acquire: () => ({ then: (resolve: (lock: object) => void) => resolve({ letGo: () => {}, isHeld: () => true }) }) } }],
    ['a lock that throws when it is let go of', { locks: { acquire: async () => ({ letGo: boom, isHeld: () => true }) } }],
    ['a channel that throws when it is left', { channels: { join: () => ({ post: boom, leave: boom }) } }],
    ['a database that throws at once', { database: { read: boom, update: boom, sweep: boom } }],
    ['a sealing that throws at once', { sealing: { seal: boom, unseal: boom, agree: boom } }],
  ])('%s is borne: a refresh counts, and dispose() leaves', async (_, instead) => {
    const { tokens } = openTab({ refresh: async () => ({ accessToken: 'at-2', refreshToken: 'rt-2', expiresInMs: 3_600_000 }), instead })
    const settled = tokens.setTokens({ accessToken: 'at-1', refreshToken: 'rt-1', expiresInMs: 3_600_000 }).then(() => tokens.refresh())
    settled.catch(() => {})
    await vi.advanceTimersByTimeAsync(minute)
    await settled
    expect(tokens.current?.tokens.accessToken).toBe('at-2')
    expect(() => tokens.dispose()).not.toThrow()
  })
})
