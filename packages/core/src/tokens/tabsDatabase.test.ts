import { describe, expect, test, vi } from 'vitest'
import { copyOf, createFaults, held, hour, meanwhile, minute, openFaultyTwo, openTab, setUpStrictServer, soon, type Tab } from '../../test/siblingTabs.ts'
import { createWorld, defer } from '../../test/world.ts'
import type { Database } from '../browser/database.ts'

const server = setUpStrictServer()

async function hangOnce({ world }: Tab, state: { hangs: boolean }): Promise<void> {
  state.hangs = true
  world.wake('visible')
  await vi.advanceTimersByTimeAsync(3_500)
  state.hangs = false
}

describe('ST-14 a database that hung once', () => {
  test.each([0, 30 * minute])('INV-7 XT-01 a logout %i ms later is found by a tab that comes back', async (laterMs) => {
    const { first, second, state } = await openFaultyTwo(server)
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
    const { first, second, state } = await openFaultyTwo(server)
    await hangOnce(second, state)
    await second.tokens.setTokens(server.issue('bob'))
    const woken = openTab({ world: copyOf(first.world), refresh: server.refresh })
    await woken.tokens.restore()
    expect([held(second), held(woken)]).toEqual(['bob-2', 'bob-2'])
  })

  test('RF-04 what it got meanwhile is found a minute later by a tab that slept', async () => {
    const { first, second, state } = await openFaultyTwo(server)
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
    const { first, second, state } = await openFaultyTwo(server)
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
    const { first, second, state } = await openFaultyTwo(server)
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

describe('ST-14 XT-10 a login in a tab that has missed what another got without the database', () => {
  /** The first is of the generation that it slept at, the second of later ones. */
  async function signedInAgain(): Promise<[Tab, Tab]> {
    const world = createWorld()
    const { state, instead } = createFaults(world)
    const first = openTab({ world, refresh: server.refresh, instead: { channels: instead.channels } })
    await first.tokens.setTokens(server.issue())
    const faulty = createFaults(world)
    const second = openTab({ world: copyOf(world), refresh: server.refresh, instead: { database: faulty.instead.database } })
    await second.tokens.restore()
    second.tokens.start()
    state.isDeaf = true
    faulty.state.hangs = true
    for (let round = 0; round < 2; round++) await meanwhile(second.tokens.refresh(), 15_000)
    state.isDeaf = false
    faulty.state.hangs = false
    expect(await meanwhile(first.tokens.setTokens(server.issue('bob')))).toBe(true)
    return [first, second]
  }

  test('INV-14 is that of the other as well', async () => {
    const [first, second] = await signedInAgain()
    await vi.advanceTimersByTimeAsync(2 * minute)
    second.world.wake('visible')
    await vi.advanceTimersByTimeAsync(1_000)
    expect([held(first), held(second)]).toEqual(['bob-4', 'bob-4'])
    expect(second.types().at(-1)).toBe('set')
  })

  test('INV-3 whose next refresh is of that login, so that nobody is signed out', async () => {
    const [first, second] = await signedInAgain()
    await vi.advanceTimersByTimeAsync(2 * hour)
    expect([held(first), held(second)]).toEqual(Array(2).fill(expect.stringMatching(/^bob-/)))
    expect([first, second].flatMap(({ types }) => types())).not.toContain('ended')
    expect(new Set(server.sent).size).toBe(server.sent.length)
  })
})

describe('ST-14 INV-7 a sign-out that the database could not take', () => {
  test('XT-11 is written within a minute, and found by a page that comes back', async () => {
    const { first, second, state } = await openFaultyTwo(server)
    const copy = copyOf(first.world)
    first.tokens.dispose()
    state.hangs = true
    second.tokens.clear()
    await vi.advanceTimersByTimeAsync(3_000)
    state.hangs = false
    await vi.advanceTimersByTimeAsync(minute)
    const reopened = openTab({ world: copy, refresh: server.refresh })
    await reopened.tokens.restore()
    expect([held(second), held(reopened), copy.tabStorage.keys()]).toEqual([null, null, []])
  })

  test('INV-18 is not waited for once nobody uses the tab any more', async () => {
    const { first, second, state } = await openFaultyTwo(server)
    state.hangs = true
    second.tokens.clear()
    await vi.advanceTimersByTimeAsync(3_500)
    for (const { tokens } of [first, second]) tokens.dispose()
    await soon()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is not taken back by an answer of before that is late', async () => {
    const world = createWorld()
    const { database } = world.origin
    const late = defer<unknown>()
    let hangs = false
    const never = new Promise<never>(() => {})
    const answers: Promise<unknown>[] = [late.promise]
    const hanging: Database = {
      ...database,
      read: (key) => (hangs ? (answers.shift() ?? never) : database.read(key)),
      update: (...given) => (hangs ? never : database.update(...given)),
    }
    const open = (at: Tab['world']) => openTab({ world: at, refresh: server.refresh, instead: { database: hanging } })
    const first = open(world)
    await first.tokens.setTokens(server.issue())
    const copy = copyOf(world)
    const second = open(copyOf(world))
    await second.tokens.restore()
    hangs = true
    const [before] = [...world.origin.records.values()]
    first.world.wake('visible')
    await vi.advanceTimersByTimeAsync(3_300)
    second.tokens.clear()
    await vi.advanceTimersByTimeAsync(3_500)
    expect([held(first), held(second)]).toEqual([null, null])
    second.tokens.dispose()
    late.resolve(before)
    await soon()
    const reopened = open(copy)
    await meanwhile(reopened.tokens.restore(), 5_000)
    expect(held(reopened)).toBeNull()
  })
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
