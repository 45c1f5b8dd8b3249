import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { defer } from '../../test/world.ts'
import { systemClock } from '../browser/clock.ts'
import { memoryStorage } from '../browser/storage.ts'
import { systemTimer } from '../browser/timer.ts'
import { AuthError } from '../errors.ts'
import { decodeRecord, type Circle, type TokenRecord } from '../session/record.ts'
import type { TokenSet } from '../session/session.ts'
import type { Visited } from './visit.ts'
import { createCommit } from './commit.ts'
import { createHolding } from './holding.ts'
import { createRecordStore } from './recordStore.ts'
import type { Siblings } from './siblings.ts'

const circle: Circle = { id: 'i'.repeat(43), key: 'k'.repeat(43), sinceAt: 1 }
const tokens: TokenSet = { accessToken: 'at', refreshToken: 'rt' }
const any = (_tokens: TokenSet): _tokens is TokenSet => true

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => vi.useRealTimers())

function open(publish: Siblings['publish'] | null, accept: typeof any = any) {
  const storage = memoryStorage()
  const holding = createHolding<TokenSet>(createRecordStore({ storage, key: 'key', timer: systemTimer, onError: () => {} }), systemClock)
  const end = vi.fn(async () => 1)
  const siblings = { publish, end } as Partial<Siblings> as Siblings
  const before: { record: TokenRecord | null } = { record: null }
  const chunk = { isLost: false }
  const stored = vi.fn(async () => before.record)
  const visited = vi.fn(async (): Promise<Visited<TokenSet> | null> => null)
  const commit = createCommit({ holding, clock: systemClock, accept, stored, visited, load: publish === null ? null : async () => (chunk.isLost ? null : siblings) })
  return { ...commit, holding, storage, end, before, chunk, stored, visited, kept: () => decodeRecord(storage.getItem('key') ?? '', any) }
}

describe('commits', () => {
  test('alone: the next generation, in the storage and here', async () => {
    const { commit, holding, kept } = open(null)
    expect(await commit(tokens, { isLogin: true })).toBe(true)
    expect(await commit({ ...tokens, accessToken: 'at-2' }, { isLogin: false })).toBe(true)
    expect(holding.held()).toMatchObject({ generation: 2, tokens: { accessToken: 'at-2' } })
    expect(kept()).toMatchObject({ generation: 2, epoch: 1 })
  })

  test.each([
    [true, 8],
    [false, 3],
  ])('with others: the generation that it got, of this login or the one before: %s', async (isLogin, epoch) => {
    const publish = vi.fn<Siblings['publish']>(async ({ encode, wins }) => {
      expect(decodeRecord(encode(8), any)).toMatchObject({ tokens, generation: 8, epoch })
      expect(wins).toBe(isLogin)
      return 8
    })
    const { commit, holding, kept } = open(publish)
    holding.show({ tokens, receivedAt: 1, generation: 7, epoch: 3 })
    expect(await commit(tokens, { isLogin })).toBe(true)
    expect([holding.generation(), holding.epoch()]).toEqual([8, epoch])
    expect(kept()).toMatchObject({ generation: 8, epoch })
  })

  test('what is the first of those that share it counts as their login, though nobody signed in', async () => {
    const { commit, kept } = open(async ({ epochOf }) => epochOf(1) * 8)
    await commit(tokens, { isLogin: false })
    expect(kept()).toMatchObject({ generation: 8, epoch: 8 })
  })

  test.each([
    [true, { generation: 1, epoch: 1 }, undefined],
    [false, { generation: 8, epoch: 3 }, circle],
  ])('XT-10 alone, since the others cannot be reached, a login leaves the circle of before, and a refresh does not: %s', async (isLogin, count, left) => {
    const { commit, holding, kept, chunk } = open(async () => 9)
    holding.enter(circle)
    holding.show({ tokens, receivedAt: 1, generation: 7, epoch: 3 })
    chunk.isLost = true
    expect(await commit({ ...tokens, accessToken: 'bob' }, { isLogin })).toBe(true)
    expect([kept(), holding.circle() ?? undefined]).toEqual([{ tokens: { ...tokens, accessToken: 'bob' }, receivedAt: Date.now(), ...count, ...(left && { circle: left }) }, left])
  })

  test('RF-30 what came too late in the ledger is kept nowhere', async () => {
    const { commit, holding, storage } = open(async () => null)
    expect(await commit(tokens, { isLogin: false })).toBe(false)
    expect([holding.held(), storage.keys()]).toEqual([null, []])
  })

  test('INV-3 but here, when there is no other try: the token that it followed from is spent', async () => {
    const { commit, holding, kept } = open(async () => null)
    holding.show({ tokens, receivedAt: 1, generation: 7, epoch: 3 })
    expect(await commit({ ...tokens, refreshToken: 'rt-2' }, { isLogin: false, isLastTry: true })).toBe(true)
    expect(holding.held()?.tokens.refreshToken).toBe('rt-2')
    expect(kept()).toMatchObject({ generation: 8, epoch: 3 })
  })

  test('INV-6 unless somebody has signed out by then', async () => {
    const gate = defer<null>()
    const { commit, clear, holding, storage } = open(() => gate.promise)
    const committed = commit(tokens, { isLogin: false, isLastTry: true })
    clear(null)
    gate.resolve(null)
    expect(await committed).toBe(false)
    expect([holding.held(), storage.keys()]).toEqual([null, []])
  })

  test('TM-04 what is as old as its answer was late is kept as that', async () => {
    const { commit, holding } = open(null)
    await commit(tokens, { isLogin: false, ageMs: 5_000 })
    expect(holding.held()?.lifetime.received.wallAt).toBe(Date.now() - 5_000)
  })

  test('INV-6 nor is what came too late here', async () => {
    const gate = defer<number>()
    const { commit, clear, holding, storage } = open(() => gate.promise)
    const committed = commit(tokens, { isLogin: true })
    clear(null)
    gate.resolve(1)
    expect(await committed).toBe(false)
    expect([holding.held(), storage.keys()]).toEqual([null, []])
  })

  test('ST-04 what a reload would refuse stays in memory, and the session is this tab’s alone', async () => {
    const publish = vi.fn(async () => 1)
    const { commit, holding, storage, end } = open(publish, (_tokens): _tokens is TokenSet => false)
    holding.enter(circle)
    await holding.keep({ tokens: { accessToken: 'before' }, receivedAt: 1, generation: 1, epoch: 1 }, holding.next())
    expect(await commit(tokens, { isLogin: true })).toBe(true)
    await vi.advanceTimersByTimeAsync(0)
    expect(holding.held()?.tokens).toEqual(tokens)
    expect([holding.circle(), storage.keys(), publish.mock.calls]).toEqual([null, [], []])
    expect(end).toHaveBeenCalledTimes(1)
  })
})

describe('clears', () => {
  test.each([
    [null, null],
    [new AuthError('revoked', 'no'), 'revoked'],
  ])('INV-7 at once, and tells the others why: %s', async (error, code) => {
    const { commit, clear, holding, storage, end } = open(async () => 4)
    holding.enter(circle)
    await commit(tokens, { isLogin: true })
    clear(error)
    expect([holding.held(), holding.circle(), storage.keys()]).toEqual([null, null, []])
    await vi.advanceTimersByTimeAsync(0)
    expect(end.mock.calls).toEqual([[{ circle, generation: 4, epoch: 4 }, code]])
    clear(null)
    await vi.advanceTimersByTimeAsync(0)
    expect(end).toHaveBeenCalledTimes(1)
  })

  test('XT-01 a session that is stored and that nobody has looked at', async () => {
    const { clear, end, before } = open(async () => 1)
    before.record = { tokens, receivedAt: 1, generation: 6, epoch: 1, circle }
    clear(null)
    await vi.advanceTimersByTimeAsync(0)
    expect(end.mock.calls).toEqual([[expect.objectContaining({ circle, generation: 6, epoch: 1 }), null]])
  })

  test('XT-01 one of other tabs that this one would take part in, unless its own is stored', async () => {
    const { clear, end, visited } = open(async () => 1)
    visited.mockResolvedValue({ circle, record: { tokens, receivedAt: 1, generation: 5, epoch: 2 } })
    clear(null)
    await vi.advanceTimersByTimeAsync(0)
    expect(end.mock.calls).toEqual([[expect.objectContaining({ circle, generation: 5, epoch: 2 }), null]])
    const other = open(async () => 1)
    other.before.record = { tokens, receivedAt: 1, generation: 6, epoch: 1, circle }
    other.clear(null)
    await vi.advanceTimersByTimeAsync(0)
    expect([other.visited.mock.calls.length, other.end.mock.calls.length]).toEqual([0, 1])
  })

  test('INV-5 not theirs because of an error that this tab had', async () => {
    const { clear, end, visited } = open(async () => 1)
    visited.mockResolvedValue({ circle, record: { tokens, receivedAt: 1, generation: 5, epoch: 2 } })
    clear(new AuthError('revoked', 'no'))
    await vi.advanceTimersByTimeAsync(0)
    expect([visited.mock.calls.length, end.mock.calls.length]).toEqual([0, 0])
  })

  test('INV-7 at once also when the others cannot be told', async () => {
    const { commit, clear, holding, storage, end, chunk } = open(async () => 4)
    holding.enter(circle)
    await commit(tokens, { isLogin: true })
    chunk.isLost = true
    clear(null)
    await vi.advanceTimersByTimeAsync(0)
    expect([holding.held(), holding.circle(), storage.keys(), end.mock.calls]).toEqual([null, null, [], []])
  })

  test('alone there is nobody to tell, and nothing to read', () => {
    const { clear, stored } = open(null)
    clear(null)
    expect(stored).not.toHaveBeenCalled()
  })
})
