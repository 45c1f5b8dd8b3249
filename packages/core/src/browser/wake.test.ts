// @vitest-environment jsdom
import { afterEach, describe, expect, test, vi } from 'vitest'
import { pageWake, type WakeReason } from './wake.ts'

afterEach(() => vi.restoreAllMocks())

/** Listeners attached to the page and not taken away again. */
function countListeners(): () => number {
  const adds = [vi.spyOn(window, 'addEventListener'), vi.spyOn(document, 'addEventListener')]
  const signals = (): (AbortSignal | undefined)[] =>
    adds.flatMap(({ mock }) =>
      mock.calls.map(([, , options]) => (typeof options === 'object' ? options.signal : undefined)),
    )
  return () => signals().filter((signal) => signal?.aborted !== true).length
}

function show(visibility: DocumentVisibilityState): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(visibility)
  document.dispatchEvent(new Event('visibilitychange'))
}
function pageshow(persisted: boolean): void {
  window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted }))
}

describe('pageWake', () => {
  test.each<[string, () => void, WakeReason[]]>([
    ['the page is visible again', () => show('visible'), ['visible']],
    ['the page is hidden', () => show('hidden'), []],
    ['the window has the focus', () => window.dispatchEvent(new Event('focus')), ['focus']],
    ['the network is back', () => window.dispatchEvent(new Event('online')), ['online']],
    ['the network is gone', () => window.dispatchEvent(new Event('offline')), []],
    ['XT-11 the page is back from the back/forward cache', () => pageshow(true), ['restored']],
    ['the page is shown for the first time', () => pageshow(false), []],
    ['TM-03 the page was frozen, and is no more', () => document.dispatchEvent(new Event('resume')), ['resumed']],
    ['the page is frozen', () => document.dispatchEvent(new Event('freeze')), []],
  ])('%s', (_, happen, reasons) => {
    const listener = vi.fn<(reason: WakeReason) => void>()
    const unsubscribe = pageWake.subscribe(listener)
    happen()
    expect(listener.mock.calls.flat()).toEqual(reasons)
    unsubscribe()
    happen()
    expect(listener).toHaveBeenCalledTimes(reasons.length)
  })

  test('INV-18 listeners are attached while somebody subscribes, and all taken away afterwards', () => {
    const count = countListeners()
    expect(count()).toBe(0)
    const [one, two] = [pageWake.subscribe(() => {}), pageWake.subscribe(() => {})]
    expect(count()).toBe(10)
    one()
    one()
    expect(count()).toBe(5)
    two()
    expect(count()).toBe(0)
  })

  test('one that unsubscribes leaves the other', () => {
    const [first, second] = [vi.fn(), vi.fn()]
    const unsubscribe = pageWake.subscribe(first)
    const other = pageWake.subscribe(second)
    unsubscribe()
    window.dispatchEvent(new Event('online'))
    expect([first.mock.calls, second.mock.calls]).toEqual([[], [['online']]])
    other()
  })
})
