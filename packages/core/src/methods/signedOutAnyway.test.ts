import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { jwt } from '../../test/provider.ts'
import { createWorld, type Answer, type World } from '../../test/world.ts'
import { createAuth } from '../auth/createAuth.ts'
import { cookieSession } from './cookieSession.ts'
import { ephemeralToken } from './ephemeralToken.ts'
import type { AuthMethod } from './method.ts'
import { password } from './password.ts'
import { refreshToken } from './refreshToken.ts'

let world: World
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
  world.answer = () => Response.json({ access_token: jwt({ sub: 'ada' }), refresh_token: 'rt', token_type: 'Bearer', expires_in: 3600, sub: 'ada' })
})
afterEach(() => vi.useRealTimers())

const methods: readonly (readonly [string, AuthMethod<never>, object])[] = [
  ['password', password({ loginUrl: '/login', refreshUrl: '/refresh', logoutUrl: '/logout' }), { email: 'ada@example.com', password: 'x' }],
  ['cookieSession', cookieSession({ sessionUrl: '/session', loginUrl: '/login', logoutUrl: '/logout' }), { email: 'ada@example.com', password: 'x' }],
  ['ephemeralToken', ephemeralToken({ exchangeUrl: '/exchange', endUrl: '/logout' }), { ephemeralToken: 'once' }],
  ['refreshToken', refreshToken({ tokenUrl: '/token', revocationUrl: '/logout' }), { refreshToken: 'rt' }],
]
const troubles: readonly (readonly [string, Answer, object])[] = [
  ['cannot be reached, or refuses this origin', () => Promise.reject(new TypeError('Failed to fetch')), { code: 'network', retryable: true }],
  ['does not answer', () => new Promise<never>(() => {}), { code: 'timeout', retryable: true }],
  ['fails', () => new Response('', { status: 503, headers: { 'retry-after': '30' } }), { code: 'server_error', retryable: true, retryAfterMs: 30_000 }],
  ['knows no such address', () => new Response('', { status: 404 }), { code: 'client_rejected', retryable: false }],
]

describe.each(methods)('%s', (_, method, input) => {
  test.each(troubles)('LO-01 signed out here before the server, which %s, is told; and the result says how that went', async (_what, answer, error) => {
    const auth = createAuth({ method: method as AuthMethod<unknown>, storage: 'session' }, world.environment)
    await auth.login(input)
    const kept = () => world.tabStorage.keys().filter((key) => key.endsWith(':tokens'))
    expect(auth.store.getState().status).toBe('authenticated')
    const before: unknown[] = []
    world.answer = (request) => {
      before.push([auth.store.getState().status, auth.tokens.current, kept()])
      return answer(request)
    }
    const result = auth.logout()
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await result).toMatchObject({ isRemote: false, error })
    expect(before).toEqual([['unauthenticated', null, []]])
    await expect(auth.getAccessToken()).rejects.toMatchObject({ code: 'not_authenticated' })
    auth.dispose()
  })
})
