import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ownCircle } from '../../test/openCatchUp.ts'
import { defer } from '../../test/world.ts'
import { systemClock } from '../browser/clock.ts'
import { memoryStorage } from '../browser/storage.ts'
import { systemTimer } from '../browser/timer.ts'
import type { TokenSet } from '../session/session.ts'
import { createAttempt } from './attempt.ts'
import type { Change } from './catchUp.ts'
import { createHolding } from './holding.ts'
import { createRecordStore } from './recordStore.ts'
import type { Siblings } from './siblings.ts'
import type { Vault } from './vault.ts'

const hour = 3_600_000

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => vi.useRealTimers())

const tokens = (name: string): TokenSet => ({ accessToken: `at-${name}`, refreshToken: `rt-${name}`, expiresInMs: hour })

interface Situation {
  readonly own?: TokenSet | null
  readonly refusals?: number
  readonly onLook?: () => Promise<Change | null>
}

/** A tab that holds `own` and has asked for newer tokens; the ledger takes its first commits, or does not. */
async function open({ own = tokens('own'), refusals = 0, onLook = async () => null }: Situation = {}) {
  const store = createRecordStore({ storage: memoryStorage(), key: 'key', timer: systemTimer, onError: () => {} })
  const holding = createHolding<TokenSet>(store, systemClock)
  const keep = (set: TokenSet) => holding.keep({ tokens: set, receivedAt: Date.now(), generation: holding.generation() + 1, epoch: 1 }, holding.next())
  if (own !== null) await keep(own)
  let commits = 0
  const lastTries: (boolean | undefined)[] = []
  const commit: Vault<TokenSet>['commit'] = async (set, { isLastTry }) => {
    lastTries.push(isLastTry)
    return ++commits > refusals && keep(set)
  }
  const vault = { held: holding.held, circle: () => null, commit, catchUp: () => onLook() } as Partial<Vault<TokenSet>> as Vault<TokenSet>
  const answer = defer<TokenSet>()
  const discard = vi.fn()
  const stop = new AbortController().signal
  let frozenMs = 0
  const clock = { now: () => ({ wallAt: Date.now() + frozenMs, elapsedMs: systemClock.now().elapsedMs + frozenMs }) }
  const attempt = createAttempt({ vault, refresh: () => answer.promise, deadlineMs: 10_000, refreshLeadMs: 60_000, clock, timer: systemTimer, stop, discard })
  const attempted = attempt(() => true)
  await vi.advanceTimersByTimeAsync(0)
  const freeze = (ms: number): void => void (frozenMs += ms)
  return { keep, answer, discard, attempted, freeze, lastTries, commits: () => commits, accessToken: () => holding.held()?.tokens.accessToken }
}

describe('an answer', () => {
  test('is kept where nothing else has been', async () => {
    const { answer, discard, attempted, commits, accessToken } = await open()
    answer.resolve(tokens('answer'))
    expect(await attempted).toBeNull()
    expect([accessToken(), commits()]).toEqual(['at-answer', 1])
    expect(discard).not.toHaveBeenCalled()
  })

  test('INV-9 INV-24 does not overwrite what was taken over from another tab since it was asked for', async () => {
    const { keep, answer, discard, attempted, commits, accessToken } = await open()
    await keep(tokens('theirs'))
    answer.resolve(tokens('answer'))
    await attempted
    expect([accessToken(), commits()]).toEqual(['at-theirs', 0])
    expect(discard.mock.calls).toEqual([[tokens('answer')]])
  })

  test('INV-9 INV-24 nor what is taken over because the ledger refused it', async () => {
    const onLook = vi.fn<() => Promise<Change | null>>(async () => null)
    const { keep, answer, discard, attempted, commits, accessToken } = await open({ refusals: 1, onLook })
    // Found to be newer, and nothing that whoever asked need hear of.
    onLook.mockImplementation(async () => ((await keep(tokens('theirs'))) ? null : { type: 'left' }))
    answer.resolve(tokens('answer'))
    expect(await attempted).toBeNull()
    expect([accessToken(), commits()]).toEqual(['at-theirs', 1])
    expect(discard).toHaveBeenCalledTimes(1)
  })

  test('with the refresh token of before is not discarded: that may be in use', async () => {
    const { keep, answer, discard, attempted } = await open()
    await keep({ ...tokens('own'), accessToken: 'at-theirs' })
    answer.resolve({ accessToken: 'at-answer', expiresInMs: hour })
    await attempted
    expect(discard).not.toHaveBeenCalled()
  })

  test('without any refresh token is discarded where other tokens are in use by now', async () => {
    const { keep, answer, discard, attempted } = await open({ own: { accessToken: 'at-own' } })
    await keep({ accessToken: 'at-theirs' })
    answer.resolve({ accessToken: 'at-answer' })
    await attempted
    expect(discard.mock.calls).toEqual([[{ accessToken: 'at-answer', refreshToken: undefined }]])
  })

  test('that leaves the access token in a cookie is in use where it was kept, and discarded where another was', async () => {
    const kept = await open({ own: { accessToken: null } })
    kept.answer.resolve({ accessToken: null })
    await kept.attempted
    expect(kept.discard).not.toHaveBeenCalled()
    const late = await open({ own: { accessToken: null } })
    await late.keep({ accessToken: null, refreshToken: 'rt-theirs' })
    late.answer.resolve({ accessToken: null, refreshToken: 'rt-answer' })
    await late.attempted
    expect(late.discard).toHaveBeenCalledTimes(1)
  })

  test('RF-25 to who had no tokens is kept, or discarded where there are others by now', async () => {
    const first = await open({ own: null })
    first.answer.resolve({ accessToken: 'at-answer' })
    expect(await first.attempted).toBeNull()
    expect(first.accessToken()).toBe('at-answer')
    const late = await open({ own: null })
    await late.keep(tokens('theirs'))
    late.answer.resolve(tokens('answer'))
    expect(await late.attempted).toBeNull()
    expect([late.accessToken(), late.discard.mock.calls]).toEqual(['at-theirs', [[tokens('answer')]]])
  })

  test.each([
    [10_000, 'clock_skew'],
    [10_001, 'timeout'],
  ])('RF-32 TM-04 whose token has expired after %i ms blames the clock within the deadline alone: %s', async (ms, code) => {
    const { answer, attempted, freeze } = await open()
    freeze(ms)
    answer.resolve({ ...tokens('answer'), expiresInMs: 500 })
    await expect(attempted).rejects.toMatchObject({ code })
  })

  test('INV-5 is not to blame for other tokens that have expired since', async () => {
    const { keep, answer, attempted } = await open()
    await keep({ ...tokens('theirs'), expiresInMs: 0 })
    answer.resolve(tokens('answer'))
    expect(await attempted).toBeNull()
  })

  test.each([
    [2, 'at-answer', 3],
    [3, 'at-own', 3],
  ])('INV-13 that the ledger does not take %i times, with nothing newer in it: then the tab holds %s', async (refusals, held, times) => {
    const { answer, attempted, lastTries, commits, accessToken } = await open({ refusals })
    answer.resolve(tokens('answer'))
    await attempted
    expect(lastTries).toEqual([false, false, true])
    expect([accessToken(), commits()]).toEqual([held, times])
  })
})

test.each([
  ['none', null, false],
  ['some of unknown life', { accessToken: 'at' }, true],
  ['some that live', { accessToken: 'at', expiresInMs: hour }, false],
])('XT-05 who waits for other tabs, with %s to use meanwhile, goes on without them: %o, %s', async (_name, own, isOver) => {
  const holding = createHolding<TokenSet>(createRecordStore({ storage: memoryStorage(), key: 'key', timer: systemTimer, onError: () => {} }), systemClock)
  if (own !== null) holding.show({ tokens: own, receivedAt: Date.now(), generation: 1, epoch: 1 })
  const takeTurn = vi.fn<Siblings['takeTurn']>(async () => null)
  const vault = { held: holding.held, circle: () => ownCircle, siblings: async () => ({ takeTurn }) as Partial<Siblings> as Siblings } as Partial<Vault<TokenSet>> as Vault<TokenSet>
  const stop = new AbortController().signal
  await createAttempt({ vault, refresh: async () => tokens('answer'), deadlineMs: 10_000, refreshLeadMs: 60_000, clock: systemClock, timer: systemTimer, stop, discard: () => {} })(() => true)
  expect(takeTurn.mock.calls[0]?.[0].hasExpired()).toBe(isOver)
})
