import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { atProvider, createJourney, type Journey, type JourneyOptions, type OAuth } from '../../test/journey.ts'
import { issuer, type Provider } from '../../test/provider.ts'
import type { Answer, World } from '../../test/world.ts'
import { authorizationCode } from './authorizationCode.ts'

let world: World
let provider: Provider
let journey: Journey
beforeEach(() => {
  ;({ world, provider } = atProvider())
})
afterEach(() => vi.useRealTimers())

async function signedIn(options: JourneyOptions = {}): Promise<OAuth> {
  journey = createJourney(world, provider, options)
  await journey.signIn()
  expect(journey.app().store.getState().status).toBe('authenticated')
  return journey.app()
}

const bye = { postLogoutRedirectUri: '/bye' }
const lastLeft = (): URL => new URL(world.left.at(-1) ?? '')

/** Forms that the revocation endpoint got. */
const revocations = (): Record<string, string>[] =>
  world.requests.flatMap(({ url }, index) => (url === `${issuer}/revoke` ? [Object.fromEntries(new URLSearchParams(world.bodies[index]))] : []))

describe('the return from a sign-out at the provider', () => {
  test.each([
    ['without state', '/bye'],
    ['with a state that nobody here sent', '/bye?state=foreign'],
    ['with another state, to the redirect URI', '/callback?state=foreign'],
    ['with the state and issuer of the login, to the redirect URI', '/callback?state=$state&iss=https%3A%2F%2Fid.example'],
  ])('LO-03 %s: nobody is signed in, nothing is sent, a login under way can still be completed', async (_, path) => {
    const auth = await signedIn(bye)
    const state = new URL(world.left[0] ?? '').searchParams.get('state') ?? ''
    await auth.logout()
    await journey.leave()
    const before = world.requests.length
    world.href = `https://app.example${path.replace('$state', state)}`
    const next = journey.load()
    const outcome = await next.handleCallback()
    expect(outcome.type === 'none' || 'error' in outcome).toBe(true)
    expect(await next.ready).toMatchObject({ status: 'unauthenticated' })
    expect(world.requests).toHaveLength(before)
    expect(await journey.comeBack()).toMatchObject({ type: 'signed_in' })
  })
})

describe('at the provider', () => {
  test('LO-04 without an ID token it goes by the client id', async () => {
    provider.claims = null
    const auth = await signedIn({ ...bye, scope: 'read' })
    await auth.logout()
    expect(lastLeft().pathname).toBe('/logout')
    expect(Object.fromEntries(lastLeft().searchParams)).toEqual({ client_id: 'web', post_logout_redirect_uri: 'https://app.example/bye' })
  })

  test('LO-04 an ID token that has expired long ago is a hint all the same, with the client id beside it', async () => {
    const auth = await signedIn(bye)
    const idToken = auth.tokens.current?.tokens.idToken
    await vi.advanceTimersByTimeAsync(30 * 86_400_000)
    await auth.logout()
    expect(Object.fromEntries(lastLeft().searchParams)).toMatchObject({ client_id: 'web', id_token_hint: idToken })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
  })

  test.each([
    '//evil.example/bye', '///evil.example', '/\\evil.example', '\\\\evil.example', '\\/evil.example', '/\t/evil.example', '/\n/evil.example', '\t//evil.example', ' //evil.example', '\0//evil.example',
    '//evil%E3%80%82example', '//evil.example:443\\@app.example', 'https://app.example@evil.example/', 'https://user@app.example/x', 'http:evil.example', 'http://evil.example/', 'http://app.example/x', 'ftp://app.example/',
    'javascript:alert(1)', 'java\nscript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'vbscript:x', 'filesystem:https://app.example/x', 'blob:https://app.example/1',
  ])('LO-06 %j is refused as where to come back to, at construction', (postLogoutRedirectUri) => {
    expect(() => authorizationCode({ issuer, clientId: 'web', postLogoutRedirectUri })).toThrow(expect.objectContaining({ code: 'invalid_config', option: 'postLogoutRedirectUri' }))
  })

  test.each([
    'https://evil.example/bye', 'https:///evil.example', 'https://app.example.evil.example/', 'https://app.example:444/', 'https://аpp.example/', 'https://app.example。evil.example/',
  ])('LO-06 another origin, %s, is refused before anybody leaves or signs in', async (postLogoutRedirectUri) => {
    const auth = createJourney(world, provider, { postLogoutRedirectUri }).load()
    await expect(auth.login()).rejects.toMatchObject({ code: 'invalid_config', option: 'postLogoutRedirectUri' })
    expect(world.left).toEqual([])
  })

  test('LO-06 what the address of the page says counts for nothing', async () => {
    const auth = await signedIn(bye)
    world.href = 'https://app.example/home?post_logout_redirect_uri=https%3A%2F%2Fevil.example&returnTo=//evil.example'
    await auth.logout()
    expect(lastLeft().searchParams.getAll('post_logout_redirect_uri')).toEqual(['https://app.example/bye'])
  })

  test.each(['javascript:alert(1)', 'http://id.example/logout', 'data:text/html,x', '//evil.example'])('LO-06 metadata that wants people to sign out at %s is refused', async (endpoint) => {
    provider.metadata['end_session_endpoint'] = endpoint
    await expect(createJourney(world, provider, bye).load().login()).rejects.toMatchObject({ code: 'invalid_response' })
    expect(world.left).toEqual([])
  })

  test('LO-06 an end-session endpoint overrides no parameter by its own query', async () => {
    provider.metadata['end_session_endpoint'] = `${issuer}/logout?post_logout_redirect_uri=https%3A%2F%2Fevil.example&client_id=evil&tenant=1`
    const auth = await signedIn(bye)
    await auth.logout()
    expect(lastLeft().searchParams.getAll('post_logout_redirect_uri')).toEqual(['https://app.example/bye'])
    expect(lastLeft().searchParams.getAll('client_id')).toEqual(['web'])
    expect(lastLeft().searchParams.get('tenant')).toBe('1')
  })
})

describe('the ID token at a sign-out', () => {
  test('LO-11 is in no address with idTokenHint false: the client id and a hint say who it is', async () => {
    const auth = await signedIn({ ...bye, idTokenHint: false })
    const idToken = auth.tokens.current?.tokens.idToken ?? ''
    expect(idToken).not.toBe('')
    await auth.logout()
    expect(Object.fromEntries(lastLeft().searchParams)).toEqual({ client_id: 'web', post_logout_redirect_uri: 'https://app.example/bye', logout_hint: 'ada' })
    expect([...world.left, ...world.requests.map(({ url }) => url)].join()).not.toContain(idToken)
  })

  test('LO-11 of nobody known there is no hint', async () => {
    provider.claims = null
    const auth = await signedIn({ ...bye, scope: 'read', idTokenHint: false })
    await auth.logout()
    expect([...lastLeft().searchParams.keys()]).toEqual(['client_id', 'post_logout_redirect_uri'])
  })

  test.each([null, 'no', 0])('LO-11 idTokenHint %j is refused, by name', (idTokenHint) => {
    expect(() => authorizationCode({ issuer, clientId: 'web', idTokenHint } as never)).toThrow(expect.objectContaining({ code: 'invalid_config', option: 'idTokenHint' }))
  })
})

describe('revocation', () => {
  async function signOut(answer: Answer) {
    const auth = await signedIn()
    world.answer = (request) => (request.url === `${issuer}/revoke` ? answer(request) : provider.answer(request))
    const result = await auth.logout()
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
    return result
  }

  test('LO-01 signed out here before the provider is told', async () => {
    const auth = await signedIn()
    const before: unknown[] = []
    world.answer = (request) => {
      before.push([request.url, auth.store.getState().status, auth.tokens.current, world.tabStorage.keys().filter((key) => key.endsWith(':tokens'))])
      return provider.answer(request)
    }
    await auth.logout()
    expect(before).toEqual([[`${issuer}/revoke`, 'unauthenticated', null, []]])
  })

  test.each([
    ['nothing', () => new Response(null, { status: 200 })],
    ['a page', () => new Response('<html>', { status: 200, headers: { 'content-type': 'text/html' } })],
    ['an object that speaks of an unknown token', () => Response.json({ error: 'invalid_token' })],
  ])('LO-10 200 with %s is done: the refresh token went first and alone, in a request that outlives the page', async (_, answer) => {
    expect(await signOut(answer)).toEqual({ isRemote: true, error: null })
    expect(revocations()).toEqual([{ token: 'rt-1', client_id: 'web' }])
    expect(world.requests.at(-1)?.keepalive).toBe(true)
  })

  test('LO-10 503 says that the token lives on, for how long to wait, and that it can be tried again', async () => {
    const result = await signOut(() => new Response('', { status: 503, headers: { 'retry-after': '30' } }))
    expect(result).toMatchObject({ isRemote: false, error: { code: 'server_error', status: 503, retryable: true, retryAfterMs: 30_000 } })
    expect(revocations()).toHaveLength(1)
  })

  test('LO-10 a server that revokes no tokens of this type says so, and that will not pass', async () => {
    const result = await signOut(() => Response.json({ error: 'unsupported_token_type' }, { status: 400 }))
    expect(result).toMatchObject({ isRemote: false, error: { code: 'client_rejected', oauthError: 'unsupported_token_type', retryable: false } })
    expect(revocations()).toHaveLength(1)
  })

  test.each([
    ['cannot be reached', 'network', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['does not answer', 'timeout', () => new Promise<Response>(() => {})],
  ])('LO-01 at a provider that %s: the page does not leave for it', async (_, code, answer) => {
    const auth = await signedIn(bye)
    const before = world.left.length
    world.answer = (request) => (request.url === `${issuer}/revoke` ? answer() : provider.answer(request))
    const out = auth.logout()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await out).toMatchObject({ isRemote: false, error: { code } })
    expect(world.left).toHaveLength(before)
  })

  test('of a stored session that has no token is of nothing: signed out here, and nothing has failed', async () => {
    await signedIn()
    const key = 'tessera:default:tokens'
    const { tokens, ...record } = JSON.parse(world.tabStorage.getItem(key) ?? '{}') as { tokens: object }
    world.tabStorage.setItem(key, JSON.stringify({ ...record, tokens: { ...tokens, accessToken: null, refreshToken: undefined } }))
    const auth = journey.load()
    await auth.ready
    expect(await auth.logout()).toEqual({ isRemote: false, error: null })
    expect([auth.store.getState().status, revocations()]).toEqual(['unauthenticated', []])
  })

  test('LO-10 without a refresh token the access token is revoked', async () => {
    provider.tokens = { refresh_token: undefined }
    const auth = await signedIn()
    await auth.logout()
    expect(revocations()).toEqual([{ token: 'at-1', client_id: 'web' }])
  })
})
