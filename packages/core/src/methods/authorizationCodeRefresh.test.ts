import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { atProvider, createJourney, type Journey } from '../../test/journey.ts'
import { issuer, jwt, type Provider } from '../../test/provider.ts'
import type { World } from '../../test/world.ts'
import { createAuth } from '../auth/createAuth.ts'
import { authorizationCode } from './authorizationCode.ts'

const minute = 60_000

let world: World
let provider: Provider
let journey: Journey
beforeEach(() => {
  ;({ world, provider, journey } = atProvider({ scope: 'read' }))
  // Time is made up here, and a real signature takes some.
  provider.claims = null
})
afterEach(() => vi.useRealTimers())

const exchanged = (): URLSearchParams[] => world.requests.flatMap(({ url }, index) => (url === `${issuer}/token` ? [new URLSearchParams(world.bodies[index])] : []))

describe('one refresh token', () => {
  test('RF-22 is used by one request at a time, whatever is wanted of which API', async () => {
    const resource = ['https://one.example/', 'https://two.example/']
    await createJourney(world, provider, { scope: 'read', resource }).signIn()
    const apis: string[] = []
    world.answer = (request) => {
      if (request.url.startsWith(issuer)) return provider.answer(request)
      apis.push(`${new URL(request.url).host} ${request.headers.get('authorization')}`)
      return Response.json({})
    }
    const auth = createAuth({ method: authorizationCode({ issuer, clientId: 'web', scope: 'read', resource }), storage: 'session', api: resource }, world.environment)
    await auth.ready
    await vi.advanceTimersByTimeAsync(60 * minute)
    await Promise.all([
      ...resource.flatMap((url) => [auth.fetch(url), auth.fetch(url, { method: 'POST', body: '{}' })]),
      ...[0, 1_000, 30 * minute].map((minValidityMs) => auth.getAccessToken({ minValidityMs })),
      auth.tokens.refresh(),
      auth.tokens.acquire(),
    ])
    expect(exchanged().map((form) => form.get('refresh_token'))).toEqual([null, 'rt-1'])
    expect(exchanged()[1]?.getAll('resource')).toEqual(resource)
    expect(apis.sort()).toEqual(['one.example Bearer at-2', 'one.example Bearer at-2', 'two.example Bearer at-2', 'two.example Bearer at-2'])
    await vi.advanceTimersByTimeAsync(60 * minute)
    await Promise.all(resource.map((url) => auth.fetch(url)))
    expect(exchanged().map((form) => form.get('refresh_token'))).toEqual([null, 'rt-1', 'rt-2'])
  })
})

describe('lifetimes', () => {
  const accessToken = (lifeS: number): string => {
    const nowS = Math.floor(Date.now() / 1000)
    return jwt({ sub: 'ada', iat: nowS, exp: nowS + lifeS })
  }

  test.each([
    ['exp', 600, 3600],
    ['expires_in', 3600, 600],
  ])('TM-08 where %s is earlier, that is when a successor is fetched, and nothing ends', async (_, jwtS, expiresInS) => {
    provider.tokens = { access_token: accessToken(jwtS), expires_in: expiresInS }
    await journey.signIn()
    const auth = journey.app()
    expect(auth.tokens.current?.lifetime.lifetimeMs).toBe(10 * minute)
    const stop = auth.start()
    await vi.advanceTimersByTimeAsync(7 * minute)
    expect(exchanged()).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(2 * minute)
    expect(exchanged().map((form) => form.get('grant_type'))).toEqual(['authorization_code', 'refresh_token'])
    expect(auth.store.getState().status).toBe('authenticated')
    stop()
  })
})

describe('a resource that the server will not hear of again', () => {
  const resource = 'https://api.example/'
  const refuse = (error: string) => Response.json({ error }, { status: 400 })

  test.each(['invalid_target', 'invalid_scope'])('RF-10 %s: once more without it, with the same refresh token, and the session goes on', async (error) => {
    journey = createJourney(world, provider, { scope: 'read', resource })
    await journey.signIn()
    world.answer = async (request) => {
      const isNamed = request.url === `${issuer}/token` && new URLSearchParams(await request.clone().text()).has('resource')
      return isNamed ? refuse(error) : provider.answer(request)
    }
    const auth = journey.app()
    await auth.tokens.refresh()
    expect(await auth.getAccessToken()).toBe('at-2')
    const [, first, second, ...more] = exchanged().map((form) => [form.get('refresh_token'), form.get('resource'), form.get('scope')])
    expect([first, second, more]).toEqual([['rt-1', resource, null], ['rt-1', null, null], []])
  })

  test.each(['invalid_target', 'invalid_scope'])('RF-10 %s without it, too, is a wrong configuration: no third request, and nothing ends before the token does', async (error) => {
    journey = createJourney(world, provider, { scope: 'read', resource })
    await journey.signIn()
    provider.tokenAnswer = () => refuse(error)
    const auth = journey.app()
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'client_rejected', oauthError: error, retryable: false })
    expect(exchanged()).toHaveLength(3)
    expect(auth.store.getState().status).toBe('authenticated')
    expect(await auth.getAccessToken()).toBe('at-1')
  })

  test.each([
    ['invalid_target', undefined, 'client_rejected'],
    ['invalid_client', resource, 'client_rejected'],
    ['invalid_grant', resource, 'refresh_rejected'],
  ])('RF-10 %s with the resource %s is not tried again', async (error, named, code) => {
    journey = createJourney(world, provider, { scope: 'read', resource: named })
    await journey.signIn()
    provider.tokenAnswer = () => refuse(error)
    await expect(journey.app().tokens.refresh()).rejects.toMatchObject({ code })
    expect(exchanged()).toHaveLength(2)
  })
})

test('ST-06 a record that somebody edited throughout, to be of somebody else, is nobody else’s: its first refresh ends it', async () => {
  provider.claims = {}
  journey = createJourney(world, provider)
  await journey.signIn()
  journey.app().dispose()
  const key = 'tessera:default:tokens'
  const text = world.tabStorage.getItem(key) ?? ''
  const edited = text.replace('"subject":"ada"', '"subject":"mallory"').replace('"sub":"ada"', '"sub":"mallory"')
  world.tabStorage.setItem(key, edited)
  world.href = 'https://app.example/home'
  const auth = journey.load()
  expect(await auth.ready).toMatchObject({ status: 'authenticated', user: { sub: 'mallory' } })
  await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'subject_changed' })
  expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'subject_changed' })
  expect(world.tabStorage.getItem(key)).toBeNull()
})

describe('a refresh token whose life is known', () => {
  const hour = 60 * minute
  const refreshes = (): unknown[] => exchanged().slice(1).map((form) => form.get('refresh_token'))

  test('RF-24 ends the session when both tokens have run out, by itself, with a reason of its own, and nothing is sent', async () => {
    provider.tokens = { refresh_token_expires_in: 1800 }
    await journey.signIn()
    const auth = journey.app()
    const stop = auth.start()
    await vi.advanceTimersByTimeAsync(hour - 10_000)
    expect(await auth.getAccessToken()).toBe('at-1')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'expired', error: { code: 'session_expired' } })
    expect(refreshes()).toEqual([])
    stop()
  })

  test('RF-24 also when somebody asks for a token, or the page is loaded anew', async () => {
    provider.tokens = { refresh_token_expires_in: '1800' }
    await journey.signIn()
    const before = journey.app()
    await vi.advanceTimersByTimeAsync(2 * hour)
    await expect(before.getAccessToken()).rejects.toMatchObject({ code: 'session_expired' })
    await vi.advanceTimersByTimeAsync(0)
    expect(before.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
    await journey.signIn()
    journey.app().dispose()
    await vi.advanceTimersByTimeAsync(2 * hour)
    world.href = 'https://app.example/home'
    expect(await journey.load().ready).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
    expect(refreshes().filter((token) => token !== null)).toEqual([])
  })

  test.each([
    ['one that stays has what is left', { refresh_token: undefined, refresh_token_expires_in: undefined }, ['rt-1'], 'expired'],
    ['a new one of which nothing is said is used', { refresh_token_expires_in: undefined }, ['rt-1', 'rt-2', 'rt-3'], undefined],
    ['a new one has its own', { refresh_token_expires_in: 5400 }, ['rt-1', 'rt-2', 'rt-3'], undefined],
  ])('RF-24 after a refresh %s', async (_, later, expected, reason) => {
    provider.tokens = { refresh_token_expires_in: 5400 }
    await journey.signIn()
    const auth = journey.app()
    provider.tokens = later
    for (let times = 0; times < 3; times++) {
      await vi.advanceTimersByTimeAsync(hour)
      await auth.getAccessToken().catch(() => {})
    }
    expect(refreshes()).toEqual(expected)
    expect(Object.entries(auth.store.getState()).find(([name]) => name === 'reason')?.[1]).toBe(reason)
  })

  test.each([0, -1, 'soon', null, {}, Number.MAX_VALUE])('RF-24 a life of %j says nothing', async (value) => {
    provider.tokens = { refresh_token_expires_in: value }
    await journey.signIn()
    await vi.advanceTimersByTimeAsync(hour)
    expect(await journey.app().getAccessToken()).toBe('at-2')
  })

  test('RF-24 TM-05 a clock that is set forwards signs nobody out', async () => {
    provider.tokens = { refresh_token_expires_in: 1800 }
    await journey.signIn()
    vi.setSystemTime(Date.now() + 24 * hour)
    expect(await journey.app().getAccessToken()).toBe('at-2')
    expect(journey.app().store.getState().status).toBe('authenticated')
  })

  test('RF-24 one that somebody edited in the storage is none', async () => {
    provider.tokens = { refresh_token_expires_in: 1800 }
    await journey.signIn()
    journey.app().dispose()
    const key = 'tessera:default:tokens'
    world.tabStorage.setItem(key, (world.tabStorage.getItem(key) ?? '').replace('"refreshExpiresInMs":1800000', '"refreshExpiresInMs":"1"'))
    expect(world.tabStorage.getItem(key)).toContain('"1"')
    world.href = 'https://app.example/home'
    await vi.advanceTimersByTimeAsync(hour)
    expect(await journey.load().getAccessToken()).toBe('at-2')
  })
})
