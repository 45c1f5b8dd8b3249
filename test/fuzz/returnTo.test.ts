import { safeReturnTo } from '@tessera-auth/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzz, staysLinear } from './fuzz.ts'
import { hostileText } from './hostileText.ts'

const page = 'https://app.example/callback?code=x'
const refused = ['/callback', '/logout']

const valid = fc.constantFrom(
  '/orders?page=2#top', '//evil.example', '/\\evil.example', '\\\\evil.example', '/\t/evil.example', '\0//evil.example', 'https:///evil.example', 'http:evil.example', 'https://app.example@evil.example/', '//evil.example:443\\@app.example',
  'javascript:alert(1)', 'java\nscript:alert(1)', 'blob:https://app.example/1', 'filesystem:https://app.example/x', 'https:evil.example', '/..//evil.example', '/.//evil.example', '/%2f%2fevil', '/a/..//x', '?x=//evil', '#//evil', '', 'HTTPS://APP.EXAMPLE/ok',
  'https://app.example/callback', '/logout', 'https://app.example\\@evil.example/',
) // prettier-ignore

const ours = new URL(page).origin

/** What the URL standard makes of it; `null` where it is no URL. */
function resolve(value: string): URL | null {
  return URL.canParse(value, page) ? new URL(value, page) : null
}

test('OR-01 OR-02 OR-03 OR-05 OR-06 OR-07 OR-08: a returnTo stays in this app, or is /', () =>
  fuzz(fc.oneof(hostileText(valid), fc.anything()), (value) => {
    const path = safeReturnTo(value, page, refused)
    const url = typeof value === 'string' ? resolve(value) : null
    expect(path).toMatch(/^\/(?![/\\])/)
    // However a router or the address bar reads it.
    for (const base of [page, 'https://app.example/', 'https://app.example/a/b/c?x#y']) expect(new URL(path, base).origin).toBe(ours)
    expect(refused).not.toContain(new URL(path, page).pathname)
    expect(safeReturnTo(path, page, refused)).toBe(path)
    const isOurs = url !== null && url.origin === ours && url.protocol === 'https:' && url.username + url.password === ''
    if (path !== '/') expect(isOurs && url.pathname + url.search + url.hash).toBe(path)
  }))

test('OR-01 what is ours is not refused', () => {
  expect(safeReturnTo('/orders?page=2#top', page, refused)).toBe('/orders?page=2#top')
})

staysLinear(
  'DO-02 a long returnTo',
  {
    slashes: (length) => '/'.repeat(length),
    dots: (length) => '/..'.repeat(length / 3),
    escapes: (length) => `/${'%2f'.repeat(length / 3)}`,
    tabs: (length) => `/${'\t'.repeat(length)}/evil`,
  },
  (text) => safeReturnTo(text, page),
  200_000,
)
