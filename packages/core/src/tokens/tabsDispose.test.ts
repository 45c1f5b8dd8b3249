import { describe, expect, test, vi } from 'vitest'
import { createPatientLocks } from '../../test/patientLocks.ts'
import { circleIn, codeOf, copyOf, held, minute, openTab, openTwo, setUpStrictServer, soon, type Tab, type TabOptions } from '../../test/siblingTabs.ts'
import { createWorld, defer } from '../../test/world.ts'
import type { Environment } from '../browser/environment.ts'
import type { TokenManagerOptions } from './tokenManagerOptions.ts'

const server = setUpStrictServer()

describe('INV-18 dispose', () => {
  /** A tab of a world whose every place, lock and listener is counted. */
  async function counted(options: Partial<TabOptions> = {}) {
    const [first, second] = await openTwo(server)
    let [places, listeners] = [0, 0]
    const locks = createPatientLocks()
    const { channels } = first.world.origin
    const world = copyOf(first.world)
    const instead: Partial<Environment> = {
      locks,
      channels: {
        join(name, listener) {
          const place = channels.join(name, listener)
          places++
          let isIn = true
          return {
            ...place,
            leave() {
              if (isIn) places--
              isIn = false
              place.leave()
            },
          }
        },
      },
      wake: {
        subscribe(listener) {
          const off = world.environment.wake.subscribe(listener)
          listeners++
          let isOn = true
          return () => {
            if (isOn) listeners--
            isOn = false
            off()
          }
        },
      },
    }
    for (const { tokens } of [first, second]) tokens.dispose()
    const open = (more: Partial<TokenManagerOptions> = {}, at = world) => openTab({ world: at, refresh: server.refresh, ...options, ...more, instead: { ...instead, ...options.instead } })
    return { open, left: () => ({ places, listeners, locks: locks.count(), timers: vi.getTimerCount() }), locks, origin: first.world.origin }
  }
  const nothing = { places: 0, listeners: 0, locks: 0, timers: 0 }

  test('of a tab at rest: nothing remains', async () => {
    const { open, left } = await counted()
    const tab = open()
    await tab.tokens.restore()
    expect(left()).toMatchObject({ places: 1, timers: 1 })
    tab.tokens.dispose()
    await soon()
    expect(left()).toEqual(nothing)
  })

  test.each([
    ['restores', (tab: Tab) => tab.tokens.restore()],
    ['signs in', (tab: Tab) => tab.tokens.setTokens(server.issue('bob'))],
    ['refreshes', (tab: Tab) => tab.tokens.refresh()],
    ['asks for a token', (tab: Tab) => tab.tokens.getAccessToken()],
  ])('right after it %s: nothing remains, and nothing happens', async (_name, act) => {
    const { open, left } = await counted()
    const tab = open()
    const acted = act(tab).catch(() => {})
    tab.tokens.dispose()
    await soon()
    await acted
    expect(left()).toEqual(nothing)
    expect(tab.events).toEqual([])
  })

  test('while it waits for the lock: it lets go of the wait, and asks nobody', async () => {
    const { open, left, locks } = await counted()
    const tab = open()
    await tab.tokens.restore()
    const circle = circleIn(tab.world)
    const lock = await locks.acquire(`tessera:${circle.id}`, 1)
    const refreshed = codeOf(tab.tokens.refresh())
    await soon()
    expect(left()).toMatchObject({ locks: 2 })
    tab.tokens.dispose()
    expect(await refreshed).toBe('disposed')
    await soon()
    expect(left()).toEqual({ ...nothing, locks: 1 })
    lock?.letGo()
    await vi.advanceTimersByTimeAsync(minute)
    expect([server.sent, left()]).toEqual([[], nothing])
  })

  test('while it holds the lock: it lets go, and what comes is kept for nobody', async () => {
    const onDiscard = vi.fn()
    const { open, left } = await counted()
    const tab = open({ onDiscard })
    await tab.tokens.restore()
    server.gate = defer()
    const refreshed = codeOf(tab.tokens.refresh())
    await soon()
    expect(server.sent).toEqual(['rt-1'])
    tab.tokens.dispose()
    expect(await refreshed).toBe('disposed')
    await soon()
    expect(left()).toEqual(nothing)
    server.gate.resolve()
    await soon()
    expect(tab.world.tabStorage.getItem('tessera:tokens')).toContain('rt-1')
    expect(left()).toEqual(nothing)
  })

  test('while it asks to be let in: likewise', async () => {
    const { open, left, origin } = await counted()
    const tab = open({ shareAcrossTabs: true }, createWorld(origin))
    const restored = tab.tokens.restore()
    await soon()
    expect(left()).toMatchObject({ places: 1, timers: 1 })
    tab.tokens.dispose()
    await restored.catch(() => {})
    await soon()
    expect(left()).toEqual(nothing)
    await vi.advanceTimersByTimeAsync(minute)
    expect([left(), tab.events]).toEqual([nothing, []])
  })

  test('while it looks at a wake: what it finds is kept for nobody', async () => {
    const { open, left } = await counted()
    const [tab, other] = [open(), open()]
    await Promise.all([tab.tokens.restore(), other.tokens.restore()])
    tab.events.length = 0
    tab.world.wake('focus')
    tab.tokens.dispose()
    other.tokens.clear()
    await soon()
    expect(tab.events).toEqual([])
    other.tokens.dispose()
    await soon()
    expect(left()).toEqual(nothing)
  })

  test('right after a sign-out: the other tabs still hear of it', async () => {
    const { open, left } = await counted()
    const tab = open()
    await tab.tokens.restore()
    const other = openTab({ world: copyOf(tab.world), refresh: server.refresh })
    await other.tokens.restore()
    tab.tokens.clear()
    tab.tokens.dispose()
    await soon()
    other.world.wake('focus')
    await soon()
    expect(held(other)).toBeNull()
    other.tokens.dispose()
    expect(left()).toEqual(nothing)
  })

  test('what is restored afterwards attaches nothing', async () => {
    const { open, left, origin } = await counted()
    const tab = open({}, createWorld(origin))
    const restored = tab.tokens.restore()
    tab.tokens.dispose()
    await restored
    expect(left()).toEqual(nothing)
  })
})
