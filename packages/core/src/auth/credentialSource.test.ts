import { describe, expect, test, vi } from 'vitest'
import { copyOf } from '../../test/siblingTabs.ts'
import { createWorld, defer } from '../../test/world.ts'
import type { Channels } from '../browser/channel.ts'
import { memoryStorage } from '../browser/storage.ts'
import type { Credential } from '../http/authedFetch.ts'
import { createDestinations } from '../http/destinations.ts'
import type { AuthMethod } from '../methods/method.ts'
import type { SessionRecord } from '../session/session.ts'
import type { AuthState } from '../session/state.ts'
import { TokenManager } from '../tokens/tokenManager.ts'
import { createContext } from './context.ts'
import { createAuth } from './createAuth.ts'
import { createCredentialSource } from './credentialSource.ts'
import { createMethods } from './methods.ts'

const session = (family: string): SessionRecord => ({ accessToken: `at-${family}`, subject: family, user: null, scope: [], method: 'm', family })
const methods = createMethods<unknown>({ m: { name: 'm', login: () => Promise.reject(new Error()) } }, createContext(createWorld().environment, { name: 'test', requestTimeoutMs: 1000, destinations: createDestinations(undefined, { href: () => null }) }, new AbortController().signal))
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

test('RF-33 a refused request that aborts does not wait until it shows who signed in meanwhile', async () => {
  const refresh = vi.fn(() => new Promise<never>(() => {}))
  const setItem = (_: string, text: string) => (text.includes('bob') ? new Promise<never>(() => {}) : undefined)
  const tokens = new TokenManager<SessionRecord>({ refresh, storage: { ...memoryStorage(), setItem } }, createWorld().environment)
  const source = createCredentialSource(tokens, methods, async () => nobody)
  await tokens.setTokens(session('ada'))
  const caller = new AbortController()
  const refused = source.refresh(await source.acquire(signal), caller.signal)
  await vi.waitFor(() => expect(refresh).toHaveBeenCalled())
  void tokens.setTokens(session('bob'))
  caller.abort()
  await expect(refused).rejects.toMatchObject({ code: 'aborted' })
})

describe('a token that the API refuses, in one of two tabs', () => {
  let count = 0
  const renewed = (name: string) => ({ accessToken: `at-${name}-${++count}`, refreshToken: 'rt', subject: name, user: null, scope: [] })
  const refreshable: AuthMethod<string> = { name: 'm', login: async (name) => renewed(name), refresh: async ({ subject }) => renewed(subject ?? '') }
  const permanent: AuthMethod<string> = { name: 'm', login: async (name) => ({ ...renewed(name), refreshToken: undefined }) }

  /** Two tabs of one session; the second hears nothing of the first. API: refuses whatever `isGood` does not name. */
  async function two(method: AuthMethod<string>) {
    const page = createWorld()
    const load = (world: typeof page, channels: Channels | undefined) =>
      createAuth({ method, storage: 'session', api: 'https://api.example/' }, { ...world.environment, channels })
    const first = load(page, page.origin.channels)
    await first.login('ada')
    const other = copyOf(page)
    const second = load(other, { join: (name) => page.origin.channels.join(name, () => {}) })
    await second.ready
    const asked: (string | null)[] = []
    const api = { isGood: (_token: string | null): boolean => false, onAsked: async (): Promise<void> => {} }
    other.answer = async ({ headers }) => {
      const token = headers.get('authorization')
      asked.push(token)
      await api.onAsked()
      return api.isGood(token) ? new Response('') : new Response('', { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
    }
    const fetch = async () => (await second.fetch('https://api.example/x')).status
    return { first, second, api, asked, fetch }
  }
  const userOf = ({ tokens, store }: Awaited<ReturnType<typeof two>>['first']) => [store.getState().status, tokens.current?.tokens.subject]

  test('FE-11 does not end the session where another tab has a newer one, with which the request is repeated', async () => {
    const { first, second, api, asked, fetch } = await two(permanent)
    const { accessToken: old } = await first.tokens.acquire().then(({ tokens }) => tokens)
    await first.tokens.replaceTokens((held) => ({ ...held, accessToken: 'at-new' }))
    api.isGood = (token) => token === 'Bearer at-new'
    expect(await fetch()).toBe(200)
    expect(asked).toEqual([`Bearer ${old}`, 'Bearer at-new'])
    expect([userOf(first), userOf(second)]).toEqual([['authenticated', 'ada'], ['authenticated', 'ada']])
  })

  test.each([['that cannot be refreshed', permanent], ['straight after a refresh', refreshable]])('FE-11 XT-10 %s, does not end a newer login of another tab', async (_, method) => {
    const { first, second, api, asked, fetch } = await two(method)
    const last = method === permanent ? 1 : 2
    api.onAsked = async () => {
      if (asked.length === last) await first.login('bob')
    }
    await fetch().catch((error: { readonly code: string }) => expect(error.code).toBe('user_changed'))
    await vi.waitFor(() => expect(userOf(second)).toEqual(['authenticated', 'bob']))
    expect(userOf(first)).toEqual(['authenticated', 'bob'])
    // Nothing was repeated as somebody else.
    expect(asked.filter((token) => token?.includes('bob'))).toEqual([])
  })

  test.each([['that cannot be refreshed', permanent], ['straight after a refresh', refreshable]])('FE-09 %s, ends the session in both', async (_, method) => {
    const { first, second, fetch } = await two(method)
    expect(await fetch()).toBe(401)
    await vi.waitFor(() => expect([userOf(first), userOf(second)]).toEqual([['unauthenticated', undefined], ['unauthenticated', undefined]]))
    expect([first.lastSignOut?.reason, second.lastSignOut?.reason]).toEqual(['revoked', 'revoked'])
  })
})
