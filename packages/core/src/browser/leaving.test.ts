// @vitest-environment jsdom
import { expect, test, vi } from 'vitest'
import { pageLeaving } from './leaving.ts'

const canPretend = navigator.userAgent.includes('jsdom')

test('INV-18 tells that the page is left, and is silent when nobody listens any more', () => {
  const listener = vi.fn<() => void>()
  const unsubscribe = pageLeaving.subscribe(listener)
  window.dispatchEvent(new Event('pageshow'))
  expect(listener).not.toHaveBeenCalled()
  window.dispatchEvent(new Event('pagehide'))
  expect(listener).toHaveBeenCalledTimes(1)
  unsubscribe()
  window.dispatchEvent(new Event('pagehide'))
  expect(listener).toHaveBeenCalledTimes(1)
})

test.runIf(canPretend)('is silent without a window', () => {
  vi.stubGlobal('window', undefined)
  expect(() => pageLeaving.subscribe(() => {})()).not.toThrow()
  vi.unstubAllGlobals()
})
