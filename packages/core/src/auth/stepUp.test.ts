import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { atProvider } from '../../test/journey.ts'
import { issuer, type Provider } from '../../test/provider.ts'
import type { FakePopup } from '../../test/windows.ts'
import { defer, type World } from '../../test/world.ts'
import { memoryStorage, type TokenStorage } from '../browser/storage.ts'
import { AuthError } from '../errors.ts'
import { readStepUp } from '../http/readStepUp.ts'
import { authorizationCode, type AuthorizationCodeInput, type AuthorizationCodeOptions } from '../methods/authorizationCode.ts'
import type { StepUpOptions } from '../methods/method.ts'
import { password } from '../methods/password.ts'
import type { Claims } from '../session/claims.ts'
import type { StepUpChallenge } from '../session/stepUpChallenge.ts'
import type { Auth } from './auth.ts'
import { createAuth } from './createAuth.ts'

type OAuth = Auth<AuthorizationCodeInput | void, Claims>

const minute = 60_000
const pay: StepUpChallenge = { scope: ['pay'], url: 'https://api.example/pay' }
const strong: StepUpChallenge = { scope: [], acrValues: 'urn:mfa urn:hwk', url: 'https://api.example/pay' }
const recent: StepUpChallenge = { scope: [], maxAgeMs: minute, url: 'https://api.example/pay' }

let world: World
let provider: Provider
beforeEach(() => {
  ;({ world, provider } = atProvider())
  provider.tokens = { scope: 'openid profile email read' }
})
afterEach(() => vi.useRealTimers())

const seconds = (): number => Math.floor(Date.now() / 1000)

function load(options: Partial<AuthorizationCodeOptions> = {}, storage: 'memory' | 'session' | TokenStorage = 'session'): OAuth {
  const method = authorizationCode({ issuer, clientId: 'web', scope: 'openid profile email read', ...options } as AuthorizationCodeOptions)
  return createAuth({ method, storage, api: 'https://api.example' }, world.environment)
}

/** What the provider was asked for last, by this page. */
function asked(address = world.left.at(-1) ?? ''): Record<string, string> {
  const parameters = new URL(address).searchParams
  provider.nonce = parameters.get('nonce') ?? ''
  return Object.fromEntries(parameters)
}

/** Puts the answer to the newest journey into the address. */
function arrive(answer: Record<string, string> = { code: 'the-code' }): void {
  const { state = '' } = asked()
  world.href = `https://app.example/callback?${new URLSearchParams({ iss: issuer, state, ...answer }).toString()}`
}

/** Comes back to a new page load. */
async function comeBack(answer?: Record<string, string>, options?: Partial<AuthorizationCodeOptions>, storage?: 'memory' | TokenStorage) {
  arrive(answer)
  const auth = load(options, storage)
  return { auth, outcome: await auth.handleCallback() }
}

async function signedIn(options?: Partial<AuthorizationCodeOptions>, storage?: 'memory' | TokenStorage): Promise<OAuth> {
  await load(options, storage).login()
  const { auth } = await comeBack(undefined, options, storage)
  expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'ada' }, scope: ['openid', 'profile', 'email', 'read'] })
  world.href = 'https://app.example/basket'
  return auth
}

/** Steps up in a popup: leaves, and comes back unless told otherwise, after what happens meanwhile. */
async function inPopup(auth: OAuth, challenge: StepUpChallenge, answer: Record<string, string> = { code: 'the-code' }, meanwhile?: () => unknown): Promise<string> {
  const before = world.windows.opened.length
  const result = codeOf(auth.stepUp(challenge, { presentation: 'popup' }))
  await vi.waitFor(() => expect(world.windows.opened.length).toBe(before + 1))
  const popup = world.windows.opened.at(-1) as FakePopup
  const { state = '' } = asked(await popup.sentTo)
  await meanwhile?.()
  popup.inside.post({ type: 'tessera:answer', url: `https://app.example/callback?${new URLSearchParams({ iss: issuer, state, ...answer }).toString()}` })
  return result
}

const codeOf = (result: Promise<unknown>): Promise<string> => result.then(() => 'done', (error: unknown) => String((error as { code: unknown }).code))

const revoked = (): (string | null)[] =>
  world.requests.flatMap(({ url }, index) => (url === `${issuer}/revoke` ? [new URLSearchParams(world.bodies[index]).get('token')] : []))

const endpoints = { authorization: `${issuer}/authorize`, token: `${issuer}/token` }
const plain = { issuer: undefined, endpoints, scope: 'read' } as const
const namedToken = `e30.${Buffer.from(JSON.stringify({ sub: 'ada' })).toString('base64url')}.x`

/** Comes back from a provider that says nothing of itself. */
async function comeBackPlainly(options: Partial<AuthorizationCodeOptions>): Promise<OAuth> {
  const { state = '' } = asked()
  world.href = `https://app.example/callback?code=the-code&state=${state}`
  const auth = load(options)
  await auth.handleCallback()
  expect(auth.store.getState().status).toBe('authenticated')
  return auth
}

async function plainSession(accessToken: string, options: Partial<AuthorizationCodeOptions> = plain): Promise<OAuth> {
  provider.tokens = { access_token: accessToken }
  await load(options).login()
  return comeBackPlainly(options)
}

describe('what is asked for', () => {
  test('FE-13: the scopes granted, those configured and those of the challenge, each once, and whom to expect', async () => {
    provider.tokens = { scope: 'openid read extra' }
    await load().login()
    const { auth } = await comeBack()
    await auth.stepUp({ ...pay, scope: ['read', 'pay'] })
    expect(asked()).toMatchObject({ scope: 'openid profile email read extra pay', login_hint: 'ada@example.com' })
    expect(asked()).not.toHaveProperty('id_token_hint')
    expect(asked()).not.toHaveProperty('max_age')
  })

  test('the ways to sign in and the age, as the API has them', async () => {
    await (await signedIn()).stepUp({ ...strong, maxAgeMs: minute })
    expect(asked()).toMatchObject({ acr_values: 'urn:mfa urn:hwk', max_age: '60', scope: 'openid profile email read' })
  })

  test.each([
    [{ loginHint: 'ada' }, 'ada'],
    [{ loginHint: null }, undefined],
    [{}, 'ada-l'],
  ] as const)('with %j the provider is told to expect %s', async (options: StepUpOptions, hint) => {
    provider.claims = { preferred_username: 'ada-l' }
    await (await signedIn()).stepUp(pay, options)
    expect(asked()['login_hint']).toBe(hint)
  })

  test('after a real 403, which the app gets untouched', async () => {
    const auth = await signedIn()
    world.answer = (request) =>
      request.url.startsWith('https://api.example')
        ? new Response('no', { status: 403, headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="pay"' } })
        : provider.answer(request)
    const response = await auth.fetch('https://api.example/pay', { method: 'POST', body: '{}' })
    expect([response.status, await response.text()]).toEqual([403, 'no'])
    const challenge = readStepUp(response)
    if (challenge === null) throw new Error('There is none.')
    // Options that are null are none.
    await auth.stepUp(challenge, null as never)
    expect(asked()['scope']).toBe('openid profile email read pay')
  })

  test.each([{ scope: ['pay', 'see:at-1'] }, { acrValues: 'urn:mfa at-1' }])('INV-22: an API that says the token again has it sent nowhere: %j', async (said) => {
    const auth = await signedIn()
    const gone = world.left.length
    await expect(auth.stepUp({ scope: [], url: 'https://api.example/pay', ...said })).rejects.toMatchObject({ code: 'invalid_input', message: expect.not.stringContaining('at-1') as string })
    expect(world.left.length).toBe(gone)
  })

  test('FE-12: a 401 that wants more of the person is no reason to refresh, and given to the app untouched', async () => {
    const auth = await signedIn()
    const before = world.requests.length
    world.answer = () => new Response('no', { status: 401, headers: { 'www-authenticate': 'Bearer error="insufficient_user_authentication", max_age="60"' } })
    const response = await auth.fetch('https://api.example/pay')
    expect([response.status, await response.text(), readStepUp(response)?.maxAgeMs]).toEqual([401, 'no', minute])
    expect(world.requests.slice(before).map(({ url }) => url)).toEqual(['https://api.example/pay'])
    expect(auth.store.getState().status).toBe('authenticated')
  })
})

test('scopes with more than a space between them are the same scopes, at login and at a step-up', async () => {
  const options = { scope: 'openid  read\n  profile' }
  provider.tokens = {}
  await load(options).login()
  expect(asked()['scope']).toBe('openid read profile')
  const { auth } = await comeBack(undefined, options)
  expect(auth.store.getState()).toMatchObject({ scope: ['openid', 'read', 'profile'] })
  world.href = 'https://app.example/basket'
  await auth.stepUp(pay)
  expect(asked()['scope']).toBe('openid read profile pay')
  expect((await comeBack(undefined, options)).outcome.type).toBe('signed_in')
})

describe.each(['redirect', 'popup'] as const)('by %s', (way) => {
  async function step(auth: OAuth, challenge: StepUpChallenge, answer?: Record<string, string>): Promise<{ readonly auth: OAuth; readonly result: string }> {
    if (way === 'popup') return { auth, result: await inPopup(auth, challenge, answer) }
    const started = await codeOf(auth.stepUp(challenge))
    if (started !== 'done' || auth.store.getState().pending === null) return { auth, result: started }
    const { auth: next, outcome } = await comeBack(answer)
    return { auth: next, result: 'error' in outcome ? outcome.error.code : 'done' }
  }
  const left = (): number => world.left.length + world.windows.opened.length

  test('the same person, with more than before: the session goes on with it, through refreshes', async () => {
    const auth = await signedIn()
    provider.tokens = { scope: 'openid profile email read pay' }
    const after = await step(auth, pay)
    expect(after.result).toBe('done')
    expect(after.auth.store.getState()).toMatchObject({ status: 'authenticated', scope: ['openid', 'profile', 'email', 'read', 'pay'], pending: null, error: null })
    expect(await after.auth.getAccessToken({ scope: ['pay'] })).toBe('at-2')
    // Silent about scopes, as it may be (RFC 6749 §5.1).
    provider.tokens = {}
    await after.auth.tokens.refresh()
    expect(await after.auth.getAccessToken({ scope: ['pay'] })).toBe('at-3')
  })

  test('an answer that is silent about scopes grants what was asked for', async () => {
    const auth = await signedIn()
    provider.tokens = {}
    const after = await step(auth, pay)
    expect(after.result).toBe('done')
    expect(after.auth.store.getState()).toMatchObject({ scope: ['openid', 'profile', 'email', 'read', 'pay'] })
  })

  test('INV-23: what was not granted is said, and the session goes on with what was', async () => {
    const auth = await signedIn()
    provider.tokens = { scope: 'openid read more' }
    const after = await step(auth, { ...pay, scope: ['pay', 'more'] })
    expect(after.result).toBe('insufficient_scope')
    expect(after.auth.store.getState()).toMatchObject({ status: 'authenticated', scope: ['openid', 'read', 'more'], pending: null, error: { code: 'insufficient_scope', missingScope: ['pay'] } })
    const { error } = after.auth.store.getState()
    expect(error?.message).toMatch(/: pay\. /)
    expect(await after.auth.getAccessToken()).toBe('at-2')
  })

  test('somebody else comes back: refused, what came is revoked, and the session in use stays as it is', async () => {
    const auth = await signedIn()
    const before = auth.store.getState()
    provider.claims = { sub: 'eve', name: 'Eve' }
    const after = await step(auth, pay)
    expect(after.result).toBe('user_changed')
    await vi.waitFor(() => expect(revoked()).toEqual(['rt-2']))
    expect(after.auth.store.getState()).toMatchObject({ ...before, error: { code: 'user_changed' } })
    expect(await after.auth.getAccessToken()).toBe('at-1')
  })

  test.each(['urn:pwd', undefined, 7])('ID-24: signed in in another way, the ID token says %s: refused, and the session stays as it is', async (acr) => {
    const auth = await signedIn()
    provider.claims = { acr }
    const after = await step(auth, strong)
    expect(after.result).toBe('insufficient_user_authentication')
    expect(await after.auth.getAccessToken()).toBe('at-1')
    expect(revoked()).toEqual([])
  })

  test('ID-24: any of the ways will do', async () => {
    const auth = await signedIn()
    provider.claims = { acr: 'urn:hwk' }
    const after = await step(auth, strong)
    expect(after.result).toBe('done')
    expect(await after.auth.getAccessToken()).toBe('at-2')
  })

  test.each([['absent', undefined], ['old', 1_800_000_000 - 3_600]])('ID-24: an age is asked for and auth_time is %s: refused, and nothing is revoked', async (_, authTime) => {
    const auth = await signedIn()
    provider.claims = { auth_time: authTime }
    const after = await step(auth, recent)
    expect(after.result).toBe('invalid_id_token')
    expect(await after.auth.getAccessToken()).toBe('at-1')
    // The server may take back the session in use with them.
    expect(revoked()).toEqual([])
  })

  test('OR-11: what was given and is asked for again starts nothing, however often', async () => {
    let { auth } = { auth: await signedIn() }
    provider.claims = { auth_time: seconds(), acr: 'urn:mfa' }
    for (const challenge of [strong, recent]) {
      auth = (await step(auth, challenge)).auth
      const [before, token] = [left(), await auth.getAccessToken()]
      for (let round = 0; round < 5; round++) expect(await codeOf(auth.stepUp(challenge, { presentation: way }))).toBe('redirect_loop')
      expect(left()).toBe(before)
      expect(await auth.getAccessToken()).toBe(token)
    }
    // Also for whoever loads the page anew, and of what was given before the last one.
    for (const challenge of [strong, recent]) expect(await codeOf(load().stepUp(challenge))).toBe('redirect_loop')
  })

  test('OR-11: another address that asks for what was given is told once to try again', async () => {
    const auth = await signedIn()
    provider.claims = { acr: 'urn:mfa' }
    const after = await step(auth, strong)
    const [before, elsewhere] = [left(), { ...strong, url: 'https://api.example/orders' }]
    expect(await codeOf(after.auth.stepUp(elsewhere))).toBe('done')
    expect(await codeOf(after.auth.stepUp(elsewhere))).toBe('redirect_loop')
    expect(left()).toBe(before)
  })

  test('another login starts afresh', async () => {
    const auth = await signedIn()
    provider.claims = { acr: 'urn:mfa' }
    await step(auth, strong)
    expect((await step(await signedIn(), strong)).result).toBe('done')
  })

  test('once it is too old again, it is asked for again', async () => {
    const auth = await signedIn()
    provider.claims = { auth_time: seconds() }
    const after = await step(auth, recent)
    vi.setSystemTime(Date.now() + minute)
    provider.claims = { auth_time: seconds() }
    expect((await step(after.auth, recent)).result).toBe('done')
    expect(await after.auth.getAccessToken()).not.toBe('at-2')
  })

  test('a sign-in for each payment: not again for the repeated request, but for the next', async () => {
    const auth = await signedIn()
    provider.claims = { auth_time: seconds() }
    const after = await step(auth, { ...recent, maxAgeMs: 0 })
    expect(after.result).toBe('done')
    vi.setSystemTime(Date.now() + 29_999)
    expect(await codeOf(after.auth.stepUp({ ...recent, maxAgeMs: 0 }))).toBe('redirect_loop')
    vi.setSystemTime(Date.now() + 1)
    provider.claims = { auth_time: seconds() }
    expect((await step(after.auth, { ...recent, maxAgeMs: 0 })).result).toBe('done')
  })

  test('OR-11: what was refused a moment ago is not asked for again, then it is', async () => {
    const auth = await signedIn()
    const after = await step(auth, pay)
    expect(after.result).toBe('insufficient_scope')
    const before = left()
    expect(await codeOf(after.auth.stepUp(pay))).toBe('insufficient_scope')
    expect(await codeOf(after.auth.stepUp({ ...pay, url: 'https://api.example/orders' }))).toBe('insufficient_scope')
    expect(left()).toBe(before)
    vi.setSystemTime(Date.now() + 5 * minute)
    provider.tokens = { scope: 'read pay' }
    expect((await step(after.auth, pay)).result).toBe('done')
  })

  test('OR-11: what failed before it came to the provider is no round, and takes nothing from those that were', async () => {
    const auth = await signedIn()
    expect((await step(auth, pay, { error: 'invalid_scope' })).result).toBe('authorization_failed')
    const [before, reloaded] = [left(), load()]
    // So that it is asked for again.
    vi.setSystemTime(Date.now() + 2 * 60 * minute)
    await reloaded.ready
    provider.tokens = { scope: 'read pay' }
    world.answer = () => Promise.reject(new TypeError('Failed to fetch'))
    for (let round = 0; round < 5; round++) expect(await codeOf(reloaded.stepUp(pay))).toBe('network')
    expect(left()).toBe(before)
    world.answer = provider.answer
    expect((await step(reloaded, pay)).result).toBe('done')
  })

  test('OR-11: an exchange that fails in a way that can pass is no round, and takes nothing from those that were', async () => {
    let auth = await signedIn()
    const results: string[] = []
    for (const isDown of [true, false, true, true, false, true, false]) {
      provider.tokenAnswer = isDown ? () => new Response('down', { status: 503 }) : null
      const after = await step(auth, pay, isDown ? undefined : { error: 'invalid_scope' })
      results.push(after.result)
      auth = after.auth
    }
    const [down, refused] = ['server_error', 'authorization_failed']
    expect(results).toEqual([down, refused, down, down, refused, down, refused])
    const before = left()
    expect(await codeOf(auth.stepUp(pay, { presentation: way }))).toBe('redirect_loop')
    expect(left()).toBe(before)
  })

  test('OR-11: TM-05: a clock that is set back since does not stretch the minutes', async () => {
    const auth = await signedIn()
    const after = await step(auth, pay)
    expect(after.result).toBe('insufficient_scope')
    vi.setSystemTime(Date.now() - 24 * 60 * minute)
    provider.tokens = { scope: 'read pay' }
    expect((await step(after.auth, pay)).result).toBe('done')
  })

  test('a session with more scopes than one can ask for steps up as any other', async () => {
    const granted = Array.from({ length: 70 }, (_, index) => `scope-${index}`)
    provider.tokens = { scope: ['openid', ...granted].join(' ') }
    await load().login()
    const { auth } = await comeBack()
    world.href = 'https://app.example/basket'
    provider.tokens = { scope: ['openid', ...granted, 'pay'].join(' ') }
    const after = await step(auth, pay)
    expect(after.result).toBe('done')
    expect(after.auth.store.getState()).toMatchObject({ scope: ['openid', ...granted, 'pay'] })
  })

  test.each([[['openid read', 'x']], ['openid lesen:für "x"']])('a session that was granted what is no scope (%j) steps up as any other', async (scope) => {
    provider.tokens = { scope }
    await load().login()
    const { auth } = await comeBack()
    world.href = 'https://app.example/basket'
    provider.tokens = { scope: 'openid read pay' }
    const after = await step(auth, pay)
    expect(after.result).toBe('done')
    expect(after.auth.store.getState()).toMatchObject({ status: 'authenticated', scope: ['openid', 'read', 'pay'] })
  })

  test('OR-11: a provider that refuses at once ends a circle after three rounds; minutes later one may try again', async () => {
    let auth = await signedIn()
    const before = left()
    const results: string[] = []
    for (let round = 0; round < 5; round++) {
      if (round === 3) expect(left()).toBe(before + 3)
      if (round < 3) {
        const after = await step(auth, pay, { error: 'invalid_scope' })
        results.push(after.result)
        auth = after.auth
      } else results.push(await codeOf(auth.stepUp(pay, { presentation: way })))
    }
    expect(results).toEqual([...Array<string>(3).fill('authorization_failed'), 'redirect_loop', 'redirect_loop'])
    expect(left()).toBe(before + 3)
    vi.setSystemTime(Date.now() + 5 * minute)
    provider.tokens = { scope: 'read pay' }
    expect((await step(auth, pay)).result).toBe('done')
  })

  test('OR-11: so does one that never lets anybody finish what is only of their age', async () => {
    let auth = await signedIn()
    for (let round = 0; round < 3; round++) {
      const after = await step(auth, recent, { error: 'login_required' })
      expect(after.result).toBe('authorization_failed')
      auth = after.auth
    }
    const before = left()
    expect(await codeOf(auth.stepUp(recent, { presentation: way }))).toBe('redirect_loop')
    expect(left()).toBe(before)
  })

  test('OR-11: a sign-in of just now for one payment after the other: what was granted, and is too old by now, is no circle', async () => {
    let auth = await signedIn()
    const results: string[] = []
    for (let payment = 0; payment < 5; payment++) {
      provider.claims = { auth_time: seconds() }
      const after = await step(auth, recent)
      results.push(after.result)
      auth = after.auth
      vi.setSystemTime(Date.now() + 2 * minute)
    }
    expect(results).toEqual(Array<string>(5).fill('done'))
  })

  test('OR-11: a scope that is granted and gone again, time after time, is a circle', async () => {
    let auth = await signedIn()
    const results: string[] = []
    for (let round = 0; round < 3; round++) {
      provider.tokens = { scope: 'openid profile email read pay' }
      const after = await step(auth, pay)
      results.push(after.result)
      auth = after.auth
      provider.tokens = { scope: 'openid profile email read' }
      await auth.tokens.refresh()
    }
    const before = left()
    expect([...results, await codeOf(auth.stepUp(pay, { presentation: way }))]).toEqual(['done', 'done', 'done', 'redirect_loop'])
    expect(left()).toBe(before)
  })

  describe('with an answer that has no refresh token', () => {
    const narrow = 'openid profile email read'
    const answer = (scope: string | undefined = `${narrow} pay`) => ({ scope, refresh_token: undefined })

    test('RF-03: RF-20: that of before stays, with what is left of its life, and is not revoked; the next refresh may bring less', async () => {
      provider.tokens = { scope: narrow, refresh_token_expires_in: 7_200 }
      const auth = await signedIn()
      await vi.advanceTimersByTimeAsync(30 * minute)
      provider.tokens = answer()
      const after = await step(auth, pay)
      expect(after.result).toBe('done')
      expect(after.auth.tokens.current?.tokens).toMatchObject({ accessToken: 'at-2', refreshToken: 'rt-1', refreshExpiresInMs: expect.closeTo(90 * minute, -4) as number })
      expect(await after.auth.getAccessToken({ scope: ['pay'] })).toBe('at-2')
      provider.tokens = { scope: narrow }
      await after.auth.tokens.refresh()
      expect(new URLSearchParams(world.bodies.at(-1)).get('refresh_token')).toBe('rt-1')
      expect(after.auth.store.getState()).toMatchObject({ status: 'authenticated', scope: narrow.split(' ') })
      expect(await after.auth.getAccessToken()).toBe('at-3')
      expect(revoked()).toEqual([])
    })

    test('RF-20: a refresh that is silent about scopes gives those that came with the refresh token, however many step-ups came since', async () => {
      let { auth } = { auth: await signedIn() }
      provider.tokens = answer()
      auth = (await step(auth, pay)).auth
      provider.tokens = answer(`${narrow} pay more`)
      auth = (await step(auth, { ...pay, scope: ['more'] })).auth
      expect(auth.store.getState()).toMatchObject({ scope: [...narrow.split(' '), 'pay', 'more'] })
      provider.tokens = {}
      await auth.tokens.refresh()
      expect(auth.store.getState()).toMatchObject({ status: 'authenticated', scope: narrow.split(' ') })
      await expect(auth.getAccessToken({ scope: ['pay'] })).rejects.toMatchObject({ code: 'insufficient_scope', missingScope: ['pay'] })
    })

    test('RF-17: an ID token that a refresh brings is of the sign-in that the refresh token came with', async () => {
      provider.claims = { auth_time: seconds() - 600 }
      const auth = await signedIn()
      provider.tokens = answer(narrow)
      provider.claims = { auth_time: seconds() }
      const after = await step(auth, recent)
      expect(after.result).toBe('done')
      provider.tokens = {}
      provider.claims = { auth_time: seconds() - 600 }
      await after.auth.tokens.refresh()
      expect(await after.auth.getAccessToken()).toBe('at-3')
    })

    test('RF-08: a refresh that is under way replaces the refresh token: its successor stays', async () => {
      const auth = await signedIn()
      const refreshing = defer<undefined>()
      let exchanges = 0
      world.answer = async (request) => {
        const grant = new URLSearchParams(await request.clone().text()).get('grant_type')
        if (grant === 'refresh_token') await refreshing.promise
        provider.tokens = grant === 'refresh_token' ? { scope: narrow, refresh_token: 'rt-next' } : answer()
        const response = await provider.answer(request)
        exchanges += grant === 'authorization_code' ? 1 : 0
        return response
      }
      const started = way === 'popup' ? null : await codeOf(auth.stepUp(pay))
      const late = way === 'popup' ? auth : load()
      if (way === 'redirect') world.href = `https://app.example/callback?${new URLSearchParams({ code: 'the-code', iss: issuer, state: asked()['state'] ?? '' }).toString()}`
      const waiting = codeOf(late.tokens.refresh())
      const result = way === 'popup' ? inPopup(late, pay) : late.handleCallback().then(({ type }) => type)
      await vi.waitFor(() => expect(exchanges).toBe(1))
      refreshing.resolve(undefined)
      expect([started ?? 'done', await waiting, await result]).toEqual(['done', 'done', way === 'popup' ? 'done' : 'signed_in'])
      expect(late.tokens.current?.tokens).toMatchObject({ refreshToken: 'rt-next', scope: [...narrow.split(' '), 'pay'] })
    })

    test('somebody else comes back: what they have is revoked, and the session keeps its own', async () => {
      const auth = await signedIn()
      provider.tokens = answer()
      provider.claims = { sub: 'eve' }
      const after = await step(auth, pay)
      expect(after.result).toBe('user_changed')
      await vi.waitFor(() => expect(revoked()).toEqual(['at-2']))
      expect(after.auth.tokens.current?.tokens).toMatchObject({ accessToken: 'at-1', refreshToken: 'rt-1', subject: 'ada' })
    })
  })
})

describe('by redirect', () => {
  describe('while the page is leaving', () => {
    const at = (path: string): StepUpChallenge => ({ ...pay, url: `https://api.example/${path}` })

    test('OR-11: calls for the same thing share the one departure, which is one round', async () => {
      const auth = await signedIn()
      const before = world.left.length
      for (const path of ['a', 'b', 'c', 'd', 'e']) {
        expect(await codeOf(auth.stepUp(at(path)))).toBe('done')
        // Nobody leaves for that.
        expect(await codeOf(auth.stepUp({ ...at(path), scope: ['read'] }))).toBe('done')
      }
      expect(world.left.length).toBe(before + 1)
      expect(auth.store.getState()).toMatchObject({ pending: 'authorizationCode', error: null })
      const { outcome } = await comeBack({ error: 'access_denied' })
      expect(outcome.type).toBe('cancelled')
      await ('retry' in outcome && outcome.retry())
      expect(world.left.length).toBe(before + 2)
    })

    test.each([
      ['gives that up', () => vi.advanceTimersByTimeAsync(10_000)],
      ['is brought back by the back button', () => world.wake('restored')],
      ['is to leave for another login', (auth: OAuth) => auth.login()],
      ['is to leave for something else', (auth: OAuth) => auth.stepUp(strong)],
    ])('a page that %s steps up anew when it is asked', async (_, act: (auth: OAuth) => unknown) => {
      const auth = await signedIn()
      await auth.stepUp(pay)
      await act(auth)
      const before = world.left.length
      await auth.stepUp(pay)
      expect(world.left.length).toBe(before + 1)
      expect(asked()['scope']).toContain('pay')
    })

    test('whoever calls is told nothing yet, and is once they have what they asked for', async () => {
      const auth = await signedIn()
      await auth.stepUp(at('a'))
      await auth.stepUp(at('b'))
      provider.tokens = { scope: 'read pay more' }
      expect(await inPopup(auth, { ...pay, scope: ['pay', 'more'] })).toBe('done')
      expect(await codeOf(auth.stepUp(at('b')))).toBe('done')
    })
  })

  test('React asks twice, and so does who comes by the history, where the refresh token of before stays', async () => {
    await (await signedIn()).stepUp(pay)
    const callback = `https://app.example/callback?${new URLSearchParams({ code: 'the-code', state: asked()['state'] ?? '', iss: issuer }).toString()}`
    provider.tokens = { scope: 'read pay', refresh_token: undefined }
    const { auth, outcome } = await comeBack()
    expect(outcome).toEqual({ type: 'signed_in', returnTo: '/basket' })
    expect(await auth.handleCallback()).toEqual(outcome)
    expect(await load().handleCallback(callback)).toEqual(outcome)
  })

  test('RF-20: a refresh token that came with no scope at all gives none again', async () => {
    const options = { ...plain, scope: undefined }
    const auth = await plainSession(namedToken, options)
    await auth.stepUp(pay)
    provider.tokens = { access_token: namedToken, scope: 'pay', refresh_token: undefined }
    const next = await comeBackPlainly(options)
    expect(next.store.getState()).toMatchObject({ scope: ['pay'] })
    provider.tokens = { access_token: namedToken }
    await next.tokens.refresh()
    expect(next.store.getState()).toMatchObject({ status: 'authenticated', scope: [] })
  })

  test('with tokens in memory alone, there is no refresh token to keep', async () => {
    await (await signedIn(undefined, 'memory')).stepUp(pay)
    provider.tokens = { scope: 'read pay', refresh_token: undefined }
    const { auth, outcome } = await comeBack(undefined, undefined, 'memory')
    expect(outcome.type).toBe('signed_in')
    expect(auth.tokens.current?.tokens.refreshToken).toBeUndefined()
  })

  test('with tokens in memory alone: the same person signs in anew', async () => {
    const auth = await signedIn(undefined, 'memory')
    await auth.stepUp(pay)
    provider.tokens = { scope: 'read pay' }
    const { auth: next, outcome } = await comeBack(undefined, undefined, 'memory')
    expect(outcome.type).toBe('signed_in')
    expect(next.store.getState()).toMatchObject({ status: 'authenticated', scope: ['read', 'pay'] })
  })

  test('with tokens in memory alone: somebody else is not signed in', async () => {
    await (await signedIn(undefined, 'memory')).stepUp(pay)
    provider.claims = { sub: 'eve' }
    const { auth, outcome } = await comeBack(undefined, undefined, 'memory')
    expect(outcome).toMatchObject({ type: 'failed', error: { code: 'user_changed' } })
    expect(auth.store.getState().status).toBe('unauthenticated')
    await vi.waitFor(() => expect(revoked()).toEqual(['rt-2']))
  })

  describe('with a storage that takes its time', () => {
    let opened = defer<undefined>()
    let isSlow = false
    let kept = memoryStorage()
    const slow: TokenStorage = {
      async getItem(key) {
        if (isSlow) await opened.promise
        return kept.getItem(key)
      },
      setItem: (key, value) => kept.setItem(key, value),
      removeItem: (key) => kept.removeItem(key),
    }
    beforeEach(() => {
      opened = defer()
      isSlow = false
      kept = memoryStorage()
    })

    /** Comes back, and has the code exchanged before it is known who is signed in. */
    async function comeBackFirst(answer?: Record<string, string>) {
      const exchanges = (): number => world.requests.filter(({ url }) => url === `${issuer}/token`).length
      const before = exchanges()
      isSlow = true
      arrive(answer)
      const auth = load(undefined, slow)
      const outcome = auth.handleCallback()
      if (answer === undefined) await vi.waitFor(() => expect(exchanges()).toBe(before + 1))
      await vi.advanceTimersByTimeAsync(100)
      return { auth, outcome }
    }

    test('ST-14: INV-25: somebody else signed in meanwhile: they stay', async () => {
      await (await signedIn(undefined, slow)).stepUp(pay)
      const address = world.left.at(-1) ?? ''
      provider.claims = { sub: 'eve' }
      await load(undefined, slow).login()
      await comeBack(undefined, undefined, slow)
      provider.claims = {}
      world.left.push(address)
      const { auth, outcome } = await comeBackFirst()
      opened.resolve(undefined)
      expect(await outcome).toMatchObject({ type: 'failed', error: { code: 'user_changed' } })
      expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'eve' } })
    })

    test('ST-14: RF-03: the refresh token of before stays where the answer has none', async () => {
      await (await signedIn(undefined, slow)).stepUp(pay)
      provider.tokens = { scope: 'read pay', refresh_token: undefined }
      const { auth, outcome } = await comeBackFirst()
      opened.resolve(undefined)
      expect(await outcome).toMatchObject({ type: 'signed_in' })
      expect(auth.tokens.current?.tokens).toMatchObject({ accessToken: 'at-2', refreshToken: 'rt-1' })
    })

    test('ST-14: INV-6: LO-07: a logout before it is known wins, and what came is revoked', async () => {
      await (await signedIn(undefined, slow)).stepUp(pay)
      const { auth, outcome } = await comeBackFirst()
      const out = auth.logout()
      opened.resolve(undefined)
      expect(await outcome).toMatchObject({ type: 'failed', error: { code: 'superseded' } })
      await out
      expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
      expect(auth.tokens.current).toBeNull()
      await vi.waitFor(() => expect(revoked()).toContain('rt-2'))
    })

    test('ST-14: cancelled, and tried again before it is known: that is a step-up, too', async () => {
      await (await signedIn(undefined, slow)).stepUp(pay)
      const outcome = await (await comeBackFirst({ error: 'access_denied' })).outcome
      if (!('retry' in outcome)) throw new Error('There is no way to try again.')
      const retried = outcome.retry()
      await vi.advanceTimersByTimeAsync(100)
      opened.resolve(undefined)
      await retried
      expect(asked()['scope']).toBe('openid profile email read pay')
    })
  })

  test('somebody else signed in here meanwhile: they stay', async () => {
    await (await signedIn()).stepUp(pay)
    const address = world.left.at(-1)
    provider.claims = { sub: 'eve' }
    await load().login()
    const eve = await comeBack()
    expect(eve.outcome.type).toBe('signed_in')
    provider.claims = {}
    world.left.push(address ?? '')
    const { auth, outcome } = await comeBack()
    expect(outcome).toMatchObject({ type: 'failed', error: { code: 'user_changed' } })
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'eve' } })
  })

  test('React asks twice, and both hear the same', async () => {
    await (await signedIn()).stepUp(pay)
    provider.tokens = { scope: 'read pay' }
    const { auth, outcome } = await comeBack()
    expect(outcome).toEqual({ type: 'signed_in', returnTo: '/basket' })
    expect(await auth.handleCallback()).toEqual(outcome)
    expect(await load().handleCallback()).toEqual({ type: 'none' })
    expect(world.tabStorage.getItem(`tessera:default:scratch:authorizationCode:transaction:${asked()['state'] ?? ''}`)).toMatch(/^(?!.*subject).*"spent":true/)
  })

  test('cancelled: it says what for, whoever was signed in still is, and trying again steps up again', async () => {
    await (await signedIn()).stepUp(pay)
    const { auth, outcome } = await comeBack({ error: 'access_denied' })
    expect(outcome).toMatchObject({ type: 'cancelled', returnTo: '/basket', stepUp: pay })
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated' })
    if (!('retry' in outcome)) throw new Error('There is no way to try again.')
    await outcome.retry()
    expect(asked()['scope']).toBe('openid profile email read pay')
    expect((await comeBack()).outcome).toMatchObject({ returnTo: '/basket' })
  })

  test('cancelled with tokens in memory alone: trying again is a sign-in', async () => {
    await (await signedIn(undefined, 'memory')).stepUp(pay)
    const { outcome } = await comeBack({ error: 'access_denied' }, undefined, 'memory')
    if (!('retry' in outcome)) throw new Error('There is no way to try again.')
    await outcome.retry()
    expect(asked()['scope']).toBe('openid profile email read')
  })

  const valid = { subject: 'ada', family: 'f', scope: ['read'], challenge: { scope: ['read'], url: '' } }
  const broken = ['', '{}', 'null'].concat(
    [{ subject: 7 }, { family: undefined }, { scope: 'read' }, { scope: [7] }, { challenge: undefined }, { challenge: { scope: [], url: '' } }].map((part) =>
      JSON.stringify({ ...valid, ...part }),
    ),
  )

  test.each(broken)(
    'ST-04: terms that somebody made %j complete nothing',
    async (terms) => {
      await (await signedIn()).stepUp(pay)
      const key = world.tabStorage.keys().find((each) => each.includes('transaction:') && world.tabStorage.getItem(each)?.includes('"spent":false')) ?? ''
      const transaction = JSON.parse(world.tabStorage.getItem(key) ?? '') as object
      world.tabStorage.setItem(key, JSON.stringify({ ...transaction, stepUp: terms }))
      const { auth, outcome } = await comeBack()
      expect(outcome).toMatchObject({ type: 'failed', error: { code: 'invalid_callback' } })
      expect(outcome).not.toHaveProperty('stepUp')
      expect(await auth.getAccessToken()).toBe('at-1')
    },
  )
})

describe('in a popup', () => {
  test('two calls for the same thing share one sign-in, wherever it was asked for', async () => {
    const auth = await signedIn()
    provider.tokens = { scope: 'read pay' }
    const elsewhere = { ...pay, url: 'https://api.example/orders' }
    const second = Promise.resolve().then(() => codeOf(auth.stepUp(elsewhere, { presentation: 'popup' })))
    expect(await inPopup(auth, pay)).toBe('done')
    expect(await second).toBe('done')
    expect(world.windows.opened).toHaveLength(1)
    expect(await codeOf(auth.stepUp(elsewhere))).toBe('redirect_loop')
  })

  test('a refresh under way, and whoever waits for it, are not disturbed', async () => {
    const auth = await signedIn()
    const { family } = auth.tokens.current?.tokens ?? {}
    const refreshing = defer<undefined>()
    let exchanges = 0
    world.answer = async (request) => {
      const grant = new URLSearchParams(await request.clone().text()).get('grant_type')
      if (grant === 'refresh_token') await refreshing.promise
      exchanges += grant === 'authorization_code' ? 1 : 0
      return provider.answer(request)
    }
    provider.tokens = { scope: 'read pay' }
    const waiting = codeOf(auth.tokens.refresh())
    const result = inPopup(auth, pay)
    await vi.waitFor(() => expect(exchanges).toBe(1))
    refreshing.resolve(undefined)
    expect([await waiting, await result]).toEqual(['done', 'done'])
    expect(auth.tokens.current?.tokens).toMatchObject({ accessToken: 'at-2', family, scope: ['read', 'pay'] })
    expect(auth.store.getState().pending).toBeNull()
  })

  test('INV-25: somebody else signed in in another tab meanwhile: they stay, here too', async () => {
    const here = await signedIn()
    const result = codeOf(here.stepUp(pay, { presentation: 'popup' }))
    await vi.waitFor(() => expect(world.windows.opened).toHaveLength(1))
    const popup = world.windows.opened.at(-1) as FakePopup
    const { state = '' } = asked(await popup.sentTo)
    // As tabs that share a session do.
    const eve = { ...(here.tokens.current as NonNullable<typeof here.tokens.current>).tokens, subject: 'eve', user: { sub: 'eve' }, family: 'of-eve' }
    await here.tokens.setTokens(eve)
    popup.inside.post({ type: 'tessera:answer', url: `https://app.example/callback?${new URLSearchParams({ iss: issuer, state, code: 'the-code' }).toString()}` })
    expect(await result).toBe('user_changed')
    expect(here.store.getState()).toMatchObject({ user: { sub: 'eve' } })
  })

  test('INV-04: a logout meanwhile wins', async () => {
    const auth = await signedIn()
    provider.tokens = { scope: 'read pay' }
    const result = codeOf(auth.stepUp(pay, { presentation: 'popup' }))
    await vi.waitFor(() => expect(world.windows.opened).toHaveLength(1))
    const popup = world.windows.opened.at(-1) as FakePopup
    const { state = '' } = asked(await popup.sentTo)
    await auth.logout()
    popup.inside.post({ type: 'tessera:answer', url: `https://app.example/callback?${new URLSearchParams({ iss: issuer, state, code: 'the-code' }).toString()}` })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await result).toBe('superseded')
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
  })

  describe('a session that ends meanwhile', () => {
    const once = { scope: 'openid profile email read', refresh_token: undefined, expires_in: 300 }
    const granted = { ...once, scope: `${once.scope} pay` }

    test('INV-25: as its token runs out: the same person is signed in, with all that was granted, and nothing is revoked', async () => {
      provider.tokens = once
      const auth = await signedIn()
      const stop = auth.start()
      await vi.advanceTimersByTimeAsync(3 * minute)
      provider.tokens = granted
      const result = await inPopup(auth, pay, undefined, async () => {
        await vi.advanceTimersByTimeAsync(3 * minute)
        expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
      })
      expect(result).toBe('done')
      expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'ada' }, pending: null, error: null })
      expect(await auth.getAccessToken({ scope: ['pay'] })).toBe('at-2')
      expect(revoked()).toEqual([])
      stop()
    })

    test('RF-07: as a refresh is refused while the answer waits for it: so it is', async () => {
      const auth = await signedIn()
      const refusal = defer<undefined>()
      world.answer = async (request) => {
        const grant = new URLSearchParams(await request.clone().text()).get('grant_type')
        if (grant !== 'refresh_token') return provider.answer(request)
        await refusal.promise
        return Response.json({ error: 'invalid_grant' }, { status: 400 })
      }
      provider.tokens = granted
      const refreshing = codeOf(auth.tokens.refresh())
      const result = inPopup(auth, pay)
      await vi.waitFor(() => expect(world.requests.filter(({ url }) => url === `${issuer}/token`)).toHaveLength(3))
      await vi.advanceTimersByTimeAsync(100)
      refusal.resolve(undefined)
      expect([await refreshing, await result]).toEqual(['refresh_rejected', 'done'])
      expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'ada' } })
    })

    test('INV-25: somebody else comes back: nobody is signed in', async () => {
      const auth = await signedIn()
      provider.claims = { sub: 'eve' }
      expect(await inPopup(auth, pay, undefined, () => auth.tokens.end(new AuthError('session_expired', 'Over.')))).toBe('user_changed')
      expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
      await vi.waitFor(() => expect(revoked()).toEqual(['rt-2']))
    })

    test.each<[string, (auth: OAuth) => void]>([
      ['other_tab', (auth) => auth.tokens.clear({ isElsewhere: true })],
      ['idle', (auth) => auth.tokens.end(new AuthError('session_idle', 'Nobody is there.'))],
      ['storage_cleared', (auth) => auth.tokens.end(new AuthError('storage_failed', 'Wiped.'))],
    ])('INV-6: as somebody wanted it to (%s): it stays over, and what came is revoked', async (reason, end) => {
      const auth = await signedIn()
      expect(await inPopup(auth, pay, undefined, () => end(auth))).toBe('not_authenticated')
      expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason })
      await vi.waitFor(() => expect(revoked()).toEqual(['rt-2']))
    })
  })

  test('a popup that is closed is said so, the session stays, and it may be tried again', async () => {
    const auth = await signedIn()
    const result = codeOf(auth.stepUp(pay, { presentation: 'popup' }))
    await vi.waitFor(() => expect(world.windows.opened).toHaveLength(1))
    const popup = world.windows.opened.at(-1) as FakePopup
    await popup.sentTo
    world.windows.isFocused = true
    popup.isClosed = true
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await result).toBe('popup_closed')
    world.windows.isFocused = false
    provider.tokens = { scope: 'read pay' }
    expect(await inPopup(auth, pay)).toBe('done')
  })
})

describe('refused before anything is asked', () => {
  test('when nobody is signed in', async () => {
    await expect(load().stepUp(pay)).rejects.toMatchObject({ code: 'not_authenticated' })
  })

  test('by a method that cannot', async () => {
    world.answer = () => Response.json({ access_token: 'at', token_type: 'Bearer' })
    const auth = createAuth({ method: password({ loginUrl: 'https://app.example/login' }) }, world.environment)
    await auth.login({ email: 'ada@example.com', password: 'x' })
    await expect(auth.stepUp(pay)).rejects.toMatchObject({ code: 'unsupported_request' })
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', error: null })
  })

  test.each([undefined, null, {}, 'pay', { scope: ['pay'] }, { scope: ['a b'], url: '' }, { scope: [], url: '' }, { scope: ['a'], url: '', maxAgeMs: 1.5 }])(
    'for %j, which is no challenge',
    async (challenge) => {
      await expect((await signedIn()).stepUp(challenge as never)).rejects.toMatchObject({ code: 'invalid_input' })
    },
  )

  test('when nobody knows whose session it is', async () => {
    await expect((await plainSession('opaque')).stepUp(pay)).rejects.toMatchObject({ code: 'unsupported_request' })
  })

  test.each([strong, recent, { ...pay, scope: ['openid'] }])('when no ID token could tell: %j', async (challenge) => {
    const auth = await plainSession(namedToken)
    const before = world.left.length
    await expect(auth.stepUp(challenge)).rejects.toMatchObject({ code: 'unsupported_request' })
    expect(world.left.length).toBe(before)
    await auth.stepUp(pay)
    expect(asked()['scope']).toBe('read pay')
  })
})

test('a session that has the scope is told once to try again: nothing is asked of anybody', async () => {
  const auth = await signedIn()
  const before = world.left.length
  expect(await codeOf(auth.stepUp({ ...pay, scope: ['read'] }))).toBe('done')
  expect(await codeOf(auth.stepUp({ ...pay, scope: ['read'] }))).toBe('redirect_loop')
  expect(world.left.length).toBe(before)
})

test('what a storage holds of earlier step-ups makes nothing throw', async () => {
  const auth = await signedIn()
  for (const text of ['', 'x', '[]', '{"rounds":7}', '{"rounds":[null,{"family":"x"}]}']) {
    world.tabStorage.setItem('tessera:default:scratch:authorizationCode:stepUps', text)
    await auth.stepUp({ ...pay, scope: [`pay${text.length}`] })
  }
  expect(world.tabStorage.getItem('tessera:default:scratch:authorizationCode:stepUps')).not.toMatch(/at-1|rt-1/)
})

test('RF-20: a refresh that narrows the scope shows, and nobody gets its token for more', async () => {
  const auth = await signedIn()
  expect(await auth.getAccessToken({ scope: ['read'] })).toBe('at-1')
  provider.tokens = { scope: 'openid' }
  await auth.tokens.refresh()
  expect(auth.store.getState()).toMatchObject({ status: 'authenticated', scope: ['openid'] })
  await expect(auth.getAccessToken({ scope: ['openid', 'read'] })).rejects.toMatchObject({ code: 'insufficient_scope', missingScope: ['read'] })
  expect(await auth.getAccessToken()).toBe('at-2')
})
