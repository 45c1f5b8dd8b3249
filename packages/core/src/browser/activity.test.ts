// @vitest-environment jsdom
import { afterEach, expect, test, vi } from 'vitest'
import { pageActivity } from './activity.ts'

afterEach(() => vi.restoreAllMocks())

/** What is dispatched from now on is of somebody who does something: no script can make that true. */
function trust(): void {
  const add = window.addEventListener.bind(window)
  vi.spyOn(window, 'addEventListener').mockImplementation((type: string, listener: unknown, options: unknown) => {
    const heard = (): void => (listener as (event: { readonly isTrusted: boolean }) => void)({ isTrusted: true })
    add(type, heard, options as AddEventListenerOptions)
  })
}

function show(visibility: DocumentVisibilityState): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(visibility)
  document.dispatchEvent(new Event('visibilitychange'))
}

test.each<[string, () => unknown, number]>([
  ['a press', () => document.body.dispatchEvent(new Event('pointerdown', { bubbles: true })), 1],
  ['a key', () => document.body.dispatchEvent(new Event('keydown', { bubbles: true })), 1],
  ['a wheel', () => document.body.dispatchEvent(new Event('wheel', { bubbles: true })), 1],
  ['a touch', () => document.body.dispatchEvent(new Event('touchstart', { bubbles: true })), 1],
  ['the page is visible again', () => show('visible'), 1],
  ['the page is hidden', () => show('hidden'), 0],
  ['a pointer that moves: a table shakes', () => document.body.dispatchEvent(new Event('pointermove', { bubbles: true })), 0],
  ['something scrolls by itself', () => document.dispatchEvent(new Event('scroll')), 0],
])('%s', (_, happen, times) => {
  trust()
  const listener = vi.fn<() => void>()
  const unsubscribe = pageActivity.subscribe(listener)
  happen()
  expect(listener).toHaveBeenCalledTimes(times)
  unsubscribe()
  happen()
  expect(listener).toHaveBeenCalledTimes(times)
})

test.each(['pointerdown', 'keydown', 'wheel', 'touchstart'])('a %s that a script dispatches is nobody', (type) => {
  const listener = vi.fn<() => void>()
  const unsubscribe = pageActivity.subscribe(listener)
  document.body.dispatchEvent(new Event(type, { bubbles: true }))
  expect(listener).not.toHaveBeenCalled()
  unsubscribe()
})

test('is heard though the page keeps it to itself', () => {
  trust()
  const listener = vi.fn<() => void>()
  const unsubscribe = pageActivity.subscribe(listener)
  document.body.addEventListener('keydown', (event) => event.stopImmediatePropagation(), { once: true })
  document.body.dispatchEvent(new Event('keydown', { bubbles: true }))
  expect(listener).toHaveBeenCalledTimes(1)
  unsubscribe()
})

test('INV-18 delays no scrolling, and leaves no listener behind', () => {
  const adds = [vi.spyOn(window, 'addEventListener'), vi.spyOn(document, 'addEventListener')]
  const options = (): AddEventListenerOptions[] => adds.flatMap(({ mock }) => mock.calls.map(([, , given]) => given as AddEventListenerOptions))
  const unsubscribe = pageActivity.subscribe(() => {})
  expect(options().slice(0, 4)).toEqual(Array.from({ length: 4 }, () => ({ capture: true, passive: true, signal: expect.any(AbortSignal) })))
  expect(options()).toHaveLength(5)
  unsubscribe()
  expect(options().every(({ signal }) => signal?.aborted === true)).toBe(true)
})
