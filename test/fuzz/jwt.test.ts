import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeClaims, jwtLifetimeMs, userClaims } from '../../packages/core/src/session/claims.ts'
import { isShallow } from '../../packages/core/src/session/isShallow.ts'
import { decodeJwt } from '../../packages/core/test/reference.ts'
import { AuthError } from '@tessera-auth/core'
import { fuzz, staysLinear } from './fuzz.ts'
import { hostileJson } from './hostileJson.ts'
import { hostileText } from './hostileText.ts'

const claims = {
  iss: 'https://id.example',
  aud: 'web',
  sub: 'ada',
  name: 'Ada',
  email: 'ada@example.com',
  iat: 1_800_000_000,
  exp: 1_800_003_600,
  nested: { list: [{ deep: 1 }] },
  refresh_token: 'hidden',
}
const part = (text: string): string => Buffer.from(text).toString('base64url')
const jwt = hostileJson(fc.constant(claims)).map((payload) => `${part('{"alg":"RS256"}')}.${part(payload)}.c2ln`)

function judge(token: string): void {
  const decoded = decodeClaims(token)
  if (decoded === null) return
  // What jose refuses is refused: it throws here.
  const reference = decodeJwt(token)
  expect(Reflect.getPrototypeOf(decoded)).toBe(null)
  expect(isShallow(decoded)).toBe(true)
  for (const [name, value] of Object.entries(decoded)) {
    const stated: unknown = Object.getOwnPropertyDescriptor(reference, name)?.value
    expect(value).toEqual(['sub', 'name', 'email'].includes(name) && typeof stated === 'number' ? String(stated) : stated)
  }
  for (const named of [decoded.sub, decoded.name, decoded.email]) expect(['string', 'undefined']).toContain(typeof named)
  const lifetimeMs = jwtLifetimeMs(decoded)
  expect(lifetimeMs === undefined || (lifetimeMs > 0 && Number.isFinite(lifetimeMs))).toBe(true)
  judgeUser(decoded)
}

function judgeUser(decoded: Readonly<Record<string, unknown>>): void {
  let user: Readonly<Record<string, unknown>>
  try {
    user = userClaims(decoded)
  } catch (error) {
    expect(error).toBeInstanceOf(AuthError)
    return
  }
  expect(JSON.stringify(user)).not.toMatch(/"(refresh_token|__proto__)":/)
  for (const name of Object.keys(user)) expect(['iss', 'aud', 'exp', 'iat']).not.toContain(name)
}

test('ID-22 DO-01 INV-22: whatever the payload of a JWT, no claim is believed that jose would not read', () => fuzz(jwt, judge, { share: 0.6 }))

test('ID-22 DO-01: whatever the text, a JWT is decoded as jose does it, or is none', () => fuzz(hostileText(jwt), judge, { share: 0.4 }))

staysLinear(
  'DO-01 a long JWT',
  {
    dots: (length) => '.'.repeat(length),
    claims: (length) => `e30.${part(`{${Array.from({ length: length / 12 }, (_, index) => `"c${index}":1`).join(',')}}`)}.`,
    depth: (length) => `e30.${part('['.repeat(length / 4) + ']'.repeat(length / 4))}.`,
    white: (length) => `e30.${' '.repeat(length)}.`,
  },
  decodeClaims,
  15_000,
)
