import { describe, expect, test, vi } from 'vitest'
import { absent, codeOf, copyOf, held, openTab, openTwo, setUpStrictServer, silent, soon, type Tab, type TabOptions } from '../../test/siblingTabs.ts'
import { defer } from '../../test/world.ts'
import { AuthError } from '../errors.ts'

const server = setUpStrictServer()

describe('what a tab finds when it starts', () => {
  /** A tab whose sessionStorage is of before what the ledger has by now. */
  async function stale(change: (first: Tab) => unknown, options: Partial<TabOptions> = {}) {
    const [first] = await openTwo(server, options)
    const world = copyOf(first.world)
    await change(first)
    await soon()
    return { first, tab: openTab({ world, refresh: server.refresh, ...options }) }
  }

  test('a newer token: that is the one it starts with', async () => {
    const { tab } = await stale(({ tokens }) => tokens.refresh())
    expect(await tab.tokens.getAccessToken()).toBe('ada-2')
    expect(tab.types()).toEqual(['restored'])
    expect(tab.world.tabStorage.getItem('tessera:tokens')).toContain('rt-2')
    expect(server.sent).toEqual(['rt-1'])
  })

  test('somebody else: that is who it starts with, and restore gives nobody else', async () => {
    const { tab } = await stale(({ tokens }) => tokens.setTokens(server.issue('bob')))
    expect(await tab.tokens.restore()).toMatchObject({ accessToken: 'bob-2' })
    expect(held(tab)).toBe('bob-2')
  })

  test.each([
    ['cleared', ({ tokens }: Tab) => tokens.clear(), { type: 'cleared', isElsewhere: true }],
    ['ended', ({ tokens }: Tab) => tokens.end(new AuthError('revoked', 'over')), { type: 'ended', error: expect.objectContaining({ code: 'revoked' }) as unknown }],
  ])('XT-01 INV-7 a session that was %s: it says so once, and its storage is empty', async (_name, change, event) => {
    const { tab } = await stale(change)
    expect(await codeOf(tab.tokens.getAccessToken())).toBe('not_authenticated')
    await tab.tokens.restore()
    expect(tab.events).toEqual([event])
    expect([held(tab), tab.world.tabStorage.keys()]).toEqual([null, []])
    expect(server.sent).toEqual([])
  })

  test('INV-20 an entry that its key does not open: it goes on, and replaces it', async () => {
    const { first, tab } = await stale(({ world: { origin } }) => {
      const [id = ''] = origin.records.keys()
      origin.records.set(id, { generation: 7, sealed: new Uint8Array([1, 2, 3]), at: Date.now() })
    })
    const asked = tab.tokens.getAccessToken()
    await vi.advanceTimersByTimeAsync(250)
    expect(await asked).toBe('ada-1')
    await tab.tokens.refresh()
    await soon()
    expect([held(tab), held(first)]).toEqual(['ada-2', 'ada-2'])
    expect([...first.world.origin.records.values()]).toMatchObject([{ generation: 2 }])
  })

  test('INV-24 an entry put back by somebody is not taken', async () => {
    const [first, second] = await openTwo(server)
    const old = new Map(first.world.origin.records)
    await first.tokens.refresh()
    await soon()
    for (const [id, record] of old) first.world.origin.records.set(id, record)
    second.world.wake('visible')
    expect(await second.tokens.getAccessToken()).toBe('ada-2')
  })

  test('nothing in the ledger: it puts its own there', async () => {
    const { first, tab } = await stale(({ world: { origin } }) => origin.records.clear())
    const asked = tab.tokens.getAccessToken()
    // Somebody might know better.
    await vi.advanceTimersByTimeAsync(250)
    expect(await asked).toBe('ada-1')
    expect(first.world.origin.records.size).toBe(1)
    first.world.wake('visible')
    expect(await first.tokens.getAccessToken()).toBe('ada-1')
    await first.tokens.refresh()
    await soon()
    expect(held(tab)).toBe('ada-2')
  })

  test('ST-14 INV-12 a ledger that hangs: it starts after 3 s and the time to ask the others', async () => {
    const hung = new Promise<never>(() => {})
    const [first] = await openTwo(server)
    const tab = openTab({ world: copyOf(first.world), refresh: server.refresh, instead: { channels: silent, database: { read: () => hung, update: () => hung, sweep: () => hung } } })
    const settled = vi.fn()
    const asked = tab.tokens.getAccessToken().finally(settled)
    await vi.advanceTimersByTimeAsync(3_249)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(await asked).toBe('ada-1')
    expect(tab.types()).toEqual(['tabs_degraded', 'restored'])
  })

  test('ST-14 a ledger that rejects: likewise, at once', async () => {
    const [first] = await openTwo(server)
    const tab = openTab({ world: copyOf(first.world), refresh: server.refresh, instead: { database: absent.database } })
    const asked = tab.tokens.getAccessToken()
    // To ask, and to look once more after an answer.
    await vi.advanceTimersByTimeAsync(500)
    expect(await asked).toBe('ada-1')
    expect(tab.types()).toEqual(['tabs_degraded', 'restored'])
  })

  test('LO-08 a logout while it looks: nothing of what it finds is used', async () => {
    const gate = defer<unknown>()
    const [first] = await openTwo(server)
    const { database } = first.world.origin
    const tab = openTab({ world: copyOf(first.world), refresh: server.refresh, instead: { database: { ...database, read: (key) => gate.promise.then(() => database.read(key)) } } })
    const restored = tab.tokens.restore()
    await soon()
    tab.tokens.clear()
    gate.resolve(null)
    await restored
    await soon()
    expect([held(tab), held(first), tab.types()]).toEqual([null, null, ['cleared']])
  })
})
