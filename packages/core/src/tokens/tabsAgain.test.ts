import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { copyOf, createStrictServer, openTab, type StrictServer, type Tab } from '../../test/siblingTabs.ts'
import { createWorld, type World } from '../../test/world.ts'
import type { Channels } from '../browser/channel.ts'
import type { Database } from '../browser/database.ts'

const minute = 60_000

let server: StrictServer
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  server = createStrictServer()
})
afterEach(() => vi.useRealTimers())

const soon = () => vi.advanceTimersByTimeAsync(0)
const held = ({ tokens }: Tab) => tokens.current?.tokens.accessToken ?? null

/** A database of one tab, and its channel: either can stop for a while. */
function faulty({ origin }: World) {
  const state = { hangs: false, isDeaf: false }
  const through = <R>(run: () => Promise<R>): Promise<R> => (state.hangs ? new Promise(() => {}) : run())
  const database: Database = {
    read: (key) => through(() => origin.database.read(key)),
    update: (key, change) => through(() => origin.database.update(key, change)),
    sweep: (isOver) => through(() => origin.database.sweep(isOver)),
  }
  const channels: Channels = { join: (name, listener) => origin.channels.join(name, (message) => void (state.isDeaf || listener(message))) }
  return { state, instead: { database, channels } }
}

/** A tab that works, and a duplicate whose database and channel can stop. */
async function two() {
  const first = openTab({ refresh: server.refresh })
  await first.tokens.setTokens(server.issue())
  const world = copyOf(first.world)
  const { state, instead } = faulty(world)
  const second = openTab({ world, refresh: server.refresh, instead })
  await second.tokens.restore()
  return { first, second, state }
}

async function hangOnce({ world }: Tab, state: { hangs: boolean }): Promise<void> {
  state.hangs = true
  world.wake('visible')
  await vi.advanceTimersByTimeAsync(3_500)
  state.hangs = false
}

describe('ST-14 a database that hung once', () => {
  test.each([0, 30 * minute])('INV-7 XT-01 a logout %i ms later is found by a tab that comes back', async (laterMs) => {
    const { first, second, state } = await two()
    const copy = copyOf(first.world)
    first.tokens.dispose()
    await hangOnce(second, state)
    await vi.advanceTimersByTimeAsync(laterMs)
    second.tokens.clear()
    await soon()
    const reopened = openTab({ world: copy, refresh: server.refresh })
    await reopened.tokens.restore()
    expect([held(reopened), copy.tabStorage.keys()]).toEqual([null, []])
  })

  test('INV-8 XT-10 a login is found by a tab that slept through it', async () => {
    const { first, second, state } = await two()
    await hangOnce(second, state)
    await second.tokens.setTokens(server.issue('bob'))
    const woken = openTab({ world: copyOf(first.world), refresh: server.refresh })
    await woken.tokens.restore()
    expect([held(second), held(woken)]).toEqual(['bob-2', 'bob-2'])
  })

  test('RF-04 what it got meanwhile is found a minute later by a tab that slept', async () => {
    const { first, second, state } = await two()
    const copy = copyOf(first.world)
    first.tokens.dispose()
    await hangOnce(second, state)
    void second.tokens.refresh()
    await vi.advanceTimersByTimeAsync(minute + 1_000)
    second.world.wake('visible')
    await soon()
    const woken = openTab({ world: copy, refresh: server.refresh })
    await woken.tokens.refresh()
    expect([held(woken), server.sent]).toEqual(['ada-3', ['rt-1', 'rt-2']])
  })

  test('INV-7 while it hangs still, a tab that has one hears of the logout and writes it there', async () => {
    const { first, second, state } = await two()
    const copy = copyOf(first.world)
    state.hangs = true
    second.tokens.clear()
    await vi.advanceTimersByTimeAsync(3_500)
    expect([held(first), first.types().at(-1)]).toEqual([null, 'cleared'])
    const reopened = openTab({ world: copy, refresh: server.refresh })
    await reopened.tokens.restore()
    expect(held(reopened)).toBeNull()
  })

  test('INV-7 also where that has refreshed without being heard', async () => {
    const { first, second, state } = await two()
    const copy = copyOf(first.world)
    Object.assign(state, { hangs: true, isDeaf: true })
    await first.tokens.refresh()
    await first.tokens.refresh()
    second.tokens.clear()
    await vi.advanceTimersByTimeAsync(3_500)
    expect(held(first)).toBeNull()
    const reopened = openTab({ world: copy, refresh: server.refresh })
    await reopened.tokens.restore()
    expect(held(reopened)).toBeNull()
  })
})

describe('ST-11 what looks like site data that were cleared', () => {
  test('RF-04 the shared record alone is gone: who slept does not put its old one back', async () => {
    const { first, second, state } = await two()
    state.isDeaf = true
    await first.tokens.refresh()
    await first.tokens.refresh()
    first.world.origin.records.clear()
    state.isDeaf = false
    second.world.wake('restored')
    const refreshed = second.tokens.refresh()
    await vi.advanceTimersByTimeAsync(1_000)
    await refreshed
    expect(new Set(server.sent).size).toBe(server.sent.length)
    expect(held(second)).toBe(held(first))
  })

  test('tokens that are no JSON: they stay', async () => {
    const tab = openTab({ refresh: server.refresh })
    await tab.tokens.setTokens(Object.assign(server.issue(), { user: { id: 1n } }))
    tab.world.wake('focus')
    await vi.advanceTimersByTimeAsync(1_000)
    expect([held(tab), tab.types()]).toEqual(['ada-1', ['storage_failed', 'set']])
  })

  test('no Web Crypto and a sessionStorage that is full: they stay', async () => {
    const world = createWorld()
    const no = (): never => {
      throw new TypeError('no')
    }
    const sealing = { seal: async () => no(), unseal: async () => no(), agree: async () => no() }
    const tab = openTab({ world, refresh: server.refresh, instead: { tabStorage: { ...world.tabStorage, getItem: () => null, setItem: no }, sealing } })
    await tab.tokens.setTokens(server.issue())
    tab.world.wake('focus')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(held(tab)).toBe('ada-1')
    expect(tab.types()).not.toContain('ended')
  })
})

test('INV-7 XT-08 without a database whoever signed out tells who slept through it', async () => {
  const no = () => Promise.reject(new Error('no database'))
  const database: Database = { read: no, update: no, sweep: no }
  const first = openTab({ refresh: server.refresh, instead: { database } })
  await first.tokens.setTokens(server.issue())
  const world = copyOf(first.world)
  const { state, instead } = faulty(world)
  const second = openTab({ world, refresh: server.refresh, instead: { ...instead, database } })
  await Promise.all([second.tokens.restore(), vi.advanceTimersByTimeAsync(1_000)])
  state.isDeaf = true
  first.tokens.clear()
  await soon()
  state.isDeaf = false
  second.world.wake('restored')
  await vi.advanceTimersByTimeAsync(1_000)
  expect([held(second), second.types().at(-1)]).toEqual([null, 'cleared'])
})

test('INV-24 a generation at the end of numbers is written over', async () => {
  const tab = openTab({ refresh: server.refresh })
  await tab.tokens.setTokens(server.issue())
  const [id = ''] = tab.world.origin.records.keys()
  tab.world.origin.records.set(id, { generation: Number.MAX_SAFE_INTEGER, sealed: new Uint8Array(3), at: 1 })
  for (const round of [2, 3]) {
    const refreshed = tab.tokens.refresh()
    await vi.advanceTimersByTimeAsync(1_000)
    await refreshed
    expect(held(tab)).toBe(`ada-${round}`)
  }
  expect(new Set(server.sent).size).toBe(server.sent.length)
})
