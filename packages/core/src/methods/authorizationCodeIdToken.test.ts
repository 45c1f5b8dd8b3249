import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { atProvider, createJourney, resultOf, type Journey, type JourneyOptions } from '../../test/journey.ts'
import { idTokenClaims, issuer, jwt, type Provider } from '../../test/provider.ts'
import { createSigner, type Signer } from '../../test/signer.ts'
import type { Answer, World } from '../../test/world.ts'

const minute = 60_000
const hour = 60 * minute

const [two, eve, weak] = await Promise.all([
  createSigner({ kid: 'two' }),
  // Somebody else, under the name of the provider's key.
  createSigner({ kid: 'one' }),
  createSigner({ kid: 'weak', modulusLength: 1024 }),
])

let world: World
let provider: Provider
let journey: Journey
beforeEach(() => {
  ;({ world, provider, journey } = atProvider())
})
afterEach(() => vi.useRealTimers())

const signIn = async (options?: JourneyOptions): Promise<string> => {
  if (options !== undefined) journey = createJourney(world, provider, options)
  return resultOf(await journey.signIn())
}

/** The provider uses this key from now on, and says which algorithm. */
function rotate(signer: Signer, alg = 'RS256'): void {
  provider.signer = signer
  provider.keys = [signer.publicKey]
  provider.metadata['id_token_signing_alg_values_supported'] = [alg]
}

/** The provider gives this for an ID token, made for the login that is under way. */
function give(makeIdToken: (claims: Record<string, unknown>) => string | Promise<string>): void {
  provider.tokenAnswer = async () => {
    const idToken = await makeIdToken(idTokenClaims({ nonce: provider.nonce }))
    return Response.json({ access_token: 'at', refresh_token: 'rt', token_type: 'Bearer', expires_in: 3600, id_token: idToken })
  }
}

/** What cannot be a key set, and what comes of it. */
const brokenAnswers: readonly [string, Answer, string][] = [
  ['a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } }), 'invalid_response'],
  ['a list', () => Response.json([]), 'invalid_response'],
  ['keys that are no list', () => Response.json({ keys: { kty: 'RSA' } }), 'invalid_response'],
  ['500', () => new Response('', { status: 500 }), 'server_error'],
  ['429', () => new Response('', { status: 429 }), 'rate_limited'],
  ['50 MB, good but for that', () => Response.json({ keys: provider.keys, x: 'x'.repeat(50_000_000) }), 'invalid_response'],
  ['a redirect, which the browser refuses', () => Promise.reject(new TypeError('Failed to fetch')), 'network'],
]

describe('signed', () => {
  test.each(['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const)('ID-15 with %s: accepted', async (alg) => {
    rotate(await createSigner({ kid: 'k', alg }), alg)
    expect(await signIn()).toBe('signed_in')
    expect(journey.app().store.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'ada' } })
  })

  test('ID-15 with ES256, where no metadata says what to expect: accepted', async () => {
    rotate(await createSigner({ kid: 'k', alg: 'ES256' }))
    expect(await signIn({ endpoints: { authorization: `${issuer}/authorize`, token: `${issuer}/token`, jwks: `${issuer}/jwks` } })).toBe('signed_in')
  })

  test.each(['RS256', 'ES256'] as const)('ID-15 with %s, and changed by one character: refused, and the tokens are revoked', async (alg) => {
    rotate(await createSigner({ kid: 'k', alg }), alg)
    give(async (claims) => {
      const [header, , signature] = (await provider.signer.sign(claims)).split('.')
      return `${header}.${Buffer.from(JSON.stringify({ ...claims, sub: 'adb' })).toString('base64url')}.${signature}`
    })
    expect(await signIn()).toBe('invalid_id_token')
    expect(journey.app().store.getState()).toMatchObject({ status: 'unauthenticated', error: { code: 'invalid_id_token' } })
    expect(journey.app().tokens.current).toBeNull()
    await vi.advanceTimersByTimeAsync(0)
    expect(world.requests.at(-1)?.url).toBe(`${issuer}/revoke`)
    expect(world.bodies.at(-1)).toContain('token=rt&')
  })

  test.each([
    ['no signature', (token: string) => token.replace(/[^.]*$/, '')],
    ['a signature that is no base64url', (token: string) => token.replace(/[^.]*$/, 'a!b')],
    ['two signatures', (token: string) => `${token}.x`],
  ])('ID-15 with %s: refused', async (_, spoil) => {
    give(async (claims) => spoil(await provider.signer.sign(claims)))
    expect(await signIn()).toBe('invalid_id_token')
  })

  test("ID-15 with somebody else's key under the name of the provider's: refused", async () => {
    provider.signer = eve
    expect(await signIn()).toBe('invalid_id_token')
  })

  test.each(['verified', 'unchecked'] as const)('ID-13 by nobody (alg none): refused also where the metadata has it, and with signatures %s', async (idTokenSignature) => {
    for (const alg of ['none', 'None', 'NONE', '', undefined]) {
      provider.metadata['id_token_signing_alg_values_supported'] = [alg, 'RS256']
      for (const signature of ['', 'c2ln']) {
        give((claims) => jwt(claims, { alg }).replace(/[^.]*$/, signature))
        expect(await signIn({ idTokenSignature }), `${alg} ${signature}`).toBe('invalid_id_token')
      }
    }
  })

  test.each(['verified', 'unchecked'] as const)('ID-14 with the public key as a secret (HS256): refused also where the metadata has it, and with signatures %s', async (idTokenSignature) => {
    provider.metadata['id_token_signing_alg_values_supported'] = ['HS256', 'RS256']
    provider.keys.push({ kty: 'oct', kid: 'one', alg: 'HS256', k: Buffer.from(JSON.stringify(provider.signer.publicKey)).toString('base64url') })
    give((claims) => {
      const input = jwt(claims, { alg: 'HS256', kid: 'one' }).replace(/\.[^.]*$/, '')
      return `${input}.${createHmac('sha256', JSON.stringify(provider.signer.publicKey)).update(input).digest('base64url')}`
    })
    expect(await signIn({ idTokenSignature })).toBe('invalid_id_token')
  })

  test.each([
    ['that the provider does not use', ['ES256'], {}],
    ['where the provider names none but RS256 by its silence', undefined, { alg: 'PS256' }],
    ["that is not the key's", ['ES256', 'RS256'], { alg: 'ES256' }],
    ['that is a lie about the key', ['RS256', 'RS512'], { alg: 'RS512' }],
  ])('ID-14 with an algorithm %s: refused', async (_, algorithms, header) => {
    provider.metadata['id_token_signing_alg_values_supported'] = algorithms
    provider.header = header
    expect(await signIn()).toBe('invalid_id_token')
  })

  test('ID-14 with an algorithm that its key is not for: refused', async () => {
    provider.keys = [{ ...provider.signer.publicKey, alg: 'PS256' }]
    expect(await signIn()).toBe('invalid_id_token')
  })
})

describe('the key', () => {
  test('ID-16 of a login is fetched before the person leaves, beside the push: coming back is one request', async () => {
    provider.metadata['pushed_authorization_request_endpoint'] = `${issuer}/par`
    let beside = 0
    provider.pushAnswer = async () => {
      await vi.waitFor(() => expect(journey.asked('/jwks')).toBe(1))
      beside++
      return Response.json({ error: 'server_error' }, { status: 503 })
    }
    await expect(journey.leave()).rejects.toMatchObject({ code: 'server_error' })
    expect(beside).toBe(1)
    provider.pushAnswer = null
    provider.metadata['pushed_authorization_request_endpoint'] = undefined
    vi.setSystemTime(Date.now() + hour)
    await journey.leave()
    const before = world.requests.length
    expect(journey.asked('/jwks')).toBe(2)
    expect(resultOf(await journey.comeBack())).toBe('signed_in')
    expect(world.requests.slice(before).map(({ url }) => url)).toEqual([`${issuer}/token`])
  })

  test('ID-16 is kept for an hour, over page loads, as long as the metadata', async () => {
    await signIn()
    vi.setSystemTime(Date.now() + hour - 1)
    await signIn()
    expect(journey.asked('/jwks')).toBe(1)
    vi.setSystemTime(Date.now() + 1)
    expect(await signIn()).toBe('signed_in')
    expect(journey.asked('/jwks')).toBe(2)
  })

  test('ID-16 is another one just before signing: the key set is fetched once more, and the login is good', async () => {
    await journey.leave()
    rotate(two)
    expect(resultOf(await journey.comeBack())).toBe('signed_in')
    expect(journey.asked('/jwks')).toBe(2)
  })

  test('ID-16 is another one at the next login: fetched once more, then known', async () => {
    await signIn()
    rotate(two)
    for (let login = 0; login < 3; login++) expect(await signIn()).toBe('signed_in')
    expect(journey.asked('/jwks')).toBe(2)
  })

  test('ID-16 has no name and is another one: fetched once more', async () => {
    rotate(await createSigner())
    await journey.leave()
    rotate(await createSigner())
    expect(resultOf(await journey.comeBack())).toBe('signed_in')
    expect(journey.asked('/jwks')).toBe(2)
  })

  test('ID-16 is kept for an hour without metadata too', async () => {
    const endpoints = { authorization: `${issuer}/authorize`, token: `${issuer}/token`, jwks: `${issuer}/jwks` }
    for (const [laterMs, asked] of [[0, 1], [hour - 1, 1], [1, 2]] as const) {
      vi.setSystemTime(Date.now() + laterMs)
      expect(await signIn({ endpoints })).toBe('signed_in')
      expect(journey.asked('/jwks')).toBe(asked)
    }
  })

  test('ID-16 is unknown: the key set is fetched again once a minute at most, however many such tokens come', async () => {
    provider.signer = two
    for (let login = 0; login < 5; login++) expect(await signIn()).toBe('invalid_id_token')
    expect(journey.asked('/jwks')).toBe(2)
    vi.setSystemTime(Date.now() + minute - 1)
    expect(await signIn()).toBe('invalid_id_token')
    expect(journey.asked('/jwks')).toBe(2)
    rotate(two)
    vi.setSystemTime(Date.now() + 1)
    expect(await signIn()).toBe('signed_in')
    expect(journey.asked('/jwks')).toBe(3)
  })

  test('ID-16 is unknown, and the key set cannot be fetched again: a transient error', async () => {
    await journey.leave()
    provider.signer = two
    provider.keysAnswer = () => new Response('', { status: 503 })
    expect(resultOf(await journey.comeBack())).toBe('server_error')
    expect(journey.app().store.getState().status).toBe('unauthenticated')
  })

  test('MD-03 cannot be fetched from where the metadata says: nobody leaves, and the next attempt asks for the metadata anew', async () => {
    provider.metadata['jwks_uri'] = `${issuer}/moved`
    await expect(journey.leave()).rejects.toMatchObject({ code: 'client_rejected' })
    provider.metadata['jwks_uri'] = `${issuer}/jwks`
    expect(await signIn()).toBe('signed_in')
  })

  test('ID-17 is not named, and there is one: it is used', async () => {
    rotate(await createSigner())
    expect(await signIn()).toBe('signed_in')
  })

  test.each([
    [0, 'signed_in'],
    [9, 'signed_in'],
    [10, 'invalid_id_token'],
  ])('ID-17 is not named, and %i that fit come before it: "%s"', async (count, expected) => {
    const others = await Promise.all(Array.from({ length: count }, () => createSigner({ alg: 'ES256' })))
    const right = await createSigner({ alg: 'ES256' })
    rotate(right, 'ES256')
    // Those of other kinds do not count.
    const misfits = Array.from({ length: 12 }, () => two.publicKey)
    provider.keys = [...misfits, ...others.map(({ publicKey }) => publicKey), right.publicKey]
    expect(await signIn()).toBe(expected)
  })

  test.each(['jku', 'x5u', 'jwk', 'x5c'])('ID-18 that the token brings along, or points to, in "%s" is none', async (name) => {
    const value = { jku: 'https://evil.example/jwks', x5u: 'https://evil.example/x5u', jwk: eve.publicKey, x5c: ['MIIB'] }[name]
    provider.header = { [name]: value }
    expect(await signIn()).toBe('signed_in')
    for (const kid of ['one', 'evil', undefined]) {
      provider.signer = eve
      provider.header = { [name]: value, kid }
      expect(await signIn()).toBe('invalid_id_token')
    }
    expect(world.requests.every(({ url }) => new URL(url).origin === issuer)).toBe(true)
  })

  test.each([[['b64']], [['exp']], [[]], ['exp'], [null]])('ID-18 counts for nothing where the header has crit %j: refused', async (crit) => {
    provider.header = { crit, b64: true }
    expect(await signIn()).toBe('invalid_id_token')
  })

  test('ID-19 is found among what is none: secrets, keys for other uses, weak ones, namesakes, rubbish', async () => {
    const { publicKey } = provider.signer
    provider.keys = [
      null,
      'key',
      7,
      [],
      {},
      { kty: 'RSA', kid: 'one' },
      { kty: 'RSA', kid: 'one', n: '!', e: 'AQAB' },
      { kty: 'oct', kid: 'one', k: 'c2VjcmV0' },
      { ...weak.publicKey, kid: 'one' },
      { ...eve.publicKey, use: 'enc' },
      { ...eve.publicKey, key_ops: ['encrypt'] },
      { ...eve.publicKey, key_ops: 'verify' },
      { ...eve.publicKey, n: 7 },
      { ...eve.publicKey, n: 'x'.repeat(100_000) },
      eve.publicKey,
      { ...publicKey, x5c: ['x'.repeat(10_000)], key_ops: ['verify'], alg: 'RS256', d: 'AQAB' },
    ]
    expect(await signIn()).toBe('signed_in')
    expect(journey.asked('/jwks')).toBe(1)
  })

  test.each<[string, () => Signer, object]>([
    ['for encryption', () => two, { use: 'enc' }],
    ['for other uses', () => two, { key_ops: ['deriveBits'] }],
    ['with uses that are no list', () => two, { key_ops: 'verify' }],
    ['for another algorithm', () => two, { alg: 'RS512' }],
    ['of 1024 bits', () => weak, {}],
  ])('ID-19 that is %s does not do', async (_, signer, members) => {
    rotate(signer())
    provider.keys = [{ ...signer().publicKey, ...members }]
    expect(await signIn()).toBe('invalid_id_token')
  })

  test('ID-19 takes little room, however large the key set is', async () => {
    const { publicKey } = provider.signer
    provider.keys = Array.from({ length: 400 }, (_, index) => ({ ...publicKey, ...(index % 4 === 1 ? { alg: 'x'.repeat(2_001) } : { x5c: ['x'.repeat(100)] }) }))
    expect(await signIn()).toBe('signed_in')
    const kept = world.tabStorage.getItem('tessera:default:scratch:authorizationCode:keys') ?? ''
    expect(kept).toContain('"n":')
    expect(kept).not.toContain('xxx')
    expect(kept.length).toBeLessThan(50_000)
  })

  test.each([
    ['no JSON', () => '{'],
    ['no record', () => '7'],
    ['no list', (text: string) => text.replace('"keys":[', '"keys":7,"x":[')],
    ['that of another provider', (text: string) => text.replace(`${issuer}/jwks`, 'https://evil.example/jwks')],
    ['of no time', (text: string) => text.replace('"fetchedAt":', '"x":')],
    ['of the future', (text: string) => text.replace('"fetchedAt":1', '"fetchedAt":9')],
  ])('ST-04 that is kept as %s is fetched again', async (_, spoil) => {
    await journey.leave()
    const name = 'tessera:default:scratch:authorizationCode:keys'
    world.tabStorage.setItem(name, spoil(world.tabStorage.getItem(name) ?? ''))
    expect(resultOf(await journey.comeBack())).toBe('signed_in')
    expect(journey.asked('/jwks')).toBe(2)
  })

  test('that cannot be kept is fetched for each login', async () => {
    const { setItem } = world.tabStorage
    vi.spyOn(world.tabStorage, 'setItem').mockImplementation((name, text) => {
      if (name.endsWith(':keys')) throw new Error('full')
      setItem(name, text)
    })
    expect(await signIn()).toBe('signed_in')
    expect(journey.asked('/jwks')).toBe(2)
  })

  test.each(brokenAnswers)('MD-03 ID-15 cannot be had (%s): a typed error, and nobody leaves to sign in for nothing', async (_, answer, code) => {
    provider.keysAnswer = answer
    await expect(journey.leave()).rejects.toMatchObject({ code, retryable: true })
    expect(world.left).toEqual([])
    expect(world.tabStorage.keys().filter((key) => key.includes('transaction:'))).toEqual([])
    provider.keysAnswer = null
    expect(await signIn()).toBe('signed_in')
  })

  test.each(brokenAnswers)('MD-03 ID-15 cannot be had any more (%s): a typed error, and the code is not spent for nothing', async (_, answer, code) => {
    await journey.leave()
    vi.setSystemTime(Date.now() + 10 * minute)
    await journey.leave()
    vi.setSystemTime(Date.now() + hour - minute)
    provider.keysAnswer = answer
    expect(await journey.comeBack()).toMatchObject({ type: 'failed', error: { code, retryable: true } })
    expect(journey.asked('/token')).toBe(0)
    expect(journey.app().store.getState().status).toBe('unauthenticated')
    provider.keysAnswer = null
    expect(await signIn()).toBe('signed_in')
  })

  test('MD-03 ID-15 is waited for ten seconds', async () => {
    provider.keysAnswer = () => new Promise(() => {})
    const login = expect(journey.leave()).rejects.toMatchObject({ code: 'timeout' })
    await vi.waitFor(() => expect(journey.asked('/jwks')).toBe(1))
    await vi.advanceTimersByTimeAsync(10_000)
    await login
    expect(world.left).toEqual([])
  })

  test.each([undefined, 'http://id.example/jwks', 'javascript:alert(1)', '/jwks'])('MD-02 is at %s: refused before anybody leaves', async (uri) => {
    provider.metadata['jwks_uri'] = uri
    await expect(journey.leave()).rejects.toMatchObject({ code: 'invalid_response' })
    expect(world.left).toEqual([])
  })
})

describe('unchecked', () => {
  test('asks for no keys, needs none, and takes any signature of a key pair', async () => {
    provider.metadata['jwks_uri'] = undefined
    provider.signer = eve
    expect(await signIn({ idTokenSignature: 'unchecked' })).toBe('signed_in')
    provider.claims = { name: 'Ada King' }
    await journey.app().tokens.refresh()
    expect(journey.app().store.getState()).toMatchObject({ user: { name: 'Ada King' } })
    expect(journey.asked('/jwks')).toBe(0)
    const { authorization_endpoint: authorization, token_endpoint: token } = provider.metadata as Record<string, string>
    expect(await signIn({ idTokenSignature: 'unchecked', endpoints: { authorization: authorization ?? '', token: token ?? '' } })).toBe('signed_in')
  })

  test.each([
    ['ID-02', { iss: 'https://evil.example' }],
    ['ID-10', { nonce: 'other' }],
    ['ID-06', { azp: 'other' }],
    ['ID-23', { at_hash: 'other' }],
  ])('%s and all else is held to what it says as ever: %j is refused', async (_id, claims) => {
    provider.claims = claims
    expect(await signIn({ idTokenSignature: 'unchecked' })).toBe('invalid_id_token')
  })
})

describe('what it says', () => {
  test.each([
    ['ID-06', 'another client as azp', { azp: 'other' }, 'invalid_id_token'],
    ['ID-06', 'this client as azp', { azp: 'web' }, 'signed_in'],
    ['ID-06', 'two audiences and this client as azp', { aud: ['web', 'api'], azp: 'web' }, 'signed_in'],
    ['ID-06', 'two audiences and no azp', { aud: ['web', 'api'] }, 'invalid_id_token'],
    ['ID-06', 'an azp that is no text', { azp: ['web'] }, 'invalid_id_token'],
    ['ID-08', 'iat of a day and a minute ago', { iat: 1_800_000_000 - 86_460 }, 'clock_skew'],
    ['ID-08', 'iat of a day and a minute ahead', { iat: 1_800_000_000 + 86_460 }, 'clock_skew'],
    ['ID-08', 'iat of hours ahead, as a slow clock has it', { iat: 1_800_000_000 + 7_200 }, 'signed_in'],
    ['ID-08', 'iat of hours ago, as a fast clock has it', { iat: 1_800_000_000 - 7_200 }, 'signed_in'],
    ['ID-08', 'iat that is no number', { iat: '1800000000' }, 'invalid_id_token'],
    ['ID-12', 'a subject of 255 characters', { sub: 'x'.repeat(255) }, 'signed_in'],
  ])('%s %s gives "%s"', async (_id, _what, claims, expected) => {
    provider.claims = claims
    expect(await signIn()).toBe(expected)
  })

  test.each([
    ['at+jwt', 'invalid_id_token'],
    ['application/at+jwt', 'invalid_id_token'],
    ['logout+jwt', 'invalid_id_token'],
    [5, 'invalid_id_token'],
    [null, 'invalid_id_token'],
    [['JWT'], 'invalid_id_token'],
    ['jwt', 'signed_in'],
    [undefined, 'signed_in'],
  ])('ID-20 that its type is %s gives "%s"', async (typ, expected) => {
    provider.header = { typ }
    expect(await signIn()).toBe(expected)
  })

  test.each([
    ['ID-24', 'said', 0, 'signed_in'],
    ['ID-24', 'old', 600, 'invalid_id_token'],
    ['ID-24', 'absent', undefined, 'invalid_id_token'],
  ])('%s with max_age asked, an auth_time that is %s gives "%s"', async (_id, _what, agoS, expected) => {
    provider.claims = { auth_time: agoS === undefined ? undefined : 1_800_000_000 - agoS }
    expect(resultOf(await journey.signIn({ maxAgeMs: minute }))).toBe(expected)
  })

  test('ID-22 a member called __proto__ is no prototype, and nothing is read from it', async () => {
    provider.claims = JSON.parse('{"__proto__":{"admin":true,"email":"eve@evil.example"},"email":7}') as Record<string, unknown>
    expect(await signIn()).toBe('signed_in')
    const { user } = journey.app().store.getState() as unknown as { user: Record<string, unknown> }
    expect(user['email']).toBe('7')
    expect([user['admin'], Object.hasOwn(user, '__proto__'), 'admin' in {}]).toEqual([undefined, false, false])
  })

  test.each([
    ['RS256', 256],
    ['ES384', 384],
    ['EdDSA', 512],
  ] as const)('ID-23 at_hash with %s has to be of the access token that came with it', async (alg, bits) => {
    rotate(await createSigner({ kid: 'k', alg }), alg)
    const hash = Buffer.from(await crypto.subtle.digest(`SHA-${bits}`, Buffer.from('at-1'))).subarray(0, bits / 16).toString('base64url')
    provider.claims = { at_hash: hash }
    expect(await signIn()).toBe('signed_in')
    // The hash of the access token of before.
    expect(await signIn()).toBe('invalid_id_token')
  })

  test.each([7, '', null, ['x']])('ID-23 at_hash %j is refused', async (hash) => {
    provider.claims = { at_hash: hash }
    expect(await signIn()).toBe('invalid_id_token')
  })

  test('ID-26 it goes to nobody: not to an API, not to UserInfo, not with a refresh', async () => {
    expect(await signIn({ userInfo: true })).toBe('signed_in')
    const app = journey.app()
    const idToken = app.tokens.current?.tokens.idToken ?? ''
    expect(idToken).toMatch(/^ey/)
    world.answer = (request) => (request.url.startsWith(issuer) ? provider.answer(request) : new Response('{}'))
    await app.fetch('https://app.example/api')
    await app.tokens.refresh()
    const sent = JSON.stringify(world.requests.map(({ url, headers }) => [url, ...headers])) + world.bodies.join()
    expect(sent).toContain('Bearer at-1')
    expect(sent).not.toContain(idToken.slice(0, 40))
  })
})
