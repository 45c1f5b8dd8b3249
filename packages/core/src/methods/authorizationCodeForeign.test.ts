import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { atProvider, resultOf, type Journey } from '../../test/journey.ts'
import { issuer, type Provider } from '../../test/provider.ts'
import type { World } from '../../test/world.ts'
import { sha256 } from '../browser/sha256.ts'
import { AuthError } from '../errors.ts'
import { authorizationCode } from './authorizationCode.ts'

let world: World
let provider: Provider
let journey: Journey
beforeEach(() => {
  ;({ world, provider, journey } = atProvider())
})
afterEach(() => vi.useRealTimers())

/** Of the request that the person left with. */
const asked = (leave = -1): URLSearchParams => new URL(world.left.at(leave) ?? '').searchParams

/** Comes back with these parameters beside the state of a login, by default the latest. */
function comeBack(parameters: Record<string, string>, leave = -1) {
  const { href } = new URL(`https://app.example/callback?${new URLSearchParams({ state: asked(leave).get('state') ?? '', iss: issuer, ...parameters }).toString()}`)
  world.href = href
  const auth = journey.load()
  return { auth, outcome: auth.handleCallback() }
}

const exchanged = (): URLSearchParams[] => world.requests.flatMap(({ url }, index) => (url === `${issuer}/token` ? [new URLSearchParams(world.bodies[index])] : []))

/** Everywhere that anything was sent or went. */
const addresses = (): string => [...world.requests.map(({ url }) => url), ...world.left, world.href].join('\n')

describe('a code of somebody else', () => {
  test.each([['the earlier', 0], ['the later', 1]])("CB-27 goes with the verifier of %s login, whose state came along, and with none from the address", async (_, leave) => {
    await journey.leave()
    await journey.leave()
    const { outcome } = comeBack({ code: "attacker's", code_verifier: 'e'.repeat(43) }, leave)
    await outcome
    const [form, ...more] = exchanged()
    expect(more).toEqual([])
    expect(form?.get('code')).toBe("attacker's")
    expect(await sha256(form?.getAll('code_verifier').join() ?? '')).toBe(asked(leave).get('code_challenge'))
    expect(asked(0).get('code_challenge')).not.toBe(asked(1).get('code_challenge'))
  })

  test('CB-27 is refused by a server that compares, and signs nobody in', async () => {
    await journey.leave()
    const challengeOfAttacker = await sha256('of the attacker')
    provider.tokenAnswer = async (request) => {
      const verifier = new URLSearchParams(await request.text()).get('code_verifier') ?? ''
      if ((await sha256(verifier)) === challengeOfAttacker) return Response.json({ access_token: 'at', token_type: 'Bearer' })
      return Response.json({ error: 'invalid_grant' }, { status: 400 })
    }
    const { auth, outcome } = comeBack({ code: "attacker's" })
    expect(resultOf(await outcome)).toBe('authorization_failed')
    expect(auth.store.getState().status).toBe('unauthenticated')
  })
})

describe('a login that a third party asks for', () => {
  /** As the documentation has it: a page of the app that the provider, or anybody, sends people to (OpenID Connect Core §4). */
  async function initiate(parameters: Record<string, string>): Promise<void> {
    world.href = `https://app.example/sign-in?${new URLSearchParams(parameters).toString()}`
    const auth = journey.load()
    expect(await auth.handleCallback()).toEqual({ type: 'none' })
    const query = new URL(world.href).searchParams
    if (query.get('iss') === issuer) await auth.login({ returnTo: query.get('target_link_uri') ?? '/' })
    provider.nonce = world.left.length === 0 ? '' : (asked().get('nonce') ?? '')
  }

  test('CB-30 an issuer that is not configured is asked nothing, and nobody leaves: so the documentation compares it', async () => {
    const guide = readFileSync(join(import.meta.dirname, '../../../../docs/methods/authorization-code.md'), 'utf8')
    expect(guide).toContain(`if (asked.get('iss') === '${issuer}') {\n  await auth.login({ returnTo: asked.get('target_link_uri') ?? '/'`)
    await initiate({ iss: 'https://evil.example', target_link_uri: 'https://app.example/orders' })
    expect(world.requests).toEqual([])
    expect(world.left).toEqual([])
  })

  test('CB-30 whatever the address of the page names, a login goes to the configured issuer', async () => {
    world.href = 'https://app.example/sign-in?iss=https%3A%2F%2Fevil.example&login_hint=eve&client_id=evil'
    await journey.load().login()
    expect(new URL(world.left[0] ?? '').origin).toBe(issuer)
    expect(asked().getAll('client_id')).toEqual(['web'])
    expect(asked().has('login_hint')).toBe(false)
    expect(world.requests.map(({ url }) => new URL(url).origin)).toEqual(world.requests.map(() => issuer))
  })

  test.each([
    ['https://app.example/orders?page=2', '/orders?page=2'],
    ['https://evil.example/orders', '/'],
    ['//evil.example', '/'],
    ['javascript:alert(1)', '/'],
  ])('CB-30 to %s ends at %s', async (target, returnTo) => {
    await initiate({ iss: issuer, target_link_uri: target })
    expect(await comeBack({ code: 'the-code' }).outcome).toEqual({ type: 'signed_in', returnTo })
  })
})

describe('addresses that a provider sends along', () => {
  const evil = 'https://evil.example/more'

  test('OR-09 the error_uri of a callback is neither followed nor shown', async () => {
    await journey.leave()
    const { auth, outcome } = comeBack({ error: 'server_error', error_description: evil, error_uri: evil })
    expect(resultOf(await outcome)).toBe('authorization_failed')
    expect(addresses()).not.toContain('evil.example')
    const result = await outcome
    expect(JSON.stringify([result, auth.store.getState()]) + String('error' in result && result.error)).not.toContain('evil.example')
  })

  test('OR-09 nor that of a token endpoint, nor what the metadata offers to read, nor what a token answer links to', async () => {
    for (const name of ['client_uri', 'logo_uri', 'op_policy_uri', 'op_tos_uri', 'service_documentation', 'registration_endpoint', 'check_session_iframe']) provider.metadata[name] = evil
    provider.tokens = { client_uri: evil, redirect_uri: evil, logo_uri: evil }
    await journey.signIn()
    const auth = journey.app()
    expect(auth.store.getState().status).toBe('authenticated')
    provider.tokenAnswer = () => Response.json({ error: 'temporarily_unavailable', error_uri: evil }, { status: 503, headers: { location: evil, link: `<${evil}>` } })
    const failure: unknown = await auth.tokens.refresh().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'server_error' })
    await auth.logout()
    expect(addresses()).not.toContain('evil.example')
    expect(JSON.stringify([failure, auth.store.getState()])).not.toContain('evil.example')
  })
})

describe('a renewal without the person', () => {
  test.each(['login_required', 'interaction_required', 'consent_required', 'account_selection_required'])('RF-31 that is answered with %s signs nobody out', async (error) => {
    await journey.signIn()
    await journey.leave({ prompt: 'none' })
    expect(asked().get('prompt')).toBe('none')
    const { auth, outcome } = comeBack({ error })
    expect(await outcome).toMatchObject({ type: 'failed', error: { code: 'authorization_failed', oauthError: error } })
    expect(await auth.ready).toMatchObject({ status: 'authenticated', user: { sub: 'ada' } })
    expect(auth.lastSignOut).toBeNull()
    expect(await auth.getAccessToken()).toBe('at-1')
  })

  test('RF-31 that comes back to nobody, as where frames or cookies are blocked, signs nobody out', async () => {
    await journey.signIn()
    const auth = journey.app()
    await auth.login({ prompt: 'none' })
    await vi.advanceTimersByTimeAsync(20 * 60_000)
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', pending: null })
    expect(await auth.getAccessToken()).toBe('at-1')
  })
})

describe('a client secret', () => {
  test.each(['clientSecret', 'client_secret'])('MD-09 has no place in a page: the option %s is refused, by name', (name) => {
    expect(() => authorizationCode({ issuer, clientId: 'web', [name]: 'canary' })).toThrow(expect.objectContaining({ code: 'invalid_config', option: name }))
  })

  test.each(['client_secret', 'client_assertion'])('MD-09 nor among parameters of the app: %s is refused, and goes nowhere', async (name) => {
    const parameters = { [name]: 'canary' }
    expect(() => authorizationCode({ issuer, clientId: 'web', parameters })).toThrow(expect.objectContaining({ code: 'invalid_config', option: 'parameters' }))
    await expect(journey.load().login({ parameters })).rejects.toMatchObject({ code: 'invalid_input' })
    expect(world.left).toEqual([])
    expect(JSON.stringify(world.tabStorage.keys().map((key) => world.tabStorage.getItem(key)))).not.toContain('canary')
  })
})

describe('where a login leads', () => {
  test('OR-05 not to the page that signs out', async () => {
    expect(await journey.signIn({ returnTo: '/logout?now' })).toEqual({ type: 'signed_in', returnTo: '/' })
    world.href = 'https://app.example/logout'
    expect(await journey.signIn()).toEqual({ type: 'signed_in', returnTo: '/' })
  })

  test('OR-11 not round and round: an app that signs in by itself each time an API refuses the session is stopped after ten', async () => {
    const outcomes: string[] = []
    for (let round = 0; round < 12; round++) {
      outcomes.push(await journey.signIn().then(resultOf, (error: AuthError) => error.code))
      journey.app().tokens.end(new AuthError('revoked', 'no'))
      await vi.advanceTimersByTimeAsync(3_000)
    }
    expect(outcomes).toEqual([...Array.from({ length: 10 }, () => 'signed_in'), 'redirect_loop', 'redirect_loop'])
    expect(journey.app().store.getState()).toMatchObject({ status: 'unauthenticated' })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(resultOf(await journey.signIn())).toBe('signed_in')
  })

  test('OR-11 who goes there ten times and does not come back is in no circle', async () => {
    for (let round = 0; round < 12; round++) await journey.leave()
    expect(world.left).toHaveLength(12)
    expect(resultOf(await journey.signIn())).toBe('signed_in')
  })
})

describe('a wrong clock', () => {
  test.each([
    ['the clocks', { date: new Date(1_800_000_000_000).toUTCString() }, 'which is 4000 s ahead of that of the provider.'],
    ['what the token says', {}, 'its "exp" is 400 s behind the clock of this device: is that right?'],
  ])('TM-07 the error says by how much it is wrong: %s', async (_, headers, said) => {
    vi.setSystemTime(1_800_004_000_000)
    provider.claims = { iat: 1_800_000_000, exp: 1_800_003_600 }
    world.answer = async (request) => {
      const { status, body } = await provider.answer(request)
      return new Response(body, { status, headers })
    }
    await journey.signIn()
    expect(journey.app().store.getState().error).toMatchObject({ code: 'clock_skew', message: expect.stringContaining(said) as string })
  })
})
