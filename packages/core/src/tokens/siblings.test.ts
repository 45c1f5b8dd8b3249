import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { copyOf, createStrictServer, openTab, type StrictServer } from '../../test/siblingTabs.ts'
import { createWorld } from '../../test/world.ts'
import type { Database } from '../browser/database.ts'
import type { Locks } from '../browser/lock.ts'

let server: StrictServer
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  server = createStrictServer()
})
afterEach(() => vi.useRealTimers())

const soon = () => vi.advanceTimersByTimeAsync(0)

/** Hears what is said under the default key. */
function hear(world: ReturnType<typeof createWorld>) {
  const said: { type?: unknown; entry?: unknown }[] = []
  world.origin.channels.join('tessera:tokens', (message) => said.push(message as object))
  return said
}

test('a login makes a circle, which is kept with the session and nowhere else', async () => {
  const { world, tokens } = openTab({ refresh: server.refresh })
  await tokens.setTokens(server.issue())
  const { circle } = JSON.parse(world.tabStorage.getItem('tessera:tokens') ?? '') as { circle: { id: string; key: string; sinceAt: number } }
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
  expect(names).toEqual([`tessera:${id}`, `tessera:${id}`])
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
  const broken = (): Promise<never> => Promise.reject(new Error('no database'))
  const database: Database = { read: broken, update: broken, sweep: broken }
  const first = openTab({ refresh: server.refresh })
  await first.tokens.setTokens(server.issue())
  const said = hear(first.world)
  const second = openTab({ world: copyOf(first.world), refresh: server.refresh, instead: { database } })
  const asked = second.tokens.getAccessToken()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await asked).toBe('ada-1')
  expect(said.length).toBeLessThan(6)
})

test('XT-08 a new tab without a database hears from the others what there is of their session', async () => {
  const broken = (): Promise<never> => Promise.reject(new Error('no database'))
  const first = openTab({ shareAcrossTabs: true, refresh: server.refresh })
  await first.tokens.setTokens(server.issue())
  const world = createWorld(first.world.origin)
  const second = openTab({ world, shareAcrossTabs: true, refresh: server.refresh, instead: { database: { read: broken, update: broken, sweep: broken } } })
  const asked = second.tokens.getAccessToken()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await asked).toBe('ada-1')
})
