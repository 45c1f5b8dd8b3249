import { act, render, renderHook } from '@testing-library/react'
import { useEffect, type ReactNode } from 'react'
import { expect, it, vi } from 'vitest'
import { createWorld } from '../test/createWorld.ts'
import { ada, createPasswordAuth, servePasswords } from '../test/passwordServer.ts'
import { setUp } from '../test/setUp.ts'
import { AuthProvider, useAuth, useAuthedFetch } from './index.ts'

setUp()

it('is one function through logins, refreshes, sign-outs and renders', async () => {
  const world = createWorld()
  servePasswords(world)
  const auth = createPasswordAuth(world)
  const onEffect = vi.fn<(fetch: typeof auth.fetch) => void>()
  function Probe(): ReactNode {
    const fetch = useAuthedFetch()
    const { status } = useAuth()
    useEffect(() => onEffect(fetch), [fetch])
    return status
  }
  const tree = (
    <AuthProvider auth={auth}>
      <Probe />
    </AuthProvider>
  )
  const { container, rerender } = render(tree)
  const seen = [container.textContent]
  const steps = [
    () => auth.ready,
    () => auth.login(ada),
    () => auth.tokens.refresh(),
    () => auth.logout(),
    () => auth.login(ada),
  ]
  for (const step of steps) {
    await act(async () => void (await step()))
    rerender(tree)
    seen.push(container.textContent)
  }

  expect(seen).toEqual([
    'loading',
    'unauthenticated',
    'authenticated',
    'authenticated',
    'unauthenticated',
    'authenticated',
  ])
  expect(onEffect.mock.calls).toEqual([[auth.fetch]])
})

it('sends the credentials of whoever is signed in when it is called', async () => {
  const world = createWorld()
  servePasswords(world)
  const auth = createPasswordAuth(world)
  const { result } = renderHook(() => useAuthedFetch(), {
    wrapper: ({ children }) => <AuthProvider auth={auth}>{children}</AuthProvider>,
  })
  await expect(result.current('/orders')).rejects.toMatchObject({ code: 'not_authenticated' })
  await act(() => auth.login(ada))
  const response = await result.current('/orders')

  expect(await response.json()).toEqual({ authorization: `Bearer ${await auth.getAccessToken()}` })
})
