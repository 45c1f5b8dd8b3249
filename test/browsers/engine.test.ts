import { expect, it } from 'vitest'
import { server } from 'vitest/browser'

const engines: Readonly<Record<string, RegExp>> = {
  chromium: /Chrome\//,
  firefox: /Gecko\/.* Firefox\//,
  safari: /AppleWebKit\/(?!.*Chrome)/,
}

it('runs in the engine that the project is named after, where the seams of the core exist', () => {
  expect(navigator.userAgent).toMatch(engines[server.browser] ?? /no such engine/)
  expect([navigator.locks, indexedDB, BroadcastChannel, crypto.subtle]).not.toContain(undefined)
})
