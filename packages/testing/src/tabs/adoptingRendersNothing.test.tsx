// @vitest-environment jsdom
import { createAuth, preloadTabs, type Auth, type Claims, type Environment } from '@tessera-auth/core'
import { password, type PasswordInput } from '@tessera-auth/core/password'
import { AuthProvider, useAuth } from '@tessera-auth/react'
import { act, cleanup, render, screen } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, expect, it } from 'vitest'
import { createBrowser, createTokenEndpoint } from '../index.ts'

await preloadTabs()
afterEach(cleanup)

function setUp() {
  const endpoint = createTokenEndpoint({ lifetimeMs: 3_600_000 })
  const browser = createBrowser({ network: endpoint.answer })
  const load = (environment: Environment): Auth<PasswordInput, Claims> =>
    createAuth({ method: password({ loginUrl: '/login', refreshUrl: '/refresh' }), storage: 'session' }, environment)
  return { endpoint, browser, first: browser.openTab(load) }
}

it('a tab renders nothing when it takes over what another has refreshed, ten times', async () => {
  const { endpoint, browser, first } = setUp()
  await first.app.login({ email: 'ada@example.com', password: 'correct-horse' })
  const second = first.duplicate()
  await browser.settle()
  let renders = 0
  function Header(): ReactNode {
    renders++
    return <p>{useAuth().status}</p>
  }
  render(<AuthProvider auth={second.app}><Header /></AuthProvider>)
  await act(() => browser.settle())
  expect(screen.getByText('authenticated')).toBeDefined()
  const before = renders
  for (let round = 1; round <= 10; round++) {
    await act(() => browser.until(first.app.tokens.refresh()))
    await act(() => browser.settle())
    expect(second.app.tokens.current?.tokens.accessToken).toBe(first.app.tokens.current?.tokens.accessToken)
  }
  expect([renders - before, endpoint.count('refresh'), endpoint.reuses()]).toEqual([0, 10, 0])
})

it('XT-01 a logout in another tab is rendered at once', async () => {
  const { browser, first } = setUp()
  await first.app.login({ email: 'ada@example.com', password: 'correct-horse' })
  const second = first.duplicate()
  await browser.settle()
  function Header(): ReactNode {
    const { status } = useAuth()
    return <p>{status}</p>
  }
  render(<AuthProvider auth={second.app}><Header /></AuthProvider>)
  await act(() => browser.settle())
  expect(screen.getByText('authenticated')).toBeDefined()
  await act(async () => {
    await first.app.logout()
    await browser.settle()
  })
  expect(screen.getByText('unauthenticated')).toBeDefined()
  expect(second.app.store.getState()).toMatchObject({ reason: 'other_tab' })
})
