import { afterEach, describe, expect, test, vi } from 'vitest'
import { pageAbilities } from './abilities.ts'

afterEach(() => vi.unstubAllGlobals())

const isBrowser = typeof document !== 'undefined'

describe.runIf(isBrowser)('in a browser', () => {
  test.each(['locks', 'database', 'channels'] as const)('%s', async (ability) => {
    await expect(pageAbilities[ability]().then(() => 'there')).resolves.toBe('there')
  })

  test('nothing stays behind', async () => {
    await pageAbilities.database()
    await expect.poll(async () => (await indexedDB.databases()).filter(({ name }) => name?.includes('diagnose'))).toEqual([])
  })
})

describe.skipIf(isBrowser)('without', () => {
  test.each(['locks', 'database', 'channels'] as const)('%s', async (ability) => {
    vi.stubGlobal('navigator', {})
    vi.stubGlobal('indexedDB', undefined)
    vi.stubGlobal('BroadcastChannel', undefined)
    await expect(pageAbilities[ability]().then(() => 'there', () => 'missing')).resolves.toBe('missing')
  })
})
