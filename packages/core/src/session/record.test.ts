import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeRecord, encodeRecord, isSessionRecord, type TokenRecord } from './record.ts'
import { isTokenSet, type SessionRecord, type TokenSet } from './session.ts'

const session: SessionRecord = {
  accessToken: 'at',
  refreshToken: 'rt',
  expiresInMs: 3_600_000,
  idToken: 'it',
  subject: 'ada',
  user: { sub: 'ada', name: 'Ada' },
  scope: ['openid', 'email'],
  method: 'password',
  family: 'f1',
}
const record: TokenRecord<SessionRecord> = { tokens: session, receivedAt: 1_800_000_000_000, generation: 7, epoch: 1 }
const stored = JSON.parse(encodeRecord(record)) as Record<string, unknown>

const isOurs = (tokens: TokenSet): tokens is SessionRecord => isSessionRecord(tokens, ['google', 'password'])
const decode = (text: string): TokenRecord | null => decodeRecord(text, isOurs)
const decodeAny = (text: string): TokenRecord | null => decodeRecord(text, isTokenSet)
const without = (name: keyof SessionRecord): object => ({ ...session, [name]: undefined })

describe('decodeRecord', () => {
  test.each<[string, TokenRecord<SessionRecord>]>([
    ['a whole session', record],
    [
      'a session without an optional member',
      { ...record, tokens: { accessToken: 'at', subject: null, user: null, scope: [], method: 'google', family: 'f' } },
    ],
    ['generation 0 at the beginning of time', { ...record, receivedAt: 0, generation: 0, epoch: 1 }],
    ['a user who numbers himself', { ...record, tokens: { ...session, user: { sub: 7 } } }],
    ['a user of a session without a subject', { ...record, tokens: { ...session, subject: null } }],
  ])('gives back %s', (_, value) => {
    expect(decode(encodeRecord(value))).toEqual(value)
  })

  test('gives back tokens that have members of the app', () => {
    const accept = (tokens: TokenSet): tokens is TokenSet & { tenant: string } =>
      'tenant' in tokens && tokens.tenant === 'x'
    const tokens = { accessToken: 'at', tenant: 'x' }
    expect(decodeRecord(encodeRecord({ tokens, receivedAt: 1, generation: 1, epoch: 1 }), accept)?.tokens.tenant).toBe('x')
    expect(
      decodeRecord(encodeRecord({ tokens: { ...tokens, tenant: 'y' }, receivedAt: 1, generation: 1, epoch: 1 }), accept),
    ).toBeNull()
  })

  test.each([
    '',
    ' ',
    '{',
    'undefined',
    '42',
    'null',
    'true',
    '"text"',
    '[]',
    '[{}]',
    '{}',
    '\u0000',
    '\uFEFF{}',
    encodeRecord(record) + '}',
  ])('ST-04 the text %j is no record', (text) => {
    expect(decodeAny(text)).toBeNull()
  })

  test.each<[string, object]>([
    ['ST-05 ST-13 an older version', { version: 1 }],
    ['ST-05 a future version', { version: 3 }],
    ['ST-05 a version in text', { version: '2' }],
    ['no epoch', { epoch: undefined }],
    ['an epoch in text', { epoch: '1' }],
    ['ST-05 ST-13 no version', { version: undefined }],
    ['no tokens', { tokens: undefined }],
    ['tokens that are null', { tokens: null }],
    ['tokens that are text', { tokens: 'at' }],
    ['tokens that are a list', { tokens: ['at'] }],
    ['no time', { receivedAt: undefined }],
    ['TM-02 a time that is null, as JSON has NaN and Infinity', { receivedAt: null }],
    ['a time before time', { receivedAt: -1 }],
    ['a time in text', { receivedAt: '1' }],
    ['a time beyond whole numbers', { receivedAt: 2 ** 53 }],
    ['no generation', { generation: undefined }],
    ['a generation and a half', { generation: 1.5 }],
    ['a negative generation', { generation: -1 }],
  ])('ST-04 a record with %s is dropped', (_, change) => {
    expect(decodeAny(JSON.stringify({ ...stored, ...change }))).toBeNull()
  })

  test.each<[string, object]>([
    ['no access token', without('accessToken')],
    ['an empty access token', { ...session, accessToken: '' }],
    ['TR-06 an access token that would split a header', { ...session, accessToken: 'a\r\nx: y' }],
    ['TR-06 an access token of 64 kB and more', { ...session, accessToken: 'a'.repeat(65_537) }],
    ['a refresh token that is a number', { ...session, refreshToken: 1 }],
    ['a refresh token that is null', { ...session, refreshToken: null }],
    ['a lifetime in text', { ...session, expiresInMs: '3600' }],
    ['TM-02 a lifetime that is null, as JSON has NaN and Infinity', { ...session, expiresInMs: null }],
    ['no subject', without('subject')],
    ['a subject that is a number', { ...session, subject: 7 }],
    ['a subject that is a number, of a user who has none', { ...session, subject: 7, user: {} }],
    ['ST-06 a subject that is not the user', { ...session, subject: 'mallory' }],
    ['ST-06 a user who is not the subject', { ...session, user: { sub: 'mallory' } }],
    ['no scope', without('scope')],
    ['a scope in text', { ...session, scope: 'openid' }],
    ['a scope of numbers', { ...session, scope: [1] }],
    ['an ID token that is no text', { ...session, idToken: {} }],
    ['a secret that is a number', { ...session, secrets: { csrf: 7 } }],
    ['no method', without('method')],
    ['a method that is a number', { ...session, method: 1 }],
    ['a method that the app has not', { ...session, method: 'toString' }],
    ['no family', without('family')],
    ['a family that is a number', { ...session, family: 1 }],
  ])('ST-04 a session with %s is dropped', (_, tokens) => {
    expect(decode(JSON.stringify({ ...stored, tokens }))).toBeNull()
  })

  const circle = { id: 'i'.repeat(43), key: 'k'.repeat(43), sinceAt: 1 }
  test('gives back the tabs that share it', () => {
    expect(decode(encodeRecord({ ...record, circle }))).toEqual({ ...record, circle })
  })

  test.each<[string, object]>([
    ['no name', { id: undefined }],
    ['a name that is a list', { id: [circle.id] }],
    ['a name that is too long', { id: `${circle.id}i` }],
    ['a name with more before it', { id: `/${circle.id}` }],
    ['a key with more after it', { key: `${circle.key}/` }],
    ['a key that is too short', { key: 'k' }],
    ['no beginning', { sinceAt: undefined }],
  ])('ST-04 of tabs with %s nothing is known, and the session stays', (_, change) => {
    expect(decode(JSON.stringify({ ...stored, circle: { ...circle, ...change } }))).toEqual(record)
  })

  test('ST-07 a member called __proto__ changes no prototype and is read by nobody', () => {
    const text = JSON.stringify({ ...stored, tokens: { ...session, accessToken: undefined } })
    expect(decodeAny(text.replace('"tokens":{', '"tokens":{"__proto__":{"accessToken":"at"},'))).toBeNull()
    expect(decodeAny('{"__proto__":' + JSON.stringify(stored) + '}')).toBeNull()
    const kept = decode(JSON.stringify(stored).replace('"tokens":{', '"tokens":{"__proto__":{"admin":true},'))
    expect(kept?.tokens).not.toHaveProperty('admin')
    expect(Object.getPrototypeOf(kept?.tokens)).toBeNull()
    expect({}).not.toHaveProperty('admin')
  })

  test('DO-06 what is missing is not taken from a polluted prototype', () => {
    const text = JSON.stringify({ ...stored, tokens: {} })
    const polluted = { ...stored, ...session }
    const prototype = Object.prototype as unknown as Record<string, unknown>
    try {
      Object.assign(prototype, polluted)
      expect([decodeAny('{}'), decodeAny(text), isTokenSet({})]).toEqual([null, null, false])
    } finally {
      for (const name of Object.keys(polluted)) delete prototype[name]
    }
  })

  test('DO-01 a user too deep for those who will show or store it is dropped', () => {
    const deep = (levels: number): string =>
      JSON.stringify({ ...stored, tokens: { ...session, user: 0 } }).replace(
        '"user":0',
        `"user":${'['.repeat(levels)}${']'.repeat(levels)}`,
      )
    expect(decode(deep(30))).not.toBeNull()
    expect(decode(deep(31))).toBeNull()
    expect(decode(deep(400_000))).toBeNull()
  })

  test('DO-01 a megabyte is read, more is not, and neither takes long', () => {
    const padded = (length: number): string => {
      const text = encodeRecord({ ...record, tokens: { ...session, user: '' } })
      return text.replace('"user":""', `"user":"${'x'.repeat(length - text.length)}"`)
    }
    expect(decode(padded(1_048_576))).not.toBeNull()
    expect(decode(padded(1_048_577))).toBeNull()
  })

  test('INV-20 whatever the bytes are, it gives a whole session or null and never throws', () => {
    const text = encodeRecord(record)
    const bytes = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc
        .record({ version: fc.constant(1), tokens: fc.jsonValue(), receivedAt: fc.nat(), generation: fc.nat() })
        .map((value) => JSON.stringify(value)),
      // One slice of a good record replaced by anything.
      fc
        .tuple(fc.nat(text.length), fc.nat(20), fc.string())
        .map(([at, length, put]) => text.slice(0, at) + put + text.slice(at + length)),
    )
    fc.assert(
      fc.property(bytes, (value) => {
        const decoded = decode(value)
        expect(
          decoded === null || (isTokenSet(decoded.tokens) && isOurs(decoded.tokens) && decoded.generation >= 0),
        ).toBe(true)
      }),
    )
  })
})

describe('isTokenSet', () => {
  test.each<[string, unknown, boolean]>([
    ['an access token alone', { accessToken: 'at' }, true],
    ['undefined options', { accessToken: 'at', refreshToken: undefined, expiresInMs: undefined }, true],
    ['frozen members', Object.freeze({ accessToken: 'at', expiresInMs: 0 }), true],
    ['every character that a header takes', { accessToken: '!~aZ09-._+/=' }, true],
    ['64 kB', { accessToken: 'a'.repeat(65_536) }, true],
    ['null', null, false],
    ['undefined', undefined, false],
    ['a function', () => ({ accessToken: 'at' }), false],
    ['nothing', {}, false],
    ['a space', { accessToken: 'a b' }, false],
    ['a NUL', { accessToken: 'a\0t' }, false],
    ['a line feed at the end', { accessToken: 'at\n' }, false],
    ['a character beyond ASCII', { accessToken: 'ätoken' }, false],
    ['an empty refresh token', { accessToken: 'at', refreshToken: '' }, false],
    ['a lifetime without end', { accessToken: 'at', expiresInMs: Infinity }, false],
    ['a lifetime that is no number', { accessToken: 'at', expiresInMs: NaN }, false],
    ['members of a prototype, which a copy would lose', Object.create({ accessToken: 'at' }), false],
  ])('TR-06 %s', (_, value, expected) => {
    expect(isTokenSet(value)).toBe(expected)
  })
})
