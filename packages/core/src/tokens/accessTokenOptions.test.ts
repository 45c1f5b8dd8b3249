import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createWorld, type World } from '../../test/world.ts'
import { createAuth } from '../auth/createAuth.ts'
import type { AuthMethod } from '../methods/method.ts'
import { TokenManager } from './tokenManager.ts'

let world: World
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
})
afterEach(() => {
  vi.useRealTimers()
  for (const name of ['scope', 'minValidityMs', 'signal', 'generation']) Reflect.deleteProperty(Object.prototype, name)
})

const refresh = vi.fn(async () => ({ accessToken: 'at-2', expiresInMs: 3_600_000 }))
const method: AuthMethod = {
  name: 'plain',
  login: async () => ({ accessToken: 'at-1', expiresInMs: 3_600_000, subject: 'ada', user: null, scope: ['read'] }),
  canRefresh: () => true,
  refresh: async (session) => ({ ...session, ...(await refresh()) }),
}
beforeEach(() => void refresh.mockClear())

async function signedIn() {
  const auth = createAuth({ method }, world.environment)
  await auth.login()
  return auth
}

/** What a caller who has no types may give. */
const wrong: readonly object[] = [{ minValidityMs: NaN }, { minValidityMs: -1 }, { minValidityMs: 'an hour' }, { signal: {} }, { signal: 5 }, { signal: new AbortController() }]

test.each([...wrong, { scope: 'read' }, { scope: null }, { scope: new Set(['read']) }])('DO-07 auth.getAccessToken(%o) is refused, be anybody signed in or not', async (options) => {
  const auth = await signedIn()
  await expect(auth.getAccessToken(options)).rejects.toMatchObject({ code: 'invalid_input' })
  await auth.logout()
  await expect(auth.getAccessToken(options)).rejects.toMatchObject({ code: 'invalid_input' })
  expect(refresh).not.toHaveBeenCalled()
})

test.each(wrong)('DO-07 a manager refuses %o, whatever it is to do', async (options) => {
  const tokens = new TokenManager({ refresh, background: false }, world.environment)
  for (let turn = 0; turn < 2; turn++) {
    for (const asked of [tokens.getAccessToken(options), tokens.acquire(options), tokens.refresh(options)]) await expect(asked).rejects.toMatchObject({ code: 'invalid_input' })
    expect(refresh).not.toHaveBeenCalled()
    await tokens.setTokens({ accessToken: 'at-1', expiresInMs: 3_600_000 })
  }
})

test.each([{}, { minValidityMs: undefined, signal: undefined, scope: undefined }, { minValidityMs: null, signal: null }, { minValidityMs: 0 }])('%o asks for nothing in particular', async (options) => {
  const auth = await signedIn()
  expect([await auth.getAccessToken(options as never), (await auth.tokens.acquire(options as never)).tokens.accessToken]).toEqual(['at-1', 'at-1'])
})

test('DO-06 what somebody put on every object is not asked for', async () => {
  const auth = await signedIn()
  Object.assign(Object.prototype, { scope: ['admin'], minValidityMs: 7_200_000, signal: AbortSignal.abort(), generation: -1 })
  expect([await auth.getAccessToken({}), (await auth.tokens.acquire({})).tokens.accessToken]).toEqual(['at-1', 'at-1'])
  await auth.tokens.refresh({})
  expect(auth.tokens.current?.tokens.accessToken).toBe('at-2')
})

test.each([null, undefined, { accessToken: 'at-2' }])('DO-07 replaceTokens(%o) is refused', async (update) => {
  const { tokens } = await signedIn()
  await expect(tokens.replaceTokens(update as never)).rejects.toMatchObject({ code: 'invalid_input' })
  expect(tokens.current?.tokens.accessToken).toBe('at-1')
})

test('DO-08 a refresh that throws what cannot be looked at has failed, and the next one may work', async () => {
  const tokens = new TokenManager({ refresh, background: false }, world.environment)
  await tokens.setTokens({ accessToken: 'at-1', expiresInMs: 3_600_000 })
  refresh.mockRejectedValueOnce({
    get name() {
      throw new Error('boom')
    },
  })
  await expect(tokens.refresh()).rejects.toMatchObject({ code: 'network' })
  expect(tokens.status).toMatchObject({ error: { code: 'network' } })
  await tokens.refresh()
  expect(await tokens.getAccessToken()).toBe('at-2')
})
