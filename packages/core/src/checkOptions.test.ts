import { describe, expect, test } from 'vitest'
import { checkDurationMs, checkHeaderName, checkOptions, checkPathOrUrl, checkSecureUrl, checkText, configError, isSecureUrl } from './checkOptions.ts'

interface Options {
  readonly url?: string
  readonly leadMs?: number
}
const known = ['url', 'leadMs'] as const

function check(value: unknown): Options {
  return checkOptions(value as Options, 'createThing', known)
}
function refusal(option: string): unknown {
  return expect.objectContaining({ name: 'AuthError', code: 'invalid_config', option, retryable: false })
}

test('configError names the option, in a field and in words', () => {
  expect(configError('api[1]', 'expected a URL.')).toMatchObject({
    code: 'invalid_config',
    option: 'api[1]',
    message: 'Invalid option "api[1]": expected a URL.',
  })
})

describe('checkOptions', () => {
  test('gives a copy, without prototype, that later changes do not reach', () => {
    const options = { url: 'x', leadMs: 1 }
    const checked = check(options)
    options.url = 'y'
    expect(checked).toEqual({ url: 'x', leadMs: 1 })
    expect(Object.getPrototypeOf(checked)).toBeNull()
  })

  test.each([
    ['nothing', {}],
    ['frozen options', Object.freeze({ url: 'x' })],
    ['options without prototype', Object.assign(Object.create(null) as object, { leadMs: 0 })],
    ['an option that is undefined', { url: undefined }],
    [
      'getters',
      {
        get url() {
          return 'x'
        },
      },
    ],
  ])('DO-07 takes %s', (_, options) => {
    expect(check(options)).toEqual(options)
  })

  test('an option that is undefined is one that is not given', () => {
    expect(Object.keys(check({ url: undefined, leadMs: 0 }))).toEqual(['leadMs'])
  })

  test.each([null, undefined, 42, 'text', true, () => ({ url: 'x' }), Symbol('x')])(
    'DO-07 refuses %s, which is no object',
    (options) => {
      expect(() => check(options)).toThrow(refusal('createThing'))
    },
  )

  test.each([
    ['ur', { ur: 'x' }],
    ['URL', { URL: 'x' }],
    ['other', { url: 'x', other: undefined }],
    ['constructor', { constructor: Object }],
    ['__proto__', JSON.parse('{"__proto__":{"url":"x"}}')],
    ['0', ['x']],
  ])('DO-07 names the unknown option %s, and those that there are', (option, options) => {
    expect(() => check(options)).toThrow(refusal(option))
    expect(() => check(options)).toThrow('url, leadMs')
  })

  test('DO-07 a getter that throws is a wrong configuration, and its error goes nowhere', () => {
    const options = {
      get url(): string {
        throw new Error('canary')
      },
    }
    expect(() => check(options)).toThrow(refusal('createThing'))
    expect(() => check(options)).not.toThrow('canary')
  })

  test('DO-06 neither a polluted prototype nor an inherited member becomes configuration', () => {
    const prototype = Object.prototype as { url?: string }
    try {
      prototype.url = 'https://evil.example'
      expect(check({}).url).toBeUndefined()
      expect(check(Object.create({ leadMs: 1 })).leadMs).toBeUndefined()
    } finally {
      delete prototype.url
    }
  })
})

describe('checkText', () => {
  test.each(['x', 'two words', 'ä', '0'])('takes %j', (value) => {
    expect(checkText(value, 'clientId')).toBe(value)
  })

  test.each([undefined, null, '', ' ', ' x', 'x\n', 42, ['x'], new String('x')])('DO-07 refuses %o', (value) => {
    expect(() => checkText(value, 'clientId')).toThrow(refusal('clientId'))
  })
})

describe('checkDurationMs', () => {
  test.each([0, 0.5, 300_000, Number.MAX_SAFE_INTEGER])('takes %d', (value) => {
    expect(checkDurationMs(value, 'leadMs')).toBe(value)
  })

  test.each([-1, NaN, Infinity, -Infinity, '1000', null, undefined, 1n, new Number(1)])(
    'TM-02 DO-07 refuses %o',
    (value) => {
      expect(() => checkDurationMs(value, 'leadMs')).toThrow(refusal('leadMs'))
    },
  )
})

describe('checkSecureUrl', () => {
  test.each([
    ['https://id.example', undefined, 'https://id.example/'],
    ['https://id.example:8443/path?q=1', undefined, 'https://id.example:8443/path?q=1'],
    ['http://localhost:4400', undefined, 'http://localhost:4400/'],
    ['/callback', 'https://app.invalid', 'https://app.invalid/callback'],
    ['https://id.example/', 'https://app.invalid', 'https://id.example/'],
  ])('takes %s', (value, base, href) => {
    expect(checkSecureUrl(value, 'issuer', base).href).toBe(href)
  })

  test.each([
    ['', undefined],
    [undefined, undefined],
    [new URL('https://id.example'), undefined],
    [' https://id.example', undefined],
    ['id.example', undefined],
    ['/path', undefined],
    ['https://', undefined],
    ['https://id.example:99999', undefined],
    ['http://[', 'https://app.invalid'],
    ['http://id.example', undefined],
    ['//id.example', 'http://app.invalid'],
    ['ftp://id.example', undefined],
    ['javascript:alert(1)', undefined],
    ['javascript:alert(1)', 'https://app.invalid'],
    ['data:text/html,x', undefined],
    ['blob:https://id.example/1', undefined],
    ['file:///etc/passwd', undefined],
    ['https://ada@id.example', undefined],
    ['https://:secret@id.example', undefined],
    ['https://id.example/#top', undefined],
  ])('MD-02 DO-07 refuses %o relative to %o', (value, base) => {
    expect(() => checkSecureUrl(value, 'issuer', base)).toThrow(refusal('issuer'))
  })

  test('says what it expected: where there is a page to start from, a path would do', () => {
    expect(() => checkSecureUrl('id.example', 'issuer')).toThrow('expected an absolute URL.')
    expect(() => checkSecureUrl('http://[', 'issuer', 'https://app.invalid')).toThrow('expected a URL.')
  })

  test('FE-20 shows no password', () => {
    expect(() => checkSecureUrl('https://ada:canary@id.example', 'issuer')).not.toThrow('canary')
    expect(() => checkSecureUrl('http://ada:canary@id.example/canary?canary#canary', 'issuer')).not.toThrow('canary')
  })
})

describe('checkPathOrUrl', () => {
  test.each(['/', '/v1/login', '/v1//login?next=//x', '/.//x', 'https://id.example/x', 'http://localhost:1/'])('takes %s', (value) => {
    expect(() => checkPathOrUrl(value, 'loginUrl')).not.toThrow()
  })

  test.each([
    '//evil.example', '/\\evil.example', '/\t/evil.example/s', '/\n\\evil.example', '/\r\n/\tevil.example', '//app.invalid', '/\t/app.invalid', '/\t\t//evil.example',
    'v1/login', '', '#x', undefined, '/x#y', 'http://id.example',
  ])('DO-07 FE-01 refuses %j', (value) => {
    expect(() => checkPathOrUrl(value, 'loginUrl')).toThrow(refusal('loginUrl'))
  }) // prettier-ignore
})

describe('checkHeaderName', () => {
  test.each(['X-API-Key', 'Authorization', 'x_csrf', 'Accept-Key', 'Hosts', 'Secret', 'X-Sec-Key', 'Cookies'])('takes %s', (value) => {
    expect(checkHeaderName(value, 'header')).toBe(value)
  })

  test.each(['', 'X API', 'X:', 'X\n', 7, undefined])('DO-07 refuses %j, which is no name', (value) => {
    expect(() => checkHeaderName(value, 'header')).toThrow(refusal('header'))
  })

  test.each(['Cookie', 'cookie2', 'Set-Cookie', 'Host', 'Origin', 'Referer', 'TE', 'Via', 'Date', 'DNT', 'Sec-Key', 'proxy-authorization', 'Access-Control-Request-Method'])(
    'DO-07 refuses %s, which no page may send',
    (value) => {
      expect(() => checkHeaderName(value, 'header')).toThrow(refusal('header'))
    },
  )

  test.each(['Accept', 'accept-language', 'Content-Language', 'CONTENT-TYPE', 'Range'])('refuses %s, which any page may send: it proves nothing', (value) => {
    expect(() => checkHeaderName(value, 'csrfHeader')).toThrow(refusal('csrfHeader'))
  })
})

describe('isSecureUrl', () => {
  test.each([
    ['https://anything.example', true],
    ['http://localhost', true],
    ['http://LOCALHOST:4400', true],
    ['http://app.localhost', true],
    ['http://127.0.0.1:1', true],
    ['http://127.255.0.9', true],
    ['http://127.1', true],
    ['http://[::1]:1', true],
    ['http://0x7f000001', true],
    ['http://example', false],
    ['http://localhost.evil.example', false],
    ['http://evillocalhost', false],
    ['http://127.0.0.1.evil.example', false],
    ['http://128.0.0.1', false],
    ['http://0.0.0.0', false],
    ['http://[::2]', false],
    ['http://192.168.1.5', false],
    ['ws://localhost', false],
    ['file:///localhost', false],
    ['blob:https://app.example/1', false],
  ])('INV-16 %s: %s', (text, expected) => {
    expect(isSecureUrl(new URL(text))).toBe(expected)
  })
})
