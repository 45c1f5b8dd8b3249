import { describe, expect, test, vi } from 'vitest'
import { held, meanwhile, openTab, setUpStrictServer } from '../../test/siblingTabs.ts'
import { createWorld } from '../../test/world.ts'
import type { Channels } from '../browser/channel.ts'
import { memoryStorage } from '../browser/storage.ts'
import { systemTimer } from '../browser/timer.ts'

const server = setUpStrictServer()

test('ST-14 removes nothing where nothing is: a storage that tabs have in common may have something by then', async () => {
  const removeItem = vi.fn()
  const { tokens } = openTab({ storage: { ...memoryStorage(), removeItem }, refresh: server.refresh })
  expect(await tokens.restore()).toBeNull()
  expect(removeItem).not.toHaveBeenCalled()
})

describe('XT-01 a sign-out while it is restored', () => {
  const nowhere = createWorld()
  const page = { ...nowhere.environment.page, isBrowser: () => false }

  test.each([
    ['nobody shares the session', { storage: 'memory' as const }],
    ['there is no browser', { shareAcrossTabs: true, storage: 'memory' as const, instead: { page } }],
  ])('is that where %s', async (_name, options) => {
    const { tokens, types } = openTab({ refresh: server.refresh, ...options })
    const restored = tokens.restore()
    tokens.clear()
    expect(await meanwhile(restored)).toBeNull()
    expect(types()).toEqual(['cleared'])
  })

  test.each([0, 50, 99])('LO-10 after %i ms of looking for other tabs, which answer late: what those had is given, to be revoked', async (ms) => {
    const { origin } = createWorld()
    const late: Channels = { join: (name, listener) => origin.channels.join(name, (message) => void systemTimer.after(100, () => listener(message))) }
    const sharing = { refresh: server.refresh, shareAcrossTabs: true, storage: 'memory' } as const
    const first = openTab({ ...sharing, world: createWorld(origin) })
    await first.tokens.setTokens(server.issue())
    await vi.advanceTimersByTimeAsync(1_000)
    const second = openTab({ ...sharing, world: createWorld(origin), instead: { channels: late } })
    const restored = second.tokens.restore()
    await vi.advanceTimersByTimeAsync(ms)
    second.tokens.clear()
    expect(await meanwhile(restored)).toMatchObject({ refreshToken: 'rt-1' })
    expect([held(first), held(second)]).toEqual([null, null])
  })
})

test('INV-7 where tabs share nothing with others, who is signed in nowhere listens to nobody', async () => {
  const world = createWorld()
  const join = vi.fn(world.origin.channels.join)
  const { tokens } = openTab({ world, refresh: server.refresh, instead: { channels: { join } } })
  expect(await tokens.restore()).toBeNull()
  expect(join).not.toHaveBeenCalled()
})

test('ST-05 a session that was shared before the app ceased to is this tab’s alone, and kept as that', async () => {
  const { world, tokens: shared } = openTab({ refresh: server.refresh, background: false })
  await shared.setTokens(server.issue())
  const storage = memoryStorage()
  storage.setItem('tessera:tokens', world.tabStorage.getItem('tessera:tokens') ?? '')
  const { tokens } = openTab({ storage, refresh: server.refresh })
  expect(await tokens.getAccessToken()).toBe('ada-1')
  await tokens.refresh()
  const { circle, ...kept } = JSON.parse(storage.getItem('tessera:tokens') ?? '') as Readonly<Record<string, unknown>>
  expect([circle, kept['tokens']]).toEqual([undefined, expect.objectContaining({ accessToken: 'ada-2' })])
})
