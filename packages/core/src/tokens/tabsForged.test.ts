import { describe, expect, test, vi } from 'vitest'
import { copyOf, held, hour, meanwhile, openTab, openTwo, setUpStrictServer, silent, soon, writeJunk, type Tab } from '../../test/siblingTabs.ts'
import type { Database } from '../browser/database.ts'
import { membersOf } from '../ownMembers.ts'
import type { TokenSet } from '../session/session.ts'
import type { Entry } from './ledger.ts'

const server = setUpStrictServer()

const refreshTokenOf = ({ tokens }: Tab) => tokens.current?.tokens.refreshToken

/** Who opens a copy of what a tab has in its storage finds what the ledger has. */
async function reopened(copy: Tab['world']): Promise<string | null> {
  const tab = openTab({ world: copy, refresh: server.refresh, instead: { channels: silent } })
  await meanwhile(tab.tokens.restore())
  return held(tab)
}

describe('XT-03 what somebody else has sealed, with other numbers beside it', () => {
  /** A script of the origin without the key: it hears the id, asks, hears the entry, and says it again. */
  async function sayAgain({ world, tokens }: Tab, change: (entry: Entry) => Partial<Entry>): Promise<void> {
    const heard: unknown[] = []
    const place = world.origin.channels.join('tessera:tokens', (message) => heard.push(message))
    await tokens.refresh()
    await soon()
    const { id } = membersOf(heard[0])
    place.post({ type: 'ask', id })
    await soon()
    const entry = membersOf(heard.at(-1))['entry'] as Entry
    place.post({ type: 'news', id, entry: { ...entry, ...change(entry) } })
    await vi.advanceTimersByTimeAsync(1_000)
  }
  const later: readonly [string, (entry: Entry) => Partial<Entry>][] = [
    ['the next generation', ({ generation }) => ({ generation: generation + 1 })],
    ['a later login', ({ generation }) => ({ generation: generation + 1, epoch: generation + 1 })],
  ]

  test.each(later)('INV-9 said again as %s: all tabs keep their refresh token, and nobody is signed out, also after a reload', async (_name, change) => {
    const [first, second] = await openTwo(server)
    await sayAgain(first, change)
    expect([first, second].map(refreshTokenOf)).toEqual(['rt-2', 'rt-2'])
    const reloaded = openTab({ world: first.world, refresh: server.refresh })
    await reloaded.tokens.restore()
    const tabs = [first, second, reloaded]
    for (const { tokens } of tabs) tokens.start()
    await vi.advanceTimersByTimeAsync(2 * hour)
    expect(tabs.flatMap(({ types }) => types())).not.toContain('ended')
    expect(new Set(server.sent).size).toBe(server.sent.length)
  })

  test.each(later)('INV-9 written into the database as %s: likewise', async (_name, change) => {
    const [, second] = await openTwo(server)
    const { records } = second.world.origin
    for (const [id, record] of records as Map<string, Entry>) records.set(id, { ...record, ...change(record) })
    second.world.wake('visible')
    await vi.advanceTimersByTimeAsync(1_000)
    expect([refreshTokenOf(second), second.types()]).toEqual(['rt-1', ['restored']])
  })

  test('INV-7 a sign-out is not kept back by what says to be of a later login', async () => {
    const [first] = await openTwo(server)
    await first.tokens.refresh()
    const copy = copyOf(first.world)
    const { records } = copy.origin
    for (const [id, record] of records as Map<string, Entry>) records.set(id, { ...record, epoch: 2 })
    first.tokens.clear()
    await vi.advanceTimersByTimeAsync(1_000)
    expect([await reopened(copy), copy.tabStorage.keys()]).toEqual([null, []])
  })
})

describe('XT-03 an entry that nobody who has the key has sealed', () => {
  test('INV-3 the answer of a refresh is kept, and no refresh token is sent twice', async () => {
    const [first, second] = await openTwo(server)
    const copy = copyOf(first.world)
    writeJunk(first.world, { generation: 7, epoch: 7 })
    await meanwhile(first.tokens.refresh())
    await vi.advanceTimersByTimeAsync(5_000)
    expect([held(first), held(second), server.sent]).toEqual(['ada-2', 'ada-2', ['rt-1']])
    expect(await reopened(copy)).toBe('ada-2')
  })

  test('INV-3 INV-13 likewise where somebody puts another in before each write', async () => {
    const { world, tokens } = openTab({ refresh: server.refresh })
    await tokens.setTokens(server.issue())
    const { database } = world.origin
    let generation = 7
    const update: Database['update'] = async (...given) => {
      writeJunk(world, { generation: ++generation, epoch: generation })
      return database.update(...given)
    }
    const second = openTab({ world: copyOf(world), refresh: server.refresh, instead: { database: { ...database, update } } })
    await second.tokens.restore()
    await meanwhile(second.tokens.refresh(), 5_000)
    expect([held(second), server.sent]).toEqual(['ada-2', ['rt-1']])
    await meanwhile(second.tokens.refresh(), 5_000)
    expect([held(second), server.sent]).toEqual(['ada-3', ['rt-1', 'rt-2']])
  })

  test('INV-3 nor by a tab that refreshes by itself, which sends one request', async () => {
    const tab = openTab({ refresh: server.refresh })
    await tab.tokens.setTokens(server.issue())
    writeJunk(tab.world, { generation: 7, epoch: 7 })
    tab.tokens.start()
    await vi.advanceTimersByTimeAsync(hour)
    expect([held(tab), server.sent, tab.types()]).toEqual(['ada-2', ['rt-1'], ['set', 'refresh_started', 'refreshed']])
  })

  test('INV-13 a server that keeps its refresh tokens is not asked over and over', async () => {
    let requests = 0
    const refresh = async (): Promise<TokenSet> => ({ accessToken: `at-${++requests}`, refreshToken: 'rt', expiresInMs: hour })
    const tab = openTab({ refresh })
    await tab.tokens.setTokens({ accessToken: 'at-0', refreshToken: 'rt', expiresInMs: hour })
    tab.tokens.start()
    for (let minutes = 0; minutes < 120; minutes++) {
      writeJunk(tab.world, { generation: 1_000 + minutes, epoch: 1_000 })
      await vi.advanceTimersByTimeAsync(60_000)
    }
    expect(requests).toBeLessThan(4)
  })

  describe.each([7, 2 ** 50 - 1, 2 ** 50])('INV-24 of generation %i keeps nobody from writing', (generation) => {
    describe.each([0, generation])('nor of login %i', (epoch) => {
      const acts: Readonly<Record<string, (tab: Tab) => Promise<unknown>>> = {
        'bob-2': ({ tokens }) => tokens.setTokens(server.issue('bob')),
        'ada-2': ({ tokens }) => tokens.refresh(),
        null: async ({ tokens }) => tokens.clear(),
      }

      test.each([
        ['at once', () => soon()],
        ['when it was seen before', ({ world }: Tab) => (world.wake('visible'), vi.advanceTimersByTimeAsync(1_000))],
      ])('%s: a login, a refresh and a sign-out are found by who comes later', async (_name, before) => {
        for (const [found, act] of Object.entries(acts)) {
          server.reset()
          const [first, second] = await openTwo(server)
          const copy = copyOf(first.world)
          writeJunk(first.world, { generation, epoch })
          await before(first)
          await meanwhile(act(first))
          expect([held(first), held(second), await reopened(copy)].map(String)).toEqual([found, found, found])
          expect(new Set(server.sent).size).toBe(server.sent.length)
        }
      })
    })
  })
})
