import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { atProvider, createJourney, resultOf, type Journey, type JourneyOptions } from '../../test/journey.ts'
import { issuer, jwt, type Provider } from '../../test/provider.ts'
import { createSigner } from '../../test/signer.ts'
import type { Answer, World } from '../../test/world.ts'
import { authorizationCode } from './authorizationCode.ts'

const eve = await createSigner({ kid: 'one' })

let world: World
let provider: Provider
let journey: Journey
beforeEach(() => {
  ;({ world, provider } = atProvider())
})
afterEach(() => vi.useRealTimers())

async function signIn(options: JourneyOptions = {}): Promise<string> {
  journey = createJourney(world, provider, { userInfo: true, ...options })
  return resultOf(await journey.signIn())
}

const user = (): unknown => (journey.app().store.getState() as { user?: unknown }).user
const signedAnswer = (text: string | Promise<string>): Promise<Response> =>
  Promise.resolve(text).then((body) => new Response(body, { headers: { 'content-type': 'application/jwt' } }))

describe('asked', () => {
  test('once at a login, with the new access token in the header; its claims go under those of the ID token', async () => {
    expect(await signIn()).toBe('signed_in')
    const asked = world.requests.filter(({ url }) => url.startsWith(`${issuer}/me`))
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({ url: `${issuer}/me`, method: 'GET', redirect: 'error', credentials: 'omit', cache: 'no-store' })
    expect(asked[0]?.headers.get('authorization')).toBe('Bearer at-1')
    expect(user()).toEqual({ sub: 'ada', name: 'Ada Lovelace', email: 'ada@example.com', picture: 'https://id.example/ada.png' })
    expect(await journey.app().getAccessToken()).toBe('at-1')
  })

  test('only when the app wants it', async () => {
    expect(await signIn({ userInfo: false })).toBe('signed_in')
    expect(await signIn({ userInfo: undefined })).toBe('signed_in')
    expect(journey.asked('/me')).toBe(0)
  })

  test('B1 not at all after an ID token that is refused', async () => {
    for (const claims of [{ iss: 'https://evil.example' }, { sub: undefined }, { aud: 'other' }, { nonce: 'other' }]) {
      provider.claims = claims
      expect(await signIn()).toBe('invalid_id_token')
    }
    provider.claims = {}
    provider.signer = eve
    expect(await signIn()).toBe('invalid_id_token')
    expect(journey.asked('/me')).toBe(0)
  })

  test('B3 not again at a refresh: what it said stays, beside what the new ID token says', async () => {
    provider.claims = { locale: 'en' }
    await signIn()
    provider.claims = { name: 'Ada King' }
    await journey.app().tokens.refresh()
    expect(user()).toEqual({ sub: 'ada', name: 'Ada King', email: 'ada@example.com', picture: 'https://id.example/ada.png' })
    provider.claims = null
    await journey.app().tokens.refresh()
    expect(user()).toMatchObject({ name: 'Ada King', picture: 'https://id.example/ada.png' })
    expect(journey.asked('/me')).toBe(1)
  })

  test('not again at a refresh: what it said stays where the ID token said it as well, and says it no more', async () => {
    provider.claims = { locale: 'en' }
    await signIn()
    provider.claims = { name: undefined, email: undefined }
    for (let round = 0; round < 2; round++) {
      await journey.app().tokens.refresh()
      expect(user()).toEqual({ sub: 'ada', name: 'Countess', picture: 'https://id.example/ada.png' })
    }
    provider.claims = null
    await journey.app().tokens.refresh()
    provider.claims = { email: undefined }
    await journey.app().tokens.refresh()
    expect(user()).toEqual({ sub: 'ada', name: 'Ada Lovelace', picture: 'https://id.example/ada.png' })
    expect(journey.asked('/me')).toBe(1)
  })

  test('at a step-up, as at a login: what is said by then stays, and not what an ID token said', async () => {
    provider.tokens = { scope: 'openid profile email' }
    await signIn()
    provider.claims = { locale: 'en' }
    provider.userInfoAnswer = () => Response.json({ sub: 'ada', picture: 'newer' })
    provider.tokens = { scope: 'openid profile email pay', refresh_token: undefined }
    await journey.app().stepUp({ scope: ['pay'], url: '' })
    provider.nonce = new URL(world.left.at(-1) ?? '').searchParams.get('nonce') ?? ''
    expect(resultOf(await journey.comeBack())).toBe('signed_in')
    provider.claims = { email: undefined }
    await journey.app().tokens.refresh()
    expect(user()).toEqual({ sub: 'ada', name: 'Ada Lovelace', picture: 'newer' })
  })

  test('at an endpoint that the app names', async () => {
    const endpoints = { authorization: `${issuer}/authorize`, token: `${issuer}/token`, jwks: `${issuer}/jwks`, userInfo: `${issuer}/me` }
    expect(await signIn({ endpoints })).toBe('signed_in')
    expect(user()).toMatchObject({ picture: 'https://id.example/ada.png' })
  })

  test.each([undefined, 'http://id.example/me', '/me'])('MD-02 nobody, and nobody leaves, when the metadata has it at %s', async (endpoint) => {
    provider.metadata['userinfo_endpoint'] = endpoint
    await expect(signIn()).rejects.toMatchObject({ code: 'invalid_response' })
    expect(world.left).toEqual([])
  })

  test('the age of the tokens counts from when they were asked for', async () => {
    provider.tokens = { expires_in: 100 }
    provider.userInfoAnswer = async () => {
      vi.setSystemTime(Date.now() + 8_000)
      return Response.json({ sub: 'ada' })
    }
    world.answer = async (request) => {
      const answer = await provider.answer(request)
      if (request.url.endsWith('/token')) vi.setSystemTime(Date.now() + 7_000)
      return answer
    }
    expect(await signIn()).toBe('signed_in')
    expect(journey.app().tokens.current?.lifetime.lifetimeMs).toBe(93_000)
  })
})

describe('a login is refused, its tokens are revoked, and nobody is signed in, where UserInfo answers', () => {
  const cases: readonly [string, Answer, string][] = [
    ['for another person', () => Response.json({ sub: 'eve' }), 'invalid_response'],
    ['for nobody', () => Response.json({ name: 'Ada' }), 'invalid_response'],
    ['for a number', () => Response.json({ sub: 7 }), 'invalid_response'],
    ['a list', () => Response.json([{ sub: 'ada' }]), 'invalid_response'],
    ['a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } }), 'invalid_response'],
    ['JSON as text', () => new Response('{"sub":"ada"}', { headers: { 'content-type': 'text/plain' } }), 'invalid_response'],
    ['JSON of no type', () => new Response(new TextEncoder().encode('{"sub":"ada"}')), 'invalid_response'],
    ['nothing', () => new Response(null, { status: 204 }), 'invalid_response'],
    ['1 MB and more', () => new Response('x'.repeat(1_100_000)), 'invalid_response'],
    ['401', () => new Response('', { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }), 'client_rejected'],
    ['403', () => new Response('', { status: 403 }), 'client_rejected'],
    ['500', () => new Response('', { status: 500 }), 'server_error'],
    ['429', () => new Response('', { status: 429 }), 'rate_limited'],
    ['a redirect, which the browser refuses', () => Promise.reject(new TypeError('Failed to fetch')), 'network'],
    ['a JWT that nobody signed', () => signedAnswer(jwt({ sub: 'ada' }, { alg: 'none' })), 'invalid_response'],
    ['a JWT that somebody signed', () => signedAnswer(eve.sign({ sub: 'ada' })), 'invalid_response'],
    ['a JWT of another issuer', () => signedAnswer(provider.signer.sign({ sub: 'ada', iss: 'https://evil.example' })), 'invalid_response'],
    ['a JWT for another client', () => signedAnswer(provider.signer.sign({ sub: 'ada', aud: 'other' })), 'invalid_response'],
    ['a JWT for another person', () => signedAnswer(provider.signer.sign({ sub: 'eve' })), 'invalid_response'],
    ['a JWT that is encrypted', () => signedAnswer('a.b.c.d.e'), 'invalid_response'],
  ]
  test.each(cases)('ID-25 %s', async (_, answer, code) => {
    provider.userInfoAnswer = answer
    expect(await signIn()).toBe(code)
    const app = journey.app()
    expect(app.store.getState()).toMatchObject({ status: 'unauthenticated', error: { code } })
    expect(app.tokens.current).toBeNull()
    await vi.advanceTimersByTimeAsync(0)
    expect(world.requests.at(-1)?.url).toBe(`${issuer}/revoke`)
    expect(world.bodies.at(-1)).toContain('token=rt-1')
    expect(world.tabStorage.keys().filter((key) => key.endsWith(':tokens'))).toEqual([])
  })

  test('ID-25 never: given ten seconds', async () => {
    provider.userInfoAnswer = () => new Promise(() => {})
    journey = createJourney(world, provider, { userInfo: true })
    await journey.leave()
    const outcome = journey.comeBack()
    await vi.waitFor(() => expect(journey.asked('/me')).toBe(1))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(resultOf(await outcome)).toBe('timeout')
    expect(journey.app().tokens.current).toBeNull()
  })

  test('ID-25 somebody who is signed in stays it', async () => {
    expect(await signIn()).toBe('signed_in')
    provider.userInfoAnswer = () => Response.json({ sub: 'eve' })
    expect(await signIn()).toBe('invalid_response')
    await journey.app().ready
    expect(journey.app().store.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'ada' }, error: { code: 'invalid_response' } })
  })

  test('ID-25 no value of an answer is in an error', async () => {
    provider.userInfoAnswer = () => Response.json({ sub: 'canary', name: 'canary' })
    await signIn()
    const { error } = journey.app().store.getState()
    expect(JSON.stringify([error, error?.message, error?.stack, error?.cause])).not.toContain('canary')
  })
})

describe('a signed answer', () => {
  test('ID-25 is taken with the signature of a key of the provider', async () => {
    provider.userInfoAnswer = () => signedAnswer(provider.signer.sign({ sub: 'ada', iss: issuer, aud: 'web', picture: 'signed' }))
    expect(await signIn()).toBe('signed_in')
    expect(user()).toMatchObject({ picture: 'signed', name: 'Ada Lovelace' })
    expect(journey.asked('/jwks')).toBe(1)
  })

  test('ID-25 is verified although ID tokens are not; without keys it is refused', async () => {
    provider.userInfoAnswer = () => signedAnswer(provider.signer.sign({ sub: 'ada' }))
    expect(await signIn({ idTokenSignature: 'unchecked' })).toBe('signed_in')
    provider.signer = eve
    expect(await signIn({ idTokenSignature: 'unchecked' })).toBe('invalid_response')
    provider.metadata['jwks_uri'] = undefined
    vi.setSystemTime(Date.now() + 3_600_000)
    expect(await signIn({ idTokenSignature: 'unchecked' })).toBe('invalid_response')
  })
})

test('ID-22 what UserInfo says is shown as what an ID token says: no secrets, no prototype, not too deep', async () => {
  provider.userInfoAnswer = () =>
    new Response('{"sub":"ada","__proto__":{"admin":true},"access_token":"canary","nonce":"x","groups":["a"]}', { headers: { 'content-type': 'application/json' } })
  expect(await signIn()).toBe('signed_in')
  expect(user()).toEqual({ sub: 'ada', name: 'Ada Lovelace', email: 'ada@example.com', groups: ['a'] })
  expect('admin' in (user() as object)).toBe(false)
  expect(journey.app().tokens.current?.tokens.secrets).toEqual({ userInfo: '{"sub":"ada","groups":["a"]}' })
  provider.userInfoAnswer = () => new Response(`{"sub":"ada","deep":${'['.repeat(100)}${']'.repeat(100)}}`, { headers: { 'content-type': 'application/json' } })
  expect(await signIn()).toBe('invalid_response')
})

test('its option is on or off', () => {
  expect(() => authorizationCode({ issuer, clientId: 'web', userInfo: 1 } as never)).toThrow(expect.objectContaining({ code: 'invalid_config', option: 'userInfo' }))
})
