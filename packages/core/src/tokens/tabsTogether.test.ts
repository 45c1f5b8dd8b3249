import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { quickSealing } from '../../test/quickSealing.ts'
import { createWorld, type World } from '../../test/world.ts'
import { AuthError } from '../errors.ts'
import type { TokenSet } from '../session/session.ts'
import { TokenManager } from './tokenManager.ts'
import type { TokenManagerOptions } from './tokenManagerOptions.ts'

const hour = 3_600_000

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => vi.useRealTimers())

/** A strict server: a refresh token works once, and a second use ends its family. */
function createServer() {
  let issued = 0
  let current: string | null = null
  const sent: string[] = []
  const issue = (): TokenSet => {
    issued++
    current = `rt-${issued}`
    return { accessToken: `at-${issued}`, refreshToken: current, expiresInMs: hour }
  }
  const refresh = vi.fn(async (tokens: TokenSet | null): Promise<TokenSet> => {
    sent.push(tokens?.refreshToken ?? 'none')
    await Promise.resolve()
    if (tokens?.refreshToken !== current) {
      current = null
      throw new AuthError('refresh_rejected', 'spent')
    }
    return issue()
  })
  return { issue, refresh, sent }
}

function open(world: World, options: Partial<TokenManagerOptions> & Pick<TokenManagerOptions, 'refresh'>) {
  const tokens = new TokenManager({ storage: 'session', ...options, canRefresh: (held) => held?.refreshToken !== undefined }, world.environment)
  const events: string[] = []
  tokens.subscribe((event) => events.push(event.type === 'cleared' && event.isElsewhere ? 'cleared elsewhere' : event.type))
  return { tokens, events, world }
}

/** Another tab of the same browser, with a copy of the sessionStorage of this one. */
function duplicate({ world }: { readonly world: World }, options: Partial<TokenManagerOptions> & Pick<TokenManagerOptions, 'refresh'>) {
  const copy = createWorld(world.origin)
  for (const key of world.tabStorage.keys()) copy.tabStorage.setItem(key, world.tabStorage.getItem(key) ?? '')
  return open(copy, options)
}

describe('duplicated tabs', () => {
  test('RF-01 ST-10 TM-10 eight that refresh at once send one request, and all have the new token', async () => {
    const server = createServer()
    const first = open(createWorld(), { refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const tabs = [first, ...Array.from({ length: 7 }, () => duplicate(first, { refresh: server.refresh }))]
    for (let round = 1; round <= 3; round++) {
      await Promise.all(tabs.map(({ tokens }) => tokens.refresh()))
      expect(server.sent).toHaveLength(round)
      expect(await Promise.all(tabs.map(({ tokens }) => tokens.getAccessToken()))).toEqual(tabs.map(() => `at-${round + 1}`))
    }
    expect(new Set(server.sent).size).toBe(server.sent.length)
  })

  test('XT-01 XT-02 a logout in one reaches the others, and no answer that comes later counts', async () => {
    const server = createServer()
    const first = open(createWorld(), { refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const second = duplicate(first, { refresh: server.refresh })
    await second.tokens.restore()
    const refreshed = second.tokens.refresh()
    first.tokens.clear()
    await expect(refreshed).rejects.toMatchObject({ code: 'not_authenticated' })
    await vi.advanceTimersByTimeAsync(0)
    expect([first.tokens.current, second.tokens.current]).toEqual([null, null])
    expect(second.events.at(-1)).toBe('cleared elsewhere')
    expect([first, second].map(({ world }) => world.tabStorage.keys())).toEqual([[], []])
  })

  test('XT-10 a login as somebody else in one takes the others along', async () => {
    const server = createServer()
    const first = open(createWorld(), { refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const second = duplicate(first, { refresh: server.refresh })
    expect(await second.tokens.getAccessToken()).toBe('at-1')
    await first.tokens.setTokens(server.issue())
    await vi.advanceTimersByTimeAsync(0)
    expect(second.events).toEqual(['restored', 'set'])
    expect(await second.tokens.getAccessToken()).toBe('at-2')
  })

  test('TM-10 eight whose timers are due at the same moment send one request', async () => {
    const server = createServer()
    const first = open(createWorld(), { refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const tabs = [first, ...Array.from({ length: 7 }, () => duplicate(first, { refresh: server.refresh }))]
    await Promise.all(tabs.map(({ tokens }) => tokens.restore()))
    await vi.advanceTimersByTimeAsync(hour)
    expect(server.sent).toEqual(['rt-1'])
    expect(tabs.map(({ tokens }) => tokens.current?.tokens.accessToken)).toEqual(tabs.map(() => 'at-2'))
    expect(tabs.map(({ events }) => events.filter((type) => type === 'refreshed' || type === 'adopted'))).toEqual([['refreshed'], ...tabs.slice(1).map(() => ['adopted'])])
  })

  test('XT-12 a tab of an older version stands back: it sends no spent token, and ends nobody’s session', async () => {
    const server = createServer()
    const first = open(createWorld(), { refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const second = duplicate(first, { refresh: server.refresh })
    await second.tokens.restore()
    // What a version to come would write.
    const [id, entry] = [...first.world.origin.records][0] ?? []
    const { key, text } = JSON.parse(new TextDecoder().decode((entry as { sealed: Uint8Array }).sealed)) as { key: string; text: string }
    const sealed = await quickSealing.seal(text.replace('"version":2', '"version":3'), key)
    first.world.origin.records.set(id ?? '', { generation: 9, sealed, at: Date.now() })
    second.world.wake('visible')
    expect(await second.tokens.getAccessToken()).toBe('at-1')
    await vi.advanceTimersByTimeAsync(hour)
    expect(second.events.at(-1)).toBe('ended')
    expect(server.sent).not.toContain('rt-1')
    expect(first.world.origin.records.get(id ?? '')).toMatchObject({ generation: 9 })
  })
})
