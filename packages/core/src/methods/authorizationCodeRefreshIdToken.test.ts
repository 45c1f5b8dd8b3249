import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { atProvider, createJourney, resultOf, type Journey, type JourneyOptions, type OAuth } from '../../test/journey.ts'
import { issuer, type Provider } from '../../test/provider.ts'
import { createSigner } from '../../test/signer.ts'
import { defer, type Answer, type World } from '../../test/world.ts'

const minute = 60_000
const hour = 60 * minute

const [two, eve] = await Promise.all([createSigner({ kid: 'two' }), createSigner({ kid: 'one' })])

let world: World
let provider: Provider
let journey: Journey
beforeEach(() => {
  ;({ world, provider } = atProvider())
})
afterEach(() => vi.useRealTimers())

async function signedIn(options?: JourneyOptions): Promise<OAuth> {
  journey = createJourney(world, provider, options)
  expect(resultOf(await journey.signIn())).toBe('signed_in')
  return journey.app()
}

/** Later than anything that is kept is good for. */
const later = (): void => void vi.setSystemTime(Date.now() + 2 * hour)

/** What the tokens are, and whose. */
function heldBy(auth: OAuth) {
  const { accessToken, refreshToken, idToken, user } = auth.tokens.current?.tokens ?? {}
  return { accessToken, refreshToken, idToken, name: (user as { name?: string } | undefined)?.name, status: auth.store.getState().status }
}

const lost: readonly [string, Answer][] = [
  ['a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
  ['500', () => new Response('', { status: 500 })],
  ['404', () => new Response('', { status: 404 })],
  ['50 MB', () => new Response('x'.repeat(50_000_000))],
  ['no network', () => Promise.reject(new TypeError('Failed to fetch'))],
]

describe('an ID token whose signature cannot be verified now', () => {
  test.each(lost)('RF-19 as the key set is %s: the rotated tokens are kept, and what was known of the person', async (_, answer) => {
    const auth = await signedIn()
    const before = heldBy(auth)
    later()
    provider.keysAnswer = answer
    provider.claims = { name: 'Eve' }
    await auth.tokens.refresh()
    expect(heldBy(auth)).toEqual({ ...before, accessToken: 'at-2', refreshToken: 'rt-2' })
    // Also over a reload.
    expect(heldBy(journey.load())).toMatchObject({ refreshToken: undefined })
    const reloaded = journey.load()
    await reloaded.ready
    expect(heldBy(reloaded)).toEqual({ ...before, accessToken: 'at-2', refreshToken: 'rt-2' })
    provider.keysAnswer = null
    provider.claims = { name: 'Ada King' }
    await reloaded.tokens.refresh()
    expect(heldBy(reloaded)).toMatchObject({ accessToken: 'at-3', refreshToken: 'rt-3', name: 'Ada King' })
    expect(heldBy(reloaded).idToken).not.toBe(before.idToken)
  })

  test('RF-19 as the key set never comes: waited for ten seconds, well within what a refresh has', async () => {
    const auth = await signedIn()
    later()
    provider.keysAnswer = () => new Promise(() => {})
    const given = defer<undefined>()
    world.answer = async (request) => {
      const response = await provider.answer(request)
      if (request.url.endsWith('/token')) given.resolve(undefined)
      return response
    }
    const settled = vi.fn()
    const refreshed = auth.tokens.refresh().then(settled)
    // Signing takes its time, and not of that which is advanced.
    await given.promise
    await vi.advanceTimersByTimeAsync(9_999)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await refreshed
    expect(heldBy(auth)).toMatchObject({ accessToken: 'at-2', refreshToken: 'rt-2', name: 'Ada Lovelace', status: 'authenticated' })
  })

  test('RF-19 metadata, tokens and keys that all take their time: what was rotated arrives before the refresh is given up', async () => {
    const auth = await signedIn()
    later()
    const signing: unknown[] = []
    const slowly = (answer: Answer): Answer => (request) =>
      new Promise((resolve) => {
        world.environment.timer.after(9_000, () => {
          const answered = answer(request)
          signing.push(answered)
          resolve(answered)
        })
      })
    const { answer } = provider
    world.answer = slowly(answer)
    provider.signer = two
    const refreshed = auth.tokens.refresh()
    for (let second = 0; second < 20; second++) {
      await vi.advanceTimersByTimeAsync(1_000)
      // Signing and verifying are not of the time that is advanced.
      await Promise.all(signing)
      await two.sign({})
    }
    await refreshed
    expect(heldBy(auth)).toMatchObject({ refreshToken: 'rt-2', status: 'authenticated' })
    // What had been fetched a moment ago was not fetched again.
    expect(journey.asked('/jwks')).toBe(2)
  })

  test.each<[string, Answer | null]>([['it is unknown there too', null], ...lost])('RF-19 by a key that is unknown, and the key set is fetched again: %s', async (_, answer) => {
    const auth = await signedIn()
    const before = heldBy(auth)
    provider.signer = two
    provider.keysAnswer = answer
    provider.claims = { name: 'Eve' }
    await auth.tokens.refresh()
    expect(heldBy(auth)).toEqual({ ...before, accessToken: 'at-2', refreshToken: 'rt-2' })
    expect(journey.asked('/jwks')).toBe(2)
  })

  test('RF-19 by a key that is too weak: the rotated tokens are kept', async () => {
    const auth = await signedIn()
    const before = heldBy(auth)
    const weak = await createSigner({ kid: 'weak', modulusLength: 1024 })
    provider.signer = weak
    provider.keys.push(weak.publicKey)
    await auth.tokens.refresh()
    expect(heldBy(auth)).toEqual({ ...before, accessToken: 'at-2', refreshToken: 'rt-2' })
  })

  test('RF-16 of another subject, whoever signed it, ends the session, and the tokens of the answer are revoked', async () => {
    const auth = await signedIn()
    provider.signer = two
    provider.claims = { sub: 'eve' }
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'subject_changed' })
    expect(heldBy(auth)).toMatchObject({ accessToken: undefined, status: 'unauthenticated' })
    await vi.advanceTimersByTimeAsync(0)
    expect(world.bodies.at(-1)).toContain('token=rt-2')
  })

  test.each([
    ['iss', 'https://evil.example'],
    ['aud', 'other'],
    ['azp', 'other'],
  ])('RF-17 with another %s, whoever signed it, ends the session', async (name, value) => {
    const auth = await signedIn()
    provider.signer = two
    provider.claims = { [name]: value }
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'invalid_id_token' })
    expect(auth.store.getState().status).toBe('unauthenticated')
  })

  test('of a session that knows nobody makes it nobody', async () => {
    provider.claims = null
    const auth = await signedIn({ scope: 'read' })
    provider.claims = { sub: 'eve' }
    provider.signer = two
    await auth.tokens.refresh()
    expect(auth.tokens.current?.tokens).toMatchObject({ accessToken: 'at-2', subject: null, idToken: undefined, user: {} })
    expect(journey.asked('/jwks')).toBe(0)
  })
})

describe('an ID token', () => {
  test('ID-15 with a signature that is wrong ends the session', async () => {
    const auth = await signedIn()
    provider.signer = eve
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'invalid_id_token' })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'refresh_rejected' })
  })

  test('ID-15 with a signature that is none ends the session', async () => {
    const auth = await signedIn()
    const { signer } = provider
    provider.signer = { ...signer, sign: async (claims, header) => (await signer.sign(claims, header)).replace(/[^.]*$/, 'a!b') }
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'invalid_id_token' })
  })

  test('ID-16 by a new key of the provider: the key set is fetched once more, and its claims count', async () => {
    const auth = await signedIn()
    provider.signer = two
    provider.keys = [two.publicKey]
    provider.claims = { name: 'Ada King' }
    await auth.tokens.refresh()
    expect(heldBy(auth)).toMatchObject({ accessToken: 'at-2', name: 'Ada King' })
    expect(journey.asked('/jwks')).toBe(2)
  })

  test('ID-16 when the metadata has become old: the keys are fetched beside the tokens, from where the metadata says now', async () => {
    const auth = await signedIn()
    later()
    const order: string[] = []
    world.answer = (request) => (order.push(new URL(request.url).pathname), provider.answer(request))
    await auth.tokens.refresh()
    expect(order).toEqual(['/.well-known/openid-configuration', '/jwks', '/token'])
    expect(journey.asked('/jwks')).toBe(2)
  })

  test('RF-19 when the keys are younger than the metadata: they are fetched with it all the same, and so not after the tokens', async () => {
    const auth = await signedIn()
    vi.setSystemTime(Date.now() + hour - minute)
    provider.signer = two
    provider.keys = [two.publicKey]
    await auth.tokens.refresh()
    expect(journey.asked('/jwks')).toBe(2)
    vi.setSystemTime(Date.now() + 2 * minute)
    const order: string[] = []
    world.answer = (request) => (order.push(new URL(request.url).pathname), provider.answer(request))
    provider.signer = eve
    provider.keys = []
    await auth.tokens.refresh()
    expect(order).toEqual(['/.well-known/openid-configuration', '/jwks', '/token'])
    expect(heldBy(auth)).toMatchObject({ refreshToken: 'rt-3', status: 'authenticated' })
  })

  test.each([
    ['auth_time', 1_799_999_000, 1_799_999_001],
    ['azp', 'web', 'other'],
    ['nonce', undefined, 'other'],
  ])('RF-17 with another %s than at the login (%j, %j) ends the session', async (name, first, then) => {
    if (first !== undefined) provider.claims = { [name]: first }
    const auth = await signedIn()
    provider.claims = { [name]: then }
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'invalid_id_token' })
    expect(auth.store.getState().status).toBe('unauthenticated')
  })

  test('RF-17 that says less than at the login, or the same, is good', async () => {
    provider.claims = { auth_time: 1_799_999_000, azp: 'web' }
    const auth = await signedIn()
    await auth.tokens.refresh()
    provider.claims = { nonce: provider.nonce }
    await auth.tokens.refresh()
    expect(heldBy(auth)).toMatchObject({ accessToken: 'at-3', status: 'authenticated' })
  })

  test('ID-08 of the login, given once more days later, is good', async () => {
    const auth = await signedIn()
    const issuedAt = 1_800_000_000
    vi.setSystemTime(Date.now() + 72 * hour)
    provider.claims = { iat: issuedAt }
    await auth.tokens.refresh()
    expect(heldBy(auth)).toMatchObject({ accessToken: 'at-2', status: 'authenticated' })
  })

  test('ID-23 with the at_hash of another access token ends the session', async () => {
    const auth = await signedIn()
    provider.claims = { at_hash: 'other' }
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'invalid_id_token' })
  })

  test.each(['at+jwt', 5, null, {}])('ID-20 RF-19 of the type %j ends the session, and what came with it is revoked: the refresh token of before is spent', async (typ) => {
    const auth = await signedIn()
    provider.header = { typ }
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'invalid_id_token' })
    expect(heldBy(auth)).toMatchObject({ refreshToken: undefined, status: 'unauthenticated' })
    await vi.advanceTimersByTimeAsync(0)
    expect(world.requests.at(-1)?.url).toBe(`${issuer}/revoke`)
    expect(world.bodies.at(-1)).toContain('token=rt-2&')
  })

  test('RF-18 that is missing leaves what was known, and the keys alone as long as they are good', async () => {
    const auth = await signedIn()
    const before = heldBy(auth)
    provider.claims = null
    await auth.tokens.refresh()
    expect(heldBy(auth)).toEqual({ ...before, accessToken: 'at-2', refreshToken: 'rt-2' })
    expect(world.requests.at(-1)?.url).toBe(`${issuer}/token`)
    expect(journey.asked('/jwks')).toBe(1)
  })
})
