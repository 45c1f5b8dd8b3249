import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createWorld, defer, type Deferred, type World } from '../../test/world.ts'
import { memoryStorage } from '../browser/storage.ts'
import { AuthError } from '../errors.ts'
import type { TokenSet } from '../session/session.ts'
import type { TokenEvent } from './tokenEvent.ts'
import { TokenManager } from './tokenManager.ts'
import type { TokenManagerOptions } from './tokenManagerOptions.ts'

const hour = 3_600_000
const minute = 60_000

let world: World
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
})
afterEach(() => vi.useRealTimers())

/** A server that numbers its tokens. */
function counting(lifetimeMs: number = hour, extra: Partial<TokenSet> = {}) {
  let count = 0
  return vi.fn(async (): Promise<TokenSet> => ({ accessToken: `at-${++count}`, refreshToken: `rt-${count}`, expiresInMs: lifetimeMs, ...extra }))
}

function manager(options: TokenManagerOptions) {
  const tokens = new TokenManager(options, world.environment)
  const events: TokenEvent['type'][] = []
  tokens.subscribe((event) => events.push(event.type))
  return { tokens, events }
}

/** A storage whose every write and removal waits for its gate. */
function slowStorage() {
  const stored = new Map<string, string>()
  const gates: Deferred<void>[] = []
  const wait = async () => {
    const gate = defer<void>()
    gates.push(gate)
    await gate.promise
  }
  return {
    stored,
    gates,
    storage: {
      getItem: () => null,
      setItem: async (key: string, value: string) => void (await wait(), stored.set(key, value)),
      removeItem: async (key: string) => void (await wait(), stored.delete(key)),
    },
  }
}

const first: TokenSet = { accessToken: 'at-0', refreshToken: 'rt-0', expiresInMs: hour }

describe('alone', () => {
  test('gives a token that is always fresh, from nothing but a function that fetches one', async () => {
    const refresh = counting()
    const { tokens } = manager({ refresh })
    expect(await tokens.getAccessToken()).toBe('at-1')
    expect(await tokens.getAccessToken()).toBe('at-1')
    vi.setSystemTime(Date.now() + 2 * hour)
    expect(await tokens.getAccessToken()).toBe('at-2')
    expect(refresh).toHaveBeenCalledTimes(2)
  })

  test('works with the real environment of Node and does not keep the process alive', async () => {
    const tokens = new TokenManager({ refresh: counting() })
    expect(await tokens.getAccessToken()).toBe('at-1')
    expect(tokens.status.phase).toBe('idle')
    tokens.dispose()
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each([
    ['refresh', { refresh: 'x' }],
    ['refreshLeadMs', { refresh: counting(), refreshLeadMs: -1 }],
    ['refreshLeadMs', { refresh: counting(), refreshLeadMs: NaN }],
    ['requestTimeoutMs', { refresh: counting(), requestTimeoutMs: '10' }],
    ['storage', { refresh: counting(), storage: 'localStorage' }],
    ['storage', { refresh: counting(), storage: { getItem: () => null } }],
    ['storageKey', { refresh: counting(), storageKey: '' }],
    ['refreshLead', { refresh: counting(), refreshLead: 5 }],
  ])('DO-07 refuses a wrong %s at construction, by name', (option, options) => {
    expect(() => new TokenManager(options as never, world.environment)).toThrow(expect.objectContaining({ code: 'invalid_config', option }))
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each([{}, { accessToken: '' }, { accessToken: 'a b' }, { accessToken: 'a\r\nb' }, { accessToken: 'x', expiresInMs: NaN }, null])(
    'setTokens refuses %j',
    async (tokenSet) => {
      const { tokens } = manager({ refresh: counting() })
      await expect(tokens.setTokens(tokenSet as never)).rejects.toMatchObject({ code: 'invalid_input' })
    },
  )

  test('options that are null are none', async () => {
    const { tokens, events } = manager({ refresh: counting() })
    const none = null as never
    expect(await tokens.getAccessToken(none)).toBe('at-1')
    await tokens.refresh(none)
    expect((await tokens.acquire(none)).tokens.accessToken).toBe('at-2')
    tokens.clear(none)
    expect(events.at(-1)).toBe('cleared')
  })
})

describe('when to refresh', () => {
  test('starts five minutes before expiry', async () => {
    const refresh = counting()
    const { tokens } = manager({ refresh })
    await tokens.setTokens(first)
    await vi.advanceTimersByTimeAsync(55 * minute - 1)
    expect(refresh).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(refresh).toHaveBeenCalledTimes(1)
    expect(tokens.current?.tokens.accessToken).toBe('at-1')
  })

  test('keeps refreshing, once a lifetime', async () => {
    const refresh = counting()
    const { tokens } = manager({ refresh })
    await tokens.setTokens(first)
    await vi.advanceTimersByTimeAsync(10 * 55 * minute)
    expect(refresh).toHaveBeenCalledTimes(10)
    expect(tokens.status).toMatchObject({ phase: 'idle', error: null })
  })

  test('TRAP a lifetime under five minutes gives no negative delay and no hot loop: the lead is a quarter of it', async () => {
    const refresh = counting(4 * minute)
    const { tokens } = manager({ refresh })
    await tokens.setTokens({ ...first, expiresInMs: 4 * minute })
    await vi.advanceTimersByTimeAsync(3 * minute - 1)
    expect(refresh).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(refresh).toHaveBeenCalledTimes(1)
  })

  test.each([[10_000], [30_000]])('RF-21 a token of %i ms is not refreshed at every call', async (lifetimeMs) => {
    const refresh = counting(lifetimeMs)
    const { tokens } = manager({ refresh })
    await tokens.setTokens({ ...first, expiresInMs: lifetimeMs })
    for (let i = 0; i < 100; i++) await tokens.getAccessToken()
    expect(refresh).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(20 * lifetimeMs * 0.75)
    expect(refresh).toHaveBeenCalledTimes(20)
  })

  test.each([[30 * 24 * hour], [2 ** 31], [1e13], [Number.MAX_SAFE_INTEGER]])(
    'TRAP TM-01 a lifetime of %i ms does not overflow the timer: it fires neither at once nor in a loop',
    async (lifetimeMs) => {
      const spy = vi.spyOn(globalThis, 'setTimeout')
      const refresh = counting(lifetimeMs)
      const { tokens } = manager({ refresh })
      await tokens.setTokens({ ...first, expiresInMs: lifetimeMs })
      await vi.advanceTimersByTimeAsync(23 * hour)
      expect(refresh).not.toHaveBeenCalled()
      for (const [, delayMs] of spy.mock.calls) expect(delayMs).toBeLessThanOrEqual(2 ** 31 - 1)
      spy.mockRestore()
    },
  )

  test('TRAP an old timer is cleared: new tokens leave one timer, and the old deadline refreshes nothing', async () => {
    const refresh = counting()
    const { tokens } = manager({ refresh })
    await tokens.setTokens({ ...first, expiresInMs: 10 * minute })
    await tokens.setTokens({ ...first, expiresInMs: hour })
    await tokens.setTokens({ ...first, expiresInMs: 2 * hour })
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(80 * minute)
    expect(refresh).not.toHaveBeenCalled()
  })

  test('TRAP the refresh token and the refresh function have names of their own: refreshing leaves both in place', async () => {
    const refresh = counting()
    const { tokens } = manager({ refresh })
    await tokens.setTokens(first)
    await tokens.refresh()
    await tokens.refresh()
    expect(refresh.mock.calls.map(([current]: unknown[]) => (current as TokenSet).refreshToken)).toEqual(['rt-0', 'rt-1'])
  })

  test.each([{}, { refreshToken: undefined }, { refreshToken: null }, { refreshToken: '' }])('TRAP RF-03 RF-04 an answer with the refresh token of %j keeps the old one', async (said) => {
    const refresh = vi.fn(async (_current: TokenSet | null) => ({ accessToken: 'at-new', expiresInMs: hour, ...(said as object) }))
    const { tokens } = manager({ refresh })
    await tokens.setTokens(first)
    await tokens.refresh()
    await tokens.refresh()
    expect(refresh.mock.calls[1]?.[0]).toMatchObject({ accessToken: 'at-new', refreshToken: 'rt-0' })
  })

  test('TM-04 RF-28 wakes from eight hours of sleep with one refresh for fifty callers, and hands out no stale token', async () => {
    const answer = defer<TokenSet>()
    const refresh = vi.fn(() => answer.promise)
    const { tokens } = manager({ refresh })
    await tokens.setTokens(first)
    vi.setSystemTime(Date.now() + 8 * hour)
    const callers = Array.from({ length: 50 }, () => tokens.getAccessToken())
    world.wake('visible')
    world.wake('focus')
    await vi.advanceTimersByTimeAsync(0)
    answer.resolve({ accessToken: 'at-1', expiresInMs: hour })
    expect(new Set(await Promise.all(callers))).toEqual(new Set(['at-1']))
    expect(refresh).toHaveBeenCalledTimes(1)
  })

  test('a wake after sleep refreshes by itself, though the timer stood still', async () => {
    const refresh = counting()
    const { tokens } = manager({ refresh })
    await tokens.setTokens(first)
    vi.setSystemTime(Date.now() + 2 * hour)
    world.wake('visible')
    await vi.advanceTimersByTimeAsync(0)
    expect(refresh).toHaveBeenCalledTimes(1)
    expect(tokens.status.phase).toBe('idle')
  })

  test('without any wake event, the clock is read within a minute', async () => {
    const refresh = counting()
    const { tokens } = manager({ refresh })
    await tokens.setTokens(first)
    vi.setSystemTime(Date.now() + 2 * hour)
    await vi.advanceTimersByTimeAsync(minute)
    expect(refresh).toHaveBeenCalledTimes(1)
  })

  test('TM-05 a clock set forwards an hour costs a refresh, not the session', async () => {
    const refresh = counting()
    const { tokens, events } = manager({ refresh })
    await tokens.setTokens(first)
    vi.setSystemTime(Date.now() + hour)
    expect(await tokens.getAccessToken()).toBe('at-1')
    expect(events).not.toContain('ended')
  })

  test('a clock set backwards does not keep an expired token alive: elapsed time counts too', async () => {
    const refresh = counting()
    const { tokens } = manager({ refresh, background: false })
    await tokens.setTokens(first)
    vi.setSystemTime(Date.now() - 24 * hour)
    await vi.advanceTimersByTimeAsync(hour)
    expect(await tokens.getAccessToken()).toBe('at-1')
  })

  test('a token inside the lead is given at once while its successor is fetched', async () => {
    const answer = defer<TokenSet>()
    const refresh = vi.fn(() => answer.promise)
    const { tokens } = manager({ refresh, background: false })
    await tokens.setTokens(first)
    await vi.advanceTimersByTimeAsync(57 * minute)
    expect(await tokens.getAccessToken()).toBe('at-0')
    expect(refresh).toHaveBeenCalledTimes(1)
    answer.resolve({ accessToken: 'at-1', expiresInMs: hour })
    await vi.advanceTimersByTimeAsync(0)
    expect(await tokens.getAccessToken()).toBe('at-1')
  })

  test('minValidityMs asks for a token that lives longer', async () => {
    const { tokens } = manager({ refresh: counting(), background: false })
    await tokens.setTokens(first)
    expect(await tokens.getAccessToken({ minValidityMs: hour })).toBe('at-0')
    await vi.advanceTimersByTimeAsync(1)
    expect(await tokens.getAccessToken({ minValidityMs: hour })).toBe('at-1')
  })

  test('a token of unknown life is used until it is refreshed by hand', async () => {
    const refresh = counting()
    const { tokens } = manager({ refresh })
    await tokens.setTokens({ accessToken: 'at-0' })
    await vi.advanceTimersByTimeAsync(400 * 24 * hour)
    expect(await tokens.getAccessToken()).toBe('at-0')
    expect(refresh).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('background: false refreshes on use alone, and start() ahead of need while it is in force; calls count', async () => {
    const refresh = counting()
    const { tokens } = manager({ refresh, background: false })
    await tokens.setTokens(first)
    await vi.advanceTimersByTimeAsync(2 * hour)
    expect(refresh).not.toHaveBeenCalled()
    const [stop, stopAgain] = [tokens.start(), tokens.start()]
    await vi.advanceTimersByTimeAsync(0)
    expect(refresh).toHaveBeenCalledTimes(1)
    stop()
    stop()
    await vi.advanceTimersByTimeAsync(55 * minute)
    expect(refresh).toHaveBeenCalledTimes(2)
    stopAgain()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('one refresh at a time', () => {
  test.each([[50], [10_000]])('RF-01 %i callers with an expired token share one request', async (count) => {
    const refresh = counting()
    const { tokens } = manager({ refresh, background: false })
    await tokens.setTokens(first)
    await vi.advanceTimersByTimeAsync(hour)
    const results = await Promise.all(Array.from({ length: count }, () => tokens.getAccessToken()))
    expect(new Set(results)).toEqual(new Set(['at-1']))
    expect(refresh).toHaveBeenCalledTimes(1)
  })

  test('RF-01 fifty callers with a token inside its lead share one request, and have what still lives', async () => {
    const refresh = counting()
    const { tokens } = manager({ refresh, background: false })
    await tokens.setTokens(first)
    await vi.advanceTimersByTimeAsync(57 * minute)
    const results = await Promise.all(Array.from({ length: 50 }, () => tokens.getAccessToken()))
    expect(new Set(results)).toEqual(new Set(['at-0']))
    await vi.advanceTimersByTimeAsync(0)
    expect(refresh).toHaveBeenCalledTimes(1)
    expect(await tokens.getAccessToken()).toBe('at-1')
  })

  test('RF-33 a caller that aborts leaves alone; the flight and the others go on', async () => {
    const answer = defer<TokenSet>()
    const { tokens } = manager({ refresh: () => answer.promise, background: false })
    const controller = new AbortController()
    const leaving = tokens.getAccessToken({ signal: controller.signal })
    const staying = tokens.getAccessToken()
    await vi.advanceTimersByTimeAsync(0)
    controller.abort()
    await expect(leaving).rejects.toMatchObject({ code: 'aborted' })
    answer.resolve(first)
    expect(await staying).toBe('at-0')
    await expect(tokens.getAccessToken({ signal: controller.signal, minValidityMs: 2 * hour })).rejects.toMatchObject({ code: 'aborted' })
  })

  describe.each([
    ['the storage is read', { getItem: () => new Promise<never>(() => {}) }],
    ['new tokens are stored', { setItem: () => new Promise<never>(() => {}) }],
    ['a guard is up', {}],
  ])('RF-33 while %s', (_, more) => {
    test.each(['getAccessToken', 'acquire', 'refresh'] as const)('a caller of %s that aborts waits no longer', async (name) => {
      const { tokens } = manager({ refresh: counting(), storage: { ...memoryStorage(), ...more } })
      if (!('getItem' in more)) void tokens.setTokens(first)
      if (!('setItem' in more)) tokens.guard(() => new Promise(() => {}))
      const controller = new AbortController()
      const refusal = vi.fn()
      tokens[name]({ signal: controller.signal }).catch(refusal)
      await vi.advanceTimersByTimeAsync(10)
      expect(refusal).not.toHaveBeenCalled()
      controller.abort()
      await vi.advanceTimersByTimeAsync(0)
      expect(refusal).toHaveBeenCalledWith(expect.objectContaining({ code: 'aborted' }))
    })
  })

  test('refresh({ generation }) does nothing when the tokens have changed since', async () => {
    const refresh = counting()
    const { tokens } = manager({ refresh })
    await tokens.setTokens(first)
    const held = await tokens.acquire()
    await Promise.all([tokens.refresh({ generation: held.generation }), tokens.refresh({ generation: held.generation })])
    await tokens.refresh({ generation: held.generation })
    expect(refresh).toHaveBeenCalledTimes(1)
  })

  test('nor is anything refreshed, or ended, of a session that has gone', async () => {
    const refresh = counting()
    const { tokens, events } = manager({ refresh })
    await tokens.refresh({ generation: 1 })
    await tokens.refuse(1, new AuthError('session_expired', 'no'))
    expect([tokens.current, events]).toEqual([null, []])
    expect(refresh).not.toHaveBeenCalled()
  })

  test('an end says whether it follows one in another tab', () => {
    const { tokens } = manager({ refresh: counting() })
    const seen: TokenEvent[] = []
    tokens.subscribe((event) => seen.push(event))
    tokens.clear()
    tokens.clear({ isElsewhere: true })
    expect(seen).toEqual([{ type: 'cleared', isElsewhere: false }, { type: 'cleared', isElsewhere: true }])
  })

  test('without tokens there is nothing to tell of refreshing', () => {
    const { tokens } = manager({ refresh: counting() })
    expect(tokens.status).toEqual({ phase: 'idle', receivedAt: null, expiresAt: null, refreshAt: null, error: null })
  })

  test('there is no token to give of a session that lives in a cookie', async () => {
    const { tokens } = manager({ refresh: counting() })
    await tokens.setTokens({ ...first, accessToken: null })
    await expect(tokens.getAccessToken()).rejects.toMatchObject({ code: 'unsupported_request' })
  })

  test('INV-24 generations only grow', async () => {
    const { tokens } = manager({ refresh: counting() })
    const seen: number[] = []
    const note = async () => seen.push((await tokens.acquire()).generation)
    await tokens.setTokens(first)
    await note()
    await tokens.refresh()
    await note()
    tokens.clear()
    await tokens.setTokens(first)
    await note()
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(new Set(seen).size).toBe(3)
  })

  test('TR-23 INV-12 a refresh that never answers ends at its deadline, and the session stays', async () => {
    const { tokens, events } = manager({ refresh: () => new Promise(() => {}), requestTimeoutMs: 5_000, background: false })
    await tokens.setTokens(first)
    const refused = expect(tokens.refresh()).rejects.toMatchObject({ code: 'timeout', retryable: true })
    await vi.advanceTimersByTimeAsync(5_000)
    await refused
    expect(events).toEqual(['set', 'refresh_started', 'refresh_failed'])
    expect(tokens.current?.tokens.accessToken).toBe('at-0')
  })

  test('an answer that is no token set is refused, and the session stays', async () => {
    const { tokens } = manager({ refresh: async () => ({ accessToken: 42 }) as never })
    await tokens.setTokens(first)
    await expect(tokens.refresh()).rejects.toMatchObject({ code: 'invalid_response' })
    expect(tokens.current?.tokens).toEqual(first)
  })

  test.each([{ expiresInMs: NaN }, { accessToken: '' }])('RF-19 one that is none, but has another refresh token, has spent the one of before: it ends the session (%o)', async (faulty) => {
    const refresh = vi.fn(async () => ({ accessToken: 'at-1', refreshToken: 'rt-1', ...faulty }))
    const { tokens, events } = manager({ refresh })
    await tokens.setTokens(first)
    await expect(tokens.refresh()).rejects.toMatchObject({ code: 'refresh_rejected', cause: { code: 'invalid_response' } })
    expect([tokens.current, events]).toEqual([null, ['set', 'refresh_started', 'ended']])
    await vi.advanceTimersByTimeAsync(hour)
    expect(refresh).toHaveBeenCalledTimes(1)
  })

  test.each<[string, string | undefined, unknown]>([
    ['the same refresh token', 'rt-0', 'rt-0'],
    ['no refresh token', 'rt-0', undefined],
    ['what is no refresh token', 'rt-0', 'rt 1'],
    ['a first refresh token', undefined, 'rt-1'],
  ])('INV-5 one that is none, with %s, ends nothing', async (_, before, after) => {
    const { tokens, events } = manager({ refresh: async () => ({ accessToken: 'at-1', refreshToken: after, expiresInMs: NaN }) as TokenSet })
    const held = { ...first, refreshToken: before }
    await tokens.setTokens(held)
    await expect(tokens.refresh()).rejects.toMatchObject({ code: 'invalid_response' })
    expect([tokens.current?.tokens, events.at(-1)]).toEqual([held, 'refresh_failed'])
  })
})

describe('failure', () => {
  const offline = () => Promise.reject(new TypeError('Failed to fetch'))

  test('RF-14 a transient failure keeps the session, uses the token while it lives, and says degraded', async () => {
    const { tokens, events } = manager({ refresh: offline })
    await tokens.setTokens(first)
    await vi.advanceTimersByTimeAsync(56 * minute)
    expect(await tokens.getAccessToken()).toBe('at-0')
    expect(tokens.status).toMatchObject({ phase: 'degraded', error: { code: 'network' } })
    world.isOnline = false
    expect(tokens.status.phase).toBe('paused')
    await vi.advanceTimersByTimeAsync(5 * minute)
    await expect(tokens.getAccessToken()).rejects.toMatchObject({ code: 'network', retryable: true })
    expect(events).not.toContain('ended')
  })

  test('RF-12 INV-13 backs off: an hour of failure costs a bounded number of requests, callers or not', async () => {
    const refresh = vi.fn(offline)
    const { tokens } = manager({ refresh })
    await tokens.setTokens(first)
    await vi.advanceTimersByTimeAsync(55 * minute)
    for (let i = 0; i < 3600; i++) {
      await vi.advanceTimersByTimeAsync(1_000)
      await tokens.getAccessToken().catch(() => {})
    }
    expect(refresh.mock.calls.length).toBeLessThan(3600 / 15)
    expect(refresh.mock.calls.length).toBeGreaterThan(3600 / 61)
  })

  test('a 45 s outage costs at most 8 requests and ends by itself', async () => {
    const refresh = vi.fn(offline)
    const { tokens } = manager({ refresh: () => refresh() })
    await tokens.setTokens(first)
    await vi.advanceTimersByTimeAsync(55 * minute + 45_000)
    expect(refresh.mock.calls.length).toBeLessThanOrEqual(8)
    refresh.mockImplementation(() => Promise.resolve({ accessToken: 'at-1', expiresInMs: hour }) as never)
    world.wake('online')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await tokens.getAccessToken()).toBe('at-1')
    expect(tokens.status).toMatchObject({ phase: 'idle', error: null })
  })

  test.each(['online', 'visible', 'focus', 'restored'] as const)('%s hurries the next attempt', async (reason) => {
    const refresh = vi.fn(offline)
    const { tokens } = manager({ refresh })
    vi.spyOn(Math, 'random').mockReturnValue(0.999)
    await tokens.setTokens(first)
    await vi.advanceTimersByTimeAsync(55 * minute + 60_000)
    const before = refresh.mock.calls.length
    world.wake(reason)
    await vi.advanceTimersByTimeAsync(0)
    expect(refresh).toHaveBeenCalledTimes(before + 1)
    for (let i = 0; i < 100; i++) world.wake(reason)
    await vi.advanceTimersByTimeAsync(900)
    expect(refresh).toHaveBeenCalledTimes(before + 1)
    vi.restoreAllMocks()
  })

  test('RF-11 Retry-After is honoured, even against a wake and an explicit refresh', async () => {
    const refresh = vi.fn(() => Promise.reject(new AuthError('rate_limited', 'slow', { retryAfterMs: 120_000 })))
    const { tokens } = manager({ refresh })
    await tokens.setTokens(first)
    await vi.advanceTimersByTimeAsync(55 * minute)
    world.wake('online')
    await expect(tokens.refresh()).rejects.toMatchObject({ code: 'rate_limited' })
    await vi.advanceTimersByTimeAsync(119_000)
    expect(refresh).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(refresh).toHaveBeenCalledTimes(2)
  })

  test('an explicit refresh skips the wait after a failure', async () => {
    const refresh = vi.fn(offline)
    const { tokens } = manager({ refresh, background: false })
    await tokens.setTokens(first)
    await tokens.refresh().catch(() => {})
    await tokens.refresh().catch(() => {})
    expect(refresh).toHaveBeenCalledTimes(2)
  })

  test.each(['refresh_rejected', 'subject_changed', 'invalid_id_token', 'revoked'] as const)(
    'RF-07 %s ends the session once: tokens gone, one event, no more requests',
    async (code) => {
      const refresh = vi.fn(() => Promise.reject(new AuthError(code, 'no')))
      const { tokens, events } = manager({ refresh, storage: 'session', canRefresh: (current) => current !== null })
      await tokens.setTokens(first)
      await vi.advanceTimersByTimeAsync(hour)
      await expect(tokens.getAccessToken()).rejects.toMatchObject({ code: 'not_authenticated' })
      expect(events.filter((type) => type === 'ended')).toHaveLength(1)
      expect(tokens.current).toBeNull()
      expect(world.tabStorage.keys()).toEqual([])
      await vi.advanceTimersByTimeAsync(24 * hour)
      expect(refresh).toHaveBeenCalledTimes(1)
    },
  )

  test('waiting callers get the refusal itself', async () => {
    const answer = defer<TokenSet>()
    const { tokens } = manager({ refresh: () => answer.promise, background: false })
    await tokens.setTokens(first)
    await vi.advanceTimersByTimeAsync(hour)
    const waiting = Promise.allSettled([tokens.getAccessToken(), tokens.getAccessToken()])
    await vi.advanceTimersByTimeAsync(0)
    answer.reject(new AuthError('refresh_rejected', 'no'))
    for (const result of await waiting) expect(result).toMatchObject({ reason: { code: 'refresh_rejected' } })
  })

  test('RF-09 a configuration error is surfaced, not retried in a loop, and the session lasts until its token ends', async () => {
    const refresh = vi.fn(() => Promise.reject(new AuthError('client_rejected', 'no')))
    const { tokens, events } = manager({ refresh })
    await tokens.setTokens(first)
    await vi.advanceTimersByTimeAsync(55 * minute)
    expect(tokens.status.error).toMatchObject({ code: 'client_rejected' })
    await vi.advanceTimersByTimeAsync(4 * minute)
    expect(await tokens.getAccessToken()).toBe('at-0')
    expect(refresh).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(2 * minute)
    expect(refresh).toHaveBeenCalledTimes(2)
    expect(events.at(-1)).toBe('ended')
  })

  test('RF-09 however often it is met while the token lives', async () => {
    const { tokens, events } = manager({ refresh: () => Promise.reject(new AuthError('client_rejected', 'no')), background: false })
    await tokens.setTokens(first)
    for (let times = 0; times < 3; times++) await expect(tokens.refresh()).rejects.toMatchObject({ code: 'client_rejected' })
    expect(await tokens.getAccessToken()).toBe('at-0')
    expect(events).not.toContain('ended')
  })

  test('RF-09 nor does it end what has not begun', async () => {
    const { tokens, events } = manager({ refresh: () => Promise.reject(new AuthError('client_rejected', 'no')) })
    for (let times = 0; times < 2; times++) await expect(tokens.refresh()).rejects.toMatchObject({ code: 'client_rejected' })
    expect(events).toEqual(['refresh_started', 'refresh_failed', 'refresh_started', 'refresh_failed'])
  })

  test('a failure that passes does not count as the first of two that do not', async () => {
    const answers = [new TypeError('Failed to fetch'), new AuthError('client_rejected', 'error code: 1020')]
    const { tokens, events } = manager({ refresh: () => Promise.reject(answers.shift() ?? new Error('x')), background: false })
    await tokens.setTokens(first)
    vi.setSystemTime(Date.now() + 2 * hour)
    await tokens.refresh().catch(() => {})
    await tokens.refresh().catch(() => {})
    expect(events).not.toContain('ended')
  })

  test('INV-13 a server whose tokens live for a moment gets no loop', async () => {
    const refresh = counting(50)
    const { tokens } = manager({ refresh })
    await tokens.setTokens({ ...first, expiresInMs: 50 })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(refresh).toHaveBeenCalledTimes(1)
    expect(tokens.status.error).toMatchObject({ code: 'clock_skew' })
  })

  test('setTokens says whether they were kept, and meanwhile that they are on their way', async () => {
    const written = defer<void>()
    const storage = { getItem: () => null, setItem: () => written.promise, removeItem: () => {} }
    const { tokens } = manager({ storage, background: false, refresh: async () => first })
    const setting = [tokens.setTokens(first), tokens.setTokens({ ...first, accessToken: 'next' })]
    expect(tokens.isSetting).toBe(true)
    written.resolve()
    expect(await Promise.all(setting)).toEqual([false, true])
    expect(tokens.isSetting).toBe(false)
    const ended = tokens.setTokens(first)
    tokens.clear()
    expect(await ended).toBe(false)
  })

  test('tokens set by somebody who hears of the end are kept fresh like any others', async () => {
    const refresh = vi.fn(() => Promise.reject(new AuthError('refresh_rejected', 'no')))
    const { tokens } = manager({ refresh, background: false, canRefresh: (t) => t !== null })
    await tokens.setTokens(first)
    const setting = new Promise<unknown>((resolve) => {
      tokens.subscribe(({ type }) => type === 'ended' && void tokens.setTokens({ ...first, accessToken: 'next' }).then(resolve))
    })
    await tokens.refresh().catch(() => {})
    await setting
    expect(tokens.status).toMatchObject({ phase: 'idle', error: null })
  })

  test('RF-32 a server that hands out expired tokens gets no loop: clock_skew', async () => {
    const refresh = counting(0)
    const { tokens } = manager({ refresh })
    await tokens.setTokens(first)
    await vi.advanceTimersByTimeAsync(55 * minute)
    expect(tokens.status.error).toMatchObject({ code: 'clock_skew' })
    await expect(tokens.getAccessToken()).rejects.toMatchObject({ code: 'clock_skew' })
    await vi.advanceTimersByTimeAsync(10 * minute)
    expect(refresh).toHaveBeenCalledTimes(2)
  })

  test('tokens that cannot be refreshed end when they expire, and not before', async () => {
    const { tokens, events } = manager({ refresh: counting(), canRefresh: () => false })
    await tokens.setTokens(first)
    await vi.advanceTimersByTimeAsync(59 * minute)
    expect(await tokens.getAccessToken()).toBe('at-0')
    await expect(tokens.refresh()).rejects.toMatchObject({ code: 'session_expired' })
    expect(tokens.status.refreshAt).toBeNull()
    await vi.advanceTimersByTimeAsync(minute)
    expect(events.at(-1)).toBe('ended')
    await expect(tokens.getAccessToken()).rejects.toMatchObject({ code: 'not_authenticated' })
  })

  test('INV-2 a token about to expire that cannot be replaced is not handed out', async () => {
    const { tokens } = manager({ refresh: counting(), canRefresh: () => false, background: false })
    await tokens.setTokens(first)
    await vi.advanceTimersByTimeAsync(hour - 1_000)
    await expect(tokens.getAccessToken()).rejects.toMatchObject({ code: 'session_expired' })
    await vi.advanceTimersByTimeAsync(1_000)
    await expect(tokens.getAccessToken()).rejects.toMatchObject({ code: 'session_expired' })
    expect(tokens.current).toBeNull()
  })
})

describe('commit by generation', () => {
  test('RF-25 LO-08 INV-6 clear() wins over a refresh under way; the late tokens are handed over to be revoked', async () => {
    const answer = defer<TokenSet>()
    const onDiscard = vi.fn()
    const { tokens, events } = manager({ refresh: () => answer.promise, storage: 'session', onDiscard, canRefresh: (t) => t !== null })
    await tokens.setTokens(first)
    const waiting = tokens.refresh()
    await vi.advanceTimersByTimeAsync(0)
    tokens.clear()
    await expect(waiting).rejects.toMatchObject({ code: 'not_authenticated' })
    answer.resolve({ accessToken: 'late', refreshToken: 'late-rt' })
    await vi.advanceTimersByTimeAsync(0)
    expect(onDiscard).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ refreshToken: 'late-rt' }))
    expect(tokens.current).toBeNull()
    expect(world.tabStorage.keys()).toEqual([])
    expect(events.at(-1)).toBe('cleared')
  })

  test('a late answer that leaves the refresh token as it was is not handed over: to revoke it would end more than that', async () => {
    const answer = defer<TokenSet>()
    const onDiscard = vi.fn()
    const { tokens } = manager({ refresh: () => answer.promise, onDiscard })
    await tokens.setTokens(first)
    const waiting = tokens.refresh().catch(() => {})
    await vi.advanceTimersByTimeAsync(0)
    await tokens.setTokens({ ...first, accessToken: 'bob' })
    answer.resolve({ accessToken: 'late' })
    await waiting
    await vi.advanceTimersByTimeAsync(0)
    expect(onDiscard).not.toHaveBeenCalled()
  })

  test("RF-26 CB-25 a login as Bob drops the answer to Alice's refresh, and no caller of hers gets his token", async () => {
    const answer = defer<TokenSet>()
    const { tokens } = manager({ refresh: () => answer.promise, background: false })
    await tokens.setTokens({ ...first, accessToken: 'alice' })
    await vi.advanceTimersByTimeAsync(hour)
    const hers = tokens.getAccessToken()
    await vi.advanceTimersByTimeAsync(0)
    await tokens.setTokens({ ...first, accessToken: 'bob' })
    answer.resolve({ accessToken: 'alice-2', expiresInMs: hour })
    await expect(hers).rejects.toMatchObject({ code: 'user_changed' })
    expect(await tokens.getAccessToken()).toBe('bob')
  })

  test('INV-6 INV-9 clear() wins over tokens that are being stored: nothing is left, and they are handed over', async () => {
    const stored = new Map<string, string>()
    const slow = defer<void>()
    const onDiscard = vi.fn()
    const storage = {
      getItem: () => null,
      removeItem: (key: string) => void stored.delete(key),
      setItem: async (key: string, value: string) => void (await slow.promise, stored.set(key, value)),
    }
    const { tokens, events } = manager({ refresh: counting(), storage, onDiscard, canRefresh: (t) => t !== null })
    const setting = tokens.setTokens(first)
    await vi.advanceTimersByTimeAsync(0)
    tokens.clear()
    slow.resolve()
    await setting
    expect(tokens.current).toBeNull()
    expect(stored.size).toBe(0)
    expect(onDiscard).toHaveBeenCalledExactlyOnceWith(first)
    expect(events).toEqual(['cleared'])
  })

  test('INV-9 of tokens that wait to be stored, only the newest are, after what is under way', async () => {
    const slow = defer<void>()
    const setItem = vi.fn((_key: string, _value: string) => slow.promise)
    const { tokens } = manager({ refresh: counting(), storage: { getItem: () => null, removeItem: () => {}, setItem } })
    const setting = ['one', 'two', 'three'].map((accessToken) => tokens.setTokens({ ...first, accessToken }))
    await vi.advanceTimersByTimeAsync(0)
    slow.resolve()
    await Promise.all(setting)
    expect(setItem.mock.calls.map(([, text]) => /"accessToken":"(\w+)"/.exec(text)?.[1])).toEqual(['one', 'three'])
    expect(tokens.current?.tokens.accessToken).toBe('three')
  })

  test('the last of two setTokens wins, whatever the storage does', async () => {
    const slow = defer<void>()
    const stored = new Map<string, string>()
    let writes = 0
    const storage = {
      getItem: (key: string) => stored.get(key) ?? null,
      removeItem: (key: string) => void stored.delete(key),
      async setItem(key: string, value: string) {
        if (++writes === 1) await slow.promise
        stored.set(key, value)
      },
    }
    const { tokens } = manager({ refresh: counting(), storage })
    const one = tokens.setTokens({ ...first, accessToken: 'one' })
    const two = tokens.setTokens({ ...first, accessToken: 'two' })
    await vi.advanceTimersByTimeAsync(0)
    slow.resolve()
    await Promise.all([one, two])
    expect(await tokens.getAccessToken()).toBe('two')
    expect(stored.get('tessera:tokens')).toContain('"two"')
    expect(stored.get('tessera:tokens')).not.toContain('"one"')
  })
})

describe('storage', () => {
  test('RF-05 INV-4 rotated tokens are durable before anybody sees them', async () => {
    const written = defer<void>()
    const storage = { getItem: () => null, removeItem: () => {}, setItem: vi.fn((_key: string, _value: string) => written.promise) }
    const { tokens, events } = manager({ refresh: counting(), storage })
    const caller = vi.fn()
    void tokens.getAccessToken().then(caller)
    await vi.advanceTimersByTimeAsync(0)
    expect(storage.setItem.mock.calls[0]?.[1]).toContain('rt-1')
    expect(caller).not.toHaveBeenCalled()
    expect(events).not.toContain('refreshed')
    written.resolve()
    await vi.advanceTimersByTimeAsync(0)
    expect(caller).toHaveBeenCalledWith('at-1')
  })

  test('a reload with storage "session" goes on where it was, without a request', async () => {
    const before = manager({ refresh: counting(), storage: 'session' })
    await before.tokens.setTokens(first)
    before.tokens.dispose()
    await vi.advanceTimersByTimeAsync(10 * minute)
    const refresh = counting()
    const { tokens, events } = manager({ refresh, storage: 'session' })
    expect(await tokens.getAccessToken()).toBe('at-0')
    expect(events).toEqual(['restored'])
    await vi.advanceTimersByTimeAsync(45 * minute)
    await vi.advanceTimersByTimeAsync(0)
    expect(refresh).toHaveBeenCalledTimes(1)
  })

  test('RF-23 a refresh asked for during boot waits for the storage', async () => {
    const stored = defer<string | null>()
    const refresh = vi.fn(async (current: TokenSet | null) => ({ accessToken: `after ${current?.refreshToken}`.replace(' ', '-') }))
    const { tokens } = manager({ refresh, storage: { getItem: () => stored.promise, setItem: () => {}, removeItem: () => {} } })
    const asked = tokens.refresh()
    await vi.advanceTimersByTimeAsync(100)
    expect(refresh).not.toHaveBeenCalled()
    stored.resolve(JSON.stringify({ version: 2, generation: 3, epoch: 3, receivedAt: Date.now(), tokens: first }))
    await asked
    expect(refresh.mock.calls[0]?.[0]).toMatchObject({ refreshToken: 'rt-0' })
  })

  test('a token restored after a clock was set back lives no longer than it was given', async () => {
    await manager({ refresh: counting(), storage: 'session' }).tokens.setTokens(first)
    vi.setSystemTime(Date.now() - 10 * hour)
    const { tokens } = manager({ refresh: counting(), storage: 'session', background: false })
    await tokens.restore()
    await vi.advanceTimersByTimeAsync(hour)
    expect(await tokens.getAccessToken()).toBe('at-1')
  })

  test('restored tokens that have expired and cannot be refreshed end at once, and never count as set', async () => {
    await manager({ refresh: counting(), storage: 'session', canRefresh: () => false }).tokens.setTokens(first)
    vi.setSystemTime(Date.now() + hour)
    const { tokens, events } = manager({ refresh: counting(), storage: 'session', canRefresh: () => false })
    await tokens.restore()
    expect(events).toEqual(['ended'])
    expect(world.tabStorage.keys()).toEqual([])
  })

  const ofVersion = (version: number) => JSON.stringify({ version, generation: 3, epoch: 3, receivedAt: 1_800_000_000_000, tokens: first })
  test.each(['', '{', '42', 'null', '[]', '{"version":2}', '{"version":1,"tokens":{}}', ofVersion(1), ofVersion(3)])('ST-04 ST-05 ST-13 INV-20 restores nothing from %j and removes it', async (text) => {
    world.tabStorage.setItem('tessera:tokens', text)
    const { tokens, events } = manager({ refresh: counting(), storage: 'session' })
    await tokens.restore()
    expect(tokens.current).toBeNull()
    expect(events).toEqual([])
    expect(world.tabStorage.keys()).toEqual([])
  })

  test('ST-01 a full storage costs one event, not the session', async () => {
    const storage = {
      getItem: () => null,
      removeItem: () => {},
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError')
      },
    }
    const { tokens, events } = manager({ refresh: counting(), storage })
    await tokens.setTokens(first)
    expect(await tokens.getAccessToken()).toBe('at-0')
    expect(events).toEqual(['storage_failed', 'set'])
  })

  test('ST-01 INV-8 a storage that gets full keeps nobody else and nothing spent: a reload finds nothing', async () => {
    let isFull = false
    const storage = {
      ...world.tabStorage,
      setItem: (key: string, value: string) => {
        if (isFull) throw new DOMException('full', 'QuotaExceededError')
        world.tabStorage.setItem(key, value)
      },
    }
    const { tokens } = manager({ refresh: counting(), storage })
    await tokens.setTokens(first)
    isFull = true
    await tokens.refresh()
    expect(await tokens.getAccessToken()).toBe('at-1')
    expect(world.tabStorage.keys()).toEqual([])
  })

  test('ST-01 tokens that cannot be written as text cost one event, not the session', async () => {
    const { tokens, events } = manager({ refresh: counting(), storage: 'session' })
    await tokens.setTokens({ ...first, amount: 1n } as TokenSet)
    expect(await tokens.getAccessToken()).toBe('at-0')
    expect(events).toEqual(['storage_failed', 'set'])
  })

  test.each([
    ['rejects', () => Promise.reject(new Error('gone'))],
    ['hangs', () => new Promise<never>(() => {})],
    ['throws', () => { throw new Error('gone') }], // prettier-ignore
  ])('ST-14 a storage that %s at reading looks like signed out', async (_, getItem) => {
    const { tokens, events } = manager({ refresh: counting(), canRefresh: (t) => t !== null, storage: { getItem, setItem: () => {}, removeItem: () => {} } })
    const asked = expect(tokens.getAccessToken()).rejects.toMatchObject({ code: 'not_authenticated' })
    await vi.advanceTimersByTimeAsync(5_000)
    await asked
    expect(events).toEqual(['storage_failed'])
  })

  test('a removal that fails is reported, and the tokens are gone here', async () => {
    const storage = { getItem: () => null, setItem: () => {}, removeItem: () => Promise.reject(new Error('gone')) }
    const { tokens, events } = manager({ refresh: counting(), storage })
    await tokens.setTokens(first)
    tokens.clear()
    await vi.advanceTimersByTimeAsync(0)
    expect(tokens.current).toBeNull()
    expect(events).toContain('storage_failed')
  })

  test('a login that comes while the storage is being read wins over what was stored', async () => {
    const stored = defer<string | null>()
    const { tokens } = manager({ refresh: counting(), storage: { getItem: () => stored.promise, setItem: () => {}, removeItem: () => {} } })
    const restoring = tokens.restore()
    await tokens.setTokens({ ...first, accessToken: 'new' })
    stored.resolve(JSON.stringify({ version: 1, generation: 9, receivedAt: Date.now(), tokens: first }))
    await restoring
    expect(await tokens.getAccessToken()).toBe('new')
  })
})

describe('a slow storage', () => {
  test('new tokens on their way into it are not overtaken by a refresh of the old ones, nor ended by its refusal', async () => {
    const { storage, gates } = slowStorage()
    const refresh = vi.fn(() => Promise.reject(new AuthError('refresh_rejected', 'no')))
    const { tokens, events } = manager({ refresh, storage, canRefresh: (t) => t !== null })
    const ada = tokens.setTokens({ ...first, accessToken: 'ada', expiresInMs: 1_000 })
    await vi.advanceTimersByTimeAsync(0)
    gates[0]?.resolve()
    await ada
    const bob = tokens.setTokens({ ...first, accessToken: 'bob' })
    const asked = tokens.getAccessToken()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(refresh).not.toHaveBeenCalled()
    gates[1]?.resolve()
    await bob
    expect(await asked).toBe('bob')
    expect(events).toEqual(['set', 'set'])
  })

  test('nor when they are replaced again while they wait', async () => {
    const { storage, gates } = slowStorage()
    const refresh = vi.fn(() => Promise.reject(new AuthError('refresh_rejected', 'no')))
    const { tokens } = manager({ refresh, storage, background: false })
    const setting = [tokens.setTokens({ ...first, accessToken: 'ada' })]
    const asked = tokens.getAccessToken()
    await vi.advanceTimersByTimeAsync(0)
    setting.push(tokens.setTokens({ ...first, accessToken: 'bob' }), tokens.setTokens({ ...first, accessToken: 'eve' }))
    for (const index of [0, 1, 2]) {
      gates[index]?.resolve()
      await vi.advanceTimersByTimeAsync(0)
    }
    await Promise.all(setting)
    expect(await asked).toBe('eve')
    expect(refresh).not.toHaveBeenCalled()
  })

  test('INV-24 generations go on from what was restored', async () => {
    const one = manager({ refresh: counting(), storage: 'session' })
    await one.tokens.setTokens(first)
    await one.tokens.refresh()
    const before = one.tokens.current?.generation ?? 0
    const two = manager({ refresh: counting(), storage: 'session' })
    await two.tokens.restore()
    expect(two.tokens.current?.generation).toBe(before)
    await two.tokens.refresh()
    expect(two.tokens.current?.generation).toBeGreaterThan(before)
  })

  test('ST-14 INV-7 what it does late it does in order: a removal does not take the next login with it', async () => {
    const { storage, gates, stored } = slowStorage()
    const { tokens } = manager({ refresh: counting(), storage })
    const one = tokens.setTokens({ ...first, accessToken: 'one' })
    await vi.advanceTimersByTimeAsync(0)
    gates[0]?.resolve()
    await one
    tokens.clear()
    const two = tokens.setTokens({ ...first, accessToken: 'two' })
    await vi.advanceTimersByTimeAsync(3_000)
    await two
    expect(gates).toHaveLength(2)
    gates[1]?.resolve()
    await vi.advanceTimersByTimeAsync(0)
    gates[2]?.resolve()
    await vi.advanceTimersByTimeAsync(0)
    expect([...stored.values()].join()).toContain('"two"')
  })

  test('ST-14 INV-7 a write that lands after its deadline brings no secret back', async () => {
    const { storage, gates, stored } = slowStorage()
    const { tokens, events } = manager({ refresh: counting(), storage })
    const setting = tokens.setTokens(first)
    await vi.advanceTimersByTimeAsync(3_000)
    await setting
    expect(events).toEqual(['storage_failed', 'set'])
    tokens.clear()
    gates[0]?.resolve()
    await vi.advanceTimersByTimeAsync(0)
    gates[1]?.resolve()
    await vi.advanceTimersByTimeAsync(0)
    expect(stored.size).toBe(0)
  })
})

describe('replacing tokens within a session', () => {
  const newer = (current: TokenSet): TokenSet => ({ ...current, accessToken: `${current.accessToken}-newer` })

  test('RF-05 INV-4 INV-24 they are durable before anybody sees them, and count as a refresh', async () => {
    const { storage, gates, stored } = slowStorage()
    const refresh = counting()
    const { tokens, events } = manager({ refresh, storage })
    const setting = tokens.setTokens(first)
    gates[0]?.resolve()
    await setting
    const before = tokens.current?.generation ?? Infinity
    await vi.advanceTimersByTimeAsync(50 * minute)
    const replacing = tokens.replaceTokens(newer)
    const asked = tokens.getAccessToken()
    await vi.advanceTimersByTimeAsync(0)
    expect(events).toEqual(['set'])
    expect(tokens.current?.tokens.accessToken).toBe('at-0')
    gates[1]?.resolve()
    await replacing
    expect(await asked).toBe('at-0-newer')
    expect([...stored.values()].join()).toContain('"at-0-newer"')
    expect(events).toEqual(['set', 'refreshed'])
    expect(tokens.current?.generation).toBeGreaterThan(before)
    // Their life is counted anew, by one timer.
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(55 * minute - 1)
    expect(refresh).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(refresh).toHaveBeenCalledTimes(1)
  })

  test('before anything else, they follow what the storage holds', async () => {
    await manager({ refresh: counting(), storage: 'session' }).tokens.setTokens(first)
    const { tokens, events } = manager({ refresh: counting(), storage: 'session' })
    await tokens.replaceTokens(newer)
    expect(await tokens.getAccessToken()).toBe('at-0-newer')
    expect(events).toEqual(['restored', 'refreshed'])
  })

  test('without a session there is nothing to replace', async () => {
    const update = vi.fn(newer)
    const onDiscard = vi.fn()
    const { tokens, events } = manager({ refresh: counting(), onDiscard })
    await expect(tokens.replaceTokens(update)).rejects.toMatchObject({ code: 'not_authenticated' })
    await tokens.setTokens(first)
    tokens.clear()
    await expect(tokens.replaceTokens(update)).rejects.toMatchObject({ code: 'not_authenticated' })
    expect([update.mock.calls, onDiscard.mock.calls]).toEqual([[], []])
    expect(events).toEqual(['set', 'cleared'])
  })

  test('INV-8 a login as Bob wins while the storage is being read: nothing is done to his', async () => {
    const read = defer<string | null>()
    const update = vi.fn(newer)
    const { tokens, events } = manager({ refresh: counting(), storage: { ...slowStorage().storage, getItem: () => read.promise, setItem: () => {} } })
    const replacing = expect(tokens.replaceTokens(update)).rejects.toMatchObject({ code: 'user_changed' })
    await tokens.setTokens({ ...first, accessToken: 'bob' })
    read.resolve(null)
    await replacing
    expect([await tokens.getAccessToken(), events]).toEqual(['bob', ['set']])
    expect(update).not.toHaveBeenCalled()
  })

  test('tokens that cannot be used, and a function that throws, change nothing', async () => {
    const { tokens, events } = manager({ refresh: counting() })
    await tokens.setTokens(first)
    await expect(tokens.replaceTokens((current) => ({ ...current, accessToken: 'a b' }))).rejects.toMatchObject({ code: 'invalid_input', message: expect.stringContaining('accessToken') as string })
    await expect(tokens.replaceTokens((() => Promise.resolve(first)) as never)).rejects.toMatchObject({ code: 'invalid_input' })
    const mine = new Error('mine')
    const throwing = (): TokenSet => {
      throw mine
    }
    await expect(tokens.replaceTokens(throwing)).rejects.toBe(mine)
    expect(tokens.current?.tokens).toEqual(first)
    expect(events).toEqual(['set'])
  })

  test('RF-03 a refresh under way is waited for: its refresh token is not lost', async () => {
    const answer = defer<TokenSet>()
    const onDiscard = vi.fn()
    const { tokens, events } = manager({ refresh: () => answer.promise, onDiscard })
    await tokens.setTokens(first)
    const refreshing = tokens.refresh()
    await vi.advanceTimersByTimeAsync(0)
    const replacing = tokens.replaceTokens(newer)
    await vi.advanceTimersByTimeAsync(0)
    answer.resolve({ accessToken: 'at-1', refreshToken: 'rt-1', expiresInMs: hour })
    await Promise.all([refreshing, replacing])
    expect(tokens.current?.tokens).toEqual({ accessToken: 'at-1-newer', refreshToken: 'rt-1', expiresInMs: hour })
    expect(events).toEqual(['set', 'refresh_started', 'refreshed', 'refreshed'])
    expect(onDiscard).not.toHaveBeenCalled()
  })

  test('a refresh under way that fails does not hinder them, and its failure is forgotten', async () => {
    const answer = defer<TokenSet>()
    const { tokens } = manager({ refresh: () => answer.promise })
    await tokens.setTokens(first)
    const refreshing = expect(tokens.refresh()).rejects.toMatchObject({ code: 'network' })
    await vi.advanceTimersByTimeAsync(0)
    const replacing = tokens.replaceTokens(newer)
    await vi.advanceTimersByTimeAsync(0)
    answer.reject(new TypeError('Failed to fetch'))
    await Promise.all([refreshing, replacing])
    expect(await tokens.getAccessToken()).toBe('at-0-newer')
    expect(tokens.status).toMatchObject({ phase: 'idle', error: null })
  })

  test('RF-07 a refresh under way that is refused for good ends the session for them too', async () => {
    const answer = defer<TokenSet>()
    const update = vi.fn(newer)
    const { tokens, events } = manager({ refresh: () => answer.promise, canRefresh: (t) => t !== null })
    await tokens.setTokens(first)
    const refused = { code: 'refresh_rejected' }
    const waiting = [expect(tokens.refresh()).rejects.toMatchObject(refused)]
    await vi.advanceTimersByTimeAsync(0)
    waiting.push(expect(tokens.replaceTokens(update)).rejects.toMatchObject(refused))
    await vi.advanceTimersByTimeAsync(0)
    answer.reject(new AuthError('refresh_rejected', 'no'))
    await Promise.all(waiting)
    expect(update).not.toHaveBeenCalled()
    expect(tokens.current).toBeNull()
    expect(events).toEqual(['set', 'refresh_started', 'ended'])
  })

  test.each([
    ['clear()', 'not_authenticated', (tokens: TokenManager) => tokens.clear()],
    ['end()', 'revoked', (tokens: TokenManager) => tokens.end(new AuthError('revoked', 'no'))],
    ['setTokens()', 'user_changed', (tokens: TokenManager) => void tokens.setTokens({ ...first, accessToken: 'bob' })],
    ['dispose()', 'disposed', (tokens: TokenManager) => tokens.dispose()],
  ])('INV-6 %s wins at once, while they wait for a refresh that never answers', async (_, code, win) => {
    const update = vi.fn(newer)
    const { tokens } = manager({ refresh: () => new Promise(() => {}), canRefresh: (t) => t !== null })
    await tokens.setTokens(first)
    tokens.refresh().catch(() => {})
    await vi.advanceTimersByTimeAsync(0)
    const replacing = expect(tokens.replaceTokens(update)).rejects.toMatchObject({ code })
    await vi.advanceTimersByTimeAsync(0)
    win(tokens)
    await replacing
    expect(update).not.toHaveBeenCalled()
  })

  test('INV-6 INV-9 clear() wins while they are being stored: nothing is left, and they are handed over', async () => {
    const { storage, gates, stored } = slowStorage()
    const onDiscard = vi.fn()
    const { tokens, events } = manager({ refresh: counting(), storage, onDiscard })
    const setting = tokens.setTokens(first)
    gates[0]?.resolve()
    await setting
    const replacing = expect(tokens.replaceTokens(newer)).rejects.toMatchObject({ code: 'not_authenticated' })
    await vi.advanceTimersByTimeAsync(0)
    tokens.clear()
    for (const index of [1, 2]) {
      gates[index]?.resolve()
      await vi.advanceTimersByTimeAsync(0)
    }
    await replacing
    expect(tokens.current).toBeNull()
    expect(stored.size).toBe(0)
    expect(onDiscard).toHaveBeenCalledExactlyOnceWith(newer(first))
    expect(events).toEqual(['set', 'cleared'])
  })

  test('CB-25 INV-9 a login as Bob wins while they are being stored, in the storage too', async () => {
    const { storage, gates, stored } = slowStorage()
    const onDiscard = vi.fn()
    const { tokens, events } = manager({ refresh: counting(), storage, onDiscard })
    const setting = tokens.setTokens(first)
    gates[0]?.resolve()
    await setting
    const replacing = expect(tokens.replaceTokens(newer)).rejects.toMatchObject({ code: 'user_changed' })
    await vi.advanceTimersByTimeAsync(0)
    const bob = tokens.setTokens({ ...first, accessToken: 'bob' })
    for (const index of [1, 2]) {
      await vi.advanceTimersByTimeAsync(0)
      gates[index]?.resolve()
    }
    await Promise.all([replacing, bob])
    expect(await tokens.getAccessToken()).toBe('bob')
    expect([...stored.values()].join()).toContain('"bob"')
    expect(onDiscard).toHaveBeenCalledExactlyOnceWith(newer(first))
    expect(events).toEqual(['set', 'set'])
  })

  test('after a login that is still being stored, they are of that login', async () => {
    const { storage, gates } = slowStorage()
    const { tokens } = manager({ refresh: counting(), storage })
    const setting = [tokens.setTokens(first), tokens.setTokens({ ...first, accessToken: 'bob' })]
    const replacing = tokens.replaceTokens(newer)
    for (const index of [0, 1, 2]) {
      await vi.advanceTimersByTimeAsync(0)
      gates[index]?.resolve()
    }
    await Promise.all([...setting, replacing])
    expect(await tokens.getAccessToken()).toBe('bob-newer')
  })

  test('two at once: neither is lost', async () => {
    const { tokens } = manager({ refresh: counting() })
    await tokens.setTokens(first)
    const rename = (current: TokenSet): TokenSet => ({ ...current, refreshToken: 'rt-newer' })
    await Promise.all([tokens.replaceTokens(newer), tokens.replaceTokens(rename)])
    expect(tokens.current?.tokens).toEqual({ ...first, accessToken: 'at-0-newer', refreshToken: 'rt-newer' })
  })

  test('FE-11 while they are being stored, the old ones are neither refreshed nor ended by an API that refuses them', async () => {
    const { storage, gates } = slowStorage()
    const refresh = counting()
    const { tokens, events } = manager({ refresh, storage, canRefresh: () => false })
    const setting = tokens.setTokens({ accessToken: 'old' })
    gates[0]?.resolve()
    await setting
    const used = await tokens.acquire()
    const replacing = tokens.replaceTokens(newer)
    const refused = tokens.refresh({ generation: used.generation })
    await vi.advanceTimersByTimeAsync(100)
    gates[1]?.resolve()
    await Promise.all([replacing, refused])
    expect(await tokens.getAccessToken()).toBe('old-newer')
    expect(refresh).not.toHaveBeenCalled()
    expect(events).toEqual(['set', 'refreshed'])
  })

  test('ST-01 a storage that is full costs one event, and they are in use', async () => {
    let isFull = false
    const setItem = (): void => {
      if (isFull) throw new DOMException('full', 'QuotaExceededError')
    }
    const { tokens, events } = manager({ refresh: counting(), storage: { getItem: () => null, removeItem: () => {}, setItem } })
    await tokens.setTokens(first)
    isFull = true
    await tokens.replaceTokens(newer)
    expect(await tokens.getAccessToken()).toBe('at-0-newer')
    expect(events).toEqual(['set', 'storage_failed', 'refreshed'])
  })

  test('after dispose() it rejects', async () => {
    const { tokens } = manager({ refresh: counting() })
    await tokens.setTokens(first)
    tokens.dispose()
    await expect(tokens.replaceTokens(newer)).rejects.toMatchObject({ code: 'disposed' })
  })
})

describe('end of life', () => {
  test('INV-18 dispose() leaves no timer and no listener, aborts the flight, and everything waiting rejects', async () => {
    const aborted = vi.fn()
    const { tokens, events } = manager({
      refresh: (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => (aborted(), reject(signal.reason)))),
    })
    await tokens.setTokens(first)
    const waiting = expect(tokens.refresh()).rejects.toMatchObject({ code: 'disposed' })
    await vi.advanceTimersByTimeAsync(0)
    tokens.dispose()
    tokens.dispose()
    await waiting
    await vi.advanceTimersByTimeAsync(0)
    expect(aborted).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
    expect(events).toEqual(['set', 'refresh_started'])
    await expect(tokens.getAccessToken()).rejects.toMatchObject({ code: 'disposed' })
    await expect(tokens.refresh({ generation: -1 })).rejects.toMatchObject({ code: 'disposed' })
    await expect(tokens.setTokens(first)).rejects.toMatchObject({ code: 'disposed' })
    expect(() => tokens.start()).toThrow(expect.objectContaining({ code: 'disposed' }))
  })

  test('SS-09 a listener that throws disturbs nothing', async () => {
    const reported = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { tokens, events } = manager({ refresh: counting() })
    tokens.subscribe(() => {
      throw new Error('mine')
    })
    await tokens.setTokens(first)
    await tokens.refresh()
    expect(events).toEqual(['set', 'refresh_started', 'refreshed'])
    expect(reported).toHaveBeenCalledTimes(3)
    reported.mockRestore()
  })

  test('INV-22 FE-20 nothing that prints a manager shows a token', async () => {
    const { inspect } = await import('node:util')
    const { tokens } = manager({ refresh: () => Promise.reject(new AuthError('client_rejected', 'no')) })
    await tokens.setTokens({ accessToken: 'canary-at', refreshToken: 'canary-rt', expiresInMs: hour })
    await tokens.refresh().catch(() => {})
    expect(JSON.stringify(tokens) + JSON.stringify(tokens.status) + inspect(tokens, { depth: 9, showHidden: true }) + inspect(tokens.status)).not.toContain('canary')
  })
})
