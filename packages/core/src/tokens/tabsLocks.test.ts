import { describe, expect, test, vi } from 'vitest'
import { createPatientLocks } from '../../test/patientLocks.ts'
import { absent, circleIn, codeOf, copyOf, held, hour, last, openTab, openTwo, setUpStrictServer, silent, soon, type TabOptions } from '../../test/siblingTabs.ts'
import { defer } from '../../test/world.ts'
import type { HeldLock, Locks } from '../browser/lock.ts'

const server = setUpStrictServer()

describe('a lock that nobody lets go of', () => {
  /** Two tabs, and the lock of their session in the hands of somebody else. */
  async function stuck(options: Partial<TabOptions> = {}) {
    const locks = createPatientLocks()
    const tabs = await openTwo(server, { ...options, instead: { locks, ...options.instead } })
    const circle = circleIn(tabs[0].world)
    await locks.acquire(`tessera:${circle.id}`, 1)
    return { locks, tabs }
  }

  test('XT-05 while the token is good the refresh is given up as passing trouble, within 15 s', async () => {
    const { locks, tabs } = await stuck()
    const refreshed = codeOf(tabs[0].tokens.refresh())
    await vi.advanceTimersByTimeAsync(14_999)
    expect(last(tabs[0])).toBe('refresh_started')
    await vi.advanceTimersByTimeAsync(1)
    expect(await refreshed).toBe('timeout')
    expect(tabs[0].events.at(-1)).toMatchObject({ type: 'refresh_failed', error: { code: 'timeout', retryable: true } })
    expect(await tabs[0].tokens.getAccessToken()).toBe('ada-1')
    expect([server.sent, locks.count()]).toEqual([[], 1])
  })

  test('XT-05 RF-30 once it is not, both go on without, and one result counts', async () => {
    const onDiscard = vi.fn()
    const { tabs } = await stuck({ onDiscard })
    vi.setSystemTime(Date.now() + 2 * hour)
    const asked = tabs.map(({ tokens }) => tokens.getAccessToken())
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await Promise.all(asked)).toEqual(['ada-2', 'ada-2'])
    expect(tabs.flatMap(({ types }) => types())).not.toContain('ended')
  })

  test.each([
    ['first', 'second'],
    ['second', 'first'],
  ] as const)('XT-06 RF-30 answers after both have sent, the %s tab’s before the %s’s: one result counts, in both, and the other is discarded', async (early, _late) => {
    const answers = { first: defer<void>(), second: defer<void>() }
    const onDiscard = vi.fn()
    const first = openTab({
      onDiscard,
      instead: { locks: absent.locks, channels: silent },
      refresh: () => answers.first.promise.then(() => ({ accessToken: 'of-first', refreshToken: 'rt-f', expiresInMs: hour })),
    })
    await first.tokens.setTokens(server.issue())
    const second = openTab({
      onDiscard,
      world: copyOf(first.world),
      instead: { locks: absent.locks, channels: silent },
      refresh: () => answers.second.promise.then(() => ({ accessToken: 'of-second', refreshToken: 'rt-s', expiresInMs: hour })),
    })
    await second.tokens.restore()
    const both = Promise.all([first.tokens.refresh(), second.tokens.refresh()])
    await soon()
    answers[early].resolve()
    await soon()
    answers.first.resolve()
    answers.second.resolve()
    await both
    expect([held(first), held(second)]).toEqual([`of-${early}`, `of-${early}`])
    expect(onDiscard).toHaveBeenCalledTimes(1)
    expect(onDiscard).not.toHaveBeenCalledWith(expect.objectContaining({ accessToken: `of-${early}` }))
  })

  test('XT-05 INV-12 of a token of unknown life, which only a refusal tells to be over, somebody gets a new one all the same', async () => {
    const { tabs } = await stuck({ refresh: async () => ({ accessToken: 'new', refreshToken: 'rt-new' }) })
    const [first, second] = tabs
    await first.tokens.setTokens({ accessToken: 'old', refreshToken: 'rt-old' })
    await soon()
    const { generation } = await second.tokens.acquire()
    const refreshed = second.tokens.refresh({ generation })
    await vi.advanceTimersByTimeAsync(15_000)
    await refreshed
    expect(tabs.map(held)).toEqual(['new', 'new'])
  })

  test('INV-3 who wakes from the sleep of the machine waits for the lock once more', async () => {
    const [inVain, granted] = [defer<null>(), defer<HeldLock>()]
    let waits = 0
    const locks: Locks = { acquire: () => (waits++ === 0 ? inVain.promise : granted.promise) }
    const { tokens } = openTab({ refresh: server.refresh, background: false, instead: { locks } })
    await tokens.setTokens(server.issue())
    const refreshed = tokens.refresh()
    await soon()
    vi.setSystemTime(Date.now() + 2 * hour)
    inVain.resolve(null)
    await soon()
    expect(server.sent).toEqual([])
    granted.resolve({ letGo: () => {}, isHeld: () => true })
    await refreshed
    expect(server.sent).toEqual(['rt-1'])
  })
})

test('INV-17 no listener and no caller runs while the lock is held', async () => {
  const locks = createPatientLocks()
  const [first, second] = await openTwo(server, { instead: { locks } })
  const counts: number[] = []
  const note = (): void => void counts.push(locks.count())
  for (const { tokens } of [first, second]) tokens.subscribe(({ type }) => type !== 'refresh_started' && note())
  await first.tokens.refresh().then(note)
  await second.tokens.refresh().then(note)
  first.tokens.clear()
  await soon()
  expect(counts.length).toBeGreaterThanOrEqual(7)
  expect(new Set(counts)).toEqual(new Set([0]))
})
