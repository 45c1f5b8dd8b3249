import { AuthError, type AuthErrorCode, type AuthState, type Claims } from '@tessera-auth/core'
import { act, render } from '@testing-library/react'
import type { ReactNode } from 'react'
import { describe, expect, it } from 'vitest'
import { authInState, loading, signedIn, signedOut } from '../test/authInState.ts'
import { setUp } from '../test/setUp.ts'
import { AuthProvider, RequireAuth, useAuth } from './index.ts'

setUp()

function Flag(): ReactNode {
  return useAuth().isAuthenticated ? ' in' : ' out'
}

function shown(state: AuthState<Claims>): string | null {
  const { auth } = authInState(state)
  const { container, unmount } = render(
    <AuthProvider auth={auth}>
      <RequireAuth fallback="fallback" loading="loading">
        secret
      </RequireAuth>
      <Flag />
    </AuthProvider>,
  )
  const { textContent } = container
  unmount()
  return textContent
}

const codes: readonly AuthErrorCode[] = [
  'network',
  'revoked',
  'refresh_rejected',
  'session_expired',
  'subject_changed',
  'disposed',
]
const errors = [null, ...codes.map((code) => new AuthError(code, 'A message.'))]

describe('RequireAuth', () => {
  it.each(errors.flatMap((error) => [null, 'password'].map((pending) => ({ error, pending }))))(
    'shows its children to people who are signed in alone: error $error.code, pending $pending',
    (beside) => {
      expect(shown({ ...loading, ...beside })).toBe('loading out')
      expect(shown({ ...signedOut, ...beside })).toBe('fallback out')
      expect(shown({ ...signedIn, ...beside })).toBe('secret in')
    },
  )

  it.each([
    undefined,
    null,
    '',
    'Authenticated',
    'authenticated ',
    'refreshing',
    'toString',
    true,
    1,
    {},
    ['authenticated'],
  ])('fails closed for a status that cannot be: %j', (status) => {
    expect(shown({ ...signedIn, status, isAuthenticated: true } as never)).toBe(' out')
  })

  it('shows nothing while it is not known who is signed in, unless told what', () => {
    const { auth } = authInState(loading)
    const { container } = render(
      <AuthProvider auth={auth}>
        <RequireAuth fallback="fallback">secret</RequireAuth>
      </AuthProvider>,
    )
    expect(container.innerHTML).toBe('')
  })

  it('takes its children away when the session ends, and brings them back', () => {
    const { auth, set } = authInState(signedIn)
    const { container } = render(
      <AuthProvider auth={auth}>
        <RequireAuth fallback="fallback">secret</RequireAuth>
      </AuthProvider>,
    )
    const steps = [signedOut, signedIn, { ...signedOut, reason: 'revoked' } as const].map((state) => {
      act(() => set(state))
      return container.textContent
    })
    expect(steps).toEqual(['fallback', 'secret', 'fallback'])
  })
})
