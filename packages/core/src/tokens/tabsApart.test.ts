import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { copyOf, createStrictServer, openTab, type StrictServer, type Tab } from '../../test/siblingTabs.ts'
import { createPatientLocks } from '../../test/patientLocks.ts'
import { quickSealing } from '../../test/quickSealing.ts'
import { createWorld, defer } from '../../test/world.ts'
import type { Channels } from '../browser/channel.ts'
import type { Database } from '../browser/database.ts'
import type { Locks } from '../browser/lock.ts'
import type { Environment } from '../browser/environment.ts'
import { AuthError, endingCodes } from '../errors.ts'
import type { TokenManagerOptions } from './tokenManagerOptions.ts'

const hour = 3_600_000
const minute = 60_000

let server: StrictServer
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  server = createStrictServer()
})
afterEach(() => vi.useRealTimers())

/** All that was said is heard, and whatever waits for no timer is done. */
const soon = () => vi.advanceTimersByTimeAsync(0)

type Options = Partial<TokenManagerOptions> & { readonly instead?: Partial<Environment> }

/** Two tabs of one session, the second a duplicate that has looked already. */
async function two(options: Options = {}): Promise<[Tab, Tab]> {
  const first = openTab({ refresh: server.refresh, ...options })
  await first.tokens.setTokens(server.issue())
  const second = openTab({ world: copyOf(first.world), refresh: server.refresh, ...options })
  await second.tokens.restore()
  return [first, second]
}

/** What a promise rejects with, or `undefined`. */
const codeOf = (promise: Promise<unknown>) => promise.then(() => undefined, (error: AuthError) => error.code)

const held = ({ tokens }: Tab) => tokens.current?.tokens.accessToken ?? null
const last = ({ types }: Tab) => types().at(-1)

describe('refresh', () => {
  test('RF-01 a tab that waits for its turn takes over what was done meanwhile', async () => {
    const [first, second] = await two()
    server.gate = defer()
    const both = [first.tokens.refresh(), second.tokens.refresh()]
    await soon()
    expect(server.sent).toEqual(['rt-1'])
    server.gate.resolve()
    await Promise.all(both)
    expect(server.sent).toEqual(['rt-1'])
    expect([held(first), held(second)]).toEqual(['ada-2', 'ada-2'])
    expect([last(first), last(second)]).toEqual(['refreshed', 'adopted'])
  })

  test('RF-01 what it takes over may be due again: then it asks with that, not with its own', async () => {
    const locks = createPatientLocks()
    const [first, second] = await two({ instead: { locks } })
    vi.setSystemTime(Date.now() + 2 * hour)
    // Frozen while the first one refreshes, and for long afterwards.
    const hold = defer<void>()
    const gate: Locks = { acquire: (...request) => hold.promise.then(() => locks.acquire(...request)) }
    const third = openTab({ world: copyOf(second.world), refresh: server.refresh, instead: { locks: gate, channels: createWorld().environment.channels } })
    const asked = third.tokens.getAccessToken()
    await soon()
    await first.tokens.refresh()
    vi.setSystemTime(Date.now() + hour - minute)
    hold.resolve()
    expect(await asked).toBe('ada-3')
    expect(server.sent).toEqual(['rt-1', 'rt-2'])
  })

  test('a 401 that another tab has dealt with needs no request', async () => {
    const [first, second] = await two()
    const refused = await second.tokens.acquire()
    await first.tokens.refresh()
    await second.tokens.refresh({ generation: refused.generation })
    expect(server.sent).toEqual(['rt-1'])
    expect(held(second)).toBe('ada-2')
    // It would be another one that is refused now.
    await second.tokens.refresh({ generation: second.tokens.current?.generation ?? 0 })
    expect(server.sent).toEqual(['rt-1', 'rt-2'])
  })

  test('a 401 that another tab is dealing with needs no request, be the channel silent', async () => {
    const [first, second] = await two({ instead: { channels: silent } })
    const { generation } = await second.tokens.acquire()
    server.gate = defer()
    const both = [first.tokens.refresh(), second.tokens.refresh({ generation })]
    await soon()
    server.gate.resolve()
    await Promise.all(both)
    expect([server.sent, held(second)]).toEqual([['rt-1'], 'ada-2'])
  })

  test('RF-08 a refusal because another tab was faster is no logout', async () => {
    // Without locks both send the same token.
    const [first, second] = await two({ instead: { locks: none.locks, channels: silent } })
    const [answer, refusal] = [defer<void>(), defer<void>()]
    server.gate = answer
    const refreshed = first.tokens.refresh()
    await soon()
    server.gate = refusal
    const refused = second.tokens.refresh()
    await soon()
    expect(server.sent).toEqual(['rt-1', 'rt-1'])
    answer.resolve()
    await refreshed
    refusal.resolve()
    await refused
    expect([held(first), held(second)]).toEqual(['ada-2', 'ada-2'])
    expect(second.types()).not.toContain('ended')
  })

  test('RF-07 a refusal with nothing newer ends the session in all tabs, for the same reason', async () => {
    const [first, second] = await two()
    server.trouble = new AuthError('refresh_rejected', 'spent')
    expect(await codeOf(first.tokens.refresh())).toBe('refresh_rejected')
    await soon()
    expect(first.events.at(-1)).toMatchObject({ type: 'ended', error: { code: 'refresh_rejected' } })
    expect(second.events.at(-1)).toMatchObject({ type: 'ended', error: { code: 'refresh_rejected' } })
    expect([first, second].map(({ world }) => world.tabStorage.keys())).toEqual([[], []])
    expect(await codeOf(second.tokens.getAccessToken())).toBe('not_authenticated')
    expect(server.sent).toHaveLength(1)
  })

  test.each(endingCodes)('%s in one tab is %s in the others', async (code) => {
    const [first, second] = await two()
    first.tokens.end(new AuthError(code, 'over'))
    await soon()
    expect(second.events.at(-1)).toMatchObject({ type: 'ended', error: { code } })
  })

  test('INV-5 passing trouble in one tab is none of the others', async () => {
    const [first, second] = await two()
    server.trouble = new AuthError('network', 'no')
    expect(await codeOf(first.tokens.refresh())).toBe('network')
    await soon()
    expect([held(first), held(second)]).toEqual(['ada-1', 'ada-1'])
    server.trouble = null
    await second.tokens.refresh()
    await soon()
    expect([held(first), held(second)]).toEqual(['ada-2', 'ada-2'])
  })

  test('RF-25 XT-02 INV-17 after a logout elsewhere its answer is discarded, when the lock is let go', async () => {
    const locks = createPatientLocks()
    const counts: number[] = []
    const discarded: string[] = []
    const onDiscard: TokenManagerOptions['onDiscard'] = ({ accessToken }) => {
      counts.push(locks.count())
      discarded.push(String(accessToken))
    }
    const [first, second] = await two({ onDiscard, instead: { locks } })
    server.gate = defer()
    const refreshed = codeOf(second.tokens.refresh())
    await soon()
    first.tokens.clear()
    expect(await refreshed).toBe('not_authenticated')
    expect(locks.count()).toBe(1)
    server.gate.resolve()
    await soon()
    expect([discarded, counts]).toEqual([['ada-2'], [0]])
    expect([held(first), held(second)]).toEqual([null, null])
    expect(second.world.tabStorage.keys()).toEqual([])
    expect(second.events.at(-1)).toEqual({ type: 'cleared', isElsewhere: true })
  })

  test('XT-02 likewise where nobody said so: the ledger does not take it', async () => {
    const onDiscard = vi.fn()
    const [first, second] = await two({ onDiscard, instead: { channels: silent } })
    server.gate = defer()
    const refreshed = codeOf(second.tokens.refresh())
    await soon()
    first.tokens.clear()
    await soon()
    server.gate.resolve()
    expect(await refreshed).toBe('not_authenticated')
    expect(onDiscard).toHaveBeenCalledWith(expect.objectContaining({ accessToken: 'ada-2' }))
    expect(held(second)).toBeNull()
  })

  test('INV-17 no listener and no caller runs while the lock is held', async () => {
    const locks = createPatientLocks()
    const [first, second] = await two({ instead: { locks } })
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

  test.each(['memory', 'session'] as const)('RF-26 a login right after somebody asked is not undone by the refresh that this began: %s', async (storage) => {
    const tab = openTab({ storage, refresh: server.refresh })
    await tab.tokens.setTokens(server.issue())
    vi.setSystemTime(Date.now() + hour - minute)
    const asked = tab.tokens.getAccessToken()
    await tab.tokens.setTokens(server.issue('bob'))
    await soon()
    expect(await asked).toBe('ada-1')
    expect(held(tab)).toBe('bob-2')
    expect([server.sent, tab.types()]).toEqual([[], ['set', 'set']])
  })
})

/** What a browser may lack. */
const none = {
  locks: { acquire: () => Promise.reject(new TypeError('no locks')) } satisfies Locks,
  database: {
    read: () => Promise.reject(new Error('no database')),
    update: () => Promise.reject(new Error('no database')),
    sweep: () => Promise.reject(new Error('no database')),
  } satisfies Database,
  channels: {
    join() {
      throw new ReferenceError('BroadcastChannel is not defined')
    },
  } satisfies Channels,
  sealing: {
    seal: () => Promise.reject(new TypeError('no subtle')),
    unseal: () => Promise.reject(new TypeError('no subtle')),
    agree: () => Promise.reject(new TypeError('no subtle')),
  },
}

/** Everything that is said is lost. */
const silent: Channels = { join: () => ({ post: () => {}, leave: () => {} }) }

describe('a lock that nobody lets go of', () => {
  /** Two tabs, and the lock of their session in the hands of somebody else. */
  async function stuck(options: Options = {}) {
    const locks = createPatientLocks()
    const tabs = await two({ ...options, instead: { locks, ...options.instead } })
    const { circle } = JSON.parse(tabs[0].world.tabStorage.getItem('tessera:tokens') ?? '') as { circle: { id: string } }
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
      instead: { locks: none.locks, channels: silent },
      refresh: () => answers.first.promise.then(() => ({ accessToken: 'of-first', refreshToken: 'rt-f', expiresInMs: hour })),
    })
    await first.tokens.setTokens(server.issue())
    const second = openTab({
      onDiscard,
      world: copyOf(first.world),
      instead: { locks: none.locks, channels: silent },
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
})

describe('a server that does not answer', () => {
  /** Eight tabs of one session, whose token has run out, want one at once. */
  async function eight(options: Options = {}) {
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

  test('RF-06 whoever is not waiting does not mind', async () => {
    const [first, second] = await two()
    server.trouble = new AuthError('network', 'down')
    expect(await codeOf(first.tokens.refresh())).toBe('network')
    await soon()
    expect([second.types(), second.tokens.status.error]).toEqual([['restored'], null])
  })

  test('RF-01 XT-08 a request that hangs counts for nothing once another tab has fresh tokens', async () => {
    const [first] = await two({ instead: { locks: none.locks } })
    const second = openTab({ world: copyOf(first.world), refresh: () => new Promise(() => {}), instead: { locks: none.locks } })
    await second.tokens.restore()
    vi.setSystemTime(Date.now() + 2 * hour)
    const asked = second.tokens.getAccessToken()
    await soon()
    await first.tokens.refresh()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await asked).toBe('ada-2')
    expect(second.types()).not.toContain('refresh_failed')
  })
})

describe('another person', () => {
  test('XT-10 INV-8 whoever waits in the other tabs hears user_changed, and nobody gets a token of before', async () => {
    const onDiscard = vi.fn()
    const [first, second] = await two({ onDiscard })
    server.gate = defer()
    const asked = codeOf(second.tokens.refresh())
    await soon()
    await first.tokens.setTokens(server.issue('bob'))
    expect(await asked).toBe('user_changed')
    server.gate.resolve()
    await soon()
    expect(await second.tokens.getAccessToken()).toBe('bob-3')
    expect(second.types().slice(-1)).toEqual(['set'])
    expect(onDiscard).toHaveBeenCalledWith(expect.objectContaining({ accessToken: 'ada-2' }))
    expect([held(first), held(second)]).toEqual(['bob-3', 'bob-3'])
  })

  test('XT-10 the same with nobody to say so: found by the ledger', async () => {
    const onDiscard = vi.fn()
    const [first, second] = await two({ onDiscard, instead: { channels: silent } })
    server.gate = defer()
    const asked = codeOf(second.tokens.refresh())
    await soon()
    await first.tokens.setTokens(server.issue('bob'))
    server.gate.resolve()
    expect(await asked).toBe('user_changed')
    expect(held(second)).toBe('bob-3')
    expect(onDiscard).toHaveBeenCalledTimes(1)
  })

  test('two who sign in at once end as one of them in both tabs', async () => {
    const [first, second] = await two()
    expect(await Promise.all([first.tokens.setTokens(server.issue('bob')), second.tokens.setTokens(server.issue('eve'))])).toEqual([true, true])
    await soon()
    expect(held(first)).toBe(held(second))
    expect(held(first)).toMatch(/^(bob|eve)-/)
    expect(await first.tokens.getAccessToken()).toBe(await second.tokens.getAccessToken())
  })

  test('two logins at once in one tab: the last one counts, in all tabs', async () => {
    const onDiscard = vi.fn()
    const [first, second] = await two({ onDiscard })
    expect(await Promise.all([first.tokens.setTokens(server.issue('bob')), first.tokens.setTokens(server.issue('eve'))])).toEqual([false, true])
    await soon()
    expect([held(first), held(second)]).toEqual(['eve-3', 'eve-3'])
    expect(onDiscard).toHaveBeenCalledTimes(1)
  })

  test('INV-6 a logout while a login is on its way into the ledger leaves nothing of it', async () => {
    const gate = defer<void>()
    let isSlow = false
    const world = createWorld()
    const { database } = world.origin
    const slow: Database = { ...database, update: (key, change) => (isSlow ? gate.promise : Promise.resolve()).then(() => database.update(key, change)) }
    const first = openTab({ world, refresh: server.refresh, instead: { database: slow } })
    await first.tokens.setTokens(server.issue())
    const second = openTab({ world: copyOf(world), refresh: server.refresh })
    await second.tokens.restore()
    isSlow = true
    const set = first.tokens.setTokens(server.issue('bob'))
    await soon()
    first.tokens.clear()
    gate.resolve()
    expect(await set).toBe(false)
    await soon()
    expect([held(first), held(second)]).toEqual([null, null])
    expect([first, second].map(({ world: { tabStorage } }) => tabStorage.keys())).toEqual([[], []])
    const [record] = [...world.origin.records.values()] as { sealed: Uint8Array }[]
    expect(new TextDecoder().decode(record?.sealed)).toContain('"over\\":null')
  })

  test('CB-25 a login in a tab whose stored session nobody has looked at reaches its siblings', async () => {
    const [first] = await two()
    const third = openTab({ world: copyOf(first.world), refresh: server.refresh })
    await third.tokens.setTokens(server.issue('bob'))
    await soon()
    expect([held(first), held(third)]).toEqual(['bob-2', 'bob-2'])
    expect(last(first)).toBe('set')
  })

  test('XT-01 so does a logout in one', async () => {
    const [first] = await two()
    const third = openTab({ world: copyOf(first.world), refresh: server.refresh })
    third.tokens.clear()
    await soon()
    expect(held(first)).toBeNull()
    expect(third.world.tabStorage.keys()).toEqual([])
  })
})

describe('replaceTokens', () => {
  test('while another tab refreshes: the same is done to what that gets', async () => {
    const [first, second] = await two({ instead: { channels: silent } })
    server.gate = defer()
    const refreshed = first.tokens.refresh()
    await soon()
    server.gate.resolve()
    await refreshed
    await second.tokens.replaceTokens((current) => ({ ...current, accessToken: `${current.accessToken}+` }))
    expect(held(second)).toBe('ada-2+')
    first.world.wake('visible')
    expect(await first.tokens.getAccessToken()).toBe('ada-2+')
  })

  test('reaches the other tabs as a refresh does', async () => {
    const [first, second] = await two()
    await first.tokens.replaceTokens((current) => ({ ...current, accessToken: 'other' }))
    await soon()
    expect([held(second), last(second)]).toEqual(['other', 'adopted'])
  })

  test('after a logout elsewhere that nobody said there is nothing to replace', async () => {
    const [first, second] = await two({ instead: { channels: silent } })
    first.tokens.clear()
    await soon()
    expect(await codeOf(second.tokens.replaceTokens((current) => current))).toBe('not_authenticated')
    expect(held(second)).toBeNull()
  })

  test('INV-13 a tab that stands back from a newer version does not try for ever', async () => {
    const [first] = await two()
    const [[id, entry] = ['', null]] = first.world.origin.records as Map<string, { sealed: Uint8Array } | null>
    const { key, text } = JSON.parse(new TextDecoder().decode(entry?.sealed)) as { key: string; text: string }
    const newer = { generation: 9, sealed: await quickSealing.seal(text.replace('"version":2', '"version":3'), key), at: Date.now() }
    first.world.origin.records.set(id, newer)
    let updates = 0
    await first.tokens.replaceTokens((current) => {
      if (++updates > 20) throw new AuthError('aborted', 'for ever')
      return { ...current, accessToken: 'other' }
    })
    expect(updates).toBeLessThan(4)
    expect(held(first)).toBe('other')
    expect(first.world.origin.records.get(id)).toEqual(newer)
  })
})

describe('what a tab finds when it starts', () => {
  /** A tab whose sessionStorage is of before what the ledger has by now. */
  async function stale(change: (first: Tab) => unknown, options: Options = {}) {
    const [first] = await two(options)
    const world = copyOf(first.world)
    await change(first)
    await soon()
    return { first, tab: openTab({ world, refresh: server.refresh, ...options }) }
  }

  test('a newer token: that is the one it starts with', async () => {
    const { tab } = await stale(({ tokens }) => tokens.refresh())
    expect(await tab.tokens.getAccessToken()).toBe('ada-2')
    expect(tab.types()).toEqual(['restored'])
    expect(tab.world.tabStorage.getItem('tessera:tokens')).toContain('rt-2')
    expect(server.sent).toEqual(['rt-1'])
  })

  test('somebody else: that is who it starts with, and restore gives nobody else', async () => {
    const { tab } = await stale(({ tokens }) => tokens.setTokens(server.issue('bob')))
    expect(await tab.tokens.restore()).toMatchObject({ accessToken: 'bob-2' })
    expect(held(tab)).toBe('bob-2')
  })

  test.each([
    ['cleared', ({ tokens }: Tab) => tokens.clear(), { type: 'cleared', isElsewhere: true }],
    ['ended', ({ tokens }: Tab) => tokens.end(new AuthError('revoked', 'over')), { type: 'ended', error: expect.objectContaining({ code: 'revoked' }) as unknown }],
  ])('XT-01 INV-7 a session that was %s: it says so once, and its storage is empty', async (_name, change, event) => {
    const { tab } = await stale(change)
    expect(await codeOf(tab.tokens.getAccessToken())).toBe('not_authenticated')
    await tab.tokens.restore()
    expect(tab.events).toEqual([event])
    expect([held(tab), tab.world.tabStorage.keys()]).toEqual([null, []])
    expect(server.sent).toEqual([])
  })

  test('INV-20 an entry that its key does not open: it goes on, and replaces it', async () => {
    const { first, tab } = await stale(({ world: { origin } }) => {
      const [id = ''] = origin.records.keys()
      origin.records.set(id, { generation: 7, sealed: new Uint8Array([1, 2, 3]), at: Date.now() })
    })
    expect(await tab.tokens.getAccessToken()).toBe('ada-1')
    await tab.tokens.refresh()
    await soon()
    expect([held(tab), held(first)]).toEqual(['ada-2', 'ada-2'])
    expect([...first.world.origin.records.values()]).toMatchObject([{ generation: 8 }])
  })

  test('INV-24 an entry put back by somebody is not taken', async () => {
    const [first, second] = await two()
    const old = new Map(first.world.origin.records)
    await first.tokens.refresh()
    await soon()
    for (const [id, record] of old) first.world.origin.records.set(id, record)
    second.world.wake('visible')
    expect(await second.tokens.getAccessToken()).toBe('ada-2')
  })

  test('nothing in the ledger: it puts its own there', async () => {
    const { first, tab } = await stale(({ world: { origin } }) => origin.records.clear())
    const asked = tab.tokens.getAccessToken()
    // Somebody might know better.
    await vi.advanceTimersByTimeAsync(250)
    expect(await asked).toBe('ada-1')
    expect(first.world.origin.records.size).toBe(1)
    first.world.wake('visible')
    expect(await first.tokens.getAccessToken()).toBe('ada-1')
    await first.tokens.refresh()
    await soon()
    expect(held(tab)).toBe('ada-2')
  })

  test('ST-14 INV-12 a ledger that hangs: it starts after 3 s and the time to ask the others', async () => {
    const hung = new Promise<never>(() => {})
    const [first] = await two()
    const tab = openTab({ world: copyOf(first.world), refresh: server.refresh, instead: { channels: silent, database: { read: () => hung, update: () => hung, sweep: () => hung } } })
    const settled = vi.fn()
    const asked = tab.tokens.getAccessToken().finally(settled)
    await vi.advanceTimersByTimeAsync(3_249)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(await asked).toBe('ada-1')
    expect(tab.types()).toEqual(['tabs_degraded', 'restored'])
  })

  test('ST-14 a ledger that rejects: likewise, at once', async () => {
    const [first] = await two()
    const tab = openTab({ world: copyOf(first.world), refresh: server.refresh, instead: { database: none.database } })
    const asked = tab.tokens.getAccessToken()
    // To ask, and to look once more after an answer.
    await vi.advanceTimersByTimeAsync(500)
    expect(await asked).toBe('ada-1')
    expect(tab.types()).toEqual(['tabs_degraded', 'restored'])
  })

  test('LO-08 a logout while it looks: nothing of what it finds is used', async () => {
    const gate = defer<unknown>()
    const [first] = await two()
    const { database } = first.world.origin
    const tab = openTab({ world: copyOf(first.world), refresh: server.refresh, instead: { database: { ...database, read: (key) => gate.promise.then(() => database.read(key)) } } })
    const restored = tab.tokens.restore()
    await soon()
    tab.tokens.clear()
    gate.resolve(null)
    await restored
    await soon()
    expect([held(tab), held(first), tab.types()]).toEqual([null, null, ['cleared']])
  })
})

describe('ST-11 site data that were cleared', () => {
  test('ledger and sessionStorage: the session ends in each tab, with storage_failed, and nothing is sent', async () => {
    const tabs = await two()
    for (const { world } of tabs) {
      world.origin.records.clear()
      world.tabStorage.removeItem('tessera:tokens')
      world.wake('visible')
    }
    await soon()
    expect(tabs.map(({ events }) => events.at(-1))).toMatchObject([
      { type: 'ended', error: { code: 'storage_failed' } },
      { type: 'ended', error: { code: 'storage_failed' } },
    ])
    expect([held(tabs[0]), held(tabs[1]), server.sent]).toEqual([null, null, []])
    expect(tabs[0].world.origin.records.size).toBe(0)
  })

  test('found at the next refresh, where nobody woke', async () => {
    const [first] = await two()
    first.world.origin.records.clear()
    first.world.tabStorage.removeItem('tessera:tokens')
    expect(await codeOf(first.tokens.refresh())).toBe('storage_failed')
    expect([held(first), server.sent]).toEqual([null, []])
  })

  test('the ledger alone is put back', async () => {
    const [first, second] = await two()
    const before = new Map(first.world.origin.records)
    first.world.origin.records.clear()
    second.world.wake('visible')
    await vi.advanceTimersByTimeAsync(250)
    expect(await second.tokens.getAccessToken()).toBe('ada-1')
    expect([...first.world.origin.records.keys()]).toEqual([...before.keys()])
    expect([...first.world.origin.records.values()]).toMatchObject([{ generation: 1 }])
    expect([first, second].flatMap(({ types }) => types())).not.toContain('ended')
  })
})

describe('the channel', () => {
  const announcement = (tab: Tab) => ({ type: 'news', id: [...tab.world.origin.records.keys()][0], entry: null })

  test('XT-03 junk and hints without end change nothing, and cost a look at a time', async () => {
    const [first, second] = await two()
    const read = vi.spyOn(first.world.origin.database, 'read')
    const place = first.world.origin.channels.join('tessera:tokens', () => {})
    const junk = [null, 'x', 42, [], {}, { type: 'news' }, { type: 'news', id: 'x' }, { ...announcement(first), entry: { generation: 99, sealed: new Uint8Array([1]), at: 1 } }, 'x'.repeat(1_000_000)]
    for (const message of junk) place.post(message)
    for (let hints = 0; hints < 1_000; hints++) place.post(announcement(first))
    await soon()
    expect(read.mock.calls.length).toBeLessThan(20)
    expect(await second.tokens.getAccessToken()).toBe('ada-1')
    expect([held(first), server.sent]).toEqual(['ada-1', []])
  })

  test('XT-03 an entry that says so itself counts for nothing without the key', async () => {
    const [first, second] = await two()
    const sealed = await quickSealing.seal(JSON.stringify({ version: 2, generation: 50, over: null }), 'not the key')
    first.world.origin.channels.join('tessera:tokens', () => {}).post({ ...announcement(first), entry: { generation: 50, sealed, at: Date.now() } })
    await soon()
    expect([held(first), held(second)]).toEqual(['ada-1', 'ada-1'])
    expect([...first.world.origin.records.values()]).toMatchObject([{ generation: 1 }])
    await second.tokens.refresh()
    expect(held(second)).toBe('ada-2')
  })

  test.each([
    ['lost', (messages: unknown[]) => messages.slice(0, 0)],
    ['doubled', (messages: unknown[]) => [...messages, ...messages]],
    ['reordered', (messages: unknown[]) => [...messages].reverse()],
  ])('XT-04 INV-14 messages that are %s: all tabs end up with the same', async (_name, muddle) => {
    const waiting: unknown[] = []
    let post = (_message: unknown): void => {}
    const muddled = ({ channels }: { readonly channels: Channels }): Channels => ({
      join(name, listener) {
        const place = channels.join(name, listener)
        post = place.post
        return { ...place, post: (message) => void waiting.push(message) }
      },
    })
    const first = openTab({ refresh: server.refresh })
    const late = openTab({ world: first.world, refresh: server.refresh, instead: { channels: muddled(first.world.origin) } })
    await late.tokens.setTokens(server.issue())
    const second = openTab({ world: copyOf(first.world), refresh: server.refresh })
    await second.tokens.restore()
    await late.tokens.refresh()
    await late.tokens.setTokens(server.issue('bob'))
    await late.tokens.refresh()
    for (const message of muddle(waiting)) post(message)
    await soon()
    second.world.wake('focus')
    await soon()
    expect([held(late), held(second)]).toEqual(['bob-4', 'bob-4'])
    expect(await second.tokens.getAccessToken()).toBe('bob-4')
    waiting.length = 0
    late.tokens.clear()
    await soon()
    for (const message of muddle(waiting)) post(message)
    await soon()
    second.world.wake('focus')
    await soon()
    expect([held(late), held(second)]).toEqual([null, null])
  })
})

describe('XT-08 a browser that lacks something', () => {
  const kinds = {
    locks: 'There are no Web Locks',
    database: 'IndexedDB failed',
    channels: 'There is no BroadcastChannel',
    sealing: 'Without Web Crypto',
  } as const
  const lacking = (...names: (keyof typeof kinds)[]): Partial<Environment> => Object.fromEntries(names.map((name) => [name, none[name]]))
  const each = Object.keys(kinds) as (keyof typeof kinds)[]

  /** Runs until it is over, with the time that asking others takes. */
  const through = async <R>(promise: Promise<R>): Promise<R> => {
    promise.catch(() => {})
    await vi.advanceTimersByTimeAsync(5_000)
    return promise
  }

  async function degraded(instead: Partial<Environment>): Promise<[Tab, Tab]> {
    const first = openTab({ refresh: server.refresh, instead })
    await through(first.tokens.setTokens(server.issue()))
    const second = openTab({ world: copyOf(first.world), refresh: server.refresh, instead })
    await through(second.tokens.restore())
    return [first, second]
  }

  test.each(each)('without %s: said once in each tab, to the app and to developers, without a secret', async (name) => {
    const tabs = await degraded(lacking(name))
    for (let round = 0; round < 3; round++) await through(tabs[0].tokens.refresh())
    await through(tabs[1].tokens.refresh().catch(() => {}))
    for (const { world, events } of tabs) {
      expect(world.warnings.filter((text) => text.startsWith(kinds[name]))).toHaveLength(1)
      expect(world.warnings).toHaveLength(1)
      const told = events.filter(({ type }) => type === 'tabs_degraded')
      expect(told).toHaveLength(1)
      expect(told).toMatchObject([{ error: { code: name === 'locks' || name === 'sealing' ? 'insecure_context' : 'storage_failed' } }])
      expect(JSON.stringify([world.warnings, events])).not.toMatch(/rt-|ada-/)
    }
  })

  test.each([['locks'], ['database'], ['channels']] as const)('without %s tabs that refresh in turn still follow each other', async (name) => {
    const [first, second] = await degraded(lacking(name))
    for (let round = 1; round <= 4; round++) {
      const tab = round % 2 === 0 ? first : second
      await through(tab.tokens.refresh())
      expect(held(tab)).toBe(`ada-${round + 1}`)
      for (const { world } of [first, second]) world.wake('focus')
      await through(soon())
      expect([held(first), held(second)]).toEqual([`ada-${round + 1}`, `ada-${round + 1}`])
    }
    expect(new Set(server.sent).size).toBe(4)
  })

  test.each([['database'], ['channels']] as const)('without %s tabs that refresh at once send one request a round', async (name) => {
    const tabs = await degraded(lacking(name))
    for (let round = 1; round <= 3; round++) {
      await through(Promise.all(tabs.map(({ tokens }) => tokens.refresh())))
      expect([server.sent.length, held(tabs[0]), held(tabs[1])]).toEqual([round, `ada-${round + 1}`, `ada-${round + 1}`])
    }
  })

  test.each([['locks'], ['database'], ['channels']] as const)('without %s a logout reaches the other tab', async (name) => {
    const [first, second] = await degraded(lacking(name))
    first.tokens.clear()
    await through(soon())
    second.world.wake('focus')
    await through(soon())
    expect([held(first), held(second), last(second)]).toEqual([null, null, 'cleared'])
  })

  test('without a database what is said is sealed, and a tab that has one writes it there', async () => {
    const said: unknown[] = []
    const world = createWorld()
    world.origin.channels.join('tessera:tokens', (message) => said.push(message))
    const first = openTab({ world, refresh: server.refresh, instead: lacking('database') })
    await first.tokens.setTokens(server.issue())
    const second = openTab({ world: copyOf(world), refresh: server.refresh })
    await through(second.tokens.restore())
    await through(first.tokens.refresh())
    expect(held(second)).toBe('ada-2')
    expect(said.length).toBeGreaterThan(0)
    expect([...world.origin.records.values()]).toMatchObject([{ generation: 2 }])
    // An entry, or the question for one: sealed or nothing.
    for (const message of said) expect(Object.keys(message as object).sort().join()).toMatch(/^(entry,id,type|id,type)$/)
  })

  test('without a database a duplicate asks its sibling for what is newest', async () => {
    const first = openTab({ refresh: server.refresh, instead: lacking('database') })
    await through(first.tokens.setTokens(server.issue()))
    const world = copyOf(first.world)
    await through(first.tokens.refresh())
    const second = openTab({ world, refresh: server.refresh, instead: lacking('database') })
    expect(await through(second.tokens.getAccessToken())).toBe('ada-2')
  })

  test('without anything each tab is for itself: it refreshes, signs out, and never hangs', async () => {
    const tab = openTab({ refresh: server.refresh, instead: lacking(...each), shareAcrossTabs: true })
    await through(tab.tokens.setTokens(server.issue()))
    for (let round = 1; round <= 3; round++) await through(tab.tokens.refresh())
    expect(await tab.tokens.getAccessToken()).toBe('ada-4')
    // A reload finds it again.
    const reloaded = openTab({ world: tab.world, refresh: server.refresh, instead: lacking(...each), shareAcrossTabs: true })
    expect(await through(reloaded.tokens.getAccessToken())).toBe('ada-4')
    reloaded.tokens.clear()
    await through(soon())
    expect([held(reloaded), tab.world.tabStorage.keys()]).toEqual([null, []])
    expect(tab.types().filter((type) => type === 'tabs_degraded').length).toBeLessThanOrEqual(each.length)
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1)
  })

  test('tokens in memory alone touch no lock, no database and no channel', async () => {
    const tab = openTab({ storage: 'memory', refresh: server.refresh, instead: lacking(...each) })
    await tab.tokens.setTokens(server.issue())
    await tab.tokens.refresh()
    tab.world.wake('focus')
    expect(await tab.tokens.getAccessToken()).toBe('ada-2')
    expect([tab.world.warnings, tab.types()]).toEqual([[], ['set', 'refresh_started', 'refreshed']])
  })
})

describe('shareAcrossTabs', () => {
  const sharing = (options: Parameters<typeof openTab>[0]) => openTab({ shareAcrossTabs: true, ...options })

  test.each(['memory', 'session'] as const)('a new tab takes part in the session of one that is open, within 250 ms: %s', async (storage) => {
    const first = sharing({ refresh: server.refresh, storage })
    await first.tokens.setTokens(server.issue())
    const second = sharing({ refresh: server.refresh, storage, world: createWorld(first.world.origin) })
    const asked = second.tokens.getAccessToken()
    await vi.advanceTimersByTimeAsync(249)
    expect(await asked).toBe('ada-1')
    expect(second.types()).toEqual(['restored'])
    await second.tokens.refresh()
    await soon()
    expect([held(first), held(second), server.sent]).toEqual(['ada-2', 'ada-2', ['rt-1']])
  })

  test('nobody answers: it is signed out after 250 ms, and says nothing', async () => {
    const tab = sharing({ refresh: server.refresh })
    const asked = codeOf(tab.tokens.getAccessToken())
    const settled = vi.fn()
    void asked.then(settled)
    await vi.advanceTimersByTimeAsync(249)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(await asked).toBe('not_authenticated')
    expect(tab.events).toEqual([])
  })

  test('two answer: it takes part once', async () => {
    const first = sharing({ refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const second = sharing({ refresh: server.refresh, world: copyOf(first.world) })
    await second.tokens.restore()
    const third = sharing({ refresh: server.refresh, world: createWorld(first.world.origin) })
    expect(await third.tokens.getAccessToken()).toBe('ada-1')
    await soon()
    expect(third.types()).toEqual(['restored'])
  })

  test('tabs that are signed out take part after a login in one, and are signed out with it', async () => {
    const origin = createWorld().origin
    const tabs = Array.from({ length: 3 }, () => sharing({ refresh: server.refresh, world: createWorld(origin) }))
    const restored = tabs.map(({ tokens }) => tokens.restore())
    await vi.advanceTimersByTimeAsync(250)
    await Promise.all(restored)
    await tabs[0]?.tokens.setTokens(server.issue())
    await soon()
    expect(tabs.map(held)).toEqual(['ada-1', 'ada-1', 'ada-1'])
    expect(tabs.map(last)).toEqual(['set', 'set', 'set'])
    tabs[2]?.tokens.clear()
    await soon()
    expect(tabs.map(held)).toEqual([null, null, null])
    expect(tabs.map(({ world }) => world.tabStorage.keys())).toEqual([[], [], []])
    // And again, as somebody else.
    await tabs[1]?.tokens.setTokens(server.issue('bob'))
    await soon()
    expect(tabs.map(held)).toEqual(['bob-2', 'bob-2', 'bob-2'])
  })

  test('INV-7 a tab without the option cannot take part, and one with it has nothing to offer to such a tab', async () => {
    const first = openTab({ refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const second = sharing({ refresh: server.refresh, world: createWorld(first.world.origin) })
    const asked = codeOf(second.tokens.getAccessToken())
    await vi.advanceTimersByTimeAsync(250)
    expect(await asked).toBe('not_authenticated')
    const third = openTab({ refresh: server.refresh, world: createWorld(first.world.origin) })
    expect(await third.tokens.restore()).toBeNull()
    await second.tokens.setTokens(server.issue('bob'))
    await soon()
    expect([held(first), held(second), held(third)]).toEqual(['ada-1', 'bob-2', null])
  })

  test('LO-08 a login while it asks: that is who is signed in', async () => {
    const first = sharing({ refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    vi.setSystemTime(Date.now() + 1_000)
    const late: Channels = {
      join(name, listener) {
        // Answers come in time, but after the login.
        const hear = (message: unknown): void => void first.world.environment.timer.after(100, () => listener(message))
        return first.world.origin.channels.join(name, hear)
      },
    }
    const second = sharing({ refresh: server.refresh, world: createWorld(first.world.origin), instead: { channels: late } })
    const restored = second.tokens.restore()
    await vi.advanceTimersByTimeAsync(10)
    await second.tokens.setTokens(server.issue('bob'))
    await vi.advanceTimersByTimeAsync(1_000)
    await restored
    expect(held(second)).toBe('bob-2')
    expect(await second.tokens.getAccessToken()).toBe('bob-2')
  })

  test('XT-03 a welcome and a wish to join that anybody could send let nobody in', async () => {
    const first = sharing({ refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const heard: { type?: unknown; sealed?: unknown }[] = []
    const place = first.world.origin.channels.join('tessera:tokens', (message) => heard.push(message as object))
    place.post({ type: 'join', publicKey: 'x' })
    place.post({ type: 'join', publicKey: { length: 8 } })
    place.post({ type: 'join' })
    await soon()
    expect(heard).toEqual([])
    const second = sharing({ refresh: server.refresh, world: createWorld(), instead: { channels: first.world.origin.channels } })
    const restored = second.tokens.restore()
    await soon()
    const circle = JSON.stringify({ id: 'e'.repeat(43), key: 'e'.repeat(43), sinceAt: 1 })
    place.post({ type: 'welcome', from: new Uint8Array(8), sealed: await quickSealing.seal(circle, 'guess') })
    place.post({ type: 'welcome', from: new Uint8Array(8), sealed: new Uint8Array(8) })
    await vi.advanceTimersByTimeAsync(250)
    expect(await restored).toBeNull()
    expect(held(second)).toBeNull()
  })

  test('a circle of which the ledger says that it is over, or has nothing: it is signed out', async () => {
    const first = sharing({ refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    first.world.origin.records.clear()
    const second = sharing({ refresh: server.refresh, world: createWorld(first.world.origin) })
    expect(await second.tokens.restore()).toBeNull()
    expect([held(second), second.events, second.world.tabStorage.keys()]).toEqual([null, [], []])
  })

  test('INV-7 with the real Web Crypto nothing readable is said or written, whatever tabs do', async () => {
    vi.useRealTimers()
    const said: unknown[] = []
    const { origin } = createWorld()
    origin.channels.join('tessera:tokens', (message) => said.push(message))
    const written: unknown[] = []
    const database: Database = { ...origin.database, update: (key, change) => origin.database.update(key, (stored) => (written.push(change(stored)), change(stored))) }
    const open = (instead: Partial<Environment>) => sharing({ refresh: server.refresh, world: createWorld(origin), instead: { sealing: undefined, database, ...instead } })
    const [first, second, third] = [open({}), open({}), open({ database: none.database })]
    await first.tokens.setTokens(server.issue('canary'))
    expect(await second.tokens.getAccessToken()).toBe('canary-1')
    expect(await third.tokens.restore().then(() => third.tokens.getAccessToken())).toBe('canary-1')
    await second.tokens.refresh()
    await third.tokens.refresh()
    await first.tokens.setTokens(server.issue('canary'))
    await vi.waitFor(() => expect([first, second].map(held)).toEqual(['canary-4', 'canary-4']))
    const { circle } = JSON.parse(first.world.tabStorage.getItem('tessera:tokens') ?? '') as { circle: { key: string } }
    first.tokens.clear()
    await vi.waitFor(() => expect([first, second].map(held)).toEqual([null, null]))
    const text = (value: unknown): string => JSON.stringify(value, (_name, part: unknown) => (part instanceof Uint8Array ? Buffer.from(part).toString('latin1') : part))
    expect([said.length > 5, written.length > 4]).toEqual([true, true])
    for (const secret of ['canary', 'rt-', circle.key, '"version"', 'accessToken']) expect(text([said, written, [...origin.records]])).not.toContain(secret)
    for (const { tokens } of [first, second, third]) tokens.dispose()
  })
})

describe('wake', () => {
  test.each(['focus', 'visible', 'online', 'restored', 'resumed'] as const)('XT-11 after %s it looks before it hands out a token', async (reason) => {
    const [first, second] = await two({ instead: { channels: silent } })
    await first.tokens.refresh()
    expect(await second.tokens.getAccessToken()).toBe('ada-1')
    second.world.wake(reason)
    expect(await second.tokens.getAccessToken()).toBe('ada-2')
    first.tokens.clear()
    await soon()
    second.world.wake(reason)
    expect(await codeOf(second.tokens.getAccessToken())).toBe('not_authenticated')
  })

  test('XT-10 INV-8 nor does it hand out one of somebody who is gone', async () => {
    const [first, second] = await two({ instead: { channels: silent } })
    await first.tokens.setTokens(server.issue('bob'))
    second.world.wake('restored')
    // Asked for as Ada.
    expect(await codeOf(second.tokens.getAccessToken())).toBe('user_changed')
    expect(await second.tokens.getAccessToken()).toBe('bob-2')
  })

  test('what is said while it looks is looked at afterwards', async () => {
    const [first, second] = await two()
    const { database } = second.world.origin
    const gates = [defer<void>(), defer<void>()]
    let reads = 0
    const slow: Database = {
      ...database,
      // What it gives was there when it was asked.
      async read(key) {
        const stored = await database.read(key)
        await gates[reads++]?.promise
        return stored
      },
    }
    const third = openTab({ world: copyOf(second.world), refresh: server.refresh, instead: { database: slow } })
    gates[0]?.resolve()
    await third.tokens.restore()
    third.world.wake('focus')
    await soon()
    await first.tokens.refresh()
    await soon()
    const asked = third.tokens.getAccessToken()
    gates[1]?.resolve()
    expect(await asked).toBe('ada-2')
    expect(reads).toBeGreaterThan(2)
  })

  test('TM-04 INV-14 a tab that slept through a day of refreshes sends none of its own', async () => {
    const locks = createPatientLocks()
    const [first, second] = await two({ background: false, instead: { locks, channels: silent } })
    for (let hours = 0; hours < 8; hours++) {
      vi.setSystemTime(Date.now() + hour)
      await first.tokens.getAccessToken()
    }
    second.world.wake('resumed')
    expect(await second.tokens.getAccessToken()).toBe('ada-9')
    expect(server.sent).toHaveLength(8)
  })
})

describe('INV-18 dispose', () => {
  /** A tab of a world whose every place, lock and listener is counted. */
  async function counted(options: Options = {}) {
    const [first, second] = await two()
    let [places, listeners] = [0, 0]
    const locks = createPatientLocks()
    const { channels } = first.world.origin
    const world = copyOf(first.world)
    const instead: Partial<Environment> = {
      locks,
      channels: {
        join(name, listener) {
          const place = channels.join(name, listener)
          places++
          let isIn = true
          return {
            ...place,
            leave() {
              if (isIn) places--
              isIn = false
              place.leave()
            },
          }
        },
      },
      wake: {
        subscribe(listener) {
          const off = world.environment.wake.subscribe(listener)
          listeners++
          let isOn = true
          return () => {
            if (isOn) listeners--
            isOn = false
            off()
          }
        },
      },
    }
    for (const { tokens } of [first, second]) tokens.dispose()
    const open = (more: Partial<TokenManagerOptions> = {}, at = world) => openTab({ world: at, refresh: server.refresh, ...options, ...more, instead: { ...instead, ...options.instead } })
    return { open, left: () => ({ places, listeners, locks: locks.count(), timers: vi.getTimerCount() }), locks, origin: first.world.origin }
  }
  const nothing = { places: 0, listeners: 0, locks: 0, timers: 0 }

  test('of a tab at rest: nothing remains', async () => {
    const { open, left } = await counted()
    const tab = open()
    await tab.tokens.restore()
    expect(left()).toMatchObject({ places: 1, timers: 1 })
    tab.tokens.dispose()
    await soon()
    expect(left()).toEqual(nothing)
  })

  test.each([
    ['restores', (tab: Tab) => tab.tokens.restore()],
    ['signs in', (tab: Tab) => tab.tokens.setTokens(server.issue('bob'))],
    ['refreshes', (tab: Tab) => tab.tokens.refresh()],
    ['asks for a token', (tab: Tab) => tab.tokens.getAccessToken()],
  ])('right after it %s: nothing remains, and nothing happens', async (_name, act) => {
    const { open, left } = await counted()
    const tab = open()
    const acted = act(tab).catch(() => {})
    tab.tokens.dispose()
    await soon()
    await acted
    expect(left()).toEqual(nothing)
    expect(tab.events).toEqual([])
  })

  test('while it waits for the lock: it lets go of the wait, and asks nobody', async () => {
    const { open, left, locks } = await counted()
    const tab = open()
    await tab.tokens.restore()
    const { circle } = JSON.parse(tab.world.tabStorage.getItem('tessera:tokens') ?? '') as { circle: { id: string } }
    const lock = await locks.acquire(`tessera:${circle.id}`, 1)
    const refreshed = codeOf(tab.tokens.refresh())
    await soon()
    expect(left()).toMatchObject({ locks: 2 })
    tab.tokens.dispose()
    expect(await refreshed).toBe('disposed')
    await soon()
    expect(left()).toEqual({ ...nothing, locks: 1 })
    lock?.letGo()
    await vi.advanceTimersByTimeAsync(minute)
    expect([server.sent, left()]).toEqual([[], nothing])
  })

  test('while it holds the lock: it lets go, and what comes is kept for nobody', async () => {
    const onDiscard = vi.fn()
    const { open, left } = await counted()
    const tab = open({ onDiscard })
    await tab.tokens.restore()
    server.gate = defer()
    const refreshed = codeOf(tab.tokens.refresh())
    await soon()
    expect(server.sent).toEqual(['rt-1'])
    tab.tokens.dispose()
    expect(await refreshed).toBe('disposed')
    await soon()
    expect(left()).toEqual(nothing)
    server.gate.resolve()
    await soon()
    expect(tab.world.tabStorage.getItem('tessera:tokens')).toContain('rt-1')
    expect(left()).toEqual(nothing)
  })

  test('while it asks to be let in: likewise', async () => {
    const { open, left, origin } = await counted()
    const tab = open({ shareAcrossTabs: true }, createWorld(origin))
    const restored = tab.tokens.restore()
    await soon()
    expect(left()).toMatchObject({ places: 1, timers: 1 })
    tab.tokens.dispose()
    await restored.catch(() => {})
    await soon()
    expect(left()).toEqual(nothing)
    await vi.advanceTimersByTimeAsync(minute)
    expect([left(), tab.events]).toEqual([nothing, []])
  })

  test('while it looks at a wake: what it finds is kept for nobody', async () => {
    const { open, left } = await counted()
    const [tab, other] = [open(), open()]
    await Promise.all([tab.tokens.restore(), other.tokens.restore()])
    tab.events.length = 0
    tab.world.wake('focus')
    tab.tokens.dispose()
    other.tokens.clear()
    await soon()
    expect(tab.events).toEqual([])
    other.tokens.dispose()
    await soon()
    expect(left()).toEqual(nothing)
  })

  test('right after a sign-out: the other tabs still hear of it', async () => {
    const { open, left } = await counted()
    const tab = open()
    await tab.tokens.restore()
    const other = openTab({ world: copyOf(tab.world), refresh: server.refresh })
    await other.tokens.restore()
    tab.tokens.clear()
    tab.tokens.dispose()
    await soon()
    other.world.wake('focus')
    await soon()
    expect(held(other)).toBeNull()
    other.tokens.dispose()
    expect(left()).toEqual(nothing)
  })
})
