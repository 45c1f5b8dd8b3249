import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { newer, openCatchUp as open, ownCircle as circle, recordOf, type CatchUpTab } from '../../test/openCatchUp.ts'
import { defer } from '../../test/world.ts'
import type { Circle } from '../session/record.ts'
import type { TokenSet } from '../session/session.ts'
import type { News } from './news.ts'

const later: Circle = { id: 'j'.repeat(43), key: 'l'.repeat(43), sinceAt: 101 }

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => vi.useRealTimers())

describe('joins', () => {
  test('a circle that lets it in, with what there is of it', async () => {
    const news = vi.fn(async () => newer(2, 2))
    const tab = await open(news)
    tab.holding.enter(null)
    tab.holding.forget()
    tab.tab.invited = later
    expect(await tab.join()).toEqual({ type: 'switched' })
    expect(news.mock.calls).toEqual([[later, { generation: 0, epoch: 0 }]])
    expect([tab.accessToken(), tab.holding.circle(), tab.ended]).toEqual(['at-2', later, []])
    expect(tab.storage.getItem('key')).toContain(later.key)
  })

  test.each([
    ['nobody lets in', null],
    ['its own', circle],
    ['an older one', { ...later, sinceAt: 99 }],
    ['TM-05 one of a clock that is ahead', { ...later, sinceAt: 1_800_000_000_001 }],
  ])('nothing: %s', async (_name, invited) => {
    const tab = await open(async () => newer(5))
    tab.tab.invited = invited
    expect(await tab.join()).toBeNull()
    expect([tab.accessToken(), tab.holding.circle(), tab.ended]).toEqual(['at-3', circle, []])
  })

  test('that of a later login instead of its own, which is over then', async () => {
    const tab = await open(async () => newer(5))
    tab.tab.invited = later
    expect(await tab.join()).toMatchObject({ type: 'switched' })
    expect([tab.accessToken(), tab.holding.circle(), tab.ended]).toEqual(['at-5', later, [[{ circle, generation: 3, epoch: 1 }, null]]])
  })

  test('TM-05 any other instead of its own, where that is of a clock that was ahead', async () => {
    const tab = await open(async () => newer(5))
    tab.holding.enter({ ...circle, sinceAt: Date.now() + 1 })
    tab.tab.invited = later
    expect(await tab.join()).toMatchObject({ type: 'switched' })
  })

  test('one of which no login is known', async () => {
    const tab = await open(async () => newer(2, 0))
    tab.holding.enter(null)
    tab.holding.forget()
    tab.tab.invited = later
    expect(await tab.join()).toEqual({ type: 'switched' })
  })

  describe('INV-6 after a sign-out here that did not reach the others', () => {
    const signedOut = async (news: () => News<TokenSet>, { sinceAt, ageMs }: { sinceAt: number; ageMs: number }): Promise<CatchUpTab> => {
      const tab = await open(async () => news())
      tab.holding.enter(null)
      tab.holding.forget()
      Object.assign(tab.tab, { invited: { ...later, sinceAt }, leftAt: Date.now() + ageMs })
      return tab
    }

    test('it does not take part in what was there before, and ends it', async () => {
      const tab = await signedOut(() => newer(5), { sinceAt: 101, ageMs: 1 })
      expect(await tab.join()).toBeNull()
      expect([tab.accessToken(), tab.holding.circle()]).toEqual([undefined, null])
      expect(tab.ended).toMatchObject([[{ circle: { id: later.id }, generation: 5, epoch: 1 }, null]])
    })

    test.each([
      ['of a later login', () => newer(2, 2), 101],
      ['of a later circle, refreshed since', () => newer(5), 1_800_000_000_000],
    ])('but in a session %s', async (_name, news, sinceAt) => {
      const tab = await signedOut(news, { sinceAt, ageMs: 0 })
      expect(await tab.join()).not.toBeNull()
      expect(tab.ended).toEqual([])
    })

    test('in one of which it cannot tell it takes no part, nor does it end it', async () => {
      const tab = await signedOut(() => newer(5), { sinceAt: 101, ageMs: 0 })
      expect(await tab.join()).toBeNull()
      expect([tab.holding.circle(), tab.ended]).toEqual([null, []])
    })
  })

  test('of two of one moment all choose the same', async () => {
    const [one, two] = [await open(async () => newer(5)), await open(async () => newer(5))]
    const twin: Circle = { ...later, sinceAt: circle.sinceAt }
    one.tab.invited = twin
    expect(await one.join()).not.toBeNull()
    two.holding.enter(twin)
    two.tab.invited = circle
    expect(await two.join()).toBeNull()
  })

  test.each<News<TokenSet> | null>([{ type: 'over', generation: 5, epoch: 1, code: null }, { type: 'missing' }, { type: 'foreign' }, null])(
    'none of which there is no session: %j',
    async (news) => {
      const tab = await open(async () => news)
      tab.tab.invited = later
      expect(await tab.join()).toBeNull()
      expect([tab.accessToken(), tab.holding.circle()]).toEqual(['at-3', circle])
    },
  )

  test.each([
    ['a logout', (tab: CatchUpTab) => tab.holding.forget()],
    ['a login under way', (tab: CatchUpTab) => void (tab.tab.isSigningIn = true)],
    ['the end of one that had been under way', (tab: CatchUpTab) => tab.holding.enter({ ...circle })],
  ])('INV-6 none once there was %s', async (_name, act) => {
    const gate = defer<News<TokenSet>>()
    const tab = await open(() => gate.promise)
    tab.tab.invited = later
    const joined = tab.join()
    await vi.advanceTimersByTimeAsync(0)
    act(tab)
    gate.resolve(newer(5))
    expect(await joined).toBeNull()
    expect(tab.holding.circle()).toEqual(circle)
  })

  test.each([
    ['before', -1, 'at-3'],
    ['at the moment of', 0, 'at-5'],
    ['after', 1, 'at-5'],
  ])('LO-08 INV-14 one that began %s the session of a tab that was alone, or not', async (_name, laterMs, accessToken) => {
    const tab = await open(async () => newer(5))
    tab.holding.enter(null)
    const receivedAt = Date.now() - 1_000
    tab.holding.show({ ...recordOf(3), receivedAt })
    // Of no id is said that it came first.
    tab.tab.invited = { ...later, id: '-'.repeat(43), sinceAt: receivedAt + laterMs }
    const change = await tab.join()
    expect([tab.accessToken(), change?.type, tab.ended]).toEqual([accessToken, laterMs >= 0 ? 'switched' : undefined, []])
  })

  test('INV-14 also when its own was refreshed meanwhile: then it asks once more', async () => {
    const gates = [defer<News<TokenSet>>(), defer<News<TokenSet>>()]
    let asked = 0
    const tab = await open(() => gates[asked++]!.promise)
    tab.tab.invited = later
    const joined = tab.join()
    await vi.advanceTimersByTimeAsync(0)
    await tab.holding.keep(recordOf(4), tab.holding.next(4))
    gates[0]?.resolve(newer(5))
    await vi.advanceTimersByTimeAsync(0)
    expect([asked, tab.accessToken()]).toEqual([2, 'at-4'])
    gates[1]?.resolve(newer(6))
    expect(await joined).toEqual({ type: 'switched' })
    expect([tab.accessToken(), tab.ended]).toEqual(['at-6', [[{ circle, generation: 4, epoch: 1 }, null]]])
  })
})

describe('visits', () => {
  test('the session of other tabs, and takes part in nothing', async () => {
    const news = vi.fn(async () => newer(7, 2))
    const tab = await open(news)
    const older: Circle = { ...later, sinceAt: 1 }
    Object.assign(tab.tab, { invited: older, leftAt: Date.now() + 1 })
    expect(await tab.visit()).toEqual({ circle: older, record: recordOf(7, 2) })
    expect(news.mock.calls).toEqual([[older, { generation: 0, epoch: 0 }]])
    expect([tab.accessToken(), tab.holding.circle(), tab.ended, tab.published]).toEqual(['at-3', circle, [], []])
  })

  test.each<News<TokenSet> | null>([{ type: 'over', generation: 5, epoch: 1, code: null }, { type: 'missing' }, { type: 'foreign' }, null])('nobody where there is no session: %j', async (news) => {
    const tab = await open(async () => news)
    Object.assign(tab.tab, { invited: later, leftAt: Date.now() + 1 })
    expect(await tab.visit()).toBeNull()
  })

  test.each([
    ['before', 'as they are', 0, 1, true],
    ['at', 'as they are', 0, 0, false],
    ['after', 'as they are', 0, -1, false],
    ['before', 'refreshed since', 1, -1, true],
  ])('LO-07 LO-08 tokens that came %s the sign-out here, %s', async (_when, _what, refreshes, laterMs, isFound) => {
    const tab = await open(async () => newer(2 + refreshes, 2))
    Object.assign(tab.tab, { invited: later, leftAt: Date.now() + laterMs })
    expect((await tab.visit()) !== null).toBe(isFound)
  })

  test('nobody who does not let in, and reads nothing', async () => {
    const news = vi.fn(async () => newer(7))
    const tab = await open(news)
    expect(await tab.visit()).toBeNull()
    expect(news).not.toHaveBeenCalled()
  })
})
