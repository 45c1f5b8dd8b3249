import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseChallenges, rejectsToken, wantsNonce } from './challenge.ts'

/** Challenges as plain data. */
function parse(header: string): unknown[] {
  return parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])
}
function unauthorized(header?: string): Response {
  return new Response(null, { status: 401, headers: header === undefined ? {} : { 'www-authenticate': header } })
}

describe('parseChallenges', () => {
  test.each<[string, string, unknown[]]>([
    ['nothing', '', []],
    ['spaces and commas', ' , ,\t', []],
    ['a scheme alone', 'Bearer', [['bearer', {}]]],
    [
      'RFC 6750 §3',
      'Bearer realm="example", error="invalid_token", error_description="The access token expired"',
      [['bearer', { realm: 'example', error: 'invalid_token', error_description: 'The access token expired' }]],
    ],
    [
      'RFC 9110 §11.6.1',
      'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""',
      [
        ['basic', { realm: 'simple' }],
        ['newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }],
      ],
    ],
    [
      'RFC 9110 §11.6.1 with its empty elements',
      'Newauth realm="apps", , type=1, title="x", , Basic realm="simple"',
      [
        ['newauth', { realm: 'apps', type: '1', title: 'x' }],
        ['basic', { realm: 'simple' }],
      ],
    ],
    [
      'RFC 9449 §7.1',
      'DPoP error="invalid_token", error_description="Invalid DPoP key binding", algs="ES256"',
      [['dpop', { error: 'invalid_token', error_description: 'Invalid DPoP key binding', algs: 'ES256' }]],
    ],
    [
      'RFC 9470 §3',
      'Bearer error="insufficient_user_authentication", acr_values="myACR", max_age=5',
      [['bearer', { error: 'insufficient_user_authentication', acr_values: 'myACR', max_age: '5' }]],
    ],
    ['DP-05 odd case', 'dPoP ERROR="use_dpop_nonce"', [['dpop', { error: 'use_dpop_nonce' }]]],
    [
      'a comma and an equals sign in quotes',
      'Bearer realm="a, Basic b=\\"c\\"", error=x',
      [['bearer', { realm: 'a, Basic b="c"', error: 'x' }]],
    ],
    [
      'Azure: URLs as plain tokens',
      'Bearer authorization_uri=https://login.example/common/oauth2, error=invalid_token',
      [['bearer', { authorization_uri: 'https://login.example/common/oauth2', error: 'invalid_token' }]],
    ],
    ['spaces around the equals sign', 'Bearer error = "invalid_token"', [['bearer', { error: 'invalid_token' }]]],
    [
      'no space after commas',
      'Bearer a=1,b=2,Basic c=3',
      [
        ['bearer', { a: '1', b: '2' }],
        ['basic', { c: '3' }],
      ],
    ],
    [
      'a leading comma, as of an empty header before',
      ', Bearer error="invalid_token"',
      [['bearer', { error: 'invalid_token' }]],
    ],
    ['an empty value', 'Bearer realm="", error=', [['bearer', { realm: '', error: '' }]]],
    [
      'a name twice: the first counts',
      'Bearer error="invalid_token", error="other"',
      [['bearer', { error: 'invalid_token' }]],
    ],
    [
      'the names of members of Object',
      'Bearer __proto__="x", constructor=y',
      [['bearer', { ['__proto__']: 'x', constructor: 'y' }]],
    ],
    ['a parameter without a challenge', 'error="invalid_token", Bearer', [['bearer', {}]]],
    ['an unfinished quote', 'Bearer a="1", b="2', [['bearer', { a: '1', b: '' }]]],
    ['an unfinished escape', 'Bearer a="1\\', [['bearer', { a: '' }]]],
    ['what is no token', 'Bearer a=1, (b), c=2', [['bearer', { a: '1' }]]],
  ])('reads %s', (_, header, expected) => {
    expect(parse(header)).toEqual(expected)
  })

  test.each(['Negotiate YIIBXDA+/a/b==', 'NTLM TlRMTVNTUAAC/AAAA=', 'Negotiate a/b', 'Negotiate', 'Basic realm="x"'])(
    'FE-12 reads what follows %s',
    (before) => {
      expect(parse(`${before}, Bearer error="invalid_token"`).at(-1)).toEqual(['bearer', { error: 'invalid_token' }])
    },
  )

  test('DO-04 reads the beginning of what is too long', () => {
    expect(parse(`Bearer a="${'x'.repeat(1_000_000)}"`)).toEqual([['bearer', { a: '' }]])
    expect(parse(`Bearer error=x,${' '.repeat(1_000_000)}Basic`)).toEqual([['bearer', { error: 'x' }]])
    expect(parseChallenges('Basic a="b\\"c", '.repeat(100_000)).length).toBeLessThan(1_000)
  })

  test('DO-02 DO-04 a megabyte of anything takes no time', () => {
    for (const text of [
      'a',
      '=',
      ' ',
      ',',
      '"',
      '\\',
      'a=',
      'a="',
      'a="\\',
      'a =',
      '" ',
      '\\"',
      'a=b,',
      'a b ',
      '\u0000',
      '""',
    ]) {
      for (const before of ['', 'Bearer a="', 'Bearer '])
        expect(() => parseChallenges(before + text.repeat(1_000_000 / text.length))).not.toThrow()
    }
  })

  test('DO-04 whatever the text is, it does not throw, and gives names in lower case', () => {
    const piece = fc.constantFrom(
      'Bearer',
      'Basic',
      'error',
      '=',
      '"',
      '\\',
      ',',
      ' ',
      '/',
      '==',
      'invalid_token',
      '\t',
      '(',
      'é',
      '__proto__',
    )
    const header = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
    )
    fc.assert(
      fc.property(header, (text) => {
        for (const { scheme, parameters } of parseChallenges(text)) {
          expect([scheme, ...parameters.keys()].every((name) => name !== '' && name === name.toLowerCase())).toBe(true)
        }
      }),
    )
  })

  test('one call knows nothing of another', () => {
    parseChallenges('Bearer (')
    expect(parse('Basic')).toEqual([['basic', {}]])
  })
})

describe('rejectsToken', () => {
  test.each([
    ['FE-08 an expired token', 'Bearer error="invalid_token"', true],
    ['FE-08 a bearer challenge without a reason', 'Bearer realm="api"', true],
    ['FE-08 a bare bearer challenge', 'bearer', true],
    ['FE-08 in odd case', 'BEARER Error="invalid_token"', true],
    ['FE-12 no challenge, which an API on another origin hides', undefined, true],
    ['FE-12 Basic', 'Basic realm="api"', false],
    ['FE-12 Negotiate', 'Negotiate', false],
    ['FE-12 a challenge that nobody understands', '"', false],
    ['FE-12 an empty header', '', false],
    ['FE-12 DPoP', 'DPoP error="invalid_token", algs="ES256"', true],
    ['FE-12 DPoP, of a proof that is refused', 'DPoP error="invalid_dpop_proof"', false],
    ['FE-12 Basic or bearer', 'Basic realm="api", Bearer error="invalid_token"', true],
    ['FE-12 the word bearer in another challenge', 'Basic realm="Bearer", error="invalid_token"', false],
    ['FE-12 the token was sent wrongly', 'Bearer error="invalid_request"', false],
    ['FE-13 the token is good for less', 'Bearer error="insufficient_scope"', false],
    ['the person has to show more', 'Bearer error="insufficient_user_authentication"', false],
    ['one bearer challenge of two', 'Bearer error="insufficient_scope", Bearer error="invalid_token"', true],
  ])('%s', (_, header, expected) => {
    expect(rejectsToken(unauthorized(header))).toBe(expected)
  })

  test.each([200, 400, 403])('a %d says nothing of the token', (status) => {
    expect(rejectsToken(new Response(null, { status, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }))).toBe(false)
  })

  test('FE-12 several headers are as good as one', () => {
    const headers = new Headers([
      ['www-authenticate', 'Negotiate'],
      ['www-authenticate', 'Bearer error="invalid_token"'],
    ])
    expect(rejectsToken(new Response(null, { status: 401, headers }))).toBe(true)
  })
})

describe('wantsNonce', () => {
  const asked = 'DPoP error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof"'
  test.each<[string, number, string | null, boolean]>([
    ['DP-05 RFC 9449 §9', 401, asked, true],
    ['DP-05 behind another scheme', 401, `Bearer realm="api", ${asked}`, true],
    ['a refusal', 403, asked, false],
    ['a success', 200, asked, false],
    ['another scheme', 401, 'Bearer error="use_dpop_nonce"', false],
    ['another error', 401, 'DPoP error="invalid_token"', false],
    ['no header', 401, null, false],
  ])('%s', (_, status, header, expected) => {
    expect(wantsNonce(new Response(null, { status, headers: header === null ? {} : { 'www-authenticate': header } }))).toBe(expected)
  })
})
