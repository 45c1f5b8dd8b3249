import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeClaims, jwtLifetimeMs, userClaims } from './claims.ts'

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url')
}

/** A token with this text as its payload. */
function jwtOf(payload: string): string {
  return `${base64url('{"alg":"RS256"}')}.${base64url(payload)}.c2ln`
}
function jwt(claims: object): string {
  return jwtOf(JSON.stringify(claims))
}

describe('decodeClaims', () => {
  test('gives what the payload says, as a copy without prototype', () => {
    const claims = decodeClaims(jwt({ sub: 'ada', name: 'Ada Łovelace', roles: ['admin'], exp: 1 }))
    expect(claims).toEqual({ sub: 'ada', name: 'Ada Łovelace', roles: ['admin'], exp: 1 })
    expect(Object.getPrototypeOf(claims)).toBeNull()
  })

  test.each([
    ['an opaque token', 'ac_5f2c'],
    ['nothing', ''],
    ['dots', '..'],
    ['two parts', 'e30.e30'],
    ['an encrypted token (five parts)', 'e30.e30.e30.e30.e30'],
    ['no payload', 'e30..e30'],
    ['a payload that is not base64url', 'e30.%%%.e30'],
    ['a payload that is not UTF-8', `e30.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.e30`],
    ['a payload that is not JSON', jwtOf('{')],
    ['TR-19 a payload with trailing data', jwtOf('{}{}')],
    ['a payload that is a list', jwtOf('[]')],
    ['a payload that is null', jwtOf('null')],
    ['a payload that is text', jwtOf('"x"')],
  ])('gives null for %s', (_, token) => {
    expect(decodeClaims(token)).toBeNull()
  })

  test('DO-01 a token over 64 kB is not parsed, and one of 64 kB is', () => {
    const fill = (length: number): string => jwt({ a: 'x'.repeat(length) })
    const longest = fill(49_100)
    expect(longest.length).toBeLessThanOrEqual(65_536)
    expect(decodeClaims(longest)).not.toBeNull()
    expect(decodeClaims(longest + 'c'.repeat(65_536 - longest.length))).not.toBeNull()
    expect(decodeClaims(longest + 'c'.repeat(65_537 - longest.length))).toBeNull()
    expect(decodeClaims(fill(10_000_000))).toBeNull()
  })

  test('DO-01 claims of 32 levels are accepted, deeper ones are not', () => {
    const deep = (levels: number): string => jwtOf(`{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`)
    expect(decodeClaims(deep(31))).not.toBeNull()
    expect(decodeClaims(deep(32))).toBeNull()
    expect(decodeClaims(deep(10_000))).toBeNull()
  })

  test('DO-01 thousands of claims are no more than data', () => {
    const many = Object.fromEntries(Array.from({ length: 4_000 }, (_, index) => [index, 0]))
    expect(Object.keys(decodeClaims(jwt(many)) ?? {})).toHaveLength(4_000)
  })

  test('ID-22 no claim is read from a member called __proto__, nor from a polluted prototype', () => {
    const claims = decodeClaims(jwtOf('{"__proto__":{"sub":"mallory","admin":true},"constructor":1}'))
    expect([claims?.sub, claims?.['admin'], claims?.['constructor'], claims?.['toString']]).toEqual([
      undefined,
      undefined,
      1,
      undefined,
    ])
    expect({}).not.toHaveProperty('admin')
  })

  test.each([
    ['text', 'ada', 'ada'],
    ['a number, which many servers put there', 42, '42'],
    ['null', null, undefined],
    ['a list', ['ada'], undefined],
    ['an object', { toString: 'x' }, undefined],
    ['true', true, undefined],
  ])('ID-12 the claims that have a type are text or absent: %s', (_, value, expected) => {
    const claims = decodeClaims(jwt({ sub: value, name: value, email: value, other: value }))
    expect([claims?.sub, claims?.name, claims?.email]).toEqual([expected, expected, expected])
    expect(claims).toHaveProperty('other', value)
    expect(expected === undefined && claims !== null && 'sub' in claims).toBe(false)
  })

  test('whatever the text is, it gives claims or null and never throws', () => {
    const token = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(fc.string(), fc.string(), fc.string()).map((parts) => parts.join('.')),
      fc.string({ unit: 'binary' }).map(jwtOf),
      fc.json().map(jwtOf),
    )
    fc.assert(
      fc.property(token, (text) => {
        const claims = decodeClaims(text)
        if (claims === null) return
        expect(Object.getPrototypeOf(claims)).toBeNull()
        expect(() => JSON.stringify(userClaims(claims))).not.toThrow()
        const lifetimeMs = jwtLifetimeMs(claims)
        expect(lifetimeMs === undefined || lifetimeMs > 0).toBe(true)
      }),
    )
    expect({}).toEqual(Object.create(Object.prototype))
  })

  test('DO-02 a megabyte of anything takes no time', () => {
    for (const text of ['.', 'a', '=', 'e30.', '\u0000'])
      expect(decodeClaims(text.repeat(1_000_000 / text.length))).toBeNull()
  })
})

describe('userClaims', () => {
  const person = { sub: 'ada', name: 'Ada', email: 'ada@example.com', roles: ['admin'] }
  const token = {
    iss: 'i',
    aud: 'a',
    exp: 2,
    iat: 1,
    jti: 'j',
    nonce: 'n',
    auth_time: 1,
    sid: 's',
    at_hash: 'h',
    acr: '1',
    amr: ['pwd'],
    azp: 'c',
    scope: 'x',
  }

  test('are equal before and after a refresh', () => {
    const before = userClaims(decodeClaims(jwt({ ...token, ...person })) ?? {})
    const after = userClaims(
      decodeClaims(jwt({ ...token, jti: 'k', iat: 3, exp: 4, at_hash: 'i', auth_time: 3, ...person })) ?? {},
    )
    expect(JSON.stringify(after)).toBe(JSON.stringify(before))
    expect(after).toEqual(person)
  })

  test('have no prototype, and none that a copy could bring to life', () => {
    const user = userClaims(decodeClaims(jwtOf('{"sub":"ada","__proto__":{"admin":true}}')) ?? {})
    expect(Object.getPrototypeOf(user)).toBeNull()
    expect(Object.keys(user)).toEqual(['sub'])
    expect(Object.assign({}, user)).not.toHaveProperty('admin')
  })

  test('INV-22 hold no secret at any depth', () => {
    const secrets = { refresh_token: 'canary', api_key: 'canary', client_secret: 'canary', 'https://app.example/jwt': 'canary' }
    const claims = decodeClaims(jwt({ ...person, ...secrets, account: { id: 1, ...secrets }, seats: [{ id: 2, ...secrets }] }))
    expect(userClaims(claims ?? {})).toEqual({ ...person, account: { id: 1 }, seats: [{ id: 2 }] })
  })

  test('are of the promised types, wherever they come from', () => {
    expect(userClaims({ sub: 1, name: null, email: {}, other: 1 })).toEqual({ sub: '1', other: 1 })
  })
})

describe('jwtLifetimeMs', () => {
  test.each<[string, object | null, number | undefined]>([
    ['an hour', { iat: 1_800_000_000, exp: 1_800_003_600 }, 3_600_000],
    ['fractions of a second', { iat: 0.5, exp: 2 }, 1_500],
    ['no token', null, undefined],
    ['neither', {}, undefined],
    ['no exp', { iat: 1 }, undefined],
    ['no iat', { exp: 1 }, undefined],
    ['an exp in text', { iat: 1, exp: '3601' }, undefined],
    ['an iat in text', { iat: '1', exp: 3601 }, undefined],
    ['an exp that is null', { iat: 1, exp: null }, undefined],
    ['an exp before the iat', { iat: 2, exp: 1 }, undefined],
    ['an exp at the iat', { iat: 1, exp: 1 }, undefined],
    ['TR-13 an exp that no number holds in milliseconds', { iat: 1, exp: 1e308 }, undefined],
    [
      'an exp in milliseconds: long, finite, and capped by the nap',
      { iat: 1_800_000_000, exp: 1_800_003_600_000 },
      1_798_203_600_000_000,
    ],
  ])('PW-03 %s', (_, claims, expected) => {
    expect(jwtLifetimeMs(claims === null ? null : decodeClaims(jwt(claims)))).toBe(expected)
  })
})
