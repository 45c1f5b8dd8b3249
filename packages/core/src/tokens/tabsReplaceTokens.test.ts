import { describe, expect, test, vi } from 'vitest'
import { circleIn, codeOf, copyOf, held, hour, last, meanwhile, openTab, openTwo, setUpStrictServer, silent, soon, writeNewerVersion } from '../../test/siblingTabs.ts'
import { createWorld, defer } from '../../test/world.ts'
import { systemTimer } from '../browser/timer.ts'
import { AuthError } from '../errors.ts'

const server = setUpStrictServer()

describe('replaceTokens', () => {
  test('while another tab refreshes: the same is done to what that gets', async () => {
    const [first, second] = await openTwo(server, { instead: { channels: silent } })
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
    const [first, second] = await openTwo(server)
    await first.tokens.replaceTokens((current) => ({ ...current, accessToken: 'other' }))
    await soon()
    expect([held(second), last(second)]).toEqual(['other', 'adopted'])
  })

  test('INV-14 where nothing can be refreshed, tabs that did not hear of it find the new ones when their own have run out', async () => {
    const [first, second] = await openTwo({ ...server, issue: () => ({ accessToken: 'at-1', expiresInMs: hour }) }, { background: false, instead: { channels: silent } })
    vi.setSystemTime(Date.now() + hour)
    await first.tokens.replaceTokens(() => ({ accessToken: 'at-2', expiresInMs: hour }))
    expect(await second.tokens.getAccessToken()).toBe('at-2')
    vi.setSystemTime(Date.now() + hour)
    expect(await codeOf(second.tokens.getAccessToken())).toBe('session_expired')
  })

  test('after a logout elsewhere that nobody said there is nothing to replace', async () => {
    const [first, second] = await openTwo(server, { instead: { channels: silent } })
    first.tokens.clear()
    await soon()
    expect(await codeOf(second.tokens.replaceTokens((current) => current))).toBe('not_authenticated')
    expect(held(second)).toBeNull()
  })

  test('INV-12 XT-03 settles though somebody says without end that there is something new', async () => {
    const [{ world }] = await openTwo(server)
    const { channels, database } = world.origin
    // To look takes longer than until the next reason to.
    const read = (key: string) => new Promise<unknown>((resolve) => void systemTimer.after(3, () => resolve(database.read(key))))
    const tab = openTab({ world: copyOf(world), refresh: server.refresh, instead: { database: { ...database, read } } })
    await meanwhile(tab.tokens.restore())
    const { id } = circleIn(world)
    const place = channels.join('tessera:tokens', () => {})
    const say = (): void => {
      place.post({ type: 'news', id, entry: null })
      systemTimer.after(1, say)
    }
    say()
    await vi.advanceTimersByTimeAsync(10)
    const settled = vi.fn()
    void tab.tokens.replaceTokens((current) => ({ ...current, accessToken: 'other' })).then(settled)
    await vi.advanceTimersByTimeAsync(100)
    expect([settled.mock.calls.length, held(tab)]).toEqual([1, 'other'])
  })

  test('INV-12 INV-13 a database that silently takes nothing is as good as none: three tries, and they are in use here', async () => {
    const { database } = createWorld().origin
    let isLost = false
    const update: typeof database.update = (key, change) => (isLost ? database.read(key) : database.update(key, change))
    const [tab] = await openTwo(server, { instead: { database: { ...database, update } } })
    isLost = true
    let updates = 0
    await tab.tokens.replaceTokens((current) => {
      if (++updates > 20) throw new AuthError('aborted', 'for ever')
      return { ...current, accessToken: 'other' }
    })
    expect([updates, held(tab), last(tab)]).toEqual([3, 'other', 'refreshed'])
  })

  test('INV-13 a tab that stands back from a newer version does not try for ever', async () => {
    const [first] = await openTwo(server)
    const [id, newer] = await writeNewerVersion(first.world)
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
