import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createWorld, type World } from '../../test/world.ts'
import type { Environment } from '../browser/environment.ts'
import type { TokenSet } from '../session/session.ts'
import { TokenManager } from './tokenManager.ts'
import type { TokenManagerOptions } from './tokenManagerOptions.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const year = 365 * day

let world: World
/** Delays of all timers that were armed. */
let armed: number[]
let environment: Environment
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
  armed = []
  const { timer } = world.environment
  const after = (delayMs: number, run: () => void) => (armed.push(delayMs), timer.after(delayMs, run))
  environment = { ...world.environment, timer: { after } }
})
afterEach(() => vi.useRealTimers())

/** A server that knows the true time, which is that of `performance.now()`, and what it handed out. */
function server(lifeMs: number) {
  const ends = new Map<string, number>()
  const refresh = vi.fn(async (): Promise<TokenSet> => {
    const accessToken = `at-${ends.size + 1}`
    ends.set(accessToken, performance.now() + lifeMs)
    return { accessToken, refreshToken: `rt-${ends.size}`, expiresInMs: lifeMs }
  })
  const lifeOf = (accessToken: string) => (ends.get(accessToken) ?? -Infinity) - performance.now()
  return { refresh, lifeOf }
}

/** A manager whose first token came just now. */
async function holding(lifeMs: number, options: Partial<TokenManagerOptions> = {}) {
  const issuer = server(lifeMs)
  const tokens = new TokenManager({ refresh: issuer.refresh, ...options }, environment)
  await tokens.setTokens(await issuer.refresh())
  issuer.refresh.mockClear()
  return { tokens, ...issuer }
}

async function every(stepMs: number, forMs: number, run: () => unknown): Promise<void> {
  for (let passedMs = 0; passedMs < forMs; passedMs += stepMs) {
    await vi.advanceTimersByTimeAsync(stepMs)
    await run()
  }
}

const lives = [5 * second, 8 * second, 10 * second, 30 * second, minute, 5 * minute, 20 * minute, hour, 12 * hour, day, 30 * day, year, 10 * year]

describe('tokens that live', () => {
  test.each(lives)('RF-21 INV-21 TM-01 %d ms are replaced once in their life, by one timer that never overflows', async (lifeMs) => {
    const { tokens, refresh } = await holding(lifeMs)
    const periodMs = Math.min(lifeMs - Math.min(5 * minute, lifeMs / 4), day)
    const lookMs = Math.min(periodMs, hour)
    let timers = 0
    await every(lookMs, 3 * periodMs, () => void (timers = Math.max(timers, vi.getTimerCount())))
    expect(refresh).toHaveBeenCalledTimes(3)
    expect(timers).toBe(1)
    expect(armed.filter((delayMs) => !(delayMs >= 0 && delayMs < 2 ** 31))).toEqual([])
    tokens.dispose()
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each(lives.filter((lifeMs) => lifeMs <= day))('INV-2 RF-21 %d ms are never given out dead, nor replaced at every call', async (lifeMs) => {
    const { tokens, refresh, lifeOf } = await holding(lifeMs, { background: false })
    await every(lifeMs / 40, 3 * lifeMs, async () => expect(lifeOf(await tokens.getAccessToken())).toBeGreaterThanOrEqual(Math.min(5 * second, lifeMs / 8)))
    expect(refresh.mock.calls.length).toBeLessThanOrEqual(4)
  })

  test('RF-21 less than the lead that was asked for are replaced after three quarters, whatever is asked', async () => {
    const { tokens, refresh } = await holding(20 * second, { refreshLeadMs: hour })
    await every(second / 10, minute, () => tokens.getAccessToken())
    expect(refresh).toHaveBeenCalledTimes(4)
  })

  test('RF-21 INV-13 ever shorter, as a cache hands them out, cost no storm, and end none', async () => {
    const issuer = server(0)
    const deadAt = performance.now() + minute
    const refresh = vi.fn(async () => ({ ...(await issuer.refresh()), expiresInMs: deadAt - performance.now() }))
    const tokens = new TokenManager({ refresh }, environment)
    const ended = vi.fn()
    tokens.subscribe(({ type }) => type === 'ended' && void ended())
    await tokens.setTokens(await refresh())
    await every(second / 10, minute - 3 * second, () => tokens.getAccessToken())
    // Three quarters of what is left each time: 45 s, 11 s, 3 s.
    expect(refresh.mock.calls.length).toBeLessThanOrEqual(5)
    expect(ended).not.toHaveBeenCalled()
  })
})

describe('a server that hands out expired tokens', () => {
  test.each([0, -hour])('RF-32 INV-13 that live %d ms is asked twice, whoever asks and however often the page wakes', async (expiresInMs) => {
    const refresh = vi.fn(async () => ({ accessToken: 'dead', refreshToken: 'rt', expiresInMs }))
    const tokens = new TokenManager({ refresh, canRefresh: (held) => held !== null }, environment)
    const ends: unknown[] = []
    tokens.subscribe((event) => event.type === 'ended' && ends.push(event.error))
    await tokens.setTokens({ accessToken: 'at-0', refreshToken: 'rt-0', expiresInMs: 10 * minute })
    await every(second, hour, async () => {
      world.wake('focus')
      expect(await tokens.getAccessToken().catch((error: unknown) => error)).not.toBe('dead')
    })
    expect(refresh).toHaveBeenCalledTimes(2)
    expect(ends).toEqual([expect.objectContaining({ code: 'session_expired', cause: expect.objectContaining({ code: 'clock_skew' }) })])
  })

  test('RF-32 once, and then good ones, costs nothing but the wait', async () => {
    const { tokens, refresh } = await holding(hour)
    refresh.mockImplementationOnce(async () => ({ accessToken: 'dead', refreshToken: 'rt', expiresInMs: 0 }))
    await vi.advanceTimersByTimeAsync(55 * minute)
    expect(tokens.status).toMatchObject({ phase: 'degraded', error: { code: 'clock_skew', retryable: false } })
    await expect(tokens.getAccessToken()).rejects.toMatchObject({ code: 'clock_skew' })
    await vi.advanceTimersByTimeAsync(minute)
    expect(await tokens.getAccessToken()).toBe('at-2')
    expect(tokens.status).toMatchObject({ phase: 'idle', error: null })
  })
})

describe('a clock', () => {
  test.each([-10 * year, -day, -10 * minute, 10 * minute, day, 10 * year])('TM-07 that is %d ms off makes no difference: lives are counted from receipt', async (offMs) => {
    vi.setSystemTime(Date.now() + offMs)
    const { tokens, refresh } = await holding(hour)
    await vi.advanceTimersByTimeAsync(54 * minute)
    expect(refresh).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(minute)
    expect(refresh).toHaveBeenCalledTimes(1)
    expect(tokens.status).toMatchObject({ receivedAt: Date.now(), expiresAt: Date.now() + hour })
  })

  test('TM-05 set forwards past the life of a token that nothing can replace ends the session, as sleep would', async () => {
    const { tokens } = await holding(hour, { canRefresh: () => false })
    vi.setSystemTime(Date.now() + hour)
    await expect(tokens.getAccessToken()).rejects.toMatchObject({ code: 'session_expired' })
  })

  test.each([minute, 50 * minute, hour, day, 10 * year])('TM-05 set forwards by %d ms costs one refresh at most, and set back none', async (jumpMs) => {
    const { tokens, refresh, lifeOf } = await holding(hour)
    const ended = vi.fn()
    tokens.subscribe(({ type }) => type === 'ended' && void ended())
    vi.setSystemTime(Date.now() + jumpMs)
    expect(lifeOf(await tokens.getAccessToken())).toBeGreaterThan(0)
    await vi.advanceTimersByTimeAsync(minute)
    const before = refresh.mock.calls.length
    expect(before).toBeLessThanOrEqual(1)
    vi.setSystemTime(Date.now() - jumpMs)
    await vi.advanceTimersByTimeAsync(2 * minute)
    expect(lifeOf(await tokens.getAccessToken())).toBeGreaterThan(0)
    expect(refresh).toHaveBeenCalledTimes(before)
    expect(ended).not.toHaveBeenCalled()
  })

  test.each([minute, hour, 10 * year])('TM-05 set backwards by %d ms does not put the refresh off', async (jumpMs) => {
    const { refresh } = await holding(hour)
    await vi.advanceTimersByTimeAsync(30 * minute)
    vi.setSystemTime(Date.now() - jumpMs)
    await vi.advanceTimersByTimeAsync(25 * minute)
    expect(refresh).toHaveBeenCalledTimes(1)
  })

  test('TM-05 set backwards does not put the next attempt off after a failure', async () => {
    const { tokens, refresh } = await holding(hour)
    refresh.mockRejectedValueOnce(new TypeError('Failed to fetch'))
    await vi.advanceTimersByTimeAsync(55 * minute)
    expect(tokens.status.phase).toBe('degraded')
    vi.setSystemTime(Date.now() - day)
    await vi.advanceTimersByTimeAsync(minute)
    expect(refresh).toHaveBeenCalledTimes(2)
    expect(await tokens.getAccessToken()).toBe('at-2')
  })

  test('INV-2 that was set back after a sleep keeps no dead token alive: neither clock is believed alone', async () => {
    const now = { wallAt: Date.now(), elapsedMs: 0 }
    environment = { ...environment, clock: { now: () => ({ ...now }) } }
    const { tokens, refresh } = await holding(hour, { background: false })
    // Asleep, where elapsed time stands still.
    now.wallAt += 2 * hour
    expect(await tokens.getAccessToken()).toBe('at-2')
    // Awake, and set back to long ago.
    now.wallAt -= 5 * hour
    now.elapsedMs += 59 * minute
    expect(await tokens.getAccessToken()).toBe('at-2')
    now.elapsedMs += minute
    expect(await tokens.getAccessToken()).toBe('at-3')
    expect(refresh).toHaveBeenCalledTimes(2)
  })
})

describe('timers', () => {
  /** Fires at the full minutes, as the timers of a page that has been hidden for long. */
  const throttled = (): Environment => {
    const { timer } = environment
    return { ...environment, timer: { after: (delayMs, run) => timer.after(Math.ceil((Date.now() + delayMs) / minute) * minute - Date.now(), run) } }
  }
  /** Of a page that is frozen. */
  const frozen = (): Environment => ({ ...environment, timer: { after: () => () => {} } })

  test.each([
    ['fire once a minute', throttled],
    ['never fire', frozen],
  ] as const)('TM-03 INV-2 that %s give nobody a dead token: the clock is asked at every call', async (_, slow) => {
    environment = slow()
    const { tokens, refresh, lifeOf } = await holding(40 * second)
    await every(7 * second, 10 * minute, async () => expect(lifeOf(await tokens.getAccessToken())).toBeGreaterThanOrEqual(5 * second))
    expect(refresh.mock.calls.length).toBeLessThanOrEqual(20)
  })

  test('TM-03 that fire once a minute refresh ahead of need all the same', async () => {
    environment = throttled()
    const { tokens, refresh } = await holding(hour)
    await every(minute, 10 * hour, () => expect(tokens.status.expiresAt).toBeGreaterThan(Date.now() + 3 * minute))
    expect(refresh).toHaveBeenCalledTimes(10)
  })

  test('TM-03 that fire once a minute do not keep a page that is looked at again waiting', async () => {
    environment = throttled()
    const { refresh } = await holding(40 * second)
    await vi.advanceTimersByTimeAsync(35 * second)
    expect(refresh).not.toHaveBeenCalled()
    world.wake('visible')
    await vi.advanceTimersByTimeAsync(0)
    expect(refresh).toHaveBeenCalledTimes(1)
  })

  test.each([8 * hour, 30 * day, 2 * year])('TM-04 RF-28 that stood still for %d ms of sleep without any event cost one refresh, not one for each life slept through', async (sleepMs) => {
    const { tokens, refresh } = await holding(hour)
    vi.setSystemTime(Date.now() + sleepMs)
    await vi.advanceTimersByTimeAsync(minute)
    expect(refresh).toHaveBeenCalledTimes(1)
    expect(await tokens.getAccessToken()).toBe('at-2')
    await vi.advanceTimersByTimeAsync(54 * minute)
    expect(refresh).toHaveBeenCalledTimes(1)
  })

  test('TM-04 that stood still during a refresh let it end at its deadline, by the timer that then goes on', async () => {
    const { tokens, refresh } = await holding(hour)
    refresh.mockImplementationOnce(() => new Promise(() => {}))
    await vi.advanceTimersByTimeAsync(55 * minute)
    vi.setSystemTime(Date.now() + 8 * hour)
    world.wake('resumed')
    const caller = tokens.getAccessToken().catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(10 * second)
    expect(await caller).toMatchObject({ code: 'timeout' })
    await vi.advanceTimersByTimeAsync(2 * second)
    expect(await tokens.getAccessToken()).toBe('at-2')
    expect(refresh).toHaveBeenCalledTimes(2)
  })
})
