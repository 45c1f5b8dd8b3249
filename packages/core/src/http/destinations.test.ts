import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isAuthError } from '../errors.ts'
import { createDestinations } from './destinations.ts'

const page = 'https://app.example/callback'

/** Whether a request for this text, made on this page, would carry credentials. */
function allows(api: string | readonly string[] | undefined, text: string, here: string | null = page): boolean {
  const destinations = createDestinations(api, { href: () => here })
  let url: URL
  try {
    url = new URL(text, here ?? undefined)
  } catch {
    return false
  }
  try {
    destinations.check(url)
    return true
  } catch (error) {
    if (isAuthError(error, 'destination_not_allowed')) return false
    throw error
  }
}

/** Part E of the security notes: texts that leave the origin `https://app.example`, however they look. */
const leaving = [
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '\\/evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '\t//evil.example',
  ' //evil.example',
  '\u0000//evil.example',
  '///evil.example',
  'https:///evil.example',
  'http:evil.example',
  'https://app.example@evil.example/',
  'https://app.example.evil.example/',
  '//evil%E3%80%82example',
  '//evil.example:443\\@app.example',
  'https://app.example:444/',
  'http://app.example/x',
  'https://аpp.example/',
  'ftp://app.example/',
  'javascript:alert(1)',
  'java\nscript:alert(1)',
  'JaVaScRiPt:',
  'data:text/plain,x',
  'vbscript:x',
  'filesystem:https://app.example/temporary/x',
  'blob:https://app.example/1',
]

/** And those that stay, as what they parse to. */
const staying = [
  '/ok',
  'https:evil.example',
  'https:/evil.example',
  '/..//evil.example',
  '/%2f%2fevil',
  '/%5cevil',
  '?x=//evil',
  '#//evil',
  '',
  'HTTPS://APP.EXAMPLE/ok',
  'https://app.example\\@evil.example/',
  'https://app.example:443/',
]

describe('without a list', () => {
  test.each(staying)('FE-02 the page’s own origin receives credentials: %j', (text) => {
    expect(allows(undefined, text)).toBe(true)
  })

  test.each([
    ...leaving,
    'https://api.example/',
    'https://sub.app.example/',
    'https://example/',
    'https://app.example./',
  ])('FE-02 FE-03 FE-04 nobody else does: %j', (text) => {
    expect(allows(undefined, text)).toBe(false)
  })

  test('FE-02 where there is no page, nobody does', () => {
    expect(allows(undefined, 'https://app.example/', null)).toBe(false)
  })

  test.each([
    ['http://localhost:5173/', '/api', true],
    ['http://127.0.0.1/', '/api', true],
    ['http://app.example/', '/api', false],
    ['file:///app/index.html', 'other.html', false],
    ['file:///app/index.html', 'app://evil.example/', false],
    ['about:blank', 'data:text/plain,x', false],
  ])('INV-16 the page’s own origin has to be secure, and an origin: on %s, %s', (here, text, expected) => {
    expect(allows(undefined, text, here)).toBe(expected)
  })

  test.each([
    ['https://app.example/base/', 'stream', true],
    ['https://cdn.example/', '/stream', false],
    ['https://cdn.example/', 'https://app.example/stream', true],
    ['https://cdn.example/', 'https://cdn.example/stream', false],
  ])('FE-02 a page whose base is %s has no other origin of its own: %s', (base, text, expected) => {
    const { check } = createDestinations(undefined, { href: () => page, baseUrl: () => base })
    if (expected) expect(() => check(text)).not.toThrow()
    else expect(() => check(text)).toThrow('Credentials may not go to https://cdn.example/stream')
  })

  test('the page is asked at each check', () => {
    let here: string | null = null
    const { check } = createDestinations(undefined, { href: () => here })
    expect(() => check(new URL(page))).toThrow('Credentials may not go to https://app.example/callback')
    here = page
    expect(() => check(new URL(page))).not.toThrow()
  })
})

describe('with a list', () => {
  test.each([
    ['https://api.example', 'https://api.example/any/path?q=1'],
    ['https://api.example/', 'HTTPS://API.EXAMPLE:443/x'],
    ['https://api.example:8443', 'https://api.example:8443/'],
    ['https://api.example/v1', 'https://api.example/v1'],
    ['https://api.example/v1', 'https://api.example/v1?q=..%2f..%2f'],
    ['https://api.example/v1', 'https://api.example/v1/users'],
    ['https://api.example/v1/', 'https://api.example/v1/'],
    ['https://api.example/v1/', 'https://api.example/v1/a/../b'],
    ['https://api.example/v1/', 'https://api.example/v1/a%2fb'],
    ['https://api.example/v1/', 'https://api.example/v1/a..b/..c/d../...'],
    ['https://api.example', 'https://api.example/a%2f..%2fb'],
    ['https://bücher.example', 'https://xn--bcher-kva.example/'],
    ['http://localhost:4400', 'http://localhost:4400/x'],
    ['http://[::1]:4400', 'http://[::1]:4400/x'],
  ])('%s receives credentials at %s', (api, text) => {
    expect(allows(api, text)).toBe(true)
    expect(allows(['https://other.example/', api], text)).toBe(true)
  })

  test.each([
    ['FE-01 another origin', 'https://evil.example/v1/x'],
    ['FE-01 the page itself, when it is not in the list', 'https://app.example/v1/x'],
    ['FE-04 http', 'http://api.example/v1/x'],
    ['FE-04 another scheme', 'ftp://api.example/v1/x'],
    ['FE-04 another port', 'https://api.example:8443/v1/x'],
    ['FE-04 a subdomain', 'https://x.api.example/v1/x'],
    ['FE-04 the domain above', 'https://example/v1/x'],
    ['FE-04 a longer host', 'https://api.example.evil.example/v1/x'],
    ['FE-04 a trailing dot', 'https://api.example./v1/x'],
    ['FE-04 an IDN look-alike', 'https://аpi.example/v1/x'],
    ['FE-03 a user name', 'https://user@api.example/v1/x'],
    ['FE-03 a password', 'https://:secret@api.example/v1/x'],
    ['FE-03 our host as a user name', 'https://api.example@evil.example/v1/x'],
    ['FE-05 the segment before', 'https://api.example/'],
    ['FE-05 the prefix without its slash', 'https://api.example/v1'],
    ['FE-05 a longer segment', 'https://api.example/v10/x'],
    ['FE-05 another case', 'https://api.example/V1/x'],
    ['FE-05 two slashes', 'https://api.example//v1/x'],
    ['FE-05 a path that climbs', 'https://api.example/v1/../admin'],
    ['FE-05 a path that climbs in escapes', 'https://api.example/v1/%2e%2E/admin'],
    ['FE-05 an escaped slash', 'https://api.example/v1/..%2fadmin'],
    ['FE-05 an escaped slash before', 'https://api.example/v1/x%2f..%2f..%2fadmin'],
    ['FE-05 an escaped back-slash', 'https://api.example/v1/..%5Cadmin'],
    ['FE-05 escaped throughout', 'https://api.example/v1/%2e%2e%2fadmin'],
    ['FE-05 escaped at the end', 'https://api.example/v1/x%2f..'],
    ['FE-05 escaped twice', 'https://api.example/v1/%252e%252e%252fadmin'],
    ['FE-05 escaped three times', 'https://api.example/v1/..%25252fadmin'],
    ['FE-05 a path parameter', 'https://api.example/v1/..;/admin'],
    ['FE-05 an escaped path parameter', 'https://api.example/v1/..%3bx/admin'],
  ])('%s does not', (_, text) => {
    expect(allows('https://api.example/v1/', text)).toBe(false)
  })

  test.each([
    ['api', ''],
    ['api', ' https://api.example'],
    ['api', '/v1/'],
    ['api', 'api.example'],
    ['api', 'http://api.example'],
    ['api', 'http://127.0.0.1.evil.example'],
    ['api', 'https://user@api.example'],
    ['api', 'https://api.example/#x'],
    ['api', 'https://api.example/?tenant=1'],
    ['api', 'javascript:alert(1)'],
    ['api', []],
    ['api', null],
    ['api', 42],
    ['api', {}],
    ['api', new URL('https://api.example')],
    ['api[0]', [null]],
    ['api[1]', ['https://api.example', 'http://api.example']],
    ['api[1]', ['https://api.example', new URL('https://api.example')]],
  ])('DO-07 %s is named when it is no destination: %j', (option, api) => {
    expect(() => createDestinations(api as string, { href: () => page })).toThrow(
      expect.objectContaining({ code: 'invalid_config', option }),
    )
  })
})

test('FE-05 a relative address is checked as what it means on a page with a base', () => {
  const { check } = createDestinations('https://api.example/v1/', { href: () => page, baseUrl: () => 'https://api.example/v1/deep/' })
  expect(() => check('../users')).not.toThrow()
  expect(() => check('../../users')).toThrow('https://api.example/users')
})

test('FE-05 a prefix without a slash at its end covers whole segments too', () => {
  expect(
    ['/v1', '/v1/x', '/v10', '/v1.5/x', '/v'].map((path) =>
      allows('https://api.example/v1', `https://api.example${path}`),
    ),
  ).toEqual([true, true, false, false, false])
})

describe('the error', () => {
  test('names option and address, but neither query nor fragment nor user', () => {
    const { check } = createDestinations('https://api.example', { href: () => page })
    expect(() => check(new URL('https://ada:canary@evil.example/path?token=canary#canary'))).toThrow(
      expect.objectContaining({
        code: 'destination_not_allowed',
        option: 'api',
        retryable: false,
        message: expect.not.stringContaining('canary') as string,
      }),
    )
  })
})

test('FE-03 whatever is appended to a prefix, credentials stay below it', () => {
  const { check } = createDestinations('https://api.example/v1/', { href: () => page })
  const piece = fc.constantFrom(
    '..',
    '.',
    '/',
    '\\',
    '%2e',
    '%2E',
    '%2f',
    '%5c',
    '%25',
    ';',
    '@',
    ':',
    '?',
    '#',
    'x',
    '//',
    '\t',
    '\n',
    'evil.example',
  )
  /**
   * Where the request arrives at a server that decodes any number of times before it routes; `null`: it is not sent.
   */
  const arrival = (text: string): string | null => {
    const url = new URL(text)
    try {
      check(url)
    } catch (error) {
      if (isAuthError(error, 'destination_not_allowed')) return null
      throw error
    }
    let path = url.pathname
    for (let times = 0; times < 4; times++)
      path = path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    return new URL(path.replaceAll(/[?#].*/gs, ''), url).href
  }
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      expect(arrival(`https://api.example/v1/${pieces.join('')}`) ?? 'https://api.example/v1/').toMatch(
        /^https:\/\/api\.example\/v1\//,
      )
    }),
    { numRuns: 2_000 },
  )
})

test('DO-02 a megabyte of anything takes no time', () => {
  const { check } = createDestinations('https://api.example/v1/', { href: () => page })
  for (const text of ['/', '..', '%25', '%2e', '/..', '%2525', '/..%25']) {
    const url = new URL(`https://api.example/v1/${text.repeat(1_000_000 / text.length)}x`)
    try {
      check(url)
    } catch (error) {
      expect(error).toMatchObject({ code: 'destination_not_allowed' })
    }
  }
})
