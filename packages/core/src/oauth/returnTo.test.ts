import { describe, expect, test } from 'vitest'
import { safeReturnTo } from './returnTo.ts'

const page = 'https://app.example/callback'

describe('OR-01 OR-02 OR-03 leads elsewhere, so it becomes /', () => {
  test.each([
    '//evil.example', '/\\evil.example', '\\\\evil.example', '\\/evil.example', '/\t/evil.example', '/\n/evil.example',
    '\t//evil.example', ' //evil.example', '\0//evil.example', '///evil.example', 'https:///evil.example', 'http:evil.example',
    'https://app.example@evil.example/', 'https://app.example.evil.example/', '//evil%E3%80%82example', '//evil.example:443\\@app.example',
    'https://app.example:444/', 'http://app.example/x', 'https://аpp.example/', 'https://app.example。evil.example/', 'ftp://app.example/',
    'javascript:alert(1)', 'java\nscript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'vbscript:x', 'filesystem:https://app.example/x',
    'blob:https://app.example/1', 'https://user@app.example/x', 'https://:pass@app.example/x', 'https://user:pass@app.example/x', 'https://[', 'https://app.example.',
  ])('%j', (value) => expect(safeReturnTo(value, page)).toBe('/')) // prettier-ignore
})

test.each([['/..//evil.example'], ['/.//evil.example'], ['https://app.example//evil.example'], ['/%2e%2e//evil.example']])(
  'OR-01 %j would read as a host once it is a path alone, so it becomes /',
  (value) => expect(safeReturnTo(value, page)).toBe('/'),
)

test.each([
  ['capacitor:javascript:alert(1)', 'capacitor://localhost/callback', '/'],
  ['capacitor:https://evil.example/', 'capacitor://localhost/callback', '/'],
  ['chrome-extension:https://evil.example/', 'chrome-extension://abc/callback.html', '/'],
  ['blob:https://app.example/1', 'blob:https://app.example/2', '/'],
  ['ionic://localhost/orders', 'capacitor://localhost/callback', '/'],
  ['/orders', 'capacitor://localhost/callback', '/orders'],
])('OR-01 OR-03 %j on the page %j of a scheme of its own is %j', (value, own, path) => expect(safeReturnTo(value, own)).toBe(path))

describe('stays, normalised and never decoded', () => {
  test.each([
    ['/ok', '/ok'],
    ['/orders?page=2#top', '/orders?page=2#top'],
    ['https:evil.example', '/evil.example'],
    ['https:/evil.example', '/evil.example'],
    ['/%2f%2fevil', '/%2f%2fevil'],
    ['/%5cevil', '/%5cevil'],
    ['?x=//evil', '/callback?x=//evil'],
    ['#//evil', '/callback#//evil'],
    ['', '/callback'],
    ['/a//b', '/a//b'],
    ['HTTPS://APP.EXAMPLE/ok', '/ok'],
    ['https://app.example\\@evil.example/', '/@evil.example/'],
  ])('%j as %j', (value, path) => expect(safeReturnTo(value, page)).toBe(path))
})

test('whatever it gives resolves to our own origin again', () => {
  for (const value of ['/ok', 'https:evil.example', '?x=//evil', 'https://app.example\\@evil.example/', '/a//b', '/..//x', '/\\x']) {
    expect(new URL(safeReturnTo(value, page), page).origin).toBe('https://app.example')
  }
})

test.each([undefined, null, 42, {}, ['/x'], new String('/x'), 'https://[', 'https://:0:0/'])('OR-07 %j is no address', (value) => {
  expect(safeReturnTo(value, page)).toBe('/')
})

test('OR-08 an address of 10 kB becomes /', () => {
  expect(safeReturnTo(`/${'x'.repeat(10_000)}`, page)).toBe('/')
})

test('OR-08 the longest address has 2048 characters', () => {
  const longest = `/${'x'.repeat(2_047)}`
  expect(safeReturnTo(longest, page)).toBe(longest)
  expect(safeReturnTo(`${longest}x`, page)).toBe('/')
})

test('OR-08 an address that is too long becomes / also where the page that it leads to has a short one', () => {
  expect(safeReturnTo(`${'/.'.repeat(1_000)}/ok`, page)).toBe('/ok')
  expect(safeReturnTo(`${'/.'.repeat(1_024)}/ok`, page)).toBe('/')
})

test('OR-08 an address that is too long once it is escaped becomes / at once, not only when it is checked again', () => {
  expect(safeReturnTo(`/${'漢'.repeat(300)}`, page)).toBe('/')
  expect(safeReturnTo(`/${'漢'.repeat(200)}`, page)).toBe(`/${'%E6%BC%A2'.repeat(200)}`)
})

test('OR-05 pages that would send the person round in circles are refused, whatever their query', () => {
  expect(safeReturnTo('/callback?code=1&state=2', page, ['/callback'])).toBe('/')
  expect(safeReturnTo('/callback/../callback#x', page, ['/callback'])).toBe('/')
  expect(safeReturnTo('/callbacks', page, ['/callback'])).toBe('/callbacks')
  expect(safeReturnTo('/logout?now=1', page, ['/callback'])).toBe('/')
  expect(safeReturnTo('https://app.example/logout', page)).toBe('/')
  expect(safeReturnTo('/logout/all', page)).toBe('/logout/all')
})
