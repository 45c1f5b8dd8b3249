import { expect, test } from 'vitest'
import { createWorld, defer } from '../../test/world.ts'
import type { Credential } from '../http/authedFetch.ts'
import type { SessionRecord } from '../session/session.ts'
import type { AuthState } from '../session/state.ts'
import { TokenManager } from '../tokens/tokenManager.ts'
import { createContext } from './context.ts'
import { createCredentialSource } from './credentialSource.ts'
import { createMethods } from './methods.ts'

const session = (family: string): SessionRecord => ({ accessToken: `at-${family}`, subject: family, user: null, scope: [], method: 'm', family })
const methods = createMethods<unknown>({ m: { name: 'm', login: () => Promise.reject(new Error()) } }, createContext(createWorld().environment, { name: 'test', requestTimeoutMs: 1000 }, new AbortController().signal))
const nobody: AuthState = { status: 'unauthenticated', reason: 'never_signed_in', pending: null, error: null }
const tokenOf = async (credential: Promise<Credential>): Promise<string | undefined> =>
  (await (await credential).attach(new Request('https://api.example/')))?.headers.get('authorization') ?? undefined
const { signal } = new AbortController()

test('FE-22 a request of Ada gets no token of Bob, who signed in before it was sent', async () => {
  const ready = defer<AuthState>()
  const tokens = new TokenManager<SessionRecord>({ refresh: () => Promise.reject(new Error()) }, createWorld().environment)
  const source = createCredentialSource(tokens, methods, () => ready.promise)
  await tokens.setTokens(session('ada'))
  const hers = source.acquire(signal)
  await tokens.setTokens(session('bob'))
  ready.resolve(nobody)
  await expect(hers).rejects.toMatchObject({ code: 'user_changed' })
  expect(await tokenOf(source.acquire(signal))).toBe('Bearer at-bob')
})

test('before it is known who is signed in, a request is of whoever that turns out to be', async () => {
  const ready = defer<AuthState>()
  const tokens = new TokenManager<SessionRecord>({ refresh: () => Promise.reject(new Error()) }, createWorld().environment)
  const source = createCredentialSource(tokens, methods, () => ready.promise)
  const asked = source.acquire(signal)
  await tokens.setTokens(session('ada'))
  ready.resolve(nobody)
  expect(await tokenOf(asked)).toBe('Bearer at-ada')
})
