import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { jwt } from '../../test/provider.ts'
import { createWorld, type World } from '../../test/world.ts'
import { AuthError, type AuthErrorCode } from '../errors.ts'
import { password, type PasswordInput } from '../methods/password.ts'
import type { Claims } from '../session/claims.ts'
import type { AuthOptions } from './authOptions.ts'
import { createAuth } from './createAuth.ts'

const hour = 3_600_000
const now = 1_800_000_000_000
const key = 'tessera:default:lastSignOut'
const method = password({ loginUrl: '/login', refreshUrl: '/refresh', logoutUrl: '/logout' })
const ada: PasswordInput = { email: 'ada@example.com', password: 'canary-password' }

let world: World
beforeEach(() => {
  vi.useFakeTimers({ now })
  world = createWorld()
  world.answer = ({ url }) =>
    url.endsWith('/logout')
      ? new Response(null, { status: 204 })
      : Response.json({ access_token: jwt({ sub: 'canary-ada', jti: 'canary-at' }), refresh_token: 'canary-rt', token_type: 'Bearer', expires_in: 3600 })
})
afterEach(() => vi.useRealTimers())

const create = (options: Partial<AuthOptions<PasswordInput, Claims>> = {}) => createAuth({ method, storage: 'session', ...options }, world.environment)
async function signedIn(options: Partial<AuthOptions<PasswordInput, Claims>> = {}) {
  const auth = create(options)
  await auth.login(ada)
  return auth
}

describe('tells why and when somebody was signed out', () => {
  test('by themselves', async () => {
    const auth = await signedIn()
    expect(auth.lastSignOut).toBeNull()
    await vi.advanceTimersByTimeAsync(hour / 2)
    await auth.logout()
    expect(auth.lastSignOut).toEqual({ reason: 'user', code: null, at: now + hour / 2 })
  })

  test.each([
    ['refresh_rejected', 'refresh_rejected'],
    ['invalid_id_token', 'refresh_rejected'],
    ['revoked', 'revoked'],
    ['subject_changed', 'subject_changed'],
    ['session_expired', 'expired'],
  ] as const)('by an end with code %s: %s', async (code, reason) => {
    const auth = await signedIn()
    auth.tokens.end(new AuthError(code, 'No.'))
    expect(auth.lastSignOut).toEqual({ reason, code, at: now })
  })

  test('by a token that ran out while the page was away', async () => {
    const plain = password({ loginUrl: '/login' })
    await signedIn({ method: plain })
    vi.setSystemTime(now + hour)
    const auth = create({ method: plain })
    await auth.ready
    expect(auth.lastSignOut).toEqual({ reason: 'expired', code: 'session_expired', at: now + hour })
  })

  test('to whoever watches the state, at once', async () => {
    const auth = await signedIn()
    const seen = vi.fn()
    auth.store.subscribe(() => void seen(auth.lastSignOut))
    await auth.logout()
    const { lastSignOut } = auth
    await auth.login(ada)
    expect(seen.mock.calls).toEqual([[{ reason: 'user', code: null, at: now }], [lastSignOut], [null]])
    for (const [sighting] of seen.mock.calls.slice(0, 2)) expect(sighting).toBe(lastSignOut)
  })

  test('after dispose(), too', async () => {
    const auth = await signedIn()
    auth.dispose()
    await auth.logout()
    expect(auth.lastSignOut?.reason).toBe('user')
  })
})

describe('a reload', () => {
  test('does not make it forget, while the state begins anew; before anything was looked up', async () => {
    await (await signedIn()).logout()
    vi.setSystemTime(now + hour)
    const auth = create()
    expect(auth.lastSignOut).toEqual({ reason: 'user', code: null, at: now })
    expect(auth.store.getState().status).toBe('loading')
    expect(await auth.ready).toMatchObject({ status: 'unauthenticated', reason: 'never_signed_in', error: null })
    expect(auth.lastSignOut).toEqual({ reason: 'user', code: null, at: now })
    expect(auth.lastSignOut).toBe(auth.lastSignOut)
  })

  test('of an auth whose tokens are in memory does not, either', async () => {
    await (await signedIn({ storage: 'memory' })).logout()
    expect(create({ storage: 'memory' }).lastSignOut?.reason).toBe('user')
  })

  test('after the next sign-in finds nothing, nor does that page', async () => {
    const auth = await signedIn()
    await auth.logout()
    await auth.login(ada)
    expect(auth.lastSignOut).toBeNull()
    expect(world.tabStorage.getItem(key)).toBeNull()
    const reloaded = create()
    await reloaded.ready
    expect(reloaded.lastSignOut).toBeNull()
  })

  test('a sign-in that failed, or is under way, does not make it forget', async () => {
    const auth = await signedIn()
    await auth.logout()
    world.answer = () => new Response(null, { status: 401 })
    await expect(auth.login(ada)).rejects.toMatchObject({ code: 'invalid_credentials' })
    expect(auth.lastSignOut?.reason).toBe('user')
  })

  test('of another auth on this origin finds nothing', async () => {
    await (await signedIn()).logout()
    expect(create({ name: 'admin' }).lastSignOut).toBeNull()
  })
})

describe('nobody is signed out', () => {
  test('where nobody was signed in', async () => {
    const auth = create()
    await auth.logout()
    await auth.ready
    await auth.logout()
    world.answer = () => new Response(null, { status: 401 })
    await auth.login(ada).catch(() => {})
    expect(auth.lastSignOut).toBeNull()
    expect(world.tabStorage.keys()).toEqual([])
  })

  test('by a logout while that is not known, unless the storage had somebody', async () => {
    await signedIn()
    const auth = create()
    await auth.logout()
    expect(auth.lastSignOut).toEqual({ reason: 'user', code: null, at: now })
  })

  test('by a refresh that fails and is tried again', async () => {
    const auth = await signedIn()
    world.answer = () => new Response(null, { status: 503 })
    await auth.tokens.refresh().catch(() => {})
    expect(auth.lastSignOut).toBeNull()
  })
})

describe('the storage', () => {
  test('ST-01 may be blocked: then this page alone knows', async () => {
    const fail = (): never => {
      throw new DOMException('blocked', 'SecurityError')
    }
    const tabStorage = { getItem: fail, setItem: fail, removeItem: fail, keys: () => [] }
    const auth = createAuth({ method }, { ...world.environment, tabStorage })
    expect(auth.lastSignOut).toBeNull()
    await auth.login(ada)
    await auth.logout()
    expect(auth.lastSignOut?.reason).toBe('user')
    await auth.login(ada)
    expect(auth.lastSignOut).toBeNull()
  })

  test('INV-7 INV-22 gets nothing of the person, their tokens or what the server said', async () => {
    const auth = await signedIn()
    auth.tokens.end(new AuthError('refresh_rejected', 'canary-message', { oauthError: 'canary-error', cause: new Error('canary-cause') }))
    expect(world.tabStorage.keys()).toEqual([key])
    expect(world.tabStorage.getItem(key)).toBe(`{"reason":"refresh_rejected","code":"refresh_rejected","at":${now}}`)
  })

  const good = { reason: 'expired', code: 'session_expired' satisfies AuthErrorCode, at: now }
  test.each([
    [''],
    ['null'],
    ['[]'],
    ['{'],
    [JSON.stringify({ ...good, reason: 'never_signed_in' })],
    [JSON.stringify({ ...good, reason: 'toString' })],
    [JSON.stringify({ ...good, at: String(now) })],
    [JSON.stringify({ ...good, at: 1e300 })],
    [`{"__proto__":${JSON.stringify(good)}}`],
  ])('INV-20 may hold %s, which is nothing', (text) => {
    world.tabStorage.setItem(key, text)
    expect(create().lastSignOut).toBeNull()
  })

  test('INV-20 may hold anything at all: what does not belong is not shown, and nothing throws', () => {
    world.tabStorage.setItem(key, JSON.stringify({ ...good, more: 'canary' }))
    expect(create().lastSignOut).toEqual(good)
    world.tabStorage.setItem(key, JSON.stringify({ ...good, code: '<img src=x>' }))
    expect(create().lastSignOut).toEqual({ ...good, code: null })
    const member = (...fitting: unknown[]) => fc.oneof(fc.constantFrom(...fitting), fc.jsonValue())
    const record = fc.record({ reason: member('user', 'expired'), code: member(null, 'revoked'), at: member(0, now) }, { requiredKeys: [] })
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), record.map((value) => JSON.stringify(value))), (text) => {
        world.tabStorage.setItem(key, text)
        const { lastSignOut } = create()
        if (lastSignOut === null) return
        const { reason, code, at, ...others } = lastSignOut
        expect([['user', 'expired'].includes(reason), [null, 'revoked'].includes(code), Number.isSafeInteger(at), others]).toEqual([true, true, true, {}])
      }),
    )
  })
})
