import { afterEach, describe, expect, test, vi } from 'vitest'
import { isFramed } from './isFramed.ts'

/** A real page has a window that cannot be replaced. */
const canPretend = typeof window === 'undefined'
afterEach(() => vi.unstubAllGlobals())

/** A window in others, of which it may only read some. */
function inside(...around: readonly { readonly isOwn: boolean }[]) {
  return around.reduceRight<{ parent?: object; self?: object; location: { readonly href: string } }>(
    (parent, { isOwn }) => {
      const location = {
        get href() {
          if (!isOwn) throw new DOMException('Blocked a frame', 'SecurityError')
          return 'https://app.example/'
        },
      }
      const framed = { parent, location, self: {} }
      framed.self = framed
      return framed
    },
    top(),
  )
}
function top() {
  const window: { parent?: object; self?: object; location: { readonly href: string } } = { location: { href: 'https://app.example/' } }
  return Object.assign(window, { parent: window, self: window })
}

test('a page by itself, or in frames of its own origin, is not framed; nor is what is no page', () => {
  expect(isFramed()).toBe(false)
})

describe.runIf(canPretend)('PO-13: frames', () => {
  test('none', () => {
    vi.stubGlobal('window', top())
    expect(isFramed()).toBe(false)
  })

  test('of this origin alone', () => {
    vi.stubGlobal('window', inside({ isOwn: true }, { isOwn: true }))
    expect(isFramed()).toBe(false)
  })

  test('of another origin around it', () => {
    const outer = top()
    Object.defineProperty(outer, 'location', { get: () => { throw new DOMException('Blocked a frame', 'SecurityError') } })
    const framed = { parent: outer, self: {}, location: { href: 'https://app.example/' } }
    framed.self = framed
    vi.stubGlobal('window', framed)
    expect(isFramed()).toBe(true)
  })

  test('of another origin in between, though the outermost is of this one', () => {
    vi.stubGlobal('window', inside({ isOwn: true }, { isOwn: false }))
    expect(isFramed()).toBe(true)
  })
})
