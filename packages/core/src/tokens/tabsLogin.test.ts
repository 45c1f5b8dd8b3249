import { describe, expect, test, vi } from 'vitest'
import { codeOf, copyOf, held, hour, last, minute, openTab, openTwo, setUpStrictServer, silent, soon } from '../../test/siblingTabs.ts'
import { defer } from '../../test/world.ts'
import { AuthError } from '../errors.ts'
import type { TokenSet } from '../session/session.ts'

const server = setUpStrictServer()

const never = () => Promise.reject(new AuthError('session_expired', 'no'))
const permanent = (accessToken: string): TokenSet => ({ accessToken, expiresInMs: hour })

/** Another tab that hears nothing: frozen, or in the back/forward cache. */
function deafCopy(tab: ReturnType<typeof openTab>, refresh = never) {
  const world = copyOf(tab.world)
  return openTab({ world, refresh, instead: { channels: silent } })
}

describe('another person', () => {
  test('XT-10 INV-8 whoever waits in the other tabs hears user_changed, and nobody gets a token of before', async () => {
    const onDiscard = vi.fn()
    const [first, second] = await openTwo(server, { onDiscard })
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
    const [first, second] = await openTwo(server, { onDiscard, instead: { channels: silent } })
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
    const [first, second] = await openTwo(server)
    expect(await Promise.all([first.tokens.setTokens(server.issue('bob')), second.tokens.setTokens(server.issue('eve'))])).toEqual([true, true])
    await soon()
    expect(held(first)).toBe(held(second))
    expect(held(first)).toMatch(/^(bob|eve)-/)
    expect(await first.tokens.getAccessToken()).toBe(await second.tokens.getAccessToken())
  })

  test('two logins at once in one tab: the last one counts, in all tabs', async () => {
    const onDiscard = vi.fn()
    const [first, second] = await openTwo(server, { onDiscard })
    expect(await Promise.all([first.tokens.setTokens(server.issue('bob')), first.tokens.setTokens(server.issue('eve'))])).toEqual([false, true])
    await soon()
    expect([held(first), held(second)]).toEqual(['eve-3', 'eve-3'])
    expect(onDiscard).toHaveBeenCalledTimes(1)
  })

  test('CB-25 a login in a tab whose stored session nobody has looked at reaches its siblings', async () => {
    const [first] = await openTwo(server)
    const third = openTab({ world: copyOf(first.world), refresh: server.refresh })
    await third.tokens.setTokens(server.issue('bob'))
    await soon()
    expect([held(first), held(third)]).toEqual(['bob-2', 'bob-2'])
    expect(last(first)).toBe('set')
  })

  test('XT-10 a login as somebody else in one takes the others along', async () => {
    const first = openTab({ refresh: server.refresh })
    await first.tokens.setTokens(server.issue())
    const second = openTab({ world: copyOf(first.world), refresh: server.refresh })
    expect(await second.tokens.getAccessToken()).toBe('ada-1')
    await first.tokens.setTokens(server.issue('bob'))
    await soon()
    expect(second.types()).toEqual(['restored', 'set'])
    expect(await second.tokens.getAccessToken()).toBe('bob-2')
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

describe('a tab that has not heard of a newer login', () => {
  test('RF-08 XT-11 takes it over when its own token has run out, and ends nothing', async () => {
    const first = openTab({ refresh: never })
    await first.tokens.setTokens(permanent('at-1'))
    const late = deafCopy(first)
    await late.tokens.restore()
    await vi.advanceTimersByTimeAsync(40 * minute)
    await first.tokens.setTokens(permanent('at-2'))
    await vi.advanceTimersByTimeAsync(30 * minute)
    await soon()
    expect([first, late].map(({ tokens }) => tokens.current?.tokens.accessToken)).toEqual(['at-2', 'at-2'])
    expect(late.types()).toEqual(['restored', 'set'])
  })

  test('RF-08 also when somebody asks before any timer has run', async () => {
    const first = openTab({ refresh: never })
    await first.tokens.setTokens(permanent('at-1'))
    const late = deafCopy(first)
    await late.tokens.restore()
    await vi.advanceTimersByTimeAsync(40 * minute)
    await first.tokens.setTokens(permanent('at-2'))
    await soon()
    vi.setSystemTime(Date.now() + 30 * minute)
    await expect(late.tokens.getAccessToken()).rejects.toMatchObject({ code: 'user_changed' })
    expect(await late.tokens.getAccessToken()).toBe('at-2')
    expect(first.tokens.current?.tokens.accessToken).toBe('at-2')
  })

  test('FE-11 a server that refuses its token ends nothing', async () => {
    const first = openTab({ refresh: never })
    await first.tokens.setTokens(permanent('key-1'))
    const late = deafCopy(first)
    await late.tokens.restore()
    const { generation = 0 } = late.tokens.current ?? {}
    await first.tokens.setTokens(permanent('key-2'))
    await late.tokens.refuse(generation, new AuthError('revoked', 'no'))
    expect([first, late].map(({ tokens }) => tokens.current?.tokens.accessToken)).toEqual(['key-2', 'key-2'])
  })
})
