import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { defer } from '../../test/world.ts'
import { systemClock } from '../browser/clock.ts'
import { memoryStorage } from '../browser/storage.ts'
import { systemTimer } from '../browser/timer.ts'
import type { TokenSet } from '../session/session.ts'
import { createAttempt } from './attempt.ts'
import type { Change } from './catchUp.ts'
import { createHolding } from './holding.ts'
import { createRecordStore } from './recordStore.ts'
import type { Vault } from './vault.ts'

const hour = 3_600_000

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => vi.useRealTimers())

const tokens = (name: string): TokenSet => ({ accessToken: `at-${name}`, refreshToken: `rt-${name}`, expiresInMs: hour })

/** A tab that holds `own` and has asked for newer tokens; the ledger takes its first commits, or does not. */
async function open({ refusals = 0, onLook = async (): Promise<Change | null> => null } = {}) {
  const store = createRecordStore({ storage: memoryStorage(), key: 'key', timer: systemTimer, onError: () => {} })
  const holding = createHolding<TokenSet>(store, systemClock)
  const keep = (set: TokenSet) => holding.keep({ tokens: set, receivedAt: Date.now(), generation: holding.generation() + 1, epoch: 1 }, holding.next())
  await keep(tokens('own'))
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
  const attempt = createAttempt({ vault, refresh: () => answer.promise, deadlineMs: 10_000, refreshLeadMs: 60_000, clock: systemClock, timer: systemTimer, stop, discard })
  const attempted = attempt(() => true)
  await vi.advanceTimersByTimeAsync(0)
  return { keep, answer, discard, attempted, lastTries, commits: () => commits, accessToken: () => holding.held()?.tokens.accessToken }
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
