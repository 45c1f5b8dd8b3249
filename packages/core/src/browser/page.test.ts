// @vitest-environment jsdom
import { afterEach, describe, expect, test, vi } from 'vitest'
import { baseOf, browserPage, whenActivated } from './page.ts'

const before = location.href
/** A real page cannot be made to look like a worker, or like one that is still prerendered. */
const canPretend = navigator.userAgent.includes('jsdom')
afterEach(() => {
  history.replaceState(null, '', before)
  vi.unstubAllGlobals()
})

describe('browserPage', () => {
  test('says where the page is', () => {
    expect(browserPage.href()).toBe(location.href)
  })

  test('CB-19 replaces the address in place: same history entry, same state', () => {
    history.replaceState({ key: 'router', scroll: [1, 2] }, '', '?code=c&state=s')
    const { length } = history
    browserPage.replace(new URL('?page=2#top', location.href).href)
    expect(location.search + location.hash).toBe('?page=2#top')
    expect(history.state).toEqual({ key: 'router', scroll: [1, 2] })
    expect(history.length).toBe(length)
    expect(browserPage.href()).toBe(location.href)
  })

  test('leaves for another address', () => {
    // A fragment stays on the page, so that the test does too.
    browserPage.assign('#left')
    expect(location.hash).toBe('#left')
  })

  test.runIf(canPretend)('CC-01 a page and a worker are a browser, and a program of Node is none', () => {
    expect(browserPage.isBrowser()).toBe(true)
    vi.stubGlobal('document', undefined)
    expect(browserPage.isBrowser()).toBe(true)
    expect(browserPage.href()).toBeNull()
    expect(baseOf(browserPage)).toBeUndefined()
    vi.stubGlobal('location', undefined)
    expect(browserPage.isBrowser()).toBe(false)
  })
})

describe('baseOf', () => {
  /** What the browser makes of it, for `fetch` too. */
  const resolved = (address: string) => Object.assign(document.createElement('a'), { href: address }).href

  test('FE-16 is what the browser resolves by, with `<base>` and without', () => {
    const base = Object.assign(document.createElement('base'), { href: '/deep/x' })
    const own = () => ['orders', '/orders', '../orders', '?q', ''].map((address) => new URL(address, baseOf(browserPage)).href)
    const theirs = () => ['orders', '/orders', '../orders', '?q', ''].map(resolved)
    expect(own()).toEqual(theirs())
    document.head.prepend(base)
    try {
      expect(own()).toEqual(theirs())
      expect(own()[0]).toBe(`${location.origin}/deep/orders`)
      expect(browserPage.href()).toBe(location.href)
    } finally {
      base.remove()
    }
  })

  test('is the address of a page that names none, and nothing where there is no page', () => {
    const href = () => 'https://app.example/home'
    expect([baseOf({ href }), baseOf({ href, baseUrl: () => undefined })]).toEqual([href(), href()])
    expect(baseOf({ href: () => null })).toBeUndefined()
  })
})

describe.runIf(canPretend)('whenActivated', () => {
  /** Whether it has resolved by now. */
  const settled = async (activated: Promise<void>) => Promise.race([activated.then(() => true), new Promise((resolve) => setImmediate(resolve, false))])

  test('resolves at once on a page that is shown, and where there is none', async () => {
    const { signal } = new AbortController()
    expect(await settled(whenActivated(signal))).toBe(true)
    vi.stubGlobal('document', undefined)
    expect(await settled(whenActivated(signal))).toBe(true)
  })

  test('EP-01 waits on a prerendered page until it is shown', async () => {
    const page = Object.assign(new EventTarget(), { prerendering: true })
    vi.stubGlobal('document', page)
    const activated = whenActivated(new AbortController().signal)
    expect(await settled(activated)).toBe(false)
    page.prerendering = false
    page.dispatchEvent(new Event('prerenderingchange'))
    expect(await settled(activated)).toBe(true)
  })

  test('INV-12 INV-18 an abort ends the waiting, and leaves no listener', async () => {
    const page = Object.assign(new EventTarget(), { prerendering: true })
    const listeners: unknown[] = []
    page.addEventListener = (_type: string, _listener: unknown, options: AddEventListenerOptions) => void listeners.push(options.signal)
    vi.stubGlobal('document', page)
    const controller = new AbortController()
    const activated = whenActivated(controller.signal)
    expect(await settled(activated)).toBe(false)
    controller.abort()
    expect(await settled(activated)).toBe(true)
    expect(await settled(whenActivated(controller.signal))).toBe(true)
    expect(listeners).toEqual([controller.signal])
  })
})
