import { describe, expect, test, vi } from 'vitest'
import { absent, circleIn, codeOf, copyOf, held, hour, meanwhile, minute, openTab, openTwo, setUpStrictServer, silent, soon, type TabOptions } from '../../test/siblingTabs.ts'
import { defer } from '../../test/world.ts'
import { AuthError } from '../errors.ts'
import type { TokenManagerOptions } from './tokenManagerOptions.ts'

const server = setUpStrictServer()

describe('a server that does not answer', () => {
  /** Eight tabs of one session, whose token has run out, want one at once. */
  async function eight(options: Partial<TabOptions> = {}) {
    const first = openTab({ refresh: server.refresh, ...options })
    await first.tokens.setTokens(server.issue())
    const tabs = [first, ...Array.from({ length: 7 }, () => openTab({ world: copyOf(first.world), refresh: server.refresh, ...options }))]
    await Promise.all(tabs.map(({ tokens }) => tokens.restore()))
    vi.setSystemTime(Date.now() + 8 * hour)
    const ask = () => Promise.all(tabs.map(({ tokens }) => tokens.getAccessToken().catch((error: AuthError) => error.code)))
    return { tabs, ask }
  }

  test('RF-06 all who wait for their turn hear that the first got nowhere, and wait before they try', async () => {
    const { tabs, ask } = await eight()
    server.gate = defer()
    server.trouble = new AuthError('rate_limited', 'slow down', { retryAfterMs: 30_000 })
    const asked = ask()
    await soon()
    server.gate.resolve()
    const codes = await asked
    expect(new Set(codes)).toEqual(new Set(['rate_limited']))
    // The first, and whoever had the lock before the message.
    const { length } = server.sent
    expect(length).toBeLessThanOrEqual(2)
    server.trouble = null
    await vi.advanceTimersByTimeAsync(29_000)
    expect(await ask()).toEqual(codes)
    expect(server.sent).toHaveLength(length)
    expect(tabs.map(({ tokens }) => tokens.status.error?.retryAfterMs)).toEqual(codes.map(() => 30_000))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(new Set(await ask())).toEqual(new Set(['ada-2']))
    expect(server.sent).toHaveLength(length + 1)
  })

  test('RF-06 RF-30 while the network hangs there is one request at a time, though nobody hears of anybody', async () => {
    let [now, most] = [0, 0]
    const hang: TokenManagerOptions['refresh'] = (_tokens, { signal }) => {
      most = Math.max(most, ++now)
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => (now--, reject(signal.reason as Error))))
    }
    const { ask } = await eight({ refresh: hang, instead: { channels: silent } })
    const asked = ask()
    await vi.advanceTimersByTimeAsync(2 * minute)
    expect(new Set(await asked)).toEqual(new Set(['timeout']))
    expect(most).toBe(1)
  })

  test('XT-03 RF-06 what a tab says of that, which anybody on this origin can, puts a refresh off for a minute at most', async () => {
    const [{ world, tokens }] = await openTwo(server)
    const { id } = circleIn(world)
    const { channels, locks } = world.origin
    await locks.acquire(`tessera:${id}`, 1)
    vi.setSystemTime(Date.now() + 2 * hour)
    const asked = codeOf(tokens.getAccessToken())
    await soon()
    channels.join('tessera:tokens', () => {}).post({ type: 'trouble', id, code: 'rate_limited', retryAfterMs: 300_000 })
    await soon()
    expect(await asked).toBe('rate_limited')
    await vi.advanceTimersByTimeAsync(minute - 1)
    expect(await codeOf(tokens.getAccessToken())).toBe('rate_limited')
    await vi.advanceTimersByTimeAsync(1)
    // Until the lock of who said so is given up.
    expect(await meanwhile(tokens.getAccessToken(), 15_000)).toBe('ada-2')
  })

  test('RF-06 whoever is not waiting does not mind', async () => {
    const [first, second] = await openTwo(server)
    server.trouble = new AuthError('network', 'down')
    expect(await codeOf(first.tokens.refresh())).toBe('network')
    await soon()
    expect([second.types(), second.tokens.status.error]).toEqual([['restored'], null])
  })

  test('RF-01 XT-08 a request that hangs counts for nothing once another tab has fresh tokens', async () => {
    const [first] = await openTwo(server, { instead: { locks: absent.locks } })
    const second = openTab({ world: copyOf(first.world), refresh: () => new Promise(() => {}), instead: { locks: absent.locks } })
    await second.tokens.restore()
    vi.setSystemTime(Date.now() + 2 * hour)
    const asked = second.tokens.getAccessToken()
    await soon()
    await first.tokens.refresh()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await asked).toBe('ada-2')
    expect(second.types()).not.toContain('refresh_failed')
  })

  test('INV-5 passing trouble in one tab is none of the others', async () => {
    const [first, second] = await openTwo(server)
    server.trouble = new AuthError('network', 'no')
    expect(await codeOf(first.tokens.refresh())).toBe('network')
    await soon()
    expect([held(first), held(second)]).toEqual(['ada-1', 'ada-1'])
    server.trouble = null
    await second.tokens.refresh()
    await soon()
    expect([held(first), held(second)]).toEqual(['ada-2', 'ada-2'])
  })
})
