import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { defer } from '../../test/world.ts'
import { systemClock } from '../browser/clock.ts'
import { memoryStorage } from '../browser/storage.ts'
import { systemTimer } from '../browser/timer.ts'
import type { AuthErrorCode } from '../errors.ts'
import type { Circle, TokenRecord } from '../session/record.ts'
import type { TokenSet } from '../session/session.ts'
import { createCatchUp, type News } from './catchUp.ts'
import { createHolding } from './holding.ts'
import type { Entry } from './ledger.ts'
import type { Left, Publication } from './publisher.ts'
import { createRecordStore } from './recordStore.ts'

const circle: Circle = { id: 'i'.repeat(43), key: 'k'.repeat(43), sinceAt: 100 }

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => vi.useRealTimers())

function record(generation: number, epoch = 1): TokenRecord {
  return { tokens: { accessToken: `at-${generation}`, refreshToken: `rt-${generation}` }, receivedAt: Date.now(), generation, epoch }
}

function newer(generation: number, epoch = 1): News<TokenSet> {
  return { type: 'record', generation, record: record(generation, epoch) }
}

/** A tab that holds generation 3 of a session, of its third login where `epoch` is 3. */
async function open(news: (circle: Circle, generation: number) => Promise<News<TokenSet> | null>) {
  const storage = memoryStorage()
  const store = createRecordStore({ storage, key: 'key', timer: systemTimer, onError: () => {} })
  const holding = createHolding<TokenSet>(store, systemClock)
  holding.enter(circle)
  await holding.keep(record(3), holding.next())
  const published: Publication[] = []
  const ended: [Left, AuthErrorCode | null][] = []
  const entry: Entry = { generation: 3, sealed: new Uint8Array(), at: 0 }
  const asked: string[] = []
  const tab = { invited: null as Circle | null, isSigningIn: false, isDegraded: false, known: entry as Entry | null, onAsk: () => {} }
  const catchUp = createCatchUp({
    holding,
    store,
    news,
    ledger: { known: () => tab.known, isDegraded: () => tab.isDegraded },
    ask: async (id) => {
      asked.push(id)
      tab.onAsk()
    },
    publish: async (publication) => {
      published.push(publication)
      return publication.after + 1
    },
    end: async (...given) => ended.push(given),
    join: async (isWanted) => (tab.invited !== null && isWanted(tab.invited) ? tab.invited : null),
    clock: systemClock,
    isSigningIn: () => tab.isSigningIn,
  })
  return { ...catchUp, holding, storage, store, published, ended, asked, tab }
}

const accessToken = ({ holding }: Awaited<ReturnType<typeof open>>) => holding.held()?.tokens.accessToken

describe('catches up', () => {
  test('asks for what is newer than what it has', async () => {
    const news = vi.fn<Parameters<typeof open>[0]>(async () => null)
    const tab = await open(news)
    expect(await tab.catchUp()).toBeNull()
    expect(news.mock.calls).toEqual([[circle, 3]])
    expect(accessToken(tab)).toBe('at-3')
  })

  test.each([
    [1, 'adopted'],
    [4, 'switched'],
  ])('XT-10 what comes from login %i, when its own is of login 1, is %s', async (epoch, type) => {
    const tab = await open(async () => newer(5, epoch))
    expect(await tab.catchUp()).toEqual({ type })
    expect([accessToken(tab), tab.holding.generation(), tab.holding.epoch()]).toEqual(['at-5', 5, epoch])
    expect(tab.storage.getItem('key')).toContain('rt-5')
  })

  test('INV-8 of two logins that got the same epoch without a database, the other is another', async () => {
    const { generation, epoch, ...other } = record(5)
    const tokens = { ...other.tokens, family: 'theirs' }
    const tab = await open(async () => ({ type: 'record', generation, record: { ...other, generation, epoch, tokens } }))
    expect(await tab.catchUp()).toEqual({ type: 'switched' })
  })

  test('INV-9 what happened while it read counts more than what it read', async () => {
    const reads = [defer<News<TokenSet> | null>(), defer<News<TokenSet> | null>()]
    let read = 0
    const tab = await open(() => reads[read++]!.promise)
    const caught = tab.catchUp()
    await tab.holding.keep(record(6), tab.holding.next(6))
    reads[0]?.resolve(newer(5))
    await vi.advanceTimersByTimeAsync(0)
    expect([accessToken(tab), read]).toEqual(['at-6', 2])
    reads[1]?.resolve(null)
    expect(await caught).toBeNull()
    expect(accessToken(tab)).toBe('at-6')
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
    const tab = await open(async () => ({ type: 'over', generation: 5, code }))
    expect(await tab.catchUp()).toEqual(change)
    expect([tab.holding.held(), tab.holding.circle(), tab.storage.keys()]).toEqual([null, null, []])
  })

  test('INV-24 what it cannot read it goes above with what it writes next', async () => {
    const tab = await open(async () => ({ type: 'unreadable', generation: 9 }))
    expect(await tab.catchUp()).toBeNull()
    expect([accessToken(tab), tab.holding.generation()]).toEqual(['at-3', 9])
  })

  test('XT-12 of a newer version: it keeps the access token, and no refresh token', async () => {
    const tab = await open(async () => ({ type: 'foreign' }))
    expect(await tab.catchUp()).toEqual({ type: 'adopted' })
    expect(tab.holding.held()?.tokens).toEqual({ accessToken: 'at-3', refreshToken: undefined })
    expect(tab.holding.circle()).toBeNull()
    // The version to come finds what was there when the page is reloaded.
    expect(tab.storage.getItem('key')).toContain('rt-3')
  })

  test('ST-11 a ledger that has forgotten is told what it was, as it was', async () => {
    const tab = await open(async () => ({ type: 'missing' }))
    vi.setSystemTime(Date.now() + 1_000)
    expect(await tab.catchUp()).toBeNull()
    const [publication] = tab.published
    expect(publication).toMatchObject({ circle, after: 2, wins: false, isKnown: true })
    expect(JSON.parse(publication?.encode(3) ?? '')).toEqual({ version: expect.any(Number) as unknown, ...record(3), receivedAt: Date.now() - 1_000 })
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
    expect([accessToken(tab), tab.published.length]).toEqual(['at-3', 1])
  })

  test('ST-11 nor of which the ledger has never been told', async () => {
    const tab = await open(async () => ({ type: 'missing' }))
    tab.storage.removeItem('key')
    tab.tab.known = null
    expect(await tab.catchUp()).toBeNull()
    expect([accessToken(tab), tab.published.length]).toEqual(['at-3', 1])
  })

  test('RF-04 before it puts its own back it asks the others, of whom one may have a newer one', async () => {
    let told: News<TokenSet> = { type: 'missing' }
    const tab = await open(async () => told)
    tab.tab.onAsk = () => void (told = newer(5))
    expect(await tab.catchUp()).toEqual({ type: 'adopted' })
    expect([accessToken(tab), tab.asked, tab.published]).toEqual(['at-5', [circle.id], []])
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
    await tab.holding.keep(record(4, 4), tab.holding.next(4))
    expect(await tab.catchUp()).toBeNull()
    expect([accessToken(tab), tab.holding.generation(), tab.holding.epoch()]).toEqual(['at-4', 8, 4])
    const [publication] = tab.published
    expect(publication).toMatchObject({ circle, after: 7, wins: true })
    expect(publication?.epochOf(8)).toBe(4)
    expect(JSON.parse(publication?.encode(8) ?? '')).toMatchObject({ tokens: { accessToken: 'at-4' }, generation: 8, epoch: 4 })
  })

  test('nothing in the ledger and nothing here: nothing to say', async () => {
    const tab = await open(async () => ({ type: 'missing' }))
    tab.holding.forget()
    expect(await tab.catchUp()).toBeNull()
    expect(tab.published).toEqual([])
  })
})

describe('joins', () => {
  const later: Circle = { id: 'j'.repeat(43), key: 'l'.repeat(43), sinceAt: 101 }

  test('a circle that lets it in, with what there is of it', async () => {
    const news = vi.fn(async () => newer(2, 2))
    const tab = await open(news)
    tab.holding.enter(null)
    tab.holding.forget()
    tab.tab.invited = later
    expect(await tab.join()).toEqual({ type: 'switched' })
    expect(news.mock.calls).toEqual([[later, 0]])
    expect([accessToken(tab), tab.holding.circle(), tab.ended]).toEqual(['at-2', later, []])
    expect(tab.storage.getItem('key')).toContain(later.key)
  })

  test.each([
    ['nobody lets in', null],
    ['its own', circle],
    ['an older one', { ...later, sinceAt: 99 }],
  ])('nothing: %s', async (_name, invited) => {
    const tab = await open(async () => newer(5))
    tab.tab.invited = invited
    expect(await tab.join()).toBeNull()
    expect([accessToken(tab), tab.holding.circle(), tab.ended]).toEqual(['at-3', circle, []])
  })

  test('that of a later login instead of its own, which is over then', async () => {
    const tab = await open(async () => newer(5))
    tab.tab.invited = later
    expect(await tab.join()).toMatchObject({ type: 'switched' })
    expect([accessToken(tab), tab.holding.circle(), tab.ended]).toEqual(['at-5', later, [[{ circle, generation: 3, epoch: 1 }, null]]])
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

  test.each<News<TokenSet> | null>([{ type: 'over', generation: 5, code: null }, { type: 'missing' }, { type: 'unreadable', generation: 5 }, { type: 'foreign' }, null])(
    'none of which there is no session: %j',
    async (news) => {
      const tab = await open(async () => news)
      tab.tab.invited = later
      expect(await tab.join()).toBeNull()
      expect([accessToken(tab), tab.holding.circle()]).toEqual(['at-3', circle])
    },
  )

  test.each([
    ['a logout', (tab: Awaited<ReturnType<typeof open>>) => tab.holding.forget()],
    ['a login under way', (tab: Awaited<ReturnType<typeof open>>) => void (tab.tab.isSigningIn = true)],
    ['the end of one that had been under way', (tab: Awaited<ReturnType<typeof open>>) => tab.holding.enter({ ...circle })],
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
})
