import { describe, expect, test, vi } from 'vitest'
import { quickSealing } from '../../test/quickSealing.ts'
import { absent, circleIn, copyOf, createFaults, held, last, meanwhile, minute, openTab, setUpStrictServer, soon, type Tab } from '../../test/siblingTabs.ts'
import { createWorld, defer } from '../../test/world.ts'
import type { Locks } from '../browser/lock.ts'
import { memoryStorage } from '../browser/storage.ts'
import { membersOf } from '../ownMembers.ts'
import { encodeEnding } from '../session/ending.ts'
import { contextOf } from './ledger.ts'

const server = setUpStrictServer()

/** Hears what is said under the default key. */
function hear(world: ReturnType<typeof createWorld>) {
  const said: { type?: unknown; entry?: unknown }[] = []
  world.origin.channels.join('tessera:tokens', (message) => said.push(message as object))
  return said
}

test('a login makes a circle, which is kept with the session and nowhere else', async () => {
  const { world, tokens } = openTab({ refresh: server.refresh })
  await tokens.setTokens(server.issue())
  const circle = circleIn(world)
  expect(circle).toEqual({ id: expect.stringMatching(/^[\w-]{43}$/), key: expect.stringMatching(/^[\w-]{43}$/), sinceAt: Date.now() })
  expect(circle.id).not.toBe(circle.key)
  expect([...world.origin.records.keys()]).toEqual([circle.id])
})

test('INV-6 each login after a logout makes another, so that nobody follows by what is kept of the old one', async () => {
  const first = openTab({ refresh: server.refresh })
  await first.tokens.setTokens(server.issue())
  const copy = copyOf(first.world)
  first.tokens.clear()
  await first.tokens.setTokens(server.issue('bob'))
  const second = openTab({ world: copy, refresh: server.refresh })
  expect(await second.tokens.restore().then(() => second.tokens.current)).toBeNull()
  expect(first.world.origin.records.size).toBe(2)
})

test('ST-08 two managers of one page, each with a key of its own, do not hear each other', async () => {
  const world = createWorld()
  const options = { world, shareAcrossTabs: true, refresh: server.refresh }
  const [spa, admin] = [openTab({ ...options, storageKey: 'spa' }), openTab({ ...options, storageKey: 'spa-admin' })]
  const restored = [spa.tokens.restore(), admin.tokens.restore()]
  await vi.advanceTimersByTimeAsync(250)
  await Promise.all(restored)
  await spa.tokens.setTokens(server.issue())
  await soon()
  expect(admin.tokens.current).toBeNull()
  await admin.tokens.setTokens(server.issue('bob'))
  spa.tokens.clear()
  await soon()
  expect(admin.tokens.current?.tokens.accessToken).toBe('bob-2')
})

test('INV-1 the lock is that of the circle: others do not wait for it', async () => {
  const names: string[] = []
  const world = createWorld()
  const locks: Locks = { acquire: (name, ...rest) => (names.push(name), world.origin.locks.acquire(name, ...rest)) }
  const tab = openTab({ world, refresh: server.refresh, instead: { locks } })
  await tab.tokens.setTokens(server.issue())
  await tab.tokens.refresh()
  await tab.tokens.refresh()
  const [id] = world.origin.records.keys()
  const both = [`tessera:${id}`, `tessera:${id}:late`]
  expect(names).toEqual([...both, ...both])
})

test.each([
  [false, ['news', 'news']],
  [true, ['join', 'news', 'invite', 'news']],
])('what a login and a second one say, sharing with new tabs or not: %s', async (shareAcrossTabs, types) => {
  const world = createWorld()
  const said = hear(world)
  const tab = openTab({ world, shareAcrossTabs, refresh: server.refresh })
  const restored = tab.tokens.restore()
  await vi.advanceTimersByTimeAsync(250)
  await restored
  await tab.tokens.setTokens(server.issue())
  await tab.tokens.setTokens(server.issue('bob'))
  await soon()
  expect(said.map(({ type }) => type)).toEqual(types)
  expect(said.every(({ entry }) => entry == null)).toBe(true)
})

test('INV-13 without a database an answer that tells nothing new is not asked about again', async () => {
  const first = openTab({ refresh: server.refresh })
  await first.tokens.setTokens(server.issue())
  const said = hear(first.world)
  const second = openTab({ world: copyOf(first.world), refresh: server.refresh, instead: { database: absent.database } })
  const asked = second.tokens.getAccessToken()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await asked).toBe('ada-1')
  expect(said.length).toBeLessThan(6)
})

test('XT-08 a new tab without a database hears from the others what there is of their session', async () => {
  const first = openTab({ shareAcrossTabs: true, refresh: server.refresh })
  await first.tokens.setTokens(server.issue())
  const world = createWorld(first.world.origin)
  const second = openTab({ world, shareAcrossTabs: true, refresh: server.refresh, instead: { database: absent.database } })
  const asked = second.tokens.getAccessToken()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await asked).toBe('ada-1')
})

test('INV-13 without a database a late sign-out of an earlier login is not answered for ever', async () => {
  const tab = openTab({ refresh: server.refresh, background: false, instead: { database: absent.database } })
  await tab.tokens.setTokens(server.issue('ada'))
  await tab.tokens.setTokens(server.issue('bob'))
  const { id, key } = circleIn(tab.world)
  // Of the first login, by a tab that has heard of no other one, and says so whenever it is asked.
  const late = { generation: 9, epoch: 1 }
  const entry = { ...late, sealed: await quickSealing.seal(encodeEnding(9, null), key, contextOf(late)), at: Date.now() }
  let asked = 0
  const place = tab.world.origin.channels.join('tessera:tokens', (message) => {
    if ((message as { readonly type?: unknown }).type !== 'ask') return
    // A tab that asks without end would keep this test from failing.
    if (asked++ < 20) place.post({ type: 'news', id, entry })
  })
  place.post({ type: 'news', id, entry })
  await vi.advanceTimersByTimeAsync(minute)
  expect(asked).toBeLessThanOrEqual(1)
  tab.world.wake('focus')
  await vi.advanceTimersByTimeAsync(minute)
  expect(asked).toBeLessThanOrEqual(2)
  expect(held(tab)).toBe('bob-2')
})

describe('XT-08 INV-7 without a database a sign-out of a tab that has not heard of the newest refresh', () => {
  async function late() {
    const tab = openTab({ refresh: server.refresh, background: false, instead: { database: absent.database } })
    await tab.tokens.setTokens(server.issue())
    for (let times = 0; times < 3; times++) await meanwhile(tab.tokens.refresh())
    const { id, key } = circleIn(tab.world)
    const said = { generation: 2, epoch: 1 }
    const entry = { ...said, sealed: await quickSealing.seal(encodeEnding(2, null), key, contextOf(said)), at: Date.now() }
    const heard = hear(tab.world)
    const place = tab.world.origin.channels.join('tessera:tokens', () => {})
    return { tab, heard, say: () => place.post({ type: 'news', id, entry }) }
  }

  test('is one here as well', async () => {
    const { tab, say } = await late()
    say()
    await vi.advanceTimersByTimeAsync(1_000)
    expect([held(tab), last(tab)]).toEqual([null, 'cleared'])
  })

  test('INV-13 and is passed on once, however often it is said before all is settled here', async () => {
    const { tab, heard, say } = await late()
    say()
    // It has asked what there is, and asks once more before it is over here.
    await vi.advanceTimersByTimeAsync(300)
    for (let times = 0; times < 5; times++) say()
    await soon()
    expect(held(tab)).not.toBeNull()
    await vi.advanceTimersByTimeAsync(1_000)
    const passedOn = heard.filter(({ type, entry }) => type === 'news' && membersOf(entry)['generation'] !== 2)
    expect([passedOn.length, held(tab)]).toEqual([1, null])
  })
})

describe('a sign-out in a tab that has not looked yet', () => {
  const sharing = (world = createWorld()): Tab => openTab({ world, shareAcrossTabs: true, storage: 'memory', refresh: server.refresh })

  async function signedIn(): Promise<Tab> {
    const tab = sharing()
    await tab.tokens.setTokens(server.issue())
    await vi.advanceTimersByTimeAsync(minute)
    return tab
  }

  test('XT-01 LO-01 finds the session of the others, once however many look, ends it, and gives its tokens to be revoked', async () => {
    const first = await signedIn()
    const said = hear(first.world)
    const second = sharing(createWorld(first.world.origin))
    const restored = second.tokens.restore()
    second.tokens.clear()
    expect(await meanwhile(restored)).toMatchObject({ refreshToken: 'rt-1' })
    expect([held(first), held(second), last(first), second.types()]).toEqual([null, null, 'cleared', ['cleared']])
    expect(said.filter(({ type }) => type === 'join')).toHaveLength(1)
  })

  test('INV-7 takes no part in it, and lets nobody in', async () => {
    const first = await signedIn()
    const second = sharing(createWorld(first.world.origin))
    second.tokens.clear()
    await meanwhile(second.tokens.restore())
    const said = hear(first.world)
    const third = sharing(createWorld(first.world.origin))
    expect(await meanwhile(third.tokens.restore())).toBeNull()
    expect(said.map(({ type }) => type)).toEqual(['join'])
    await first.tokens.setTokens(server.issue('bob'))
    await vi.advanceTimersByTimeAsync(1_000)
    expect([first, second, third].map(held)).toEqual(['bob-2', 'bob-2', 'bob-2'])
  })

  test('INV-6 INV-7 lets nobody into one that it finds later, and ends', async () => {
    const first = await signedIn()
    const world = createWorld(first.world.origin)
    const { state, instead } = createFaults(world)
    state.isDeaf = true
    const second = openTab({ world, shareAcrossTabs: true, storage: 'memory', refresh: server.refresh, instead })
    await meanwhile(second.tokens.restore())
    second.tokens.clear()
    await vi.advanceTimersByTimeAsync(minute)
    expect(held(first)).toBe('ada-1')
    state.isDeaf = false
    world.wake('focus')
    await vi.advanceTimersByTimeAsync(1_000)
    expect([held(first), held(second)]).toEqual([null, null])
    const said = hear(first.world)
    expect(await meanwhile(sharing(createWorld(first.world.origin)).tokens.restore())).toBeNull()
    expect(said.map(({ type }) => type)).toEqual(['join'])
  })

  test('LO-07 and a login straight after it: that stays, and asks nobody', async () => {
    const first = await signedIn()
    const said = hear(first.world)
    const second = sharing(createWorld(first.world.origin))
    second.tokens.clear()
    await meanwhile(second.tokens.setTokens(server.issue('bob')))
    expect([held(first), held(second), first.types()]).toEqual(['bob-2', 'bob-2', ['set', 'set']])
    // By the first alone, which was invited.
    expect(said.filter(({ type }) => type === 'join')).toHaveLength(1)
  })

  test('LO-07 LO-08 and a login elsewhere while it asks: that stays', async () => {
    const first = sharing()
    await meanwhile(first.tokens.restore())
    const second = sharing(createWorld(first.world.origin))
    second.tokens.clear()
    await first.tokens.setTokens(server.issue('bob'))
    await vi.advanceTimersByTimeAsync(1_000)
    expect([held(first), first.types()]).toEqual(['bob-1', ['set']])
  })

  test('INV-7 asks nobody where tabs share nothing with others', async () => {
    const world = createWorld()
    const join = vi.fn(world.origin.channels.join)
    const tab = openTab({ world, refresh: server.refresh, instead: { channels: { join } } })
    tab.tokens.clear()
    await meanwhile(tab.tokens.restore())
    expect(join).not.toHaveBeenCalled()
  })

  test('LO-07 asks nobody any more once somebody has signed in, be it that the storage takes long to read', async () => {
    const first = await signedIn()
    const said = hear(first.world)
    const slow = defer<null>()
    const reads: Promise<null>[] = [slow.promise]
    const storage = { ...memoryStorage(), getItem: async () => reads.shift() ?? null }
    const second = openTab({ world: createWorld(first.world.origin), shareAcrossTabs: true, storage, refresh: server.refresh })
    const restored = second.tokens.restore()
    await second.tokens.setTokens(server.issue('bob'))
    slow.resolve(null)
    expect(await meanwhile(restored)).toBeNull()
    expect([held(first), held(second)]).toEqual(['bob-2', 'bob-2'])
    // By the first alone, which was invited.
    expect(said.filter(({ type }) => type === 'join')).toHaveLength(1)
  })
})
