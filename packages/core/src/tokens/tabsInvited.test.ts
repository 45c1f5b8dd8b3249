import { describe, expect, test, vi } from 'vitest'
import { createFaults, held, meanwhile, minute, openTab, setUpStrictServer, soon, type Tab, type TabOptions } from '../../test/siblingTabs.ts'
import { createWorld, defer, type World } from '../../test/world.ts'
import type { Channels } from '../browser/channel.ts'
import { systemTimer } from '../browser/timer.ts'

const server = setUpStrictServer()

const sharing = (options: Partial<TabOptions>) => openTab({ shareAcrossTabs: true, storage: 'memory', refresh: server.refresh, ...options })

/** Alice in one tab, and another one, which has asked that in vain and has nobody. */
async function apart(instead: TabOptions['instead'] = {}) {
  const world = createWorld()
  const faults = createFaults(world)
  const alice = sharing({ world, instead: { channels: faults.instead.channels } })
  await alice.tokens.setTokens(server.issue('alice'))
  faults.state.isDeaf = true
  const other = sharing({ world: createWorld(world.origin), instead })
  await meanwhile(other.tokens.restore())
  expect(held(other)).toBeNull()
  return { alice, other, state: faults.state }
}

describe('INV-14 XT-10 shareAcrossTabs: a later login elsewhere, of which a tab with a session of before', () => {
  test('XT-11 heard nothing in the back/forward cache: it looks when it comes back', async () => {
    const { alice, other, state } = await apart()
    await other.tokens.setTokens(server.issue('bob'))
    await vi.advanceTimersByTimeAsync(minute)
    state.isDeaf = false
    alice.world.wake('restored')
    await vi.advanceTimersByTimeAsync(1_000)
    expect([held(alice), held(other)]).toEqual(['bob-2', 'bob-2'])
    expect(alice.types().at(-1)).toBe('set')
  })

  test('XT-01 hears of it and of a sign-out before it at once: it takes part, and ends nothing', async () => {
    const { alice, other, state } = await apart()
    await other.tokens.setTokens(server.issue('bob'))
    await vi.advanceTimersByTimeAsync(minute)
    state.isDeaf = false
    alice.tokens.clear({ isElsewhere: true })
    alice.world.wake('visible')
    await vi.advanceTimersByTimeAsync(1_000)
    expect([held(alice), held(other)]).toEqual(['bob-2', 'bob-2'])
  })

  test('hears while a refresh ends: it goes over all the same', async () => {
    const { origin } = createWorld()
    // What it says takes its time.
    const slow: Channels = {
      join(name, listener) {
        const place = origin.channels.join(name, listener)
        return { ...place, post: (message) => void systemTimer.after(10, () => place.post(message)) }
      },
    }
    const alice = sharing({ world: createWorld(origin) })
    await alice.tokens.setTokens(server.issue('alice'))
    const other = sharing({ world: createWorld(origin), instead: { channels: slow } })
    server.gate = defer()
    const refreshed = alice.tokens.refresh()
    await vi.advanceTimersByTimeAsync(1_000)
    // Nobody has looked for a session there yet.
    const set = other.tokens.setTokens(server.issue('bob'))
    await vi.advanceTimersByTimeAsync(15)
    server.gate.resolve()
    await meanwhile(Promise.all([refreshed, set]))
    expect([held(alice), held(other)]).toEqual(['bob-3', 'bob-3'])
  })

  test('INV-6 hears while somebody signs out in it: it stays signed out', async () => {
    const { alice, other, state } = await apart()
    state.isDeaf = false
    await other.tokens.setTokens(server.issue('bob'))
    alice.tokens.clear()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(held(alice)).toBeNull()
  })
})

describe('INV-14 shareAcrossTabs: a session of a tab that was alone when it began, as the file could not be loaded', () => {
  /** The world of it, to be reloaded. */
  async function alone(name: string, origin: World['origin']): Promise<World> {
    const elsewhere = openTab({ refresh: server.refresh })
    await elsewhere.tokens.setTokens(server.issue(name))
    const { circle: _circle, ...record } = JSON.parse(elsewhere.world.tabStorage.getItem('tessera:tokens') ?? '') as Record<string, unknown>
    const world = createWorld(origin)
    world.tabStorage.setItem('tessera:tokens', JSON.stringify(record))
    return world
  }
  async function signedIn(name: string, origin: World['origin']): Promise<Tab> {
    const tab = sharing({ storage: 'session', world: createWorld(origin) })
    await tab.tokens.setTokens(server.issue(name))
    return tab
  }

  test('LO-08 the later of two: it stays at a wake, and is that of all from its next refresh on', async () => {
    const { origin } = createWorld()
    const earlier = await signedIn('bob', origin)
    await vi.advanceTimersByTimeAsync(minute)
    const tab = sharing({ storage: 'session', world: await alone('alice', origin) })
    await meanwhile(tab.tokens.restore())
    tab.world.wake('focus')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(held(tab)).toBe('alice-2')
    await meanwhile(tab.tokens.refresh())
    expect([held(tab), held(earlier)]).toEqual(['alice-3', 'alice-3'])
  })

  test('INV-8 the earlier of two: it takes the place of no later one', async () => {
    const { origin } = createWorld()
    const world = await alone('alice', origin)
    await vi.advanceTimersByTimeAsync(minute)
    const later = await signedIn('bob', origin)
    const tab = sharing({ storage: 'session', world })
    await meanwhile(tab.tokens.restore())
    await meanwhile(tab.tokens.refresh())
    expect([held(later), later.types()]).toEqual(['bob-2', ['set']])
  })

  test('LO-08 the earlier of two, in which somebody signs in: that is the latest login, and that of all', async () => {
    const { origin } = createWorld()
    const world = await alone('alice', origin)
    await vi.advanceTimersByTimeAsync(minute)
    const later = await signedIn('bob', origin)
    await vi.advanceTimersByTimeAsync(minute)
    const tab = sharing({ storage: 'session', world })
    await meanwhile(tab.tokens.restore())
    await meanwhile(tab.tokens.setTokens(server.issue('eve')))
    expect([held(tab), held(later)]).toEqual(['eve-3', 'eve-3'])
  })

  test('INV-14 the earlier of two: it goes over to the later one at a wake', async () => {
    const { origin } = createWorld()
    const world = await alone('alice', origin)
    await vi.advanceTimersByTimeAsync(minute)
    await signedIn('bob', origin)
    const tab = sharing({ storage: 'session', world })
    await meanwhile(tab.tokens.restore())
    tab.world.wake('focus')
    await soon()
    expect([held(tab), tab.types()]).toEqual(['bob-2', ['restored', 'set']])
  })
})
