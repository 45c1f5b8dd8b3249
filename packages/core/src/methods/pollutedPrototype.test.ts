import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { atProvider, resultOf, type JourneyOptions } from '../../test/journey.ts'
import { jwt } from '../../test/provider.ts'
import { createWorld } from '../../test/world.ts'
import { createAuth } from '../auth/createAuth.ts'
import { parseTokenResponse } from '../endpoint/tokenResponse.ts'
import { membersOf } from '../ownMembers.ts'
import { TokenManager } from '../tokens/tokenManager.ts'
import { accessToken } from './accessToken.ts'
import { apiKey, createApiKey } from './apiKey.ts'
import { backendCode } from './backendCode.ts'
import { clientCredentials } from './clientCredentials.ts'
import { cookieSession } from './cookieSession.ts'
import { ephemeralToken } from './ephemeralToken.ts'
import { firebase } from './firebase.ts'
import type { AuthMethod } from './method.ts'
import { password } from './password.ts'
import { refreshToken } from './refreshToken.ts'

type Members = Readonly<Record<string, unknown>>

const evil = 'https://evil.example/'

/** What options, inputs and answers may be without, as another package could have put it on every object. */
const optional: Members = {
  api: evil, storage: 'session', refreshUrl: evil, logoutUrl: evil, csrfUrl: evil, csrfHeader: 'X-Evil', header: 'X-Evil', dangerouslySendInQuery: 'evil', probeUrl: evil,
  endUrl: evil, mint: async () => 'evil', urlParameter: 'evil', maxLifetimeMs: 7, revocationUrl: evil, clientId: 'evil', scope: 'evil', authentication: 'body',
  dangerouslyAllowBrowser: true, tenantId: 'evil', emulatorUrl: 'http://localhost:1', lifetime: 'permanent', redirectUri: '/evil', parameters: { evil: '1' },
  issuer: evil, returnTo: '/evil', expires_in: 1, refresh_token_expires_in: 1, id_token: 'a.b.c', expiresInMs: 5,
} // prettier-ignore

/** Runs while all objects inherit these members. */
async function polluted<R>(members: Members, run: () => R | Promise<R>): Promise<R> {
  const prototype: Record<string, unknown> = Object.prototype as never
  try {
    Object.assign(prototype, members)
    return await run()
  } finally {
    for (const name of Object.keys(members)) delete prototype[name]
  }
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  vi.spyOn(console, 'warn').mockReturnValue()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('DO-06 a polluted prototype', () => {
  const methods: readonly (readonly [string, () => AuthMethod<never>])[] = [
    ['accessToken', () => accessToken()],
    ['apiKey', () => apiKey()],
    ['backendCode', () => backendCode({ authorizationUrl: 'https://id.example/a', clientId: 'web', exchangeUrl: '/exchange' })],
    ['clientCredentials', () => clientCredentials({ tokenUrl: 'https://id.example/token', clientId: 'a', clientSecret: 'b' })],
    ['cookieSession', () => cookieSession({ sessionUrl: '/session', loginUrl: '/login' })],
    ['ephemeralToken', () => ephemeralToken({ exchangeUrl: '/exchange' })],
    ['firebase', () => firebase({ apiKey: 'k' })],
    ['password', () => password({ loginUrl: '/login' })],
    ['refreshToken', () => refreshToken({ tokenUrl: '/token' })],
  ]
  const answer = { access_token: jwt({ sub: 'ada' }), token_type: 'Bearer', refresh_token: 'rt-2', sub: 'ada', idToken: jwt({ sub: 'ada' }), refreshToken: 'rt-2', localId: 'ada' }
  const input = { token: 'pat_1234567890', key: 'sk_1234567890', email: 'ada@example.com', password: 'x', ephemeralToken: 'once', refreshToken: 'rt-1' }
  // The one takes either of two, the other may do without.
  const inputs: Members = { firebase: { email: 'ada@example.com', password: 'x' }, clientCredentials: undefined }

  /** What comes of each step in the life of a session, all that is sent, and where the page leaves for. */
  async function lifeOf(name: string, make: () => AuthMethod<never>): Promise<unknown> {
    const world = createWorld()
    world.answer = () => Response.json(answer)
    const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code
    const auth = createAuth({ method: make() as AuthMethod<unknown> }, world.environment)
    const outcomes = [
      await auth.login(Object.hasOwn(inputs, name) ? inputs[name] : input).then(() => 'in', codeOf),
      auth.tokens.current?.lifetime.lifetimeMs,
      await auth.fetch(`${evil}x`).then(() => 'sent', codeOf),
      await auth.tokens.refresh().then(() => 'refreshed', codeOf),
      auth.tokens.current?.lifetime.lifetimeMs,
      (await auth.logout()).isRemote,
    ]
    auth.dispose()
    const withoutChance = (url: string): string => url.replaceAll(/(state|code_challenge)=[^&]*/g, '$1')
    const requests = world.requests.map(({ url, headers }, index) => [url, [...headers], world.bodies[index]])
    const isKept = world.tabStorage.keys().some((key) => world.tabStorage.getItem(key)?.includes('evil'))
    return { outcomes, requests, left: world.left.map(withoutChance), isKept }
  }

  test.each(methods)('is nothing to %s', async (name, make) => {
    const clean = await lifeOf(name, make)
    for (const [member, value] of Object.entries(optional)) expect.soft(await polluted({ [member]: value }, () => lifeOf(name, make)), member).toEqual(clean)
  })

  test('is no destination of an auth with several methods', async () => {
    const auth = await polluted({ api: evil }, () => createAuth({ methods: { token: accessToken() } }, createWorld().environment))
    await auth.login('token', { token: 'pat_1234567890' })
    await expect(auth.fetch(evil)).rejects.toMatchObject({ code: 'destination_not_allowed' })
  })

  test('is nothing that a server said of its tokens', async () => {
    const bare = { access_token: 'at', token_type: 'Bearer' }
    const clean = parseTokenResponse(bare)
    const members = { refresh_token: 'evil', id_token: 'evil', expires_in: 1, refresh_token_expires_in: 1, scope: 'admin' }
    expect(await polluted(members, () => parseTokenResponse(bare))).toEqual(clean)
  })

  test('is nothing that an app gave a TokenManager', async () => {
    const tokens = new TokenManager({ refresh: async () => ({ accessToken: 'at-2' }) }, createWorld().environment)
    await polluted({ expiresInMs: 5, refreshToken: 'evil' }, () => tokens.setTokens({ accessToken: 'at' }))
    expect(tokens.current?.lifetime.lifetimeMs).toBeNull()
  })

  test('is nothing that a new API key is called', async () => {
    const making = polluted({ name: 'evil' }, () => createApiKey(async () => Response.error(), { url: '/keys', scopes: [] } as never))
    await expect(making).rejects.toMatchObject({ code: 'invalid_config', option: 'name' })
  })

  test.each([undefined, null, 42])('is no member of %o', async (value) => {
    expect(await polluted({ evil: true }, () => membersOf(value)['evil'])).toBeUndefined()
  })
})

describe('DO-06 a polluted prototype, at a provider', () => {
  const endpoints = { authorization: 'https://id.example/authorize', token: 'https://id.example/token', jwks: 'https://id.example/jwks' }
  const wanted: Members = {
    returnTo: '/evil', prompt: 'none', loginHint: 'eve', acrValues: 'x', parameters: { evil: '1' }, maxAgeMs: 5_000, presentation: 'evil',
    pushed_authorization_request_endpoint: `${evil}par`, require_pushed_authorization_requests: true, pushedAuthorizationRequest: `${evil}par`,
  } // prettier-ignore

  describe.each<[string, JourneyOptions]>([
    ['metadata', {}],
    ['endpoints', { endpoints }],
  ])('of known %s', (_what, options) => {
    test.each(Object.entries(wanted))('is nothing that a login asks for: %s', async (member, value) => {
      const { world, journey } = atProvider(options)
      await polluted({ [member]: value }, () => journey.leave())
      const parameters = [...new URL(world.left[0] ?? '').searchParams.keys()]
      expect(parameters).toEqual(['response_type', 'client_id', 'redirect_uri', 'scope', 'state', 'code_challenge', 'code_challenge_method', 'nonce'])
      expect(JSON.stringify([world.requests.map(({ url }) => url), world.tabStorage.keys().map((key) => world.tabStorage.getItem(key))])).not.toContain('evil')
    })
  })

  test('is nothing that a step-up asks for', async () => {
    const { world, journey } = atProvider()
    await journey.signIn()
    const challenge = { scope: ['pay'], url: 'https://api.example/pay' }
    await polluted({ prompt: 'none', parameters: { evil: '1' } }, () => journey.app().stepUp(challenge).catch(() => {}))
    expect(world.left).toHaveLength(2)
    expect(world.left[1]).not.toMatch(/none|evil/)
  })

  test.each(Object.entries({ azp: 'evil', at_hash: 'evil', typ: 'evil', lifetime: 'permanent', auth_time: 1 }))('is nothing that an ID token or an option says: %s', async (member, value) => {
    const { journey, provider } = atProvider()
    provider.header = { typ: undefined }
    await journey.leave()
    expect(resultOf(await polluted({ [member]: value }, () => journey.comeBack()))).toBe('signed_in')
    const { tokens } = journey.app()
    expect(tokens.current?.lifetime.lifetimeMs).toBe(3_600_000)
    await polluted({ [member]: value }, () => tokens.refresh())
    expect([tokens.current?.tokens.accessToken, tokens.current?.lifetime.lifetimeMs]).toEqual(['at-2', 3_600_000])
  })
})
