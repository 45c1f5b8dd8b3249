import { describe, expect, test, vi } from 'vitest'
import { copyOf, held, hour, minute, openTab, setUpStrictServer, silent, soon } from '../../test/siblingTabs.ts'
import { createWorld, defer, type World } from '../../test/world.ts'
import type { Database } from '../browser/database.ts'
import type { Locks } from '../browser/lock.ts'
import type { TokenManagerOptions } from './tokenManagerOptions.ts'

const server = setUpStrictServer()

/** A database that gives its answers to one call at the end of a pause, while the page has one. */
function createPausing(world: World, call: 'read' | 'update') {
  const { database } = world.origin
  const thawed = defer<void>()
  const pause = { isFrozen: false, thaw: () => thawed.resolve() }
  const late = async <R>(answer: Promise<R>): Promise<R> => {
    const given = await answer
    if (pause.isFrozen) await thawed.promise
    return given
  }
  const pausing: Pick<Database, 'read' | 'update'> = { read: (key) => late(database.read(key)), update: (key, change) => late(database.update(key, change)) }
  return { pause, database: { ...database, [call]: pausing[call] } }
}

describe('a page that did not run for a while', () => {
  test('RF-08 INV-3 looks again before it sends what others may have spent meanwhile', async () => {
    // As if the second had lost its lock.
    const locks: Locks = { acquire: async () => ({ letGo: () => {}, isHeld: () => true }) }
    const first = openTab({ refresh: server.refresh, instead: { channels: silent, locks } })
    await first.tokens.setTokens(server.issue())
    const { pause, database } = createPausing(first.world, 'read')
    const second = openTab({ world: copyOf(first.world), refresh: server.refresh, instead: { channels: silent, database } })
    await second.tokens.restore()
    pause.isFrozen = true
    const refreshed = second.tokens.refresh()
    await soon()
    await first.tokens.refresh()
    vi.setSystemTime(Date.now() + minute)
    pause.isFrozen = false
    pause.thaw()
    await refreshed
    expect(server.sent).toEqual(['rt-1'])
    expect(held(second)).toBe('ada-2')
  })

  test('does not take a database for broken whose answer comes right behind the timers that are late', async () => {
    const world = createWorld()
    const thawed = defer<void>()
    const { database } = world.origin
    let reads = 0
    const read: Database['read'] = async (key) => {
      if (reads++ === 0) await thawed.promise
      return database.read(key)
    }
    const first = openTab({ world, refresh: server.refresh, instead: { database: { ...database, read } } })
    await first.tokens.setTokens(server.issue())
    world.wake('visible')
    await soon()
    vi.setSystemTime(Date.now() + 10 * minute)
    await vi.advanceTimersByTimeAsync(3_000)
    thawed.resolve()
    expect(await first.tokens.getAccessToken()).toBe('ada-1')
    expect(first.types()).not.toContain('tabs_degraded')
  })

  test('INV-14 tells the others also of what the database took at once, and said too late', async () => {
    const world = createWorld()
    const { pause, database } = createPausing(world, 'update')
    const first = openTab({ world, refresh: server.refresh, instead: { database } })
    await first.tokens.setTokens(server.issue())
    const second = openTab({ world: copyOf(world), refresh: server.refresh })
    await second.tokens.restore()
    pause.isFrozen = true
    const refreshed = first.tokens.refresh()
    await soon()
    vi.setSystemTime(Date.now() + 10 * minute)
    pause.isFrozen = false
    await vi.advanceTimersByTimeAsync(3_000)
    pause.thaw()
    await refreshed
    await soon()
    expect(second.types()).toEqual(['restored', 'adopted'])
  })

  test('INV-2 counts the time that the answer took: the token aged meanwhile', async () => {
    const answered = defer<void>()
    const refresh: TokenManagerOptions['refresh'] = async (tokens) => {
      const issued = await server.refresh(tokens)
      await answered.promise
      return issued
    }
    const { tokens } = openTab({ refresh, background: false, requestTimeoutMs: 2 * hour })
    await tokens.setTokens(server.issue())
    const refreshed = tokens.refresh()
    await vi.advanceTimersByTimeAsync(hour / 2)
    answered.resolve()
    await refreshed
    expect(await tokens.getAccessToken()).toBe('ada-2')
    await vi.advanceTimersByTimeAsync(hour / 2 + 1)
    expect(await tokens.getAccessToken()).toBe('ada-3')
  })

  test('INV-3 discards nothing that it uses: the ledger may tell it of its own tokens first', async () => {
    const world = createWorld()
    const { pause, database } = createPausing(world, 'update')
    const onDiscard = vi.fn()
    const tab = openTab({ world, refresh: server.refresh, onDiscard, instead: { database } })
    await tab.tokens.setTokens(server.issue())
    pause.isFrozen = true
    const refreshed = tab.tokens.refresh()
    await soon()
    world.wake('resumed')
    await soon()
    pause.thaw()
    await refreshed
    expect(held(tab)).toBe('ada-2')
    expect(onDiscard).not.toHaveBeenCalled()
  })
})
