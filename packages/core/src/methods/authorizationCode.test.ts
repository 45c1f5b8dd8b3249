import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { atProvider } from '../../test/journey.ts'
import { issuer, jwt, type Provider } from '../../test/provider.ts'
import type { FakePopup } from '../../test/windows.ts'
import { createWorld, defer, type World } from '../../test/world.ts'
import type { Auth } from '../auth/auth.ts'
import { createAuth } from '../auth/createAuth.ts'
import type { Claims } from '../session/claims.ts'
import { authorizationCode, type AuthorizationCodeInput, type AuthorizationCodeOptions } from './authorizationCode.ts'
import type { CallbackOutcome } from './method.ts'

type OAuth = Auth<AuthorizationCodeInput | void, Claims>

const endpoints = {
  authorization: `${issuer}/authorize`,
  token: `${issuer}/token`,
  revocation: `${issuer}/revoke`,
  endSession: `${issuer}/logout`,
  jwks: `${issuer}/jwks`,
}

/** Parameters that only this library sets, or that have an option or an input of their own. */
const reserved = [
  'response_type', 'response_mode', 'client_id', 'redirect_uri', 'scope', 'state', 'nonce', 'code_challenge', 'code_challenge_method',
  'request', 'request_uri', 'prompt', 'max_age', 'acr_values', 'resource', 'login_hint',
] // prettier-ignore

const minute = 60_000
const hour = 60 * minute

let world: World
let provider: Provider
beforeEach(() => {
  ;({ world, provider } = atProvider())
})
afterEach(() => vi.useRealTimers())

/** A page load: the same tab's storage, a new auth. */
function load(options: Partial<AuthorizationCodeOptions> = {}, storage: 'memory' | 'session' = 'memory'): OAuth {
  const method = authorizationCode({ issuer, clientId: 'web', ...options } as AuthorizationCodeOptions)
  return createAuth({ method, storage }, world.environment)
}

/** Leaves for the provider, and gives the parameters that it was asked with. */
async function leave(auth: OAuth = load(), input?: AuthorizationCodeInput): Promise<URLSearchParams> {
  await auth.login(input)
  const parameters = new URL(world.left.at(-1) ?? '').searchParams
  provider.nonce = parameters.get('nonce') ?? ''
  return parameters
}

/** Comes back from the provider. */
function comeBack(parameters: Record<string, string | undefined>): void {
  const url = new URL('https://app.example/callback')
  for (const [name, value] of Object.entries({ iss: issuer, ...parameters })) if (value !== undefined) url.searchParams.set(name, value)
  world.href = url.href
}

async function signedIn(options: Partial<AuthorizationCodeOptions> = {}, storage: 'memory' | 'session' = 'memory') {
  const state = (await leave(load(options, storage))).get('state') ?? ''
  comeBack({ code: 'the-code', state, ...(options.endpoints !== undefined && { iss: undefined }) })
  const auth = load(options, storage)
  const outcome = await auth.handleCallback()
  return { auth, outcome, state }
}

/** Requests to the token endpoint, as their form parameters. */
const tokenRequests = (): URLSearchParams[] =>
  world.requests.flatMap((request, index) => (request.url === `${issuer}/token` ? [new URLSearchParams(world.bodies[index])] : []))

const metadataRequests = (): Request[] => world.requests.filter(({ url }) => url.endsWith('/openid-configuration'))

function failure(outcome: CallbackOutcome): string {
  return 'error' in outcome ? `${outcome.type} ${outcome.error.code}` : outcome.type
}

describe('options', () => {
  test.each([
    ['issuer', {}],
    ['issuer', { issuer: 'id.example', clientId: 'web' }],
    ['issuer', { issuer: 'http://id.example', clientId: 'web' }],
    ['issuer', { issuer: 'http://localhost.evil.example', clientId: 'web' }],
    ['issuer', { issuer: 'https://id.example/?tenant=1', clientId: 'web' }],
    ['issuer', { issuer: 'https://u:p@id.example', clientId: 'web' }],
    ['clientId', { issuer }],
    ['clientId', { issuer, clientId: ' ' }],
    ['redirectUri', { issuer, clientId: 'web', redirectUri: 'http://app.example/callback' }],
    ['redirectUri', { issuer, clientId: 'web', redirectUri: 'javascript:alert(1)' }],
    ['redirectUri', { issuer, clientId: 'web', redirectUri: '/callback#x' }],
    ['redirectUri', { issuer, clientId: 'web', redirectUri: 'callback' }],
    ['redirectUri', { issuer, clientId: 'web', redirectUri: '//evil.example/callback' }],
    ['redirectUri', { issuer, clientId: 'web', redirectUri: '?x' }],
    ['postLogoutRedirectUri', { issuer, clientId: 'web', postLogoutRedirectUri: 'ftp://app.example' }],
    ['scope', { issuer, clientId: 'web', scope: '' }],
    ['clientSecret', { issuer, clientId: 'web', clientSecret: 'x' }],
    ['scope', { endpoints, clientId: 'web', scope: 'read openid' }],
    ['issuer', { endpoints, issuer: 'id.example', clientId: 'web' }],
    ['endpoints', { endpoints: `${issuer}/authorize`, clientId: 'web' }],
    ['endpoints.token', { endpoints: { authorization: endpoints.authorization }, clientId: 'web' }],
    ['endpoints.authorization', { endpoints: { token: endpoints.token }, clientId: 'web' }],
    ['endpoints.authorization', { endpoints: { ...endpoints, authorization: 'javascript:alert(1)' }, clientId: 'web' }],
    ['endpoints.token', { endpoints: { ...endpoints, token: 'http://id.example/token' }, clientId: 'web' }],
    ['endpoints.token', { endpoints: { ...endpoints, token: '/token' }, issuer, clientId: 'web' }],
    ['endpoints.revocation', { endpoints: { ...endpoints, revocation: '' }, clientId: 'web' }],
    ['endpoints.endSession', { endpoints: { ...endpoints, endSession: 'ftp://id.example' }, clientId: 'web' }],
    ['endpoints.pushedAuthorizationRequest', { endpoints: { ...endpoints, pushedAuthorizationRequest: 7 }, clientId: 'web' }],
    ['endpoints.jwks', { endpoints: { ...endpoints, jwks: 'http://id.example/jwks' }, issuer, clientId: 'web' }],
    ['endpoints.jwks', { endpoints: { ...endpoints, jwks: undefined }, issuer, clientId: 'web' }],
    ['endpoints.userInfo', { endpoints: { ...endpoints, userInfo: 'http://id.example/me' }, clientId: 'web' }],
    ['endpoints.userInfo', { endpoints, issuer, clientId: 'web', userInfo: true }],
    ['userInfo', { issuer, clientId: 'web', userInfo: 'yes' }],
    ['userInfo', { issuer, clientId: 'web', scope: 'read', userInfo: true }],
    ['userInfo', { endpoints, clientId: 'web', userInfo: true }],
    ['idTokenSignature', { issuer, clientId: 'web', idTokenSignature: false }],
    ['userinfo', { endpoints: { ...endpoints, userinfo: `${issuer}/me` }, clientId: 'web' }],
    ['resource', { issuer, clientId: 'web', resource: '/api' }],
    ['resource', { issuer, clientId: 'web', resource: 'https://api.example/#x' }],
    ['resource', { issuer, clientId: 'web', resource: [] }],
    ['resource', { issuer, clientId: 'web', resource: ['https://api.example/', 7] }],
    ['parameters', { issuer, clientId: 'web', parameters: 'audience=x' }],
    ['parameters', { issuer, clientId: 'web', parameters: { audience: 7 } }],
    ['presentation', { issuer, clientId: 'web', presentation: 'window' }],
    ['popupTimeoutMs', { issuer, clientId: 'web', popupTimeoutMs: -1 }],
    ['lifetime', { issuer, clientId: 'web', lifetime: 'forever' }],
    ['fields', { issuer, clientId: 'web', fields: {} }],
  ])('a wrong or missing %s is refused at construction, by name', (option, options) => {
    expect(() => authorizationCode(options as never)).toThrow(expect.objectContaining({ code: 'invalid_config', option }))
  })

  test.each(['https://id.example', 'http://localhost:4400', 'http://127.0.0.1:1', 'http://[::1]:1'])('accepts the issuer %s', (good) => {
    expect(authorizationCode({ issuer: good, clientId: 'web' }).name).toBe('authorizationCode')
  })

  test.each(reserved)('MD-05 the parameter %s is not free: neither as an option nor at login', async (name) => {
    expect(() => authorizationCode({ issuer, clientId: 'web', parameters: { [name]: 'x' } })).toThrow(
      expect.objectContaining({ code: 'invalid_config', option: 'parameters' }),
    )
    await expect(load().login({ parameters: { [name]: 'x' } })).rejects.toMatchObject({ code: 'invalid_input' })
    expect(world.left).toEqual([])
  })

  test.each([
    ['/callback', 'https://app.example/callback'],
    ['/sign-in/done/?from=id', 'https://app.example/sign-in/done/?from=id'],
    ['https://app.example/callback/', 'https://app.example/callback/'],
  ])('MD-07 the redirect URI %s is the same from wherever in the app, at the authorization and at the exchange', async (redirectUri, expected) => {
    for (const href of ['/', '/else/where?redirect_uri=https://evil.example/&code=x#top', '//evil.example/callback', '/callback']) {
      world.href = `https://app.example${href}`
      const parameters = await leave(load({ redirectUri }))
      expect(parameters.getAll('redirect_uri')).toEqual([expected])
      world.href = `${expected}${expected.includes('?') ? '&' : '?'}${new URLSearchParams({ code: 'c', state: parameters.get('state') ?? '', iss: issuer }).toString()}`
      expect(failure(await load({ redirectUri }).handleCallback())).toBe('signed_in')
      expect(tokenRequests().at(-1)?.getAll('redirect_uri')).toEqual([expected])
    }
  })

  test('MD-07 a redirect URI of another origin is refused when it is to be used, with the origin that it should be of', async () => {
    const message = expect.stringContaining('https://app.example') as string
    await expect(load({ redirectUri: 'https://other.example/callback' }).login()).rejects.toMatchObject({ code: 'invalid_config', option: 'redirectUri', message })
    expect(world.left).toEqual([])
  })
})

describe('leaving', () => {
  test('asks with PKCE S256, state and nonce, each fresh', async () => {
    const [one, two] = [await leave(), await leave()]
    expect(Object.fromEntries(one)).toEqual({
      response_type: 'code',
      client_id: 'web',
      redirect_uri: 'https://app.example/callback',
      scope: 'openid profile email',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    for (const name of ['state', 'nonce', 'code_challenge']) expect(one.get(name)).not.toBe(two.get(name))
  })

  test('MD-05 what an endpoint has in its own query is kept, and can override nothing of ours', async () => {
    provider.metadata['authorization_endpoint'] = `${issuer}/authorize?tenant=1&client_id=evil&state=fixed`
    const parameters = await leave()
    expect(parameters.get('tenant')).toBe('1')
    expect(parameters.getAll('client_id')).toEqual(['web'])
    expect(parameters.getAll('state')).toHaveLength(1)
    expect(parameters.get('state')).not.toBe('fixed')
  })

  test('kept metadata of another issuer is not used', async () => {
    await leave()
    const key = 'tessera:default:scratch:authorizationCode:metadata'
    world.tabStorage.setItem(key, (world.tabStorage.getItem(key) ?? '').replaceAll('id.example', 'evil.example'))
    await leave()
    expect(new URL(world.left.at(-1) ?? '').origin).toBe(issuer)
    expect(metadataRequests()).toHaveLength(2)
  })

  test.each(['authorization_endpoint', 'end_session_endpoint'])('MD-02 kept metadata whose %s was made another scheme is not used', async (name) => {
    await leave()
    const key = 'tessera:default:scratch:authorizationCode:metadata'
    const kept = JSON.parse(world.tabStorage.getItem(key) ?? '') as { server: object }
    world.tabStorage.setItem(key, JSON.stringify({ ...kept, server: { ...kept.server, [name]: 'javascript:alert(1)' } }))
    const { auth } = await signedIn({ postLogoutRedirectUri: '/bye' })
    await auth.logout()
    expect(world.left.map((url) => new URL(url).origin)).toEqual(world.left.map(() => issuer))
    expect(metadataRequests()).toHaveLength(2)
  })

  test('asks for the metadata once an hour', async () => {
    await leave()
    await leave()
    expect(metadataRequests()).toHaveLength(1)
    vi.setSystemTime(Date.now() + hour)
    await leave()
    expect(metadataRequests()).toHaveLength(2)
  })

  test('OR-06 the verifier never leaves with the person, nor where they were going: state carries nothing', async () => {
    const url = (await leave(load(), { returnTo: '/orders/canary' }), world.left.at(-1) ?? '')
    expect(decodeURIComponent(url)).not.toContain('orders')
    expect(new URL(url).searchParams.get('state')).toMatch(/^[\w-]{43}$/)
    const kept = world.tabStorage.keys().map((key) => world.tabStorage.getItem(key) ?? '').join()
    const verifier = /"verifier":"([\w-]{43})"/.exec(kept)?.[1] ?? 'none'
    expect(kept).toContain(verifier)
    expect(url).not.toContain(verifier)
  })

  test('prompt and loginHint are passed on', async () => {
    expect(Object.fromEntries(await leave(load(), { prompt: 'login', loginHint: 'ada@example.com' }))).toMatchObject({ prompt: 'login', login_hint: 'ada@example.com' })
  })

  test('XT-15 a login that was left in a page that is gone hinders no other, in this tab or in a copy, and shows in none', async () => {
    await leave()
    const another = load()
    expect(await another.ready).toMatchObject({ pending: null })
    const state = (await leave(another)).get('state') ?? ''
    comeBack({ code: 'c', state })
    const auth = load()
    expect(failure(await auth.handleCallback())).toBe('signed_in')
    expect(auth.store.getState().pending).toBeNull()
  })

  test('XT-15 a login under way shows as pending for ten seconds, and can be begun again at any time', async () => {
    const auth = load()
    await leave(auth)
    await leave(auth)
    expect(world.left).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(9_999)
    expect(auth.store.getState().pending).toBe('authorizationCode')
    await vi.advanceTimersByTimeAsync(1)
    expect(auth.store.getState().pending).toBeNull()
  })

  test('XT-15 a login under way shows as pending, until the person comes back by the back button', async () => {
    const auth = load()
    await auth.ready
    await leave(auth)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', pending: 'authorizationCode' })
    world.wake('visible')
    expect(auth.store.getState().pending).toBe('authorizationCode')
    world.wake('restored')
    expect(auth.store.getState().pending).toBeNull()
  })

  test('INV-18 however often somebody leaves, one listener waits for them, and none after a logout or dispose()', async () => {
    let listeners = 0
    const wake = { subscribe: () => (listeners++, () => void listeners--) }
    const auth = createAuth({ method: authorizationCode({ issuer, clientId: 'web' }) }, { ...world.environment, wake })
    await leave(auth)
    await leave(auth)
    expect(listeners).toBe(1)
    await auth.logout()
    expect(listeners).toBe(0)
    await leave(auth)
    auth.dispose()
    expect(listeners).toBe(0)
  })

  test('without crypto.subtle it says so, and asks nobody', async () => {
    const environment = { ...world.environment, crypto: { ...world.environment.crypto, isSecureContext: () => false } }
    const auth = createAuth({ method: authorizationCode({ issuer, clientId: 'web' }) }, environment)
    await expect(auth.login()).rejects.toMatchObject({ code: 'insecure_context' })
    expect(world.requests).toEqual([])
  })

  test('ST-01 one that got full meanwhile costs the memory of a reload, not the login, whose code is spent', async () => {
    const state = (await leave()).get('state') ?? ''
    const { tabStorage } = world
    // As browsers have it: what gets no longer fits.
    const setItem = (key: string, value: string): void => {
      if (value.length > (tabStorage.getItem(key) ?? '').length) throw new DOMException('full', 'QuotaExceededError')
      tabStorage.setItem(key, value)
    }
    comeBack({ code: 'c', state })
    const auth = createAuth({ method: authorizationCode({ issuer, clientId: 'web' }), storage: 'session' }, { ...world.environment, tabStorage: { ...tabStorage, setItem } })
    const types: string[] = []
    auth.inspect(({ type }) => types.push(type))
    expect(failure(await auth.handleCallback())).toBe('signed_in')
    expect(await auth.getAccessToken()).toBe('at-1')
    expect(types.filter((type) => type === 'storage_failed')).toHaveLength(1)
    expect(tokenRequests()).toHaveLength(1)
    expect(await load({}, 'session').ready).toMatchObject({ status: 'unauthenticated' })
  })

  test('ST-01 a blocked sessionStorage is a typed error, and nobody leaves', async () => {
    const environment = { ...world.environment, tabStorage: { ...world.tabStorage, setItem: () => { throw new Error('blocked') } } } // prettier-ignore
    const auth = createAuth({ method: authorizationCode({ issuer, clientId: 'web' }) }, environment)
    await expect(auth.login()).rejects.toMatchObject({ code: 'storage_failed' })
    expect(world.left).toEqual([])
  })

  test.each([
    ['another issuer', { issuer: 'https://evil.example' }],
    ['a javascript: endpoint', { authorization_endpoint: 'javascript:alert(1)' }],
    ['an http endpoint', { token_endpoint: 'http://id.example/token' }],
    ['a relative endpoint', { authorization_endpoint: '/authorize' }],
    ['no authorization endpoint', { authorization_endpoint: undefined }],
    ['no token endpoint', { token_endpoint: undefined }],
    ['an endpoint on this machine, which the issuer is not', { token_endpoint: 'http://localhost:4400/token' }],
    ['a password in an endpoint', { token_endpoint: 'https://ada:secret@id.example/token' }],
    ['a fragment in an endpoint', { authorization_endpoint: 'https://id.example/authorize#x' }],
    ['a data: endpoint', { authorization_endpoint: 'data:text/html,x' }],
    ['a javascript: endpoint to sign out at', { end_session_endpoint: 'javascript:alert(1)' }],
    ['an http endpoint to revoke at', { revocation_endpoint: 'http://id.example/revoke' }],
  ])('MD-02 metadata with %s is refused before anybody leaves', async (_, members) => {
    Object.assign(provider.metadata, members)
    await expect(load().login()).rejects.toMatchObject({ code: 'invalid_response' })
    expect(world.left).toEqual([])
  })

  test.each([
    ['HTML', () => new Response('<html>', { headers: { 'content-type': 'text/html' } }), 'invalid_response', true],
    ['a list', () => Response.json([]), 'invalid_response', true],
    ['50 MB, good but for that', () => Response.json({ ...provider.metadata, x: 'x'.repeat(50_000_000) }), 'invalid_response', true],
    ['500', () => new Response('', { status: 500 }), 'server_error', true],
    ['404', () => new Response('', { status: 404 }), 'client_rejected', false],
    ['no network', () => Promise.reject(new TypeError('Failed to fetch')), 'network', true],
  ])('MD-03 metadata answered with %s is a typed error, not kept', async (_, answer, code, retryable) => {
    world.answer = (request) => (request.url.endsWith('/openid-configuration') ? answer() : provider.answer(request))
    await expect(load().login()).rejects.toMatchObject({ code, retryable })
    expect(world.tabStorage.keys()).toEqual([])
    world.answer = provider.answer
    await leave()
    expect(world.left).toHaveLength(1)
  })

  test('MD-03 metadata that never come are given ten seconds, and are asked for anew', async () => {
    world.answer = () => new Promise(() => {})
    const login = expect(load().login()).rejects.toMatchObject({ code: 'timeout', retryable: true })
    await vi.waitFor(() => expect(metadataRequests()).toHaveLength(1))
    await vi.advanceTimersByTimeAsync(10_000)
    await login
    world.answer = provider.answer
    await leave()
    expect(world.left).toHaveLength(1)
  })

  test('DO-05 of ten thousand that are in the storage ten stay, and none that is an hour old', async () => {
    const { state = '' } = Object.fromEntries(await leave())
    const [key = ''] = world.tabStorage.keys().filter((each) => each.includes('transaction:'))
    const text = world.tabStorage.getItem(key) ?? ''
    const { createdAt } = JSON.parse(text) as { readonly createdAt: number }
    world.tabStorage.removeItem(key)
    const put = (name: string, at: number) => world.tabStorage.setItem(key.replace(state, name), text.replace(state, name).replace(`${createdAt}`, `${at}`))
    for (let i = 0; i < 10_000; i++) put(`flood-${i}`, createdAt - 3_600_000 - i)
    for (let i = 0; i < 4; i++) put(`young-${i}`, createdAt - 3_599_999 + i)
    world.tabStorage.setItem(key.replace(state, 'junk'), '{')
    await leave()
    const kept = world.tabStorage.keys().filter((each) => each.includes('transaction:'))
    expect(kept.filter((each) => each.includes('young-'))).toHaveLength(4)
    expect(kept).toHaveLength(5)
  })

  test('DO-05 at most ten logins are remembered, the newest', async () => {
    const states: string[] = []
    for (let i = 0; i < 12; i++) {
      states.push((await leave()).get('state') ?? '')
      vi.setSystemTime(Date.now() + 1)
    }
    const kept = world.tabStorage.keys().filter((key) => key.includes('transaction:'))
    expect(kept).toHaveLength(10)
    expect(kept.join()).not.toContain(states[0])
    expect(kept.join()).toContain(states[11])
  })
})

describe('coming back', () => {
  test('exchanges the code with the verifier, once, and signs in', async () => {
    const { auth, outcome } = await signedIn()
    expect(outcome).toEqual({ type: 'signed_in', returnTo: '/home' })
    expect(auth.store.getState()).toEqual({
      status: 'authenticated',
      method: 'authorizationCode',
      user: expect.objectContaining({ sub: 'ada', name: 'Ada Lovelace', email: 'ada@example.com' }),
      scope: ['openid', 'profile', 'email'],
      pending: null,
      error: null,
    })
    expect(tokenRequests().map((form) => Object.fromEntries(form))).toEqual([
      {
        grant_type: 'authorization_code',
        code: 'the-code',
        redirect_uri: 'https://app.example/callback',
        code_verifier: expect.stringMatching(/^[\w-]{43}$/),
        client_id: 'web',
      },
    ])
    expect(await auth.getAccessToken()).toBe('at-1')
  })

  test('CB-19 the address is clean before the first await, and keeps what is not the provider\'s', async () => {
    const state = (await leave()).get('state') ?? ''
    world.href = `https://app.example/callback?tab=2&code=c&state=${state}&iss=${encodeURIComponent(issuer)}&session_state=x#frag`
    void load().handleCallback()
    expect(world.href).toBe('https://app.example/callback?tab=2')
  })

  test('CB-19 the address is clean after a failure too', async () => {
    const state = (await leave()).get('state') ?? ''
    comeBack({ error: 'access_denied', error_description: 'no', state })
    void load().handleCallback()
    expect(world.href).toBe('https://app.example/callback')
  })

  test('CB-19 also when the address is given as a path', async () => {
    const state = (await leave()).get('state') ?? ''
    comeBack({ code: 'c', state })
    expect(failure(await load().handleCallback(world.href.replace('https://app.example', '')))).toBe('signed_in')
    expect(world.href).toBe('https://app.example/callback')
  })

  test('CB-19 an address that is not the one of the page is handled all the same, and the page keeps its own', async () => {
    const state = (await leave()).get('state') ?? ''
    comeBack({ code: 'c', state })
    const address = world.href
    world.href = 'https://app.example/home'
    expect(failure(await load().handleCallback(address))).toBe('signed_in')
    expect(world.href).toBe('https://app.example/home')
  })

  test('CB-19 an address that is clean is not cleaned again', async () => {
    const replace = vi.spyOn(world.environment.page, 'replace')
    const { auth, outcome } = await signedIn()
    expect(replace).toHaveBeenCalledTimes(1)
    expect(await auth.handleCallback()).toEqual(outcome)
    expect(replace).toHaveBeenCalledTimes(1)
  })

  test('the secrets of a login are forgotten before its code is sent', async () => {
    const { state } = await signedIn()
    const kept = world.tabStorage.getItem(`tessera:default:scratch:authorizationCode:transaction:${state}`) ?? ''
    expect(kept).toContain('"spent":true')
    expect(kept).toContain('"verifier":""')
    expect(kept).toContain('"nonce":""')
  })

  test('any other address is left alone', async () => {
    const state = (await leave()).get('state') ?? ''
    for (const href of [`https://app.example/shop?code=1&state=${state}`, 'https://app.example/callback?page=2', 'https://app.example/callback']) {
      world.href = href
      expect(await load().handleCallback()).toEqual({ type: 'none' })
      expect(world.href).toBe(href)
    }
    expect(tokenRequests()).toEqual([])
  })

  test('CB-23 an address that is no URL is no callback', async () => {
    expect(await load().handleCallback('https://')).toEqual({ type: 'none' })
  })

  test.each([
    ['broken escapes', 'code=%E0%A4%A&state=%&iss=%zz'],
    ['NUL', 'code=%00&state=%00\0'],
    ['lone surrogates', 'code=\ud800&state=\udfff'],
    ['bytes that are no text', 'code=%ff%fe&state=%c0%80'],
    ['the names of a prototype', 'code=constructor&state=__proto__'],
    ['a megabyte of parameters', `code=c&state=x&${'a=b&'.repeat(250_000)}`],
    ['a megabyte of code', `code=${'%00'.repeat(350_000)}&state=x`],
  ])('CB-23 a callback with %s is a typed refusal, soon, and touches nothing', async (_, query) => {
    const state = (await leave()).get('state') ?? ''
    const requests = world.requests.length
    vi.useRealTimers()
    const startedAt = performance.now()
    expect(await load().handleCallback(`https://app.example/callback?${query}`)).toMatchObject({ type: 'failed', error: { code: 'transaction_not_found' } })
    expect(performance.now() - startedAt).toBeLessThan(2_000)
    expect(world.requests).toHaveLength(requests)
    comeBack({ code: 'the-code', state })
    expect(failure(await load().handleCallback())).toBe('signed_in')
  })

  test('CB-17 in a tab that began none, nothing starts by itself, however often; asked to, it begins anew', async () => {
    for (let round = 0; round < 5; round++) {
      comeBack({ code: 'c', state: 'x'.repeat(43) })
      const auth = load()
      const outcome = await auth.handleCallback()
      await vi.advanceTimersByTimeAsync(minute)
      expect([world.left, world.requests, auth.store.getState().pending]).toEqual([[], [], null])
      if (round === 4 && 'retry' in outcome) await outcome.retry()
    }
    expect(world.left).toHaveLength(1)
  })

  /** By whoever makes up an address. */
  const written = { error: '<b>written</b>', error_description: '<img src=x> written', error_uri: 'https://evil.example/written' }

  test.each([
    ['CB-01', 'no state', { code: 'c' }],
    ['CB-01', 'an empty state', { code: 'c', state: '' }],
    ['CB-02', 'a forged state', { code: 'c', state: 'forged' }],
    ['CB-10', 'an error with a foreign state', { ...written, state: 'foreign' }],
    ['CB-10', 'an error without a state', written],
    ['CB-17', 'a state of another tab', { code: 'c', state: 'x'.repeat(43) }],
    ['CB-26', "an attacker's own code and state", { code: 'attacker', state: 'attacker' }],
    ['CB-23', 'a megabyte of state', { code: 'c', state: 'x'.repeat(1_000_000) }],
  ])('%s %s is refused without a request, and the login under way can still be completed', async (_id, _what, parameters) => {
    const state = (await leave()).get('state') ?? ''
    comeBack(parameters)
    const [before, requests] = [world.href, world.requests.length]
    const auth = load()
    const outcome = await auth.handleCallback()
    expect(outcome).toMatchObject({ type: 'failed', returnTo: '/', error: { code: 'transaction_not_found' } })
    expect(inspect([outcome, auth.store.getState()], { depth: 9 })).not.toContain('written')
    expect(world.href).toBe(before)
    expect(world.requests).toHaveLength(requests)
    expect(world.left).toHaveLength(1)
    comeBack({ code: 'the-code', state })
    expect(failure(await load().handleCallback())).toBe('signed_in')
  })

  test.each([
    ['CB-13', 'another issuer', 'https://evil.example'],
    ['CB-14', 'no issuer, though one was announced', undefined],
    ['CB-15', 'the issuer with a slash', `${issuer}/`],
    ['CB-15', 'the issuer in capitals', 'https://ID.example'],
    ['CB-15', 'the issuer with its port', 'https://id.example:443'],
    ['CB-15', 'the issuer with an escape', 'https://id%2Eexample'],
  ])('%s %s is a mix-up: refused before the token request, nothing consumed', async (_id, _what, iss) => {
    const state = (await leave()).get('state') ?? ''
    comeBack({ code: 'c', state, iss })
    const message = expect.stringContaining('the provider that was asked') as string
    expect(await load().handleCallback()).toMatchObject({ type: 'failed', error: { code: 'issuer_mismatch', message } })
    expect(tokenRequests()).toEqual([])
    comeBack({ code: 'the-code', state })
    expect(failure(await load().handleCallback())).toBe('signed_in')
  })

  test('a provider that does not announce an issuer in its answers need not send one', async () => {
    provider.metadata['authorization_response_iss_parameter_supported'] = undefined
    const state = (await leave()).get('state') ?? ''
    comeBack({ code: 'c', state, iss: undefined })
    expect(failure(await load().handleCallback())).toBe('signed_in')
  })

  test.each([
    ['CB-11', 'code and error together', { code: 'c', error: 'server_error' }, 'failed authorization_failed'],
    ['CB-12', 'neither code nor error', {}, 'failed invalid_callback'],
    ['CB-12', 'an empty code', { code: '' }, 'failed invalid_callback'],
    ['CB-18', 'an id_token in the address', { code: 'c', id_token: 'x.y.z' }, 'failed invalid_callback'],
    ['CB-18', 'an access token in the address', { access_token: 'canary' }, 'failed invalid_callback'],
    ['CB-18', 'both tokens in the address', { access_token: 'canary', id_token: 'x.y.z' }, 'failed invalid_callback'],
    ['CB-18', 'an access token beside the code', { code: 'c', access_token: 'canary' }, 'failed invalid_callback'],
    ['CB-18', 'a JARM response', { code: 'c', response: 'x.y.z' }, 'failed invalid_callback'],
    ['cancelled', 'access_denied', { error: 'access_denied' }, 'cancelled access_denied'],
    ['error', 'a hostile error value', { error: '<script>alert(1)</script>' }, 'failed authorization_failed'],
  ])('%s %s: %j gives "%s" and no token request', async (_id, _what, parameters, expected) => {
    const state = (await leave(load(), { returnTo: '/orders?page=2' })).get('state') ?? ''
    comeBack({ ...parameters, state })
    const outcome = await load().handleCallback()
    expect(failure(outcome)).toBe(expected)
    expect(outcome).toMatchObject({ returnTo: '/orders?page=2' })
    expect(JSON.stringify(outcome) + String('error' in outcome && outcome.error)).not.toContain('script')
    expect(tokenRequests()).toEqual([])
    expect(world.href).toBe('https://app.example/callback')
  })

  test.each(['access_token=canary&token_type=Bearer', 'code=c', 'id_token=x.y.z'])('CB-18 what comes in the fragment is no callback: %s', async (answer) => {
    const state = (await leave()).get('state') ?? ''
    world.href = `https://app.example/callback#${answer}&state=${state}&iss=${encodeURIComponent(issuer)}`
    const auth = load()
    expect(await auth.handleCallback()).toEqual({ type: 'none' })
    expect((await auth.ready).status).toBe('unauthenticated')
    expect(tokenRequests()).toEqual([])
  })

  test('CB-18 a token in the fragment of a good callback is not read, and does not stay', async () => {
    const state = (await leave()).get('state') ?? ''
    comeBack({ code: 'the-code', state })
    world.href += '#access_token=evil'
    const auth = load()
    expect(failure(await auth.handleCallback())).toBe('signed_in')
    expect(await auth.getAccessToken()).toBe('at-1')
    expect(world.href).toBe('https://app.example/callback')
  })

  test.each(['&code=d', '&state=other', `&iss=${encodeURIComponent('https://evil.example')}`, `&iss=${encodeURIComponent(issuer)}`])('CB-13 a parameter that comes twice is refused: %s', async (more) => {
    const state = (await leave()).get('state') ?? ''
    comeBack({ code: 'c', state })
    world.href += more
    expect(failure(await load().handleCallback())).toBe('failed invalid_callback')
    expect(tokenRequests()).toEqual([])
  })

  test('CB-04 two logins of one tab live side by side', async () => {
    const [one, two] = [(await leave()).get('state') ?? '', (await leave(load(), { returnTo: '/two' })).get('state') ?? '']
    comeBack({ code: 'c', state: two })
    expect(await load().handleCallback()).toEqual({ type: 'signed_in', returnTo: '/two' })
    expect(one).not.toBe(two)
    const kept = world.tabStorage.getItem(`tessera:default:scratch:authorizationCode:transaction:${one}`) ?? ''
    provider.claims = { nonce: /"nonce":"([^"]+)"/.exec(kept)?.[1] }
    comeBack({ code: 'c', state: one })
    expect(await load().handleCallback()).toEqual({ type: 'signed_in', returnTo: '/home' })
  })

  test('StrictMode: handled twice at once is one exchange with one outcome, and so is a later call', async () => {
    const state = (await leave()).get('state') ?? ''
    comeBack({ code: 'c', state })
    const auth = load()
    const outcomes = await Promise.all([auth.handleCallback(), auth.handleCallback()])
    expect(outcomes[0]).toEqual(outcomes[1])
    expect(await auth.handleCallback()).toEqual(outcomes[0])
    expect(tokenRequests()).toHaveLength(1)
  })

  test('after a sign-out the outcome of before is no longer true: the clean address is no callback, the old one is used', async () => {
    const { auth, state } = await signedIn()
    await auth.logout()
    expect(await auth.handleCallback()).toEqual({ type: 'none' })
    comeBack({ code: 'the-code', state })
    expect(failure(await auth.handleCallback())).toBe('failed callback_used')
    expect(tokenRequests()).toHaveLength(1)
  })

  test('nor is the outcome of before true once the session has ended by itself: the clean address is no callback, the old one is used', async () => {
    const { auth, state } = await signedIn()
    provider.tokenAnswer = () => Response.json({ error: 'invalid_grant' }, { status: 400 })
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'refresh_rejected' })
    expect(await auth.handleCallback()).toEqual({ type: 'none' })
    comeBack({ code: 'the-code', state })
    expect(failure(await auth.handleCallback())).toBe('failed callback_used')
  })

  test('CB-05 the same callback again after it signed in: same outcome, no request, still signed in', async () => {
    const { state } = await signedIn({}, 'session')
    comeBack({ code: 'the-code', state })
    const auth = load({}, 'session')
    expect(await auth.handleCallback()).toEqual({ type: 'signed_in', returnTo: '/home' })
    expect(tokenRequests()).toHaveLength(1)
    expect((await auth.ready).status).toBe('authenticated')
  })

  test('CB-05 CB-19 an address that comes again to the same page, as by the back button, is cleaned again, before anything is loaded', async () => {
    const state = (await leave()).get('state') ?? ''
    const auth = load()
    for (let times = 0; times < 2; times++) {
      comeBack({ code: 'the-code', state })
      const handled = auth.handleCallback()
      expect(world.href).toBe('https://app.example/callback')
      expect(failure(await handled)).toBe('signed_in')
    }
    expect(tokenRequests()).toHaveLength(1)
  })

  test('CB-05 the same callback again when its session is gone: callback_used, no request', async () => {
    const { state } = await signedIn({}, 'memory')
    comeBack({ code: 'the-code', state })
    expect(failure(await load().handleCallback())).toBe('failed callback_used')
    expect(tokenRequests()).toHaveLength(1)
  })

  test.each(['session', 'memory'] as const)('CB-05 CB-19 the same callback on a page that is loaded anew is out of the address before the first await, be its session there or gone (%s)', async (storage) => {
    const { state } = await signedIn({}, storage)
    comeBack({ code: 'the-code', state })
    const handled = load({}, storage).handleCallback()
    expect(world.href).toBe('https://app.example/callback')
    expect(failure(await handled)).toBe(storage === 'session' ? 'signed_in' : 'failed callback_used')
    expect(tokenRequests()).toHaveLength(1)
  })

  test('CB-05 TR-22 the same callback on a page that is loaded anew, after its exchange failed: callback_used, and the code was sent once', async () => {
    const state = (await leave()).get('state') ?? ''
    provider.tokenAnswer = () => new Response('', { status: 503 })
    for (const expected of ['failed server_error', 'failed callback_used']) {
      comeBack({ code: 'c', state })
      expect(failure(await load().handleCallback())).toBe(expected)
    }
    expect(tokenRequests()).toHaveLength(1)
  })

  test('INV-10 a login may take an hour', async () => {
    const state = (await leave()).get('state') ?? ''
    vi.setSystemTime(Date.now() + hour)
    comeBack({ code: 'c', state })
    expect(failure(await load().handleCallback())).toBe('signed_in')
  })

  test('INV-10 a login that took over an hour is refused without a token request, with its way back', async () => {
    const state = (await leave(load(), { returnTo: '/slow' })).get('state') ?? ''
    vi.setSystemTime(Date.now() + hour + 1)
    comeBack({ code: 'c', state })
    expect(await load().handleCallback()).toMatchObject({ type: 'failed', returnTo: '/slow', error: { code: 'transaction_expired' } })
    expect(tokenRequests()).toEqual([])
  })

  test.each(['{', '42', '{"state":"x"}'])('OR-06 ST-04 a transaction record of %j is no transaction', async (text) => {
    world.tabStorage.setItem('tessera:default:scratch:authorizationCode:transaction:abc', text)
    comeBack({ code: 'c', state: 'abc' })
    expect(failure(await load().handleCallback())).toBe('failed transaction_not_found')
  })

  test.each([
    ['issuer', 7],
    ['maxAgeMs', '60000'],
    ['stepUp', 7],
    ['jkt', 7],
    ['verifier', null],
  ])('OR-06 ST-04 a transaction whose %s was made %j is no transaction', async (member, value) => {
    const state = (await leave()).get('state') ?? ''
    const key = `tessera:default:scratch:authorizationCode:transaction:${state}`
    world.tabStorage.setItem(key, JSON.stringify({ ...(JSON.parse(world.tabStorage.getItem(key) ?? '') as object), [member]: value }))
    comeBack({ code: 'c', state })
    expect(failure(await load().handleCallback())).toBe('failed transaction_not_found')
  })

  test('INV-10 OR-06 a transaction that was copied under another state is none of that state', async () => {
    const state = (await leave()).get('state') ?? ''
    const key = 'tessera:default:scratch:authorizationCode:transaction:'
    world.tabStorage.setItem(`${key}abc`, world.tabStorage.getItem(key + state) ?? '')
    comeBack({ code: 'c', state: 'abc' })
    expect(failure(await load().handleCallback())).toBe('failed transaction_not_found')
    expect(tokenRequests()).toEqual([])
  })

  test('OR-06 OR-05 returnTo is checked again when it is used', async () => {
    for (const returnTo of ['https://evil.example/', '//evil.example', '/callback?code=1&state=2', 'javascript:alert(1)']) {
      const state = (await leave()).get('state') ?? ''
      const key = `tessera:default:scratch:authorizationCode:transaction:${state}`
      world.tabStorage.setItem(key, (world.tabStorage.getItem(key) ?? '').replace('/home', returnTo))
      comeBack({ code: 'c', state })
      expect(await load().handleCallback()).toMatchObject({ returnTo: '/' })
    }
  })

  test('LO-07 a logout while the exchange is under way wins, and the late tokens are revoked', async () => {
    const answer = defer<Response>()
    const state = (await leave()).get('state') ?? ''
    comeBack({ code: 'c', state })
    const auth = load()
    provider.tokenAnswer = () => answer.promise
    const outcome = auth.handleCallback()
    await vi.advanceTimersByTimeAsync(0)
    await auth.logout()
    provider.tokenAnswer = null
    answer.resolve(await provider.answer(new Request(`${issuer}/token`, { method: 'POST', body: 'grant_type=authorization_code' })))
    expect(failure(await outcome)).toBe('failed superseded')
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', pending: null })
    await vi.advanceTimersByTimeAsync(0)
    expect(world.requests.at(-1)?.url).toBe(`${issuer}/revoke`)
    expect(world.bodies.at(-1)).toContain('token=rt-1')
  })

  test('a failed callback leaves whoever was signed in signed in', async () => {
    const { auth } = await signedIn()
    const state = (await leave(auth)).get('state') ?? ''
    comeBack({ error: 'access_denied', state })
    expect(await auth.handleCallback()).toMatchObject({ type: 'cancelled', error: { code: 'access_denied', oauthError: 'access_denied' } })
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', error: { code: 'access_denied' } })
    expect(await auth.getAccessToken()).toBe('at-1')
  })
})

describe('the answer of the token endpoint', () => {
  async function exchange(): Promise<string> {
    const state = (await leave()).get('state') ?? ''
    comeBack({ code: 'c', state })
    return failure(await load().handleCallback())
  }

  test.each([
    ['ID-02', 'another issuer', { iss: 'https://evil.example' }],
    ['ID-02', 'no issuer', { iss: undefined }],
    ['B1', 'another audience', { aud: 'other' }],
    ['B1', 'a second audience without azp', { aud: ['web', 'other'] }],
    ['ID-06', 'azp of another client', { aud: ['web', 'other'], azp: 'other' }],
    ['ID-08', 'no iat', { iat: undefined }],
    ['ID-10', 'another nonce', { nonce: 'other' }],
    ['ID-10', 'no nonce', { nonce: undefined }],
    ['ID-12', 'no subject', { sub: undefined }],
    ['ID-12', 'an empty subject', { sub: '' }],
    ['ID-12', 'a subject of 256 characters', { sub: 'x'.repeat(256) }],
    ['ID-12', 'a subject that is a number', { sub: 7 }],
    ['B6', 'no expiry', { exp: undefined }],
  ])('%s an ID token with %s is refused', async (_id, _what, claims) => {
    provider.claims = claims
    expect(await exchange()).toBe('failed invalid_id_token')
  })

  test.each([
    ['exp', -600, 'failed clock_skew'],
    ['exp', -60, 'failed clock_skew'],
    ['exp', -59, 'signed_in'],
    ['nbf', 600, 'failed clock_skew'],
    ['nbf', 61, 'failed clock_skew'],
    ['nbf', 60, 'signed_in'],
    ['iat', 86_460, 'failed clock_skew'],
    ['iat', -86_460, 'failed clock_skew'],
  ])('TM-07 an ID token whose %s is %i s from the clock here: %s, and the error says by how much they are apart', async (claim, seconds, expected) => {
    provider.claims = { [claim]: 1_800_000_000 + seconds }
    const { auth, outcome } = await signedIn()
    expect('error' in outcome ? `${outcome.type} ${outcome.error.code}` : outcome.type).toBe(expected)
    if (expected === 'signed_in') return
    const { error } = auth.store.getState()
    expect(error?.message).toContain(`"${claim}" is ${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} the clock of this device`)
    expect(error?.message).not.toContain('ada')
  })

  test('an OpenID login without an ID token is refused', async () => {
    provider.claims = null
    expect(await exchange()).toBe('failed invalid_id_token')
  })

  test('plain OAuth without openid needs none, and knows no person', async () => {
    provider.claims = null
    const { auth } = await signedIn({ scope: 'read' })
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: {}, scope: ['read'] })
    expect(new URL(world.left[0] ?? '').searchParams.has('nonce')).toBe(false)
  })

  test.each([
    ['TR-01', 'a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } }), 'invalid_response'],
    ['TR-02', 'an empty body', () => new Response(''), 'invalid_response'],
    ['TR-04', 'an error inside a 200', () => Response.json({ error: 'invalid_grant' }), 'invalid_response'],
    ['TR-06', 'a token with a line break', () => Response.json({ access_token: 'a\r\nb', token_type: 'Bearer' }), 'invalid_response'],
    ['TR-06', 'a token of a megabyte', () => Response.json({ access_token: 'a'.repeat(900_000), token_type: 'Bearer' }), 'invalid_response'],
    ['TR-07', 'no token type', () => Response.json({ access_token: 'a' }), 'invalid_response'],
    ['TR-07', 'another token type', () => Response.json({ access_token: 'a', token_type: 'mac' }), 'invalid_response'],
    ['TR-19', 'trailing data', () => new Response('{"access_token":"a","token_type":"Bearer"} x'), 'invalid_response'],
    ['TR-19', 'UTF-16', () => new Response(Buffer.from('\u{feff}{"access_token":"a","token_type":"Bearer"}', 'utf16le')), 'invalid_response'],
    ['TR-21', '401', () => new Response('', { status: 401 }), 'client_rejected'],
    ['TR-21', '401 with a challenge', () => new Response('', { status: 401, headers: { 'www-authenticate': 'Basic realm="id"' } }), 'client_rejected'],
    ['TR-21', '403', () => Response.json({}, { status: 403 }), 'client_rejected'],
    ['TR-21', '405', () => new Response('', { status: 405, headers: { allow: 'GET' } }), 'client_rejected'],
    ['TR-21', '415', () => new Response('', { status: 415 }), 'client_rejected'],
    ['TR-21', 'invalid_client', () => Response.json({ error: 'invalid_client' }, { status: 401 }), 'client_rejected'],
    ['TR-22', '500', () => new Response('', { status: 500 }), 'server_error'],
    ['TR-22', '502', () => new Response('<html>', { status: 502, headers: { 'content-type': 'text/html' } }), 'server_error'],
    ['TR-22', '503', () => new Response('', { status: 503, headers: { 'retry-after': '1' } }), 'server_error'],
    ['TR-22', '504', () => new Response('', { status: 504 }), 'server_error'],
    ['TR-22', '429', () => new Response('', { status: 429, headers: { 'retry-after': '7' } }), 'rate_limited'],
    ['TR-26', 'more than a megabyte', () => new Response('x'.repeat(1_100_000)), 'invalid_response'],
    ['TR-27', 'no network', () => Promise.reject(new TypeError('Failed to fetch')), 'network'],
    ['RFC 6749 §5.2', 'invalid_grant', () => Response.json({ error: 'invalid_grant' }, { status: 400 }), 'authorization_failed'],
  ])('%s %s: a typed error, and the code was sent once', async (_id, _what, answer, code) => {
    provider.tokenAnswer = answer
    expect(await exchange()).toBe(`failed ${code}`)
    await vi.advanceTimersByTimeAsync(hour)
    expect(tokenRequests()).toHaveLength(1)
    expect(world.left).toHaveLength(1)
  })

  const refused: readonly [string, string, Record<string, unknown>, Partial<AuthorizationCodeOptions>, string | null][] = [
    ['TR-04', 'an error beside the tokens', { error: 'server_error' }, {}, 'rt-1'],
    ['TR-07', 'another token type', { token_type: 'mac' }, {}, 'rt-1'],
    ['TR-09', 'bound tokens that nobody asked for', { token_type: 'DPoP' }, {}, 'rt-1'],
    ['TR-06', 'an access token that fits into no header', { access_token: 'a b' }, {}, 'rt-1'],
    ['TR-09', 'no refresh token', { token_type: 'DPoP', refresh_token: undefined }, {}, 'at-1'],
    ['TR-06', 'nothing that could be revoked', { access_token: 'a b', refresh_token: 7 }, {}, null],
    ['fields', 'fields that a schema refuses', {}, { fields: z.object({ account: z.string() }) }, 'rt-1'],
    ['fields', 'fields that a schema refuses, without an issuer', {}, { issuer: undefined, endpoints, fields: z.object({ account: z.string() }) }, 'rt-1'],
  ]
  test.each(refused)('%s an answer with %s is refused, and what came with it is revoked', async (_id, _what, tokens, options, revoked) => {
    provider.tokens = tokens
    const state = (await leave(load(options))).get('state') ?? ''
    comeBack({ code: 'c', state, iss: 'issuer' in options ? undefined : issuer })
    expect(failure(await load(options).handleCallback())).toBe('failed invalid_response')
    await vi.advanceTimersByTimeAsync(0)
    const sent = world.requests.flatMap(({ url }, index) => (url === `${issuer}/revoke` ? [new URLSearchParams(world.bodies[index]).get('token')] : []))
    expect(sent).toEqual(revoked === null ? [] : [revoked])
  })

  test('TR-23 a token endpoint that never answers is given ten seconds', async () => {
    const asked = defer<void>()
    provider.tokenAnswer = () => (asked.resolve(), new Promise(() => {}))
    const outcome = exchange()
    await asked.promise
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await outcome).toBe('failed timeout')
  })

  test.each([
    ['TR-11', '3600', 3_600_000],
    ['TR-12', '1h', null],
    ['TR-12', {}, null],
    ['TR-12', [], null],
    ['TR-12', true, null],
    ['RFC 6749', 60, 60_000],
    ['FAPI2', undefined, null],
  ])('%s expires_in %j means %j ms', async (_id, value, lifetimeMs) => {
    provider.tokens = { expires_in: value }
    const { auth } = await signedIn()
    expect(auth.tokens.current?.lifetime.lifetimeMs).toBe(lifetimeMs)
  })

  test.each([
    ['TR-13', '1e12', 1e15],
    ['TR-13', '9007199254740991', 9007199254740991e3],
    ['TR-13', '1e20', 1e23],
    ['TR-13', '1e400', Number.MAX_VALUE],
    ['TR-12', '-1e400', null],
    ['TR-12', '"NaN"', null],
    ['TR-12', '"1e12"', null],
    ['TR-15', '3600000', 3_600_000_000],
  ])('%s expires_in %s is a life of %s ms, and asked for anew after a day by a timer that is finite', async (_id, text, lifetimeMs) => {
    provider.tokenAnswer = async (request) => {
      provider.tokenAnswer = null
      provider.tokens = { expires_in: '@' }
      const good = await (await provider.answer(request)).text()
      provider.tokens = {}
      return new Response(good.replace('"@"', text))
    }
    const { auth } = await signedIn()
    expect(auth.tokens.current?.lifetime.lifetimeMs).toBe(lifetimeMs)
    const stop = auth.start()
    await vi.advanceTimersByTimeAsync(24 * hour - 1)
    expect(tokenRequests()).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    await vi.waitFor(() => expect(tokenRequests()).toHaveLength(lifetimeMs === null ? 1 : 2))
    stop()
  })

  test.each(['"1h"', 'null', '{}', 'true'])('TR-12 expires_in %s is no promise: once an API refuses the token, it is replaced', async (text) => {
    provider.tokens = { expires_in: JSON.parse(text) as unknown }
    const { auth } = await signedIn()
    world.answer = (request) => {
      if (request.url.startsWith(issuer)) return provider.answer(request)
      return new Response('', { status: request.headers.get('authorization') === 'Bearer at-1' ? 401 : 200 })
    }
    await vi.advanceTimersByTimeAsync(30 * 24 * hour)
    expect((await auth.fetch('https://app.example/api')).status).toBe(200)
    expect(tokenRequests().map((form) => form.get('grant_type'))).toEqual(['authorization_code', 'refresh_token'])
    expect(await auth.getAccessToken()).toBe('at-2')
  })

  test('TR-19 a BOM before an answer is allowed (RFC 8259 §8.1)', async () => {
    provider.tokenAnswer = async (request) => {
      provider.tokenAnswer = null
      return new Response(`\u{feff}${await (await provider.answer(request)).text()}`)
    }
    expect(await exchange()).toBe('signed_in')
  })

  test('TR-19 a member that comes twice counts once, the last', async () => {
    provider.tokenAnswer = async (request) => {
      provider.tokenAnswer = null
      return new Response((await (await provider.answer(request)).text()).replace('{', '{"access_token":"first","token_type":"mac",'))
    }
    const { auth } = await signedIn()
    expect(await auth.getAccessToken()).toBe('at-1')
    expect(JSON.stringify(auth.tokens.current)).not.toContain('first')
  })

  test('TR-18 what only a prototype has is not there', async () => {
    provider.tokenAnswer = () => new Response('{"__proto__":{"access_token":"at","token_type":"Bearer"},"constructor":{"prototype":{"polluted":true}}}')
    expect(await exchange()).toBe('failed invalid_response')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('TR-17 TR-18 only known members of the answer are taken', async () => {
    provider.tokenAnswer = async (request) => {
      provider.tokenAnswer = null
      const good = (await (await provider.answer(request)).json()) as object
      return new Response(JSON.stringify({ ...good, returnTo: 'https://evil.example', state: 'evil', userState: 'evil', url_state: '/evil', profile: { sub: 'evil' } }).replace('{', '{"__proto__":{"polluted":true},'))
    }
    const { auth, outcome } = await signedIn({}, 'session')
    expect(outcome).toEqual({ type: 'signed_in', returnTo: '/home' })
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(JSON.stringify(auth.tokens.current)).not.toContain('evil')
  })

  test('FAPI2 token-type-case-insensitivity', async () => {
    provider.tokens = { token_type: 'bEARER' }
    expect(await exchange()).toBe('signed_in')
  })
})

describe('refreshing', () => {
  test('its code is loaded as soon as there is a session, not when the network may be gone', async () => {
    await signedIn({}, 'session')
    const method = authorizationCode({ issuer, clientId: 'web' })
    const prepare = vi.fn(method.prepare)
    const auth = createAuth({ method: { ...method, prepare }, storage: 'session' }, world.environment)
    expect(prepare).not.toHaveBeenCalled()
    await auth.ready
    expect(prepare).toHaveBeenCalledTimes(1)
    await auth.tokens.refresh()
    expect(prepare).toHaveBeenCalledTimes(1)
  })

  test('sends the refresh token, takes the rotated one, and changes nothing that an app shows', async () => {
    const { auth } = await signedIn()
    const state = auth.store.getState()
    await auth.tokens.refresh()
    await auth.tokens.refresh()
    expect(tokenRequests().slice(1).map((form) => Object.fromEntries(form))).toEqual([
      { grant_type: 'refresh_token', refresh_token: 'rt-1', client_id: 'web' },
      { grant_type: 'refresh_token', refresh_token: 'rt-2', client_id: 'web' },
    ])
    expect(auth.store.getState()).toBe(state)
  })

  test.each([undefined, null, '', ' ', 0, {}])('RF-03 RF-04 RF-18 with the refresh token %j and no ID token in the answer the old ones stay', async (refreshToken) => {
    const { auth } = await signedIn()
    const before = auth.tokens.current?.tokens
    provider.claims = null
    provider.tokens = { refresh_token: refreshToken }
    await auth.tokens.refresh()
    expect(auth.tokens.current?.tokens).toMatchObject({ accessToken: 'at-2', refreshToken: 'rt-1', idToken: before?.idToken, user: before?.user, subject: 'ada' })
  })

  test('TR-25 the same token once more, as a cache has it: an API that refuses it is asked twice, and it goes round no further', async () => {
    provider.tokens = { access_token: 'the-same' }
    const { auth } = await signedIn()
    world.answer = (request) => (request.url.startsWith(issuer) ? provider.answer(request) : new Response('', { status: 401 }))
    expect((await auth.fetch('https://app.example/api')).status).toBe(401)
    expect(world.requests.slice(-3).map(({ url }) => url)).toEqual(['https://app.example/api', `${issuer}/token`, 'https://app.example/api'])
    expect(tokenRequests()).toHaveLength(2)
  })

  test('a user who changed their name is shown with it', async () => {
    const { auth } = await signedIn()
    provider.claims = { name: 'Ada King' }
    await auth.tokens.refresh()
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { name: 'Ada King' } })
  })

  test('RF-16 another subject ends the session, and the tokens of the answer are revoked', async () => {
    const { auth } = await signedIn()
    provider.claims = { sub: 'eve' }
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'subject_changed' })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'subject_changed' })
    await vi.advanceTimersByTimeAsync(0)
    expect(world.bodies.at(-1)).toContain('token=rt-2')
  })

  test.each([['iss', 'https://evil.example'], ['aud', 'other']])('RF-17 another %s in the ID token ends the session', async (name, value) => {
    const { auth } = await signedIn()
    provider.claims = { [name]: value }
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'invalid_id_token' })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'refresh_rejected' })
  })

  test('RF-19 an ID token of days ago at a refresh ends the session, as its refresh token is spent', async () => {
    const { auth } = await signedIn()
    provider.claims = { exp: Math.floor(Date.now() / 1000) - 3 * 86_400 }
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'refresh_rejected', cause: { code: 'clock_skew' } })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'refresh_rejected' })
  })

  test('a device clock that is hours wrong at a refresh does not end the session', async () => {
    const { auth } = await signedIn()
    provider.claims = { exp: Math.floor(Date.now() / 1000) - 3 * 3600 }
    await auth.tokens.refresh()
    expect(auth.store.getState().status).toBe('authenticated')
  })

  test.each([
    ['RF-07', 'invalid_grant', () => Response.json({ error: 'invalid_grant' }, { status: 400 }), 'refresh_rejected', 'unauthenticated'],
    ['RF-09', 'invalid_client', () => Response.json({ error: 'invalid_client' }, { status: 401 }), 'client_rejected', 'authenticated'],
    ['RF-12', '500 with HTML', () => new Response('<html>', { status: 500 }), 'server_error', 'authenticated'],
    ['RF-12', '502', () => new Response('', { status: 502 }), 'server_error', 'authenticated'],
    ['RF-13', 'a portal page', () => new Response('<html>'), 'invalid_response', 'authenticated'],
    ['RF-13', 'a portal page with 403', () => new Response('<html>', { status: 403, headers: { 'content-type': 'text/html' } }), 'invalid_response', 'authenticated'],
    ['RF-14', 'no network', () => Promise.reject(new TypeError('Failed to fetch')), 'network', 'authenticated'],
    ['RF-11', '429', () => new Response('', { status: 429, headers: { 'retry-after': '30' } }), 'rate_limited', 'authenticated'],
  ])('%s %s is %3$s, and the person is %4$s', async (_id, _what, answer, code, status) => {
    const { auth } = await signedIn()
    provider.tokenAnswer = answer
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code })
    expect(auth.store.getState().status).toBe(status)
  })
})

describe('signing out', () => {
  test('forgets first, then revokes the refresh token; the page stays', async () => {
    const { auth } = await signedIn({}, 'session')
    const done = auth.logout()
    await vi.advanceTimersByTimeAsync(0)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
    expect(world.tabStorage.keys().filter((key) => key.endsWith(':tokens'))).toEqual([])
    expect(await done).toEqual({ isRemote: true, error: null })
    expect(Object.fromEntries(new URLSearchParams(world.bodies.at(-1)))).toEqual({ token: 'rt-1', client_id: 'web' })
    expect(world.requests.at(-1)?.keepalive).toBe(true)
    expect(world.left).toHaveLength(1)
  })

  test('with postLogoutRedirectUri it also ends the session at the provider (RP-Initiated Logout)', async () => {
    const { auth } = await signedIn({ postLogoutRedirectUri: '/bye' })
    const idToken = auth.tokens.current?.tokens.idToken
    await auth.logout()
    const url = new URL(world.left.at(-1) ?? '')
    expect(url.origin + url.pathname).toBe(`${issuer}/logout`)
    expect(Object.fromEntries(url.searchParams)).toEqual({ client_id: 'web', post_logout_redirect_uri: 'https://app.example/bye', id_token_hint: idToken })
  })

  test('a provider that offers neither revocation nor sign-out is told nothing, and the result says so', async () => {
    provider.metadata['revocation_endpoint'] = undefined
    const { auth } = await signedIn()
    expect(await auth.logout()).toEqual({ isRemote: false, error: null })
  })

  test('LO-01 a provider that cannot be reached: signed out here all the same, and the result says so', async () => {
    const { auth } = await signedIn()
    world.answer = () => Promise.reject(new TypeError('Failed to fetch'))
    expect(await auth.logout()).toMatchObject({ isRemote: false, error: { code: 'network' } })
    expect(auth.store.getState().status).toBe('unauthenticated')
    await expect(auth.getAccessToken()).rejects.toMatchObject({ code: 'not_authenticated' })
  })

  test('LO-01 the page does not leave for a provider that does not answer', async () => {
    const { auth } = await signedIn({ postLogoutRedirectUri: '/bye' })
    world.answer = () => Promise.reject(new TypeError('Failed to fetch'))
    expect(await auth.logout()).toMatchObject({ isRemote: false, error: { code: 'network' } })
    expect(world.left).toHaveLength(1)
  })

  test('a redirect sign-in starts once and is resumed once', async () => {
    const types: string[] = []
    const auth = load()
    auth.inspect(({ type }) => types.push(type))
    const state = (await leave(auth)).get('state') ?? ''
    comeBack({ code: 'c', state })
    await auth.handleCallback()
    expect(types).toEqual(['login_started', 'login_resumed', 'set', 'signed_in'])
  })

  test('LO-01 a failed revocation does not keep the person from the sign-out page', async () => {
    const { auth } = await signedIn({ postLogoutRedirectUri: '/bye' })
    world.answer = (request) => (request.url.endsWith('/revoke') ? new Response('', { status: 503 }) : provider.answer(request))
    expect(await auth.logout()).toMatchObject({ isRemote: false, error: { code: 'server_error' } })
    expect(new URL(world.left.at(-1) ?? '').pathname).toBe('/logout')
  })
})

describe('explicit endpoints', () => {
  const plain = { issuer: undefined, endpoints }
  const urls = (): string[] => world.requests.map(({ url }) => url)

  test('without an issuer it is plain OAuth: no metadata, no scope unless asked for, no nonce, no ID token', async () => {
    expect(Object.fromEntries(await leave(load(plain)))).toEqual({
      response_type: 'code',
      client_id: 'web',
      redirect_uri: 'https://app.example/callback',
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    expect(new URL(world.left[0] ?? '').pathname).toBe('/authorize')
    expect(urls()).toEqual([])
    expect((await leave(load({ ...plain, scope: 'read write' }))).get('scope')).toBe('read write')
  })

  test('without an issuer, a bare answer signs in: lower-case bearer, no expires_in, other members', async () => {
    provider.tokenAnswer = () => Response.json({ access_token: 'at', token_type: 'bearer', account_id: 'a7', id_token: 'canary' })
    const { auth, outcome } = await signedIn({ ...plain, scope: 'read', fields: z.object({ account_id: z.string() }) })
    expect(outcome).toEqual({ type: 'signed_in', returnTo: '/home' })
    expect(urls()).toEqual([endpoints.token])
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { account_id: 'a7' }, scope: ['read'] })
    expect(auth.tokens.current?.lifetime.lifetimeMs).toBeNull()
    expect(JSON.stringify(auth.tokens.current)).not.toContain('canary')
  })

  test('without an issuer, the user is what a JWT access token says, or nobody known', async () => {
    provider.tokens = { access_token: jwt({ sub: 'ada', name: 'Ada', exp: 2_000_000_000 }), id_token: jwt({ sub: 'eve' }) }
    const { auth } = await signedIn(plain)
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'ada', name: 'Ada' } })
    expect(auth.tokens.current?.tokens).toMatchObject({ subject: 'ada', idToken: undefined })
    provider.tokens = { access_token: 'opaque' }
    await leave(load(plain))
    expect((await signedIn(plain)).auth.store.getState()).toMatchObject({ status: 'authenticated', user: {} })
  })

  test('CB-13 without an issuer, an answer that names one is a mix-up, and the message says what to configure', async () => {
    const state = (await leave(load(plain))).get('state') ?? ''
    for (const iss of [issuer, '']) {
      comeBack({ code: 'c', state, iss })
      const outcome = await load(plain).handleCallback()
      expect(failure(outcome)).toBe('failed issuer_mismatch')
      expect('error' in outcome && outcome.error.message).toContain('`issuer`')
    }
    expect(tokenRequests()).toEqual([])
    comeBack({ code: 'c', state, iss: undefined })
    expect(failure(await load(plain).handleCallback())).toBe('signed_in')
  })

  test('with an issuer too: no metadata, and the ID token is checked against the issuer', async () => {
    const { auth, outcome } = await signedIn({ endpoints })
    expect(outcome).toMatchObject({ type: 'signed_in' })
    expect(auth.store.getState()).toMatchObject({ user: { sub: 'ada' }, scope: ['openid', 'profile', 'email'] })
    expect(urls()).toEqual([endpoints.jwks, endpoints.token])
    provider.claims = { iss: 'https://evil.example' }
    expect(failure((await signedIn({ endpoints })).outcome)).toBe('failed invalid_id_token')
  })

  test('CB-13 with an issuer too, an answer that names another one is a mix-up', async () => {
    const state = (await leave(load({ endpoints }))).get('state') ?? ''
    comeBack({ code: 'c', state, iss: 'https://evil.example' })
    expect(failure(await load({ endpoints }).handleCallback())).toBe('failed issuer_mismatch')
    comeBack({ code: 'c', state, iss: issuer })
    expect(failure(await load({ endpoints }).handleCallback())).toBe('signed_in')
  })

  test('refreshing and signing out go to them', async () => {
    const { auth } = await signedIn({ ...plain, postLogoutRedirectUri: '/bye' })
    await auth.tokens.refresh()
    expect(await auth.logout()).toEqual({ isRemote: true, error: null })
    expect(urls()).toEqual([endpoints.token, endpoints.token, endpoints.revocation])
    expect(world.left.at(-1)).toBe(`${endpoints.endSession}?client_id=web&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye`)
  })

  test('without revocation and endSession nobody is told of a sign-out', async () => {
    const { authorization, token } = endpoints
    const { auth } = await signedIn({ issuer: undefined, endpoints: { authorization, token }, postLogoutRedirectUri: '/bye' })
    expect(await auth.logout()).toEqual({ isRemote: false, error: null })
    expect(world.left).toHaveLength(1)
  })

  test('http is for this machine', async () => {
    const local = { authorization: 'http://localhost:1/authorize', token: 'http://127.0.0.1:1/token' }
    expect(failure((await signedIn({ issuer: undefined, endpoints: local })).outcome)).toBe('signed_in')
    expect(urls()).toEqual([local.token])
  })

  test('a 401 of the API refreshes once and replays once; a 403 is returned untouched', async () => {
    const { auth } = await signedIn(plain)
    world.answer = (request) => {
      if (request.url === endpoints.token) return provider.answer(request)
      return new Response('', { status: request.headers.get('authorization') === 'Bearer at-2' ? 403 : 401 })
    }
    expect((await auth.fetch('https://app.example/api')).status).toBe(403)
    expect(urls().slice(1)).toEqual(['https://app.example/api', endpoints.token, 'https://app.example/api'])
    expect(auth.store.getState().status).toBe('authenticated')
  })

  test.each([
    ['permanent', null],
    [{ expiresInMs: hour }, hour],
    ['expires_in', 3_600_000],
  ] as const)('a lifetime of %j counts', async (lifetime, expected) => {
    expect((await signedIn({ ...plain, lifetime })).auth.tokens.current?.lifetime.lifetimeMs).toBe(expected)
  })

  test('fields that a schema refuses are named, and their values are not', async () => {
    provider.tokens = { account_id: 'canary' }
    const { outcome } = await signedIn({ fields: z.object({ account_id: z.number() }) })
    expect(failure(outcome)).toBe('failed invalid_response')
    expect(String('error' in outcome && outcome.error)).toContain('account_id')
    expect(String('error' in outcome && outcome.error)).not.toContain('canary')
  })
})

describe('what a login asks for', () => {
  test('MD-05 parameters of the option and of the login are sent, the login\'s over the option\'s, each encoded once', async () => {
    const auth = load({ parameters: { audience: 'one', ui_locales: 'de' } })
    const parameters = await leave(auth, { parameters: { audience: 'x&scope=admin&state=evil' } })
    expect(parameters.getAll('audience')).toEqual(['x&scope=admin&state=evil'])
    expect(parameters.get('ui_locales')).toBe('de')
    expect(parameters.getAll('scope')).toEqual(['openid profile email'])
    expect(parameters.getAll('state')).toHaveLength(1)
  })

  test('MD-05 what people type or paste cannot become another parameter', async () => {
    const typed = 'x&scope=admin&state=evil&redirect_uri=https://evil.example/#'
    const parameters = await leave(load(), { loginHint: typed, acrValues: typed, returnTo: `/${typed}` })
    expect([parameters.get('login_hint'), parameters.get('acr_values')]).toEqual([typed, typed])
    expect([...parameters.keys()].sort()).toEqual([
      'acr_values', 'client_id', 'code_challenge', 'code_challenge_method', 'login_hint', 'nonce', 'redirect_uri', 'response_type', 'scope', 'state',
    ]) // prettier-ignore
    expect(parameters.get('redirect_uri')).toBe('https://app.example/callback')
    expect(new URL(world.left[0] ?? '').hash).toBe('')
  })

  test('acrValues is passed on', async () => {
    expect((await leave(load(), { acrValues: 'phr phrh' })).get('acr_values')).toBe('phr phrh')
  })

  test.each([
    [90_500, '90'],
    [0, '0'],
  ])('maxAgeMs %i is max_age %s', async (maxAgeMs, maxAge) => {
    expect((await leave(load(), { maxAgeMs })).get('max_age')).toBe(maxAge)
  })

  test.each([-1, Number.NaN, Infinity, 1e300, '60000'])('maxAgeMs %s is refused, and nobody leaves', async (maxAgeMs) => {
    await expect(load().login({ maxAgeMs } as AuthorizationCodeInput)).rejects.toMatchObject({ code: 'invalid_input' })
    expect(world.left).toEqual([])
  })

  test.each(['prompt', 'loginHint', 'acrValues'])('"%s" that is no text is refused, and nobody leaves', async (name) => {
    for (const value of [null, 7, ['login']]) {
      await expect(load().login({ [name]: value })).rejects.toMatchObject({ code: 'invalid_input', message: expect.stringContaining(name) })
    }
    expect(world.left).toEqual([])
  })

  test('maxAgeMs without openid is refused: nothing would say when the person signed in', async () => {
    await expect(load({ scope: 'read' }).login({ maxAgeMs: 0 })).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test.each([
    ['fresh', 30, 'signed_in'],
    ['as old as the clocks may differ', 60 + 59, 'signed_in'],
    ['too old', 60 + 61, 'failed invalid_id_token'],
    ['not said', undefined, 'failed invalid_id_token'],
  ])('with maxAgeMs of a minute, a sign-in that is %s (%s s ago) gives "%s"', async (_, agoS, expected) => {
    const state = (await leave(load(), { maxAgeMs: minute })).get('state') ?? ''
    provider.claims = { auth_time: agoS === undefined ? undefined : Math.floor(Date.now() / 1000) - agoS }
    comeBack({ code: 'c', state })
    expect(failure(await load().handleCallback())).toBe(expected)
  })

  test.each([
    ['https://api.example/v1', ['https://api.example/v1']],
    [['https://api.example/', 'urn:example:two'], ['https://api.example/', 'urn:example:two']],
  ])('MD-08 the resource %j is named at the authorization, the exchange and each refresh', async (resource, expected) => {
    const { auth } = await signedIn({ resource })
    await auth.tokens.refresh()
    expect(new URL(world.left[0] ?? '').searchParams.getAll('resource')).toEqual(expected)
    expect(tokenRequests().map((form) => form.getAll('resource'))).toEqual([expected, expected])
  })

  test('MD-08 tokens for two APIs are kept apart, and each goes to its own', async () => {
    const audiences: (string | null)[] = []
    provider.tokenAnswer = async (request) => {
      provider.tokenAnswer = null
      const audience = new URLSearchParams(await request.clone().text()).get('resource')
      audiences.push(audience)
      provider.tokens = { access_token: `for-${new URL(audience ?? '').hostname}` }
      return provider.answer(request)
    }
    const { tokenAnswer } = provider
    const at = (host: string): OAuth =>
      createAuth({ name: host, storage: 'session', api: `https://${host}/`, method: authorizationCode({ issuer, clientId: 'web', resource: `https://${host}/` }) }, world.environment)
    const hosts = ['one.example', 'two.example']
    for (const host of hosts) {
      provider.tokenAnswer = tokenAnswer
      const state = (await leave(at(host))).get('state') ?? ''
      comeBack({ code: 'c', state })
      expect(failure(await at(host).handleCallback())).toBe('signed_in')
    }
    expect(audiences).toEqual(['https://one.example/', 'https://two.example/'])
    world.answer = () => new Response('{}')
    for (const host of hosts) {
      const [auth, other] = [at(host), hosts.find((each) => each !== host) ?? '']
      await auth.fetch(`https://${host}/orders`)
      expect(world.requests.at(-1)?.headers.get('authorization')).toBe(`Bearer for-${host}`)
      await expect(auth.fetch(`https://${other}/orders`)).rejects.toMatchObject({ code: 'destination_not_allowed' })
      expect(new URL(world.requests.at(-1)?.url ?? '').hostname).toBe(host)
    }
  })

  test('a presentation that there is not is refused', async () => {
    await expect(load().login({ presentation: 'tab' } as never)).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

describe('pushed authorization requests', () => {
  const pushes = (): Request[] => world.requests.filter(({ url }) => url === `${issuer}/par`)
  const pushed = (): URLSearchParams => new URLSearchParams(world.bodies[world.requests.map(({ url }) => url).lastIndexOf(`${issuer}/par`)])
  beforeEach(() => void (provider.metadata['pushed_authorization_request_endpoint'] = `${issuer}/par`))

  test('MD-06 the request goes by the back, once for each attempt; the address has its reference and the client alone', async () => {
    const auth = load({ parameters: { audience: 'one' }, resource: 'https://api.example/' })
    await auth.login({ prompt: 'login' })
    expect(pushes()).toHaveLength(1)
    expect(pushes()[0]).toMatchObject({ method: 'POST', credentials: 'omit', cache: 'no-store', redirect: 'error' })
    expect(Object.fromEntries(pushed())).toEqual({
      audience: 'one',
      prompt: 'login',
      resource: 'https://api.example/',
      response_type: 'code',
      client_id: 'web',
      redirect_uri: 'https://app.example/callback',
      scope: 'openid profile email',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    expect(world.left).toEqual([`${issuer}/authorize?client_id=web&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A1`])
    await auth.login()
    expect(pushes()).toHaveLength(2)
    expect(world.left[1]).toContain('request_uri%3A2')
  })

  test('MD-06 the login is completed as any other', async () => {
    await load().login()
    comeBack({ code: 'c', state: pushed().get('state') ?? '' })
    expect(failure(await load().handleCallback())).toBe('signed_in')
  })

  test('MD-06 a reference that expired on the way is a refusal, and trying again pushes again', async () => {
    await load().login()
    comeBack({ error: 'invalid_request_uri', state: pushed().get('state') ?? '' })
    const outcome = await load().handleCallback()
    expect(outcome).toMatchObject({ type: 'failed', error: { code: 'authorization_failed', oauthError: 'invalid_request_uri' } })
    if ('retry' in outcome) await outcome.retry()
    expect(pushes()).toHaveLength(2)
    expect(world.left.at(-1)).toContain('request_uri%3A2')
  })

  test('MD-06 where pushes are required and there is nowhere to push to, nobody leaves without', async () => {
    Object.assign(provider.metadata, { pushed_authorization_request_endpoint: undefined, require_pushed_authorization_requests: true })
    await expect(load().login()).rejects.toMatchObject({ code: 'invalid_response' })
    expect(world.left).toEqual([])
  })

  test('MD-06 an explicit endpoint is used likewise', async () => {
    provider.metadata['pushed_authorization_request_endpoint'] = undefined
    await load({ issuer: undefined, endpoints: { ...endpoints, pushedAuthorizationRequest: `${issuer}/par` } }).login()
    expect(world.requests.map(({ url }) => url)).toEqual([`${issuer}/par`])
    expect(world.left[0]).toContain('request_uri')
  })

  test.each([
    ['400', () => Response.json({ error: 'invalid_request' }, { status: 400 }), 'client_rejected'],
    ['401', () => Response.json({ error: 'invalid_client' }, { status: 401 }), 'client_rejected'],
    ['429', () => new Response('', { status: 429 }), 'rate_limited'],
    ['503', () => new Response('', { status: 503 }), 'server_error'],
    ['a page', () => new Response('<html>', { status: 201, headers: { 'content-type': 'text/html' } }), 'invalid_response'],
    ['no request_uri', () => Response.json({ expires_in: 60 }, { status: 201 }), 'invalid_response'],
    ['a request_uri that is none', () => Response.json({ request_uri: 7, expires_in: 60 }, { status: 201 }), 'invalid_response'],
    ['200', () => Response.json({ request_uri: 'urn:x', expires_in: 60 }), 'invalid_response'],
    ['no network', () => Promise.reject(new TypeError('Failed to fetch')), 'network'],
  ])('MD-06 a push answered with %s is an error: nobody leaves with the parameters in the address instead', async (_, answer, code) => {
    provider.pushAnswer = answer
    await expect(load().login()).rejects.toMatchObject({ code })
    expect(pushes()).toHaveLength(1)
    expect(world.left).toEqual([])
    expect(world.tabStorage.keys().filter((key) => key.includes('transaction:'))).toEqual([])
  })

  test('MD-02 an endpoint for pushes that is not https is refused', async () => {
    provider.metadata['pushed_authorization_request_endpoint'] = 'http://id.example/par'
    await expect(load().login()).rejects.toMatchObject({ code: 'invalid_response' })
  })
})

describe('in a popup', () => {
  const popups = (): OAuth => load({ presentation: 'popup' })
  const transactions = (): string[] => world.tabStorage.keys().filter((key) => key.includes('transaction:'))

  /** Starts a login, goes with its popup as far as the provider, and gives the address to come back with. */
  const depart = (auth: OAuth = popups(), input?: AuthorizationCodeInput) => departBy(auth, () => auth.login(input))

  async function departBy(auth: OAuth, start: () => Promise<void>) {
    const before = world.windows.opened.length
    const result = start().then(() => 'signed_in', (error: unknown) => (error as { code: string }).code)
    await vi.waitFor(() => expect(world.windows.opened).toHaveLength(before + 1))
    const popup = world.windows.opened.at(-1) as FakePopup
    const parameters = new URL(await popup.sentTo).searchParams
    provider.nonce = parameters.get('nonce') ?? ''
    const state = parameters.get('state') ?? ''
    const url = `https://app.example/callback?code=the-code&state=${state}&iss=${encodeURIComponent(issuer)}`
    return { auth, result, popup, state, url }
  }

  /** Loads the app in the popup, at this address; with ties cut, it knows of no opener. */
  function arrive(popup: FakePopup, url: string, isCut = false) {
    const inside = createWorld(world.origin)
    inside.href = url
    inside.windows.opener = isCut ? null : popup.inside
    const auth = createAuth({ method: authorizationCode({ issuer, clientId: 'web' }) }, inside.environment)
    return { inside, auth, outcome: auth.handleCallback() }
  }

  const answer = (url: unknown): object => ({ type: 'tessera:answer', url })

  test('signs in with the page where it is: the popup takes the way to the provider and back, and closes itself', async () => {
    const { auth, result, popup, state, url } = await depart()
    expect(auth.store.getState()).toMatchObject({ pending: 'authorizationCode' })
    const { inside, outcome } = arrive(popup, url)
    expect(inside.href).toBe('https://app.example/callback')
    expect(await outcome).toEqual({ type: 'handed_over' })
    expect(await result).toBe('signed_in')
    expect(state).toMatch(/^popup\.[\w-]{43}$/)
    expect(inside.windows.isClosed).toBe(true)
    expect(inside.requests).toEqual([])
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'ada' }, pending: null })
    expect(tokenRequests().map((form) => form.get('code'))).toEqual(['the-code'])
    expect(world.left).toEqual([])
    expect(world.href).toBe('https://app.example/home')
    expect(transactions()).toEqual([])
  })

  test('PO-09 while it is under way nothing of it is in sessionStorage: a reload of this page ends it, and its answer is nobody\'s', async () => {
    const { auth, popup, url } = await depart()
    expect(transactions()).toEqual([])
    auth.dispose()
    popups()
    const { outcome } = arrive(popup, url, true)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(failure(await outcome)).toBe('failed transaction_not_found')
    expect(tokenRequests()).toEqual([])
  })

  test('ST-01 a sessionStorage that is blocked, as in a frame: who signs in, and steps up, needs none here', async () => {
    const blocked = (): never => {
      throw new DOMException('blocked', 'SecurityError')
    }
    const tabStorage = { getItem: () => null, setItem: blocked, removeItem: () => {}, keys: () => [] }
    const auth = createAuth({ method: authorizationCode({ issuer, clientId: 'web', presentation: 'popup' }), storage: 'session' }, { ...world.environment, tabStorage })
    const login = await depart(auth)
    arrive(login.popup, login.url)
    expect(await login.result).toBe('signed_in')
    provider.tokens = { scope: 'openid profile email pay' }
    const stepUp = await departBy(auth, () => auth.stepUp({ scope: ['pay'], url: '' }))
    arrive(stepUp.popup, stepUp.url)
    expect(await stepUp.result).toBe('signed_in')
    expect(await auth.getAccessToken({ scope: ['pay'] })).toBe('at-2')
  })

  test('PO-06 PO-14 a page that cut the ties, as it must where the app is cross-origin isolated: the answer comes by a channel of this login', async () => {
    const { result, popup, state, url } = await depart()
    popup.isClosed = true
    await vi.advanceTimersByTimeAsync(2 * minute)
    const { inside, outcome } = arrive(popup, url, true)
    expect(await outcome).toEqual({ type: 'handed_over' })
    expect(await result).toBe('signed_in')
    expect(inside.windows.isClosed).toBe(true)
    expect(world.origin.lines.get(`tessera:${state}`)?.size).toBe(0)
  })

  test('PO-06 a window that the provider opened from the popup, which has an opener of its own: the answer comes by the channel', async () => {
    const { result, popup, url } = await depart()
    const another: FakePopup = { ...popup, inside: { post: () => {}, subscribe: () => () => {} } }
    const { inside, outcome } = arrive(another, url)
    expect(await outcome).toEqual({ type: 'handed_over' })
    expect(await result).toBe('signed_in')
    expect(inside.windows.isClosed).toBe(true)
    expect(tokenRequests()).toHaveLength(1)
  })

  test('INV-18 dispose() ends both waits at once, here and in the popup, and closes the popup', async () => {
    const { auth, result, popup, state, url } = await depart()
    auth.dispose()
    expect(await result).toBe('disposed')
    expect(vi.getTimerCount()).toBe(0)
    expect(auth.store.getState().pending).toBeNull()
    expect(popup.closings).toBe(1)
    expect(world.origin.lines.get(`tessera:${state}`)?.size).toBe(0)
    const page = arrive(popup, url, true)
    await vi.waitFor(() => expect(world.origin.lines.get(`tessera:${state}`)?.size).toBe(1))
    page.auth.dispose()
    expect(failure(await page.outcome)).toBe('failed transaction_not_found')
    expect([vi.getTimerCount(), world.origin.lines.get(`tessera:${state}`)?.size]).toEqual([0, 0])
  })

  test('PO-06 PO-08 closed and this window in use at two looks in a row is a cancellation; a late answer is nobody\'s', async () => {
    const { auth, result, popup, url } = await depart()
    popup.isClosed = true
    world.windows.isFocused = true
    await vi.advanceTimersByTimeAsync(500)
    world.windows.isFocused = false
    await vi.advanceTimersByTimeAsync(500)
    world.windows.isFocused = true
    await vi.advanceTimersByTimeAsync(999)
    expect(auth.store.getState().pending).toBe('authorizationCode')
    await vi.advanceTimersByTimeAsync(1)
    expect(await result).toBe('popup_closed')
    expect(auth.store.getState()).toMatchObject({ pending: null, error: { code: 'popup_closed' } })
    const { inside, outcome } = arrive(popup, url)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(failure(await outcome)).toBe('failed transaction_not_found')
    expect(inside.windows.isClosed).toBe(false)
    expect(tokenRequests()).toEqual([])
    expect(transactions()).toEqual([])
  })

  test('a popup that is open while this window is in use is waited for', async () => {
    const { result, popup, url } = await depart()
    world.windows.isFocused = true
    await vi.advanceTimersByTimeAsync(minute)
    arrive(popup, url)
    expect(await result).toBe('signed_in')
  })

  test.each([
    [undefined, 300_000],
    [minute, minute],
  ])('PO-12 with popupTimeoutMs %s an answer is waited for %i ms, then the popup is closed', async (popupTimeoutMs, lastMs) => {
    const { auth, result, popup } = await depart(load({ presentation: 'popup', popupTimeoutMs }))
    await vi.advanceTimersByTimeAsync(lastMs - 1)
    expect(auth.store.getState().pending).toBe('authorizationCode')
    await vi.advanceTimersByTimeAsync(1)
    expect(await result).toBe('popup_timeout')
    expect(popup.isClosed).toBe(true)
    expect(transactions()).toEqual([])
  })

  test('PO-12 an answer that never comes signs nobody out', async () => {
    const { auth } = await signedIn()
    const { result } = await depart(auth, { presentation: 'popup', prompt: 'none' })
    await vi.advanceTimersByTimeAsync(5 * minute)
    expect(await result).toBe('popup_timeout')
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', pending: null, error: { code: 'popup_timeout' } })
    expect(await auth.getAccessToken()).toBe('at-1')
  })

  test('PO-07 a blocked popup is said so before anything is asked or kept', async () => {
    world.windows.isBlocked = true
    await expect(popups().login()).rejects.toMatchObject({ code: 'popup_blocked' })
    expect([world.requests, world.left, world.tabStorage.keys()]).toEqual([[], [], []])
  })

  test('PO-07 popup_or_redirect leaves when the popup is blocked, as any redirect', async () => {
    world.windows.isBlocked = true
    const state = (await leave(load({ presentation: 'popup_or_redirect' }))).get('state') ?? ''
    expect(state).not.toContain('popup')
    comeBack({ code: 'c', state })
    expect(failure(await load().handleCallback())).toBe('signed_in')
    world.windows.isBlocked = false
    void load({ presentation: 'popup_or_redirect' }).login()
    expect(world.windows.opened).toHaveLength(1)
  })

  test('PO-07 the window is opened before login() gives anything back: within the click', () => {
    void popups().login().catch(() => {})
    expect(world.windows.opened).toHaveLength(1)
  })

  test('what a login says goes over the option', async () => {
    await leave(popups(), { presentation: 'redirect' })
    expect(world.windows.opened).toEqual([])
    void load().login({ presentation: 'popup' })
    expect(world.windows.opened).toHaveLength(1)
  })

  test.each<[string, string, (url: string) => unknown]>([
    ['PO-04', 'no object', () => 'hello'],
    ['PO-04', 'nothing', () => null],
    ['PO-04', 'no address', () => answer(undefined)],
    ['PO-04', 'an address that is a number', () => answer(7)],
    ['PO-04', 'an address that is none', () => answer('https://')],
    ['PO-04', 'another type', () => ({ type: 'authorization_response', response: null })],
    ['PO-04', 'our address and another type', (url) => ({ type: 'authorization_response', url })],
    ['PO-03', 'another state', () => answer(`https://app.example/callback?code=evil&state=popup.${'x'.repeat(43)}`)],
    ['PO-03', 'no state', () => answer('https://app.example/callback?code=evil')],
    ['PO-01', 'an address of another origin', (url) => answer(url.replace('app.example', 'evil.example'))],
    ['PO-01', 'another path', (url) => answer(url.replace('/callback', '/else'))],
  ])('%s a message with %s is ignored, by either line, and the waiting goes on', async (_id, what, given) => {
    const { result, popup, state, url } = await depart()
    const message = given(url)
    const heard: unknown[] = []
    popup.inside.subscribe((reply) => heard.push(reply))
    popup.inside.post(message)
    world.windows.popups.channel(`tessera:${state}`).post(message)
    await vi.advanceTimersByTimeAsync(minute)
    expect(heard, what).toEqual([])
    expect(tokenRequests()).toEqual([])
    arrive(popup, url)
    expect(await result).toBe('signed_in')
    expect(tokenRequests().map((form) => form.get('code'))).toEqual(['the-code'])
  })

  test('an answer that comes twice is used once', async () => {
    const { result, popup, url } = await depart()
    popup.inside.post(answer(url))
    popup.inside.post(answer(url))
    expect(await result).toBe('signed_in')
    expect(tokenRequests()).toHaveLength(1)
  })

  test('CB-05 an answer that this window comes by in another way is for the login that waits for it, and taken once', async () => {
    const { auth, result, popup, url } = await depart()
    expect(await auth.handleCallback(url)).toEqual({ type: 'handed_over' })
    popup.inside.post(answer(url))
    expect(await result).toBe('signed_in')
    expect(tokenRequests()).toHaveLength(1)
  })

  test.each([
    ['cancelled', 'error=access_denied', 'access_denied'],
    ['refused', 'error=server_error', 'authorization_failed'],
  ])('a sign-in that was %s rejects here, and the popup closes', async (_, error, code) => {
    const { result, popup, url } = await depart()
    const { outcome } = arrive(popup, url.replace('code=the-code', error))
    expect(await outcome).toEqual({ type: 'handed_over' })
    expect(await result).toBe(code)
    expect(popup.isClosed).toBe(true)
  })

  test('CB-13 an answer in the name of another issuer is a mix-up here too', async () => {
    const { result, popup, url } = await depart()
    arrive(popup, url.replace('id.example', 'evil.example'))
    expect(await result).toBe('issuer_mismatch')
    expect(tokenRequests()).toEqual([])
  })

  test('a failed exchange rejects here, and the person keeps who they were', async () => {
    const { auth } = await signedIn()
    const { result, popup, url } = await depart(auth, { presentation: 'popup' })
    provider.tokenAnswer = () => new Response('', { status: 503 })
    arrive(popup, url)
    expect(await result).toBe('server_error')
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', error: { code: 'server_error' } })
  })

  test.each([
    ['metadata that cannot be had', 'server_error', {}],
    ['an input that is refused', 'invalid_input', { maxAgeMs: -1 }],
  ])('%s closes the popup before it got anywhere', async (_, code, input) => {
    world.answer = () => new Response('', { status: 503 })
    await expect(popups().login(input)).rejects.toMatchObject({ code })
    expect(world.windows.opened.map(({ isClosed }) => isClosed)).toEqual([true])
    expect(transactions()).toEqual([])
  })

  test('a popup that was closed while it was still empty is a cancellation at once', async () => {
    const asked = defer<Response>()
    world.answer = (request) => (request.url.includes('openid-configuration') ? asked.promise : provider.answer(request))
    const login = popups().login()
    const popup = world.windows.opened[0] as FakePopup
    popup.isClosed = true
    asked.resolve(await provider.answer(new Request(`${issuer}/.well-known/openid-configuration`)))
    await expect(login).rejects.toMatchObject({ code: 'popup_closed' })
    expect(transactions()).toEqual([])
  })

  test.each(['a logout', 'another login'])('LO-07 %s supersedes the one in the popup, which is closed within half a second', async (what) => {
    const { auth, result, popup, url } = await depart()
    const second = what === 'a logout' ? auth.logout() : depart(auth)
    await second
    await vi.advanceTimersByTimeAsync(500)
    expect(await result).toBe('superseded')
    expect(popup.isClosed).toBe(true)
    arrive(popup, url)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(tokenRequests()).toEqual([])
  })

  test('a logout before the popup has left for the provider keeps it from leaving', async () => {
    const auth = popups()
    const asked = defer<Response>()
    world.answer = (request) => (request.url.includes('openid-configuration') ? asked.promise : provider.answer(request))
    const login = auth.login()
    const popup = world.windows.opened[0] as FakePopup
    await auth.logout()
    asked.resolve(Response.json(provider.metadata))
    await expect(login).rejects.toMatchObject({ code: 'superseded' })
    expect(popup.isClosed).toBe(true)
    expect(await Promise.race([popup.sentTo, Promise.resolve('nowhere')])).toBe('nowhere')
  })

  test('PO-09 a window that no longer waits: the popup says after two seconds that it cannot go on, with a clean address', async () => {
    const waiting = await depart()
    waiting.auth.dispose()
    const { inside, auth, outcome } = arrive(waiting.popup, waiting.url)
    expect(inside.href).toBe('https://app.example/callback')
    const settled = vi.fn()
    void outcome.then(settled)
    await vi.advanceTimersByTimeAsync(1_999)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(failure(await outcome)).toBe('failed transaction_not_found')
    expect(inside.windows.isClosed).toBe(false)
    expect(failure(await auth.handleCallback())).toBe('failed transaction_not_found')
    expect(inside.requests).toEqual([])
  })

  test('where windows cannot talk at all, the popup says with a typed error that it cannot go on', async () => {
    const cause = new TypeError('There are no channels.')
    const silent = { ...world.windows.popups, channel: () => { throw cause } } // prettier-ignore
    comeBack({ code: 'c', state: `popup.${'x'.repeat(43)}` })
    const auth = createAuth({ method: authorizationCode({ issuer, clientId: 'web' }) }, { ...world.environment, popups: silent })
    expect(await auth.handleCallback()).toMatchObject({ type: 'failed', returnTo: '/', error: { code: 'authorization_failed', cause } })
  })

  test('only the acknowledgement of this login closes the popup', async () => {
    const { auth, popup, url } = await depart()
    auth.dispose()
    const said: ((message: unknown) => void)[] = []
    const inside = { post: () => {}, subscribe: (listener: (message: unknown) => void) => (said.push(listener), () => {}) }
    const page = arrive({ ...popup, inside }, url)
    await vi.waitFor(() => expect(said).toHaveLength(1))
    for (const message of [null, 'x', { type: 'tessera:received' }, { type: 'tessera:received', state: 'popup.other' }]) said[0]?.(message)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(failure(await page.outcome)).toBe('failed transaction_not_found')
  })

  test('StrictMode: a callback page that is handled twice hands over once', async () => {
    const { result, popup, url } = await depart()
    const posted: unknown[] = []
    const inside = { ...popup.inside, post: (message: unknown) => (posted.push(message), popup.inside.post(message)) }
    const page = arrive({ ...popup, inside }, url)
    expect(await page.auth.handleCallback()).toEqual({ type: 'handed_over' })
    expect(await page.outcome).toEqual({ type: 'handed_over' })
    expect(await result).toBe('signed_in')
    expect(posted).toHaveLength(1)
  })

  test('INV-18 after a login nothing listens and nothing ticks', async () => {
    const { result, popup, state, url } = await depart()
    arrive(popup, url)
    await result
    await vi.advanceTimersByTimeAsync(0)
    expect(world.origin.lines.get(`tessera:${state}`)?.size).toBe(0)
    const heard: unknown[] = []
    popup.inside.subscribe((reply) => heard.push(reply))
    popup.inside.post(answer(url))
    await vi.advanceTimersByTimeAsync(hour / 4)
    expect(heard).toEqual([])
    expect(popup.closings).toBe(1)
  })

  test('no code and no verifier is in a state, an error or an event', async () => {
    const auth = popups()
    const events: unknown[] = []
    auth.inspect((event) => events.push(event))
    const { result, popup, url } = await depart(auth)
    provider.tokenAnswer = () => Response.json({ error: 'invalid_grant' }, { status: 400 })
    arrive(popup, url.replace('the-code', 'canary'))
    expect(await result).toBe('authorization_failed')
    const { error } = auth.store.getState()
    expect(JSON.stringify([auth.store.getState(), events, String(error), error?.stack])).not.toContain('canary')
  })
})
