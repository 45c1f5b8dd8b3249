import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { newer, openCatchUp as open, ownCircle as circle, recordOf } from '../../test/openCatchUp.ts'
import { defer } from '../../test/world.ts'
import type { TokenSet } from '../session/session.ts'
import type { News } from './news.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => vi.useRealTimers())

describe('catches up', () => {
  test('asks for what is newer than what it has', async () => {
    const news = vi.fn<Parameters<typeof open>[0]>(async () => null)
    const tab = await open(news)
    expect(await tab.catchUp()).toBeNull()
    expect(news.mock.calls).toEqual([[circle, { generation: 3, epoch: 1 }]])
    expect(tab.accessToken()).toBe('at-3')
  })

  test.each([
    [1, 'adopted'],
    [4, 'switched'],
  ])('XT-10 what comes from login %i, when its own is of login 1, is %s', async (epoch, type) => {
    const tab = await open(async () => newer(5, epoch))
    expect(await tab.catchUp()).toEqual({ type })
    expect([tab.accessToken(), tab.holding.generation(), tab.holding.epoch()]).toEqual(['at-5', 5, epoch])
    expect(tab.storage.getItem('key')).toContain('rt-5')
  })

  test('INV-8 of two logins that got the same epoch without a database, the other is another', async () => {
    const { generation, epoch, ...other } = recordOf(5)
    const tokens = { ...other.tokens, family: 'theirs' }
    const tab = await open(async () => ({ type: 'record', generation, record: { ...other, generation, epoch, tokens } }))
    expect(await tab.catchUp()).toEqual({ type: 'switched' })
  })

  test('INV-9 what happened while it read counts more than what it read', async () => {
    const reads = [defer<News<TokenSet> | null>(), defer<News<TokenSet> | null>()]
    let read = 0
    const tab = await open(() => reads[read++]!.promise)
    const caught = tab.catchUp()
    await tab.holding.keep(recordOf(6), tab.holding.next(6))
    reads[0]?.resolve(newer(5))
    await vi.advanceTimersByTimeAsync(0)
    expect([tab.accessToken(), read]).toEqual(['at-6', 2])
    reads[1]?.resolve(null)
    expect(await caught).toBeNull()
    expect(tab.accessToken()).toBe('at-6')
  })

  test('LO-08 during a login nothing is newer', async () => {
    const news = vi.fn(async () => newer(5))
    const tab = await open(news)
    tab.tab.isSigningIn = true
    expect(await tab.catchUp()).toBeNull()
    expect(news).not.toHaveBeenCalled()
  })

  test('without a circle there is nothing to catch up with', async () => {
    const news = vi.fn(async () => newer(5))
    const tab = await open(news)
    tab.holding.enter(null)
    expect(await tab.catchUp()).toBeNull()
    expect(news).not.toHaveBeenCalled()
  })

  test.each([
    [null, { type: 'left' }],
    ['revoked' as const, { type: 'ended', error: expect.objectContaining({ code: 'revoked' }) as unknown }],
  ])('INV-7 a session that is over by %s leaves nothing here', async (code, change) => {
    const tab = await open(async () => ({ type: 'over', generation: 5, epoch: 1, code }))
    expect(await tab.catchUp()).toEqual(change)
    expect([tab.holding.held(), tab.holding.circle(), tab.storage.keys()]).toEqual([null, null, []])
  })

  test('XT-10 the end of an earlier login is not that of a later one, which it is told of', async () => {
    const tab = await open(async () => ({ type: 'over', generation: 5, epoch: 0, code: null }))
    expect(await tab.catchUp()).toBeNull()
    expect(tab.published).toMatchObject([{ after: 5, wins: true }])
    expect(tab.holding.held()?.tokens).toMatchObject({ accessToken: 'at-3' })
  })

  test('XT-12 of a newer version: it keeps the access token, and no refresh token', async () => {
    const tab = await open(async () => ({ type: 'foreign' }))
    const isNewest = tab.holding.mark()
    expect(await tab.catchUp()).toEqual({ type: 'adopted' })
    expect(tab.holding.held()?.tokens).toEqual({ accessToken: 'at-3', refreshToken: undefined })
    expect(tab.holding.circle()).toBeNull()
    // The version to come finds what was there when the page is reloaded.
    expect(tab.storage.getItem('key')).toContain('rt-3')
    // What was on its way is of a refresh token that is spent.
    expect(isNewest()).toBe(false)
  })

  test('XT-12 of a newer version, while it holds nothing: nothing', async () => {
    const tab = await open(async () => ({ type: 'foreign' }))
    tab.holding.forget()
    expect(await tab.catchUp()).toEqual({ type: 'adopted' })
    expect([tab.holding.held(), tab.holding.circle()]).toEqual([null, null])
  })

  test('ST-11 a ledger that has forgotten is told what it was, as it was', async () => {
    const tab = await open(async () => ({ type: 'missing' }))
    vi.setSystemTime(Date.now() + 1_000)
    expect(await tab.catchUp()).toBeNull()
    const [publication] = tab.published
    expect(publication).toMatchObject({ circle, after: 2, wins: false, isKnown: true })
    expect(JSON.parse(publication?.encode(3) ?? '')).toEqual({ version: expect.any(Number) as unknown, ...recordOf(3), receivedAt: Date.now() - 1_000 })
    expect(publication?.isWanted()).toBe(true)
    tab.holding.next()
    expect(publication?.isWanted()).toBe(false)
  })

  test('ST-11 with the storage gone as well, the session is over', async () => {
    const tab = await open(async () => ({ type: 'missing' }))
    tab.storage.removeItem('key')
    expect(await tab.catchUp()).toMatchObject({ type: 'ended', error: { code: 'storage_failed' } })
    expect([tab.holding.held(), tab.published]).toEqual([null, []])
  })

  test('ST-11 nobody has cleared what this tab could not write', async () => {
    const tab = await open(async () => ({ type: 'missing' }))
    await tab.store.write(
      () => JSON.stringify(1n),
      () => true,
    )
    expect(await tab.catchUp()).toBeNull()
    expect([tab.accessToken(), tab.published.length]).toEqual(['at-3', 1])
  })

  test('ST-11 nor of which the ledger has never been told', async () => {
    const tab = await open(async () => ({ type: 'missing' }))
    tab.storage.removeItem('key')
    tab.tab.known = null
    expect(await tab.catchUp()).toBeNull()
    expect([tab.accessToken(), tab.published.length]).toEqual(['at-3', 1])
  })

  test('RF-04 before it puts its own back it asks the others, of whom one may have a newer one', async () => {
    let told: News<TokenSet> = { type: 'missing' }
    const tab = await open(async () => told)
    tab.tab.onAsk = () => void (told = newer(5))
    expect(await tab.catchUp()).toEqual({ type: 'adopted' })
    expect([tab.accessToken(), tab.asked, tab.published]).toEqual(['at-5', [circle.id], []])
  })

  test('ST-11 INV-6 what came while it looked whether the storage is empty is not taken for cleared', async () => {
    const tab = await open(async () => ({ type: 'missing' }))
    const read = defer<null>()
    vi.spyOn(tab.store, 'read').mockReturnValueOnce(read.promise)
    const caught = tab.catchUp()
    await vi.advanceTimersByTimeAsync(0)
    await tab.holding.keep(recordOf(4, 4), tab.holding.next(4))
    read.resolve(null)
    expect(await caught).toBeNull()
    expect([tab.accessToken(), tab.asked, tab.published]).toEqual(['at-4', [], []])
  })

  test.each([
    ['is told', (generation: number) => generation + 1, false],
    ['is told what it was', (generation: number) => generation, true],
    ['is not told, as there is something newer', () => null, true],
  ])('INV-9 once a ledger that has forgotten %s, what is on its way here counts no more, or still does', async (_name, onPublish, isStillNewest) => {
    const tab = await open(async () => ({ type: 'missing' }))
    tab.tab.onPublish = onPublish
    const isNewest = tab.holding.mark()
    expect(await tab.catchUp()).toBeNull()
    expect(isNewest()).toBe(isStillNewest)
  })

  test('INV-9 what came while a ledger that has forgotten was told counts more', async () => {
    const tab = await open(async () => ({ type: 'missing' }))
    let isNewest = (): boolean => false
    tab.tab.onPublish = (generation) => {
      isNewest = tab.holding.next()
      return generation + 1
    }
    expect(await tab.catchUp()).toBeNull()
    expect([isNewest(), tab.holding.generation()]).toEqual([true, 3])
  })

  test('without a database they have been asked already', async () => {
    const tab = await open(async () => ({ type: 'missing' }))
    tab.tab.isDegraded = true
    expect(await tab.catchUp()).toBeNull()
    expect([tab.asked, tab.published.length]).toEqual([[], 1])
  })

  test('INV-6 a logout while it asks: nothing is put back', async () => {
    const tab = await open(async () => ({ type: 'missing' }))
    tab.tab.onAsk = () => tab.holding.forget()
    expect(await tab.catchUp()).toBeNull()
    expect(tab.published).toEqual([])
  })

  test('INV-8 XT-10 of an earlier login than its own it takes nothing over, and says so', async () => {
    const tab = await open(async () => newer(7, 1))
    await tab.holding.keep(recordOf(4, 4), tab.holding.next(4))
    expect(await tab.catchUp()).toBeNull()
    expect([tab.accessToken(), tab.holding.generation(), tab.holding.epoch()]).toEqual(['at-4', 8, 4])
    const [publication] = tab.published
    expect(publication).toMatchObject({ circle, after: 7, wins: true })
    expect(publication?.epochOf(8)).toBe(4)
    expect(JSON.parse(publication?.encode(8) ?? '')).toMatchObject({ tokens: { accessToken: 'at-4' }, generation: 8, epoch: 4 })
  })

  test('nothing in the ledger and nothing here: nothing to say', async () => {
    const tab = await open(async () => ({ type: 'missing' }))
    tab.holding.forget()
    expect(await tab.catchUp()).toBeNull()
    expect([tab.asked, tab.published]).toEqual([[], []])
  })
})
