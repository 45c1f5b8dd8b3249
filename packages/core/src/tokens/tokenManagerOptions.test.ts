import { expect, test, vi } from 'vitest'
import { copyOf, createStrictServer, openTab } from '../../test/siblingTabs.ts'
import { createWorld } from '../../test/world.ts'
import { isToken, type TokenSet } from '../session/session.ts'
import { checkTokenManagerOptions, type TokenManagerOptions } from './tokenManagerOptions.ts'

interface Own extends TokenSet {
  readonly user: { readonly id: string }
}
/** Trusts that what was stored is of its own version. */
const accept = (tokens: TokenSet): tokens is Own => isToken((tokens as Own).user.id)
const { environment } = createWorld()
const check = (options: Partial<TokenManagerOptions>) => checkTokenManagerOptions({ refresh: () => Promise.reject(new Error()), ...options }, environment)

test('ST-05 accept that throws at what another version stored does not accept it', async () => {
  const { issue, refresh } = createStrictServer()
  const old = openTab({ refresh })
  await old.tokens.setTokens(issue())
  const seen: unknown[] = []
  const watch = (error: unknown): void => void seen.push(error)
  process.on('unhandledRejection', watch)
  const [looks, leaves] = [openTab({ world: copyOf(old.world), refresh, accept }), openTab({ world: copyOf(old.world), refresh, accept })]
  expect(await looks.tokens.restore()).toBeNull()
  leaves.tokens.clear()
  await vi.waitFor(() => expect(leaves.types()).toEqual(['cleared']))
  await new Promise((resolve) => void setImmediate(resolve))
  process.off('unhandledRejection', watch)
  expect(seen).toEqual([])
  expect(looks.tokens.current).toBeNull()
})

test('accept may still say yes or no', () => {
  const checked = check({ accept })
  expect(checked.accept({ accessToken: 'at', user: { id: 'ada' } } as TokenSet)).toBe(true)
  expect(checked.accept({ accessToken: 'at', user: { id: 7 } } as unknown as TokenSet)).toBe(false)
  expect(check({}).accept({ accessToken: 'at' })).toBe(true)
})

test.each([
  [{}, false, false],
  [{ storage: 'session' as const }, true, false],
  [{ shareAcrossTabs: true }, true, true],
  [{ shareAcrossTabs: true, storage: 'session' as const }, true, true],
])('which tokens other tabs may have too (%j)', (options, hasSiblings, shareAcrossTabs) => {
  expect(check(options)).toMatchObject({ hasSiblings, shareAcrossTabs })
})

test.each([
  ['storage', { storage: null as never }],
  ['storage', { storage: { getItem: () => null } as never }],
  ['shareAcrossTabs', { shareAcrossTabs: 'yes' as never }],
])('%s that is none is named: %j', (name, options) => {
  expect(() => check(options)).toThrow(expect.objectContaining({ code: 'invalid_config', message: expect.stringContaining(name) as string }))
})
