import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createWorld } from '../../test/world.ts'
import { AuthError } from '../errors.ts'
import type { TokenSet } from '../session/session.ts'
import { TokenManager } from './tokenManager.ts'

const minute = 60_000

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => vi.useRealTimers())

/** Tokens that have run out, and what a refresh has for them: these errors, then new ones. */
async function expired(...errors: AuthError[]) {
  const refresh = async (): Promise<TokenSet> => {
    const error = errors.shift()
    if (error !== undefined) throw error
    return { accessToken: 'at-1', refreshToken: 'rt-1', expiresInMs: 60 * minute }
  }
  const tokens = new TokenManager({ refresh, background: false }, createWorld().environment)
  await tokens.setTokens({ accessToken: 'at-0', refreshToken: 'rt-0', expiresInMs: minute })
  vi.setSystemTime(Date.now() + minute)
  return tokens
}

const broken = (): AuthError => new AuthError('storage_failed', 'The key cannot be read.')
const rejected = (): AuthError => new AuthError('client_rejected', 'No such client.')

test('ST-14 a database that fails ends no session, however often: it goes on when that works again', async () => {
  const tokens = await expired(broken(), broken(), broken(), broken())
  for (let round = 0; round < 4; round++) await expect(tokens.refresh()).rejects.toMatchObject({ code: 'storage_failed' })
  await tokens.refresh()
  expect(await tokens.getAccessToken()).toBe('at-1')
})

test('RF-09 nor does it use up the second chance after what will not pass by itself, on either side', async () => {
  const tokens = await expired(broken(), rejected(), broken(), rejected(), rejected())
  for (const code of ['storage_failed', 'client_rejected', 'storage_failed', 'client_rejected']) await expect(tokens.refresh()).rejects.toMatchObject({ code })
  expect(tokens.current).not.toBeNull()
  await expect(tokens.refresh()).rejects.toMatchObject({ code: 'session_expired' })
  expect(tokens.current).toBeNull()
})
