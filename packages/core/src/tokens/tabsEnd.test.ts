import { describe, expect, test, vi } from 'vitest'
import { createPatientLocks } from '../../test/patientLocks.ts'
import { codeOf, copyOf, held, hour, openTab, openTwo, setUpStrictServer, silent, soon } from '../../test/siblingTabs.ts'
import { createWorld, defer } from '../../test/world.ts'
import type { Database } from '../browser/database.ts'
import { AuthError, endingCodes } from '../errors.ts'
import type { TokenManagerOptions } from './tokenManagerOptions.ts'

const server = setUpStrictServer()

describe('the end of a session', () => {
  test('RF-07 a refusal with nothing newer ends the session in all tabs, for the same reason', async () => {
    const [first, second] = await openTwo(server)
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
    const [first, second] = await openTwo(server)
    first.tokens.end(new AuthError(code, 'over'))
    await soon()
    expect(second.events.at(-1)).toMatchObject({ type: 'ended', error: { code } })
  })

  test('XT-01 XT-02 a logout in one reaches the others, and no answer that comes later counts', async () => {
    const [first, second] = await openTwo(server)
    const refreshed = second.tokens.refresh()
    first.tokens.clear()
    await expect(refreshed).rejects.toMatchObject({ code: 'not_authenticated' })
    await soon()
    expect([first.tokens.current, second.tokens.current]).toEqual([null, null])
    expect(second.events.at(-1)).toEqual({ type: 'cleared', isElsewhere: true })
    expect([first, second].map(({ world }) => world.tabStorage.keys())).toEqual([[], []])
  })

  test('RF-25 XT-02 INV-17 after a logout elsewhere its answer is discarded, when the lock is let go', async () => {
    const locks = createPatientLocks()
    const counts: number[] = []
    const discarded: string[] = []
    const onDiscard: TokenManagerOptions['onDiscard'] = ({ accessToken }) => {
      counts.push(locks.count())
      discarded.push(String(accessToken))
    }
    const [first, second] = await openTwo(server, { onDiscard, instead: { locks } })
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
    const [first, second] = await openTwo(server, { onDiscard, instead: { channels: silent } })
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

  test('XT-01 so does a logout in one', async () => {
    const [first] = await openTwo(server)
    const third = openTab({ world: copyOf(first.world), refresh: server.refresh })
    third.tokens.clear()
    await soon()
    expect(held(first)).toBeNull()
    expect(third.world.tabStorage.keys()).toEqual([])
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

  test.each([
    ['', null],
    [', also where somebody else signs in right after it', 'eve-3'],
  ])('INV-6 INV-7 nor of a login that is in the ledger already, of which that has not been heard here%s', async (_name, eve) => {
    const world = createWorld()
    const { database } = world.origin
    const heard = defer<void>()
    let isSlow = false
    const slow: Database['update'] = async (...given) => {
      const isLate = isSlow
      isSlow = false
      const next = await database.update(...given)
      if (isLate) await heard.promise
      return next
    }
    const first = openTab({ world, refresh: server.refresh, instead: { database: { ...database, update: slow } } })
    await first.tokens.setTokens(server.issue())
    const second = openTab({ world: copyOf(world), refresh: server.refresh })
    await second.tokens.restore()
    isSlow = true
    const set = first.tokens.setTokens(server.issue('bob'))
    await soon()
    first.tokens.clear()
    await soon()
    if (eve !== null) await first.tokens.setTokens(server.issue('eve'))
    heard.resolve()
    expect(await set).toBe(false)
    await soon()
    second.world.wake('visible')
    await soon()
    expect([held(first), held(second)]).toEqual([eve, null])
    expect(second.world.tabStorage.keys()).toEqual([])
  })

  test('INV-6 INV-8 its sign-out that is written late ends what it signed out of, and not the later login', async () => {
    const first = openTab({ refresh: server.refresh })
    await first.tokens.setTokens(server.issue('ada'))
    const world = copyOf(first.world)
    const { database } = world.origin
    const gate = defer<void>()
    const slow: Database = { ...database, update: (...given) => gate.promise.then(() => database.update(...given)) }
    const late = openTab({ world, refresh: server.refresh, instead: { database: slow } })
    await late.tokens.restore()
    late.tokens.clear()
    await soon()
    await first.tokens.setTokens(server.issue('bob'))
    gate.resolve()
    await soon()
    expect([held(late), held(first)]).toEqual([null, 'bob-2'])
  })

  test('INV-25 XT-02 the end of the session is told by a refresh that nobody waits for any more', async () => {
    const first = openTab({ refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const { database } = first.world.origin
    const looked = defer<void>()
    let isSlow = false
    const read: Database['read'] = async (key) => {
      const isLate = isSlow
      isSlow = false
      if (isLate) await looked.promise
      return database.read(key)
    }
    const second = openTab({ world: copyOf(first.world), refresh: server.refresh, instead: { channels: silent, database: { ...database, read } } })
    await second.tokens.restore()
    isSlow = true
    const refreshed = second.tokens.refresh()
    refreshed.catch(() => {})
    await soon()
    await first.tokens.setTokens(server.issue())
    // Disowns the refresh, which is still looking.
    second.world.wake('visible')
    await expect(refreshed).rejects.toMatchObject({ code: 'user_changed' })
    first.tokens.end(new AuthError('revoked', 'no'))
    await soon()
    looked.resolve()
    await soon()
    expect(second.tokens.current).toBeNull()
    expect(second.types()).toEqual(['restored', 'refresh_started', 'set', 'ended'])
  })
})

test('a server’s refusal of tokens that are no longer in use ends nothing; where nobody shares the session, it ends it at once', async () => {
  const alone = openTab({ refresh: server.refresh, storage: 'memory' })
  await alone.tokens.setTokens({ accessToken: 'key-1', expiresInMs: hour })
  const { generation = 0 } = alone.tokens.current ?? {}
  await alone.tokens.setTokens({ accessToken: 'key-2', expiresInMs: hour })
  void alone.tokens.refuse(generation, new AuthError('revoked', 'no'))
  expect(held(alone)).toBe('key-2')
  void alone.tokens.refuse(generation + 1, new AuthError('revoked', 'no'))
  expect(alone.tokens.current).toBeNull()
})
