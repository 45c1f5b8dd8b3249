import { describe, expect, test, vi } from 'vitest'
import { absent, codeOf, held, openFaultyTwo, openTab, openTwo, setUpStrictServer, soon } from '../../test/siblingTabs.ts'
import { createWorld } from '../../test/world.ts'

const server = setUpStrictServer()

describe('ST-11 site data that were cleared', () => {
  test('ledger and sessionStorage: the session ends in each tab, with storage_failed, and nothing is sent', async () => {
    const tabs = await openTwo(server)
    for (const { world } of tabs) {
      world.origin.records.clear()
      world.tabStorage.removeItem('tessera:tokens')
      world.wake('visible')
    }
    await soon()
    expect(tabs.map(({ events }) => events.at(-1))).toMatchObject([
      { type: 'ended', error: { code: 'storage_failed' } },
      { type: 'ended', error: { code: 'storage_failed' } },
    ])
    expect([held(tabs[0]), held(tabs[1]), server.sent]).toEqual([null, null, []])
    expect(tabs[0].world.origin.records.size).toBe(0)
  })

  test('found at the next refresh, where nobody woke', async () => {
    const [first] = await openTwo(server)
    first.world.origin.records.clear()
    first.world.tabStorage.removeItem('tessera:tokens')
    expect(await codeOf(first.tokens.refresh())).toBe('storage_failed')
    expect([held(first), server.sent]).toEqual([null, []])
  })

  test('the ledger alone is put back', async () => {
    const [first, second] = await openTwo(server)
    const before = new Map(first.world.origin.records)
    first.world.origin.records.clear()
    second.world.wake('visible')
    await vi.advanceTimersByTimeAsync(250)
    expect(await second.tokens.getAccessToken()).toBe('ada-1')
    expect([...first.world.origin.records.keys()]).toEqual([...before.keys()])
    expect([...first.world.origin.records.values()]).toMatchObject([{ generation: 1 }])
    expect([first, second].flatMap(({ types }) => types())).not.toContain('ended')
  })
})

describe('ST-11 what looks like site data that were cleared', () => {
  test('RF-04 the shared record alone is gone: who slept does not put its old one back', async () => {
    const { first, second, state } = await openFaultyTwo(server)
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
    const tab = openTab({ world, refresh: server.refresh, instead: { tabStorage: { ...world.tabStorage, getItem: () => null, setItem: no }, sealing: absent.sealing } })
    await tab.tokens.setTokens(server.issue())
    tab.world.wake('focus')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(held(tab)).toBe('ada-1')
    expect(tab.types()).not.toContain('ended')
  })
})
