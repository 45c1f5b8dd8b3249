import { AuthError, createAuth, resumableReasons, type AuthMethod, type Claims } from '@tessera-auth/core'
import { act, render, screen } from '@testing-library/react'
import * as React from 'react'
import { StrictMode, type ReactNode } from 'react'
import { createMemoryRouter, Navigate, Outlet, RouterProvider, useLoaderData } from 'react-router'
import { describe, expect, it } from 'vitest'
import { createWorld } from '../test/createWorld.ts'
import { setUp } from '../test/setUp.ts'
import { AuthProvider, SessionExpired } from './index.ts'
import { followAuth, requireAuth } from './routers/reactRouter.ts'

setUp()

const method: AuthMethod<string, Claims> = {
  name: 'plain',
  login: async (subject) => ({ accessToken: `at-${subject}`, subject, user: { sub: subject }, scope: [] }),
}

/** As docs/session-expired.md has it: a guarded page, kept through an end of the session. */
async function open() {
  const { environment } = createWorld()
  const auth = createAuth<string, Claims>({ method }, environment)
  await auth.login('ada')
  const load = requireAuth(auth, { signInPath: '/sign-in' }, environment)
  const Orders = (): ReactNode => (
    <label>
      Note of {useLoaderData<typeof load>().user.sub} <input />
    </label>
  )
  const Kept = (): ReactNode => (
    <SessionExpired fallback={<Navigate to="/sign-in" replace />} dialog={<p role="dialog">Sign in again</p>}>
      <Outlet />
    </SessionExpired>
  )
  const router = createMemoryRouter([
    { Component: Kept, HydrateFallback: () => null, children: [{ path: '/', loader: load, Component: Orders }] },
    { path: '/sign-in', element: 'sign-in page' },
  ])
  const isKept = (): boolean => {
    const state = auth.store.getState()
    return state.status === 'unauthenticated' && resumableReasons.includes(state.reason)
  }
  followAuth(auth, { revalidate: async () => (isKept() ? undefined : router.revalidate()) })
  const { container } = render(
    <StrictMode>
      <AuthProvider auth={auth}>
        <RouterProvider router={router} />
      </AuthProvider>
    </StrictMode>,
  )
  const field = await screen.findByLabelText<HTMLInputElement>('Note of ada')
  field.value = 'half filled in'
  return { auth, container, field }
}

/** Long enough for a router to leave a page. */
const settled = () =>
  act(async () => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => void setImmediate(resolve))
  })

// The router needs React 19.
describe.skipIf(!('use' in React))('a route that a router guards', () => {
  it('stays through an end of the session, and goes on with its person', async () => {
    const { auth, container, field } = await open()
    act(() => auth.tokens.end(new AuthError('session_expired', 'over')))
    await settled()
    expect(screen.queryByRole('dialog')).not.toBeNull()
    expect(container.contains(field)).toBe(true)
    await act(() => auth.login('ada'))
    await settled()
    expect(screen.getByLabelText('Note of ada')).toBe(field)
    expect(field.value).toBe('half filled in')
  })

  it('loads anew for somebody else', async () => {
    const { auth, field } = await open()
    act(() => auth.tokens.end(new AuthError('session_expired', 'over')))
    await act(() => auth.login('bob'))
    const other = await screen.findByLabelText<HTMLInputElement>('Note of bob')
    expect([other === field, other.value]).toEqual([false, ''])
  })

  it('is left at a sign-out', async () => {
    const { auth } = await open()
    act(() => auth.tokens.end(new AuthError('session_expired', 'over')))
    await act(async () => void (await auth.logout()))
    expect(await screen.findByText('sign-in page')).toBeDefined()
  })
})
