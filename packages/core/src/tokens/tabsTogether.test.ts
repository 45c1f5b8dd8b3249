import { describe, expect, test, vi } from 'vitest'
import { createPatientLocks } from '../../test/patientLocks.ts'
import { absent, circleIn, copyOf, held, hour, last, minute, openTab, openTwo, setUpStrictServer, silent, soon, writeNewerVersion, type Tab } from '../../test/siblingTabs.ts'
import { createWorld, defer } from '../../test/world.ts'
import type { Locks } from '../browser/lock.ts'
import { AuthError } from '../errors.ts'
import type { TokenSet } from '../session/session.ts'

const server = setUpStrictServer()

describe('refresh', () => {
  /** Eight tabs of one session, seven of them duplicates. */
  async function eight(): Promise<Tab[]> {
    const first = openTab({ refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    return [first, ...Array.from({ length: 7 }, () => openTab({ world: copyOf(first.world), refresh: server.refresh }))]
  }

  test('RF-01 ST-10 TM-10 eight that refresh at once send one request, and all have the new token', async () => {
    const tabs = await eight()
    for (let round = 1; round <= 3; round++) {
      await Promise.all(tabs.map(({ tokens }) => tokens.refresh()))
      expect(server.sent).toHaveLength(round)
      expect(await Promise.all(tabs.map(({ tokens }) => tokens.getAccessToken()))).toEqual(tabs.map(() => `ada-${round + 1}`))
    }
    expect(new Set(server.sent).size).toBe(server.sent.length)
  })

  test('TM-10 eight whose timers are due at the same moment send one request', async () => {
    const tabs = await eight()
    await Promise.all(tabs.map(({ tokens }) => tokens.restore()))
    await vi.advanceTimersByTimeAsync(hour)
    expect(server.sent).toEqual(['rt-1'])
    expect(tabs.map(held)).toEqual(tabs.map(() => 'ada-2'))
    expect(tabs.map(({ types }) => types().filter((type) => type === 'refreshed' || type === 'adopted'))).toEqual([['refreshed'], ...tabs.slice(1).map(() => ['adopted'])])
  })

  test('RF-28 TM-04 eight that wake from eight hours of sleep, with fifty calls in each, send one request, and nobody gets the token of before', async () => {
    const tabs = await eight()
    await Promise.all(tabs.map(({ tokens }) => tokens.restore()))
    vi.setSystemTime(Date.now() + 8 * hour)
    for (const { world } of tabs) world.wake('resumed')
    const asked = tabs.flatMap(({ tokens }) => Array.from({ length: 50 }, () => tokens.getAccessToken()))
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['ada-2']))
    expect(server.sent).toEqual(['rt-1'])
  })

  test('RF-01 a tab that waits for its turn takes over what was done meanwhile', async () => {
    const [first, second] = await openTwo(server)
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

  test('INV-15 nor does it say twice that another tab has done it', async () => {
    const locks = createPatientLocks()
    const first = openTab({ refresh: server.refresh, instead: { locks: absent.locks } })
    await first.tokens.setTokens(server.issue())
    const second = openTab({ world: copyOf(first.world), refresh: server.refresh, instead: { locks } })
    await second.tokens.restore()
    await locks.acquire(`tessera:${circleIn(first.world).id}`, 1)
    const refreshed = second.tokens.refresh()
    await soon()
    await first.tokens.refresh()
    await vi.advanceTimersByTimeAsync(15_000)
    await refreshed
    expect([held(second), second.types()]).toEqual(['ada-2', ['restored', 'refresh_started', 'adopted']])
  })

  test('a failure of before counts no more once another tab has done it', async () => {
    const [first, second] = await openTwo(server)
    server.trouble = new AuthError('network', 'no')
    await second.tokens.refresh().catch(() => {})
    expect(second.tokens.status).toMatchObject({ phase: 'degraded', error: { code: 'network' } })
    server.trouble = null
    await first.tokens.refresh()
    await soon()
    expect([last(second), second.tokens.status]).toMatchObject(['adopted', { phase: 'idle', error: null }])
  })

  test('RF-01 what it takes over may be due again: then it asks with that, not with its own', async () => {
    const locks = createPatientLocks()
    const [first, second] = await openTwo(server, { instead: { locks } })
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
    const [first, second] = await openTwo(server)
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
    const [first, second] = await openTwo(server, { instead: { channels: silent } })
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
    const [first, second] = await openTwo(server, { instead: { locks: absent.locks, channels: silent } })
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

  test('INV-9 INV-24 an answer does not replace what was taken over since it was asked for', async () => {
    const first = openTab({ refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const answered = defer<TokenSet>()
    // As if it had lost its lock, in the back/forward cache.
    const locks: Locks = { acquire: async () => ({ letGo: () => {}, isHeld: () => true }) }
    const second = openTab({ world: copyOf(first.world), refresh: () => answered.promise, instead: { locks } })
    await second.tokens.restore()
    const refreshed = second.tokens.refresh()
    await soon()
    await first.tokens.refresh()
    await soon()
    // Of a server that did not rotate yet when it was asked.
    answered.resolve({ accessToken: 'at-late', refreshToken: 'rt-1', expiresInMs: hour })
    await refreshed
    expect([first, second].map(({ tokens }) => tokens.current?.tokens.refreshToken)).toEqual(['rt-2', 'rt-2'])
  })
})

test('ST-05 XT-12 a tab of an older version stands back: it sends no spent token, and ends nobody’s session', async () => {
  const [first, second] = await openTwo(server)
  const [id, newer] = await writeNewerVersion(first.world)
  second.world.wake('visible')
  expect(await second.tokens.getAccessToken()).toBe('ada-1')
  await vi.advanceTimersByTimeAsync(hour)
  expect(last(second)).toBe('ended')
  expect(server.sent).not.toContain('rt-1')
  expect(first.world.origin.records.get(id)).toEqual(newer)
})
