import { describe, expect, test, vi } from 'vitest'
import { quickSealing } from '../../test/quickSealing.ts'
import { absent, circleIn, codeOf, copyOf, createFaults, held, hour, last, minute, openTab, setUpStrictServer, soon } from '../../test/siblingTabs.ts'
import { createCountedSealing } from '../../test/countedSealing.ts'
import { createWorld } from '../../test/world.ts'
import type { Channels } from '../browser/channel.ts'
import type { Database } from '../browser/database.ts'
import type { Environment } from '../browser/environment.ts'

const server = setUpStrictServer()

describe('shareAcrossTabs', () => {
  const sharing = (options: Parameters<typeof openTab>[0]) => openTab({ shareAcrossTabs: true, ...options })

  test.each(['memory', 'session'] as const)('a new tab takes part in the session of one that is open, within 250 ms: %s', async (storage) => {
    const first = sharing({ refresh: server.refresh, storage })
    await first.tokens.setTokens(server.issue())
    const second = sharing({ refresh: server.refresh, storage, world: createWorld(first.world.origin) })
    const asked = second.tokens.getAccessToken()
    await vi.advanceTimersByTimeAsync(249)
    expect(await asked).toBe('ada-1')
    expect(second.types()).toEqual(['restored'])
    await second.tokens.refresh()
    await soon()
    expect([held(first), held(second), server.sent]).toEqual(['ada-2', 'ada-2', ['rt-1']])
  })

  test('nobody answers: it is signed out after 250 ms, and says nothing', async () => {
    const tab = sharing({ refresh: server.refresh })
    const asked = codeOf(tab.tokens.getAccessToken())
    const settled = vi.fn()
    void asked.then(settled)
    await vi.advanceTimersByTimeAsync(249)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(await asked).toBe('not_authenticated')
    expect(tab.events).toEqual([])
  })

  test('two answer: it takes part once', async () => {
    const first = sharing({ refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const second = sharing({ refresh: server.refresh, world: copyOf(first.world) })
    await second.tokens.restore()
    const third = sharing({ refresh: server.refresh, world: createWorld(first.world.origin) })
    expect(await third.tokens.getAccessToken()).toBe('ada-1')
    await soon()
    expect(third.types()).toEqual(['restored'])
  })

  test('tabs that are signed out take part after a login in one, and are signed out with it', async () => {
    const origin = createWorld().origin
    const tabs = Array.from({ length: 3 }, () => sharing({ refresh: server.refresh, world: createWorld(origin) }))
    const restored = tabs.map(({ tokens }) => tokens.restore())
    await vi.advanceTimersByTimeAsync(250)
    await Promise.all(restored)
    await tabs[0]?.tokens.setTokens(server.issue())
    await soon()
    expect(tabs.map(held)).toEqual(['ada-1', 'ada-1', 'ada-1'])
    expect(tabs.map(last)).toEqual(['set', 'set', 'set'])
    tabs[2]?.tokens.clear()
    await soon()
    expect(tabs.map(held)).toEqual([null, null, null])
    expect(tabs.map(({ world }) => world.tabStorage.keys())).toEqual([[], [], []])
    // And again, as somebody else.
    await tabs[1]?.tokens.setTokens(server.issue('bob'))
    await soon()
    expect(tabs.map(held)).toEqual(['bob-2', 'bob-2', 'bob-2'])
  })

  test('TM-05 INV-5 whoever signs in after a sign-out stays signed in, also when the clock was set back in between', async () => {
    const { origin } = createWorld()
    const tabs = [0, 1].map(() => sharing({ refresh: server.refresh, world: createWorld(origin) }))
    const restored = tabs.map(({ tokens }) => tokens.restore())
    await vi.advanceTimersByTimeAsync(250)
    await Promise.all(restored)
    tabs[0]?.tokens.clear()
    await vi.advanceTimersByTimeAsync(minute)
    vi.setSystemTime(Date.now() - hour)
    await tabs[1]?.tokens.setTokens(server.issue('bob'))
    await soon()
    expect(tabs.map(held)).toEqual(['bob-1', 'bob-1'])
  })

  test('INV-7 a tab without the option cannot take part, and one with it has nothing to offer to such a tab', async () => {
    const first = openTab({ refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const second = sharing({ refresh: server.refresh, world: createWorld(first.world.origin) })
    const asked = codeOf(second.tokens.getAccessToken())
    await vi.advanceTimersByTimeAsync(250)
    expect(await asked).toBe('not_authenticated')
    const third = openTab({ refresh: server.refresh, world: createWorld(first.world.origin) })
    expect(await third.tokens.restore()).toBeNull()
    await second.tokens.setTokens(server.issue('bob'))
    await soon()
    expect([held(first), held(second), held(third)]).toEqual(['ada-1', 'bob-2', null])
  })

  test('LO-08 a login while it asks: that is who is signed in', async () => {
    const first = sharing({ refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    vi.setSystemTime(Date.now() + 1_000)
    const late: Channels = {
      join(name, listener) {
        // Answers come in time, but after the login.
        const hear = (message: unknown): void => void first.world.environment.timer.after(100, () => listener(message))
        return first.world.origin.channels.join(name, hear)
      },
    }
    const second = sharing({ refresh: server.refresh, world: createWorld(first.world.origin), instead: { channels: late } })
    const restored = second.tokens.restore()
    await vi.advanceTimersByTimeAsync(10)
    await second.tokens.setTokens(server.issue('bob'))
    await vi.advanceTimersByTimeAsync(1_000)
    await restored
    expect(held(second)).toBe('bob-2')
    expect(await second.tokens.getAccessToken()).toBe('bob-2')
  })

  test('XT-03 a welcome and a wish to join that anybody could send let nobody in', async () => {
    const first = sharing({ refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const heard: { type?: unknown; sealed?: unknown }[] = []
    const place = first.world.origin.channels.join('tessera:tokens', (message) => heard.push(message as object))
    place.post({ type: 'join', publicKey: 'x' })
    place.post({ type: 'join', publicKey: { length: 8 } })
    place.post({ type: 'join' })
    await soon()
    expect(heard).toEqual([])
    const second = sharing({ refresh: server.refresh, world: createWorld(), instead: { channels: first.world.origin.channels } })
    const restored = second.tokens.restore()
    await soon()
    const circle = JSON.stringify({ id: 'e'.repeat(43), key: 'e'.repeat(43), sinceAt: 1 })
    place.post({ type: 'welcome', from: new Uint8Array(8), sealed: await quickSealing.seal(circle, 'guess') })
    place.post({ type: 'welcome', from: new Uint8Array(8), sealed: new Uint8Array(8) })
    await vi.advanceTimersByTimeAsync(250)
    expect(await restored).toBeNull()
    expect(held(second)).toBeNull()
  })

  test('a circle of which the ledger says that it is over, or has nothing: it is signed out', async () => {
    const first = sharing({ refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    first.world.origin.records.clear()
    const second = sharing({ refresh: server.refresh, world: createWorld(first.world.origin) })
    expect(await second.tokens.restore()).toBeNull()
    expect([held(second), second.events, second.world.tabStorage.keys()]).toEqual([null, [], []])
  })

  test('INV-7 with the real Web Crypto nothing readable is said or written, whatever tabs do', async () => {
    const said: unknown[] = []
    const { origin } = createWorld()
    origin.channels.join('tessera:tokens', (message) => said.push(message))
    const written: unknown[] = []
    const database: Database = { ...origin.database, update: (key, change) => origin.database.update(key, (stored) => (written.push(change(stored)), change(stored))) }
    const { sealing, settled } = createCountedSealing()
    const open = (instead: Partial<Environment>) => sharing({ refresh: server.refresh, world: createWorld(origin), instead: { sealing, database, ...instead } })
    const [first, second, third] = [open({}), open({}), open({ database: absent.database })]
    await settled(first.tokens.setTokens(server.issue('canary')))
    expect(await settled(second.tokens.getAccessToken())).toBe('canary-1')
    expect(await settled(third.tokens.restore().then(() => third.tokens.getAccessToken()))).toBe('canary-1')
    await settled(second.tokens.refresh())
    await settled(third.tokens.refresh())
    await settled(first.tokens.setTokens(server.issue('canary')))
    await settled(vi.waitUntil(() => [first, second].every((tab) => held(tab) === 'canary-4')))
    const circle = circleIn(first.world)
    first.tokens.clear()
    await settled(vi.waitUntil(() => held(second) === null))
    const text = (value: unknown): string => JSON.stringify(value, (_name, part: unknown) => (part instanceof Uint8Array ? Buffer.from(part).toString('latin1') : part))
    expect([said.length > 5, written.length > 4]).toEqual([true, true])
    for (const secret of ['canary', 'rt-', circle.key, '"version"', 'accessToken']) expect(text([said, written, [...origin.records]])).not.toContain(secret)
    for (const { tokens } of [first, second, third]) tokens.dispose()
  })

  test('INV-14 XT-10 a login in a tab that was signed out takes the others along, whoever of them answers first', async () => {
    const world = createWorld()
    const open = (at = createWorld(world.origin)) => sharing({ storage: 'memory', refresh: server.refresh, world: at })
    const [one, two, three] = [open(world), open(), open()]
    await one.tokens.setTokens(server.issue('ada'))
    const joining = two.tokens.restore()
    await vi.advanceTimersByTimeAsync(250)
    await joining
    expect(held(two)).toBe('ada-1')
    await vi.advanceTimersByTimeAsync(minute)
    // It has not looked whether there is a session to join.
    await three.tokens.setTokens(server.issue('bob'))
    await vi.advanceTimersByTimeAsync(1_000)
    expect([one, two, three].map(held)).toEqual(['bob-2', 'bob-2', 'bob-2'])
  })

  test('XT-11 a tab that missed the invitation joins when it wakes', async () => {
    const first = sharing({ storage: 'memory', refresh: server.refresh })
    const world = createWorld(first.world.origin)
    const { state, instead } = createFaults(world)
    state.isDeaf = true
    const second = sharing({ storage: 'memory', world, refresh: server.refresh, instead })
    const asked = second.tokens.restore()
    await vi.advanceTimersByTimeAsync(250)
    await asked
    await first.tokens.setTokens(server.issue('ada'))
    await vi.advanceTimersByTimeAsync(minute)
    expect(second.tokens.current).toBeNull()
    state.isDeaf = false
    world.wake('restored')
    await vi.advanceTimersByTimeAsync(250)
    expect(held(second)).toBe('ada-1')
  })
})
