import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { environment as realEnvironment } from '../browser/environment.ts'
import type { AuthError } from '../errors.ts'
import type { Siblings, SiblingsOptions } from './siblings.ts'
import type { TokenSet } from '../session/session.ts'

/** A module that nobody has loaded anything into yet. */
async function fresh() {
  vi.resetModules()
  return import('./loadSiblings.ts')
}

const browser = { ...realEnvironment, page: { ...realEnvironment.page, isBrowser: () => true } }
const close = vi.fn()
const createSiblings = vi.fn(() => ({ close }) as Partial<Siblings> as Siblings)

function options(more: Partial<SiblingsOptions<TokenSet>> = {}) {
  const troubles: AuthError[] = []
  const given = { environment: browser, sharesAcross: false, onDegraded: (error: AuthError) => troubles.push(error), ...more } as Partial<SiblingsOptions<TokenSet>>
  return { options: given as SiblingsOptions<TokenSet>, troubles }
}

beforeEach(() => {
  close.mockClear()
  createSiblings.mockClear()
  vi.doMock('./siblings.ts', () => ({ createSiblings }))
})
afterEach(() => {
  vi.doUnmock('./siblings.ts')
  vi.resetModules()
})

test('loads at the first use, and makes one for each tab', async () => {
  const { loadSiblings } = await fresh()
  const one = loadSiblings(options().options)
  expect(createSiblings).not.toHaveBeenCalled()
  const [first, second] = await Promise.all([one.load(), one.load()])
  expect(first).not.toBeNull()
  expect(second).toBe(first)
  expect(createSiblings).toHaveBeenCalledTimes(1)
  expect(await loadSiblings(options().options).load()).not.toBe(first)
})

test('outside of a browser there are no other tabs, and nothing is loaded', async () => {
  const { loadSiblings, preloadTabs } = await fresh()
  await preloadTabs()
  const { options: given, troubles } = options({ environment: { ...browser, page: { ...browser.page, isBrowser: () => false } }, sharesAcross: true })
  expect(await loadSiblings(given).load()).toBeNull()
  expect([createSiblings.mock.calls.length, troubles]).toEqual([0, []])
})

test('once loaded it waits for nothing', async () => {
  const { loadSiblings, preloadTabs } = await fresh()
  await preloadTabs()
  const loading = loadSiblings(options().options).load()
  expect(createSiblings).toHaveBeenCalledTimes(1)
  await loading
})

test('INV-12 XT-08 a file that does not come does not hold up the session: after ten seconds this tab is alone', async () => {
  vi.useFakeTimers()
  vi.doMock('./siblings.ts', () => new Promise(() => {}))
  const { loadSiblings } = await fresh()
  const { options: given, troubles } = options()
  const loading = loadSiblings(given).load()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await loading).toBeNull()
  expect(troubles.map(({ code, cause }) => [code, cause])).toEqual([['network', expect.objectContaining({ code: 'timeout' })]])
  vi.useRealTimers()
})

test('XT-08 what cannot be loaded is said once, and tried again', async () => {
  vi.doMock('./siblings.ts', () => {
    throw new TypeError('Failed to fetch dynamically imported module')
  })
  const { loadSiblings } = await fresh()
  const { options: given, troubles } = options()
  const lazy = loadSiblings(given)
  expect(await lazy.load()).toBeNull()
  expect(await lazy.load()).toBeNull()
  expect(troubles.map(({ code }) => code)).toEqual(['network'])
  lazy.close()
  vi.doMock('./siblings.ts', () => ({ createSiblings }))
  expect(await loadSiblings(given).load()).not.toBeNull()
})

test.each([true, false])('whether there may be others before a login is the option of the app: %s', async (sharesAcross) => {
  const { loadSiblings } = await fresh()
  expect(loadSiblings(options({ sharesAcross }).options).mayJoin).toBe(sharesAcross)
})

test('INV-18 closed before or after it is loaded, it closes what it made', async () => {
  const { loadSiblings } = await fresh()
  const before = loadSiblings(options().options)
  before.close()
  await before.load()
  expect(close).toHaveBeenCalledTimes(1)
  const after = loadSiblings(options().options)
  await after.load()
  expect(close).toHaveBeenCalledTimes(1)
  after.close()
  expect(close).toHaveBeenCalledTimes(2)
})

test('XT-08 a tab whose chunk cannot be loaded is alone until it can', async () => {
  vi.doMock('./siblings.ts', () => {
    throw new TypeError('Failed to fetch dynamically imported module')
  })
  vi.resetModules()
  const [{ TokenManager }, { environment }, { memoryStorage }, { createOrigin }] = await Promise.all([
    import('./tokenManager.ts'),
    import('../browser/environment.ts'),
    import('../browser/storage.ts'),
    import('../../test/origin.ts'),
  ])
  const { locks, channels, database, records } = createOrigin()
  const issued: string[] = []
  const issue = async (): Promise<TokenSet> => {
    issued.push('one')
    return { accessToken: `at-${issued.length}`, refreshToken: `rt-${issued.length}`, expiresInMs: 3_600_000 }
  }
  const tabStorage = memoryStorage()
  const open = () => new TokenManager({ storage: 'session', refresh: issue }, { ...environment, page: { ...environment.page, isBrowser: () => true }, tabStorage, locks, channels, database })
  const tokens = open()
  const types: string[] = []
  tokens.subscribe(({ type }) => types.push(type))
  await tokens.setTokens(await issue())
  await tokens.refresh()
  expect(await tokens.getAccessToken()).toBe('at-2')
  expect(types).toEqual(['tabs_degraded', 'set', 'refresh_started', 'refreshed'])
  expect(records.size).toBe(0)
  tokens.dispose()

  const reloaded = open()
  expect(await reloaded.getAccessToken()).toBe('at-2')
  vi.doUnmock('./siblings.ts')
  await reloaded.refresh()
  // With the next refresh that has what it needs it is a tab among others.
  await reloaded.refresh()
  expect(await reloaded.getAccessToken()).toBe('at-4')
  expect(records.size).toBe(1)
  reloaded.clear()
  expect(tabStorage.keys()).toEqual([])
  reloaded.dispose()
})
