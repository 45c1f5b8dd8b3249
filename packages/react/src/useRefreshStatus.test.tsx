import { act, render } from '@testing-library/react'
import type { ReactNode } from 'react'
import { expect, it, vi } from 'vitest'
import { createWorld } from '../test/createWorld.ts'
import { deferred } from '../test/deferred.ts'
import { ada, createPasswordAuth, lifetimeS, servePasswords } from '../test/passwordServer.ts'
import { setUp } from '../test/setUp.ts'
import { AuthProvider, useAuth, useRefreshStatus } from './index.ts'

setUp()

it('follows a refresh from its start to its end', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  const world = createWorld()
  servePasswords(world)
  const auth = createPasswordAuth(world)
  function Line(): ReactNode {
    const { phase, receivedAt, expiresAt } = useRefreshStatus()
    const lifeMs = receivedAt === null || expiresAt === null ? null : expiresAt - receivedAt
    return `${phase} ${lifeMs}`
  }
  const { container } = render(
    <AuthProvider auth={auth}>
      <Line />
    </AuthProvider>,
  )
  expect(container.textContent).toBe('idle null')
  await act(() => auth.login(ada))
  expect(container.textContent).toBe(`idle ${lifetimeS * 1000}`)

  const { respond } = world
  const answer = deferred()
  world.respond = (request) => answer.promise.then(() => respond(request))
  let refreshed = Promise.resolve()
  await act(async () => {
    refreshed = auth.tokens.refresh()
    await Promise.resolve()
  })
  expect(container.textContent).toBe(`refreshing ${lifetimeS * 1000}`)
  await act(() => {
    answer.resolve()
    return refreshed
  })
  expect(container.textContent).toBe(`idle ${lifetimeS * 1000}`)
})

it('INV-5 tells of an outage while everybody stays signed in: degraded, paused where the browser says offline, and idle in the end', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  const world = createWorld()
  servePasswords(world)
  const auth = createPasswordAuth(world)
  function Line(): ReactNode {
    const { phase, error } = useRefreshStatus()
    const { isAuthenticated } = useAuth()
    return `${phase} ${error?.code ?? ''} ${isAuthenticated ? 'in' : 'out'}`
  }
  const { container } = render(
    <AuthProvider auth={auth}>
      <Line />
    </AuthProvider>,
  )
  await act(() => auth.login(ada))
  const { respond } = world
  world.respond = () => Promise.reject(new TypeError('Failed to fetch'))
  await act(() => vi.advanceTimersByTimeAsync(55 * 60_000))
  expect(container.textContent).toBe('degraded network in')
  world.isOnline = false
  await act(() => vi.advanceTimersByTimeAsync(10 * 60_000))
  expect(container.textContent).toBe('paused network in')
  world.isOnline = true
  world.respond = respond
  await act(() => vi.advanceTimersByTimeAsync(60_000))
  expect(container.textContent).toBe('idle  in')
})
