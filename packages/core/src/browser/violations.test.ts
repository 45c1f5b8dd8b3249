// @vitest-environment jsdom
import { expect, test, vi } from 'vitest'
import { pageViolations } from './violations.ts'

function violate(disposition: string, url: string): void {
  document.dispatchEvent(Object.assign(new Event('securitypolicyviolation'), { disposition, effectiveDirective: 'connect-src', blockedURI: url }))
}

test('tells what is blocked while it watches, not what is only reported', () => {
  const stop = pageViolations.watch()
  violate('enforce', 'https://id.example/token')
  violate('report', 'https://api.example/')
  expect(stop()).toEqual([{ directive: 'connect-src', url: 'https://id.example/token' }])
  violate('enforce', 'https://late.example/')
  expect(stop()).toHaveLength(1)
})

test('leaves no listener', () => {
  const [added, removed] = [vi.spyOn(document, 'addEventListener'), vi.spyOn(document, 'removeEventListener')]
  pageViolations.watch()()
  expect(removed.mock.calls).toEqual(added.mock.calls)
})
