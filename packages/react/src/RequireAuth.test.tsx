import { AuthError, type AuthErrorCode, type AuthState, type Claims } from '@tessera-auth/core'
import { act, render } from '@testing-library/react'
import { createElement, startTransition, StrictMode, useEffect, type ReactNode } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { authInState, loading, signedIn, signedOut } from '../test/authInState.ts'
import type { PasswordAuth } from '../test/passwordServer.ts'
import { setUp } from '../test/setUp.ts'
import { AuthProvider, RequireAuth, useAuth, type RequireAuthProps } from './index.ts'

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

describe('once the session has ended', () => {
  const ends: readonly [string, AuthState<Claims>][] = [
    ['a sign-out', { ...signedOut, reason: 'user' }],
    ['a lost scope', { ...signedIn, scope: [] }],
  ]
  it.each(ends)('children are in no frame, and render and run no more: %s', async (_, next) => {
    const { auth, set } = authInState(signedIn)
    const seen: string[] = []
    const Child = (): ReactNode => {
      const { status, scope } = useAuth()
      seen.push(`renders ${status} ${scope.join()}`)
      useEffect(() => void seen.push(`runs ${status} ${scope.join()}`))
      return <p>secret {useAuth(({ user }) => user?.name)}</p>
    }
    const { container } = render(
      <StrictMode>
        <AuthProvider auth={auth}>
          <Child key="outside" />
          <RequireAuth fallback="fallback" scopes={['read']} forbidden="forbidden">
            <Child />
          </RequireAuth>
        </AuthProvider>
      </StrictMode>,
    )
    const inside = container.querySelectorAll('p')[1]
    seen.length = 0
    const frames: boolean[] = []
    const observer = new MutationObserver(() => frames.push(container.contains(inside ?? null)))
    observer.observe(container, { subtree: true, childList: true, characterData: true })
    // Also where an app changes something else that may take its time.
    act(() => startTransition(() => set(next)))
    await act(async () => {})
    observer.disconnect()
    expect(frames.length).toBeGreaterThan(0)
    expect(frames).not.toContain(true)
    // Of the one outside alone.
    expect(seen.filter((text) => text.startsWith('runs'))).toHaveLength(1)
    expect(container.textContent).toMatch(/^secret ?(Ada)?(fallback|forbidden)$/)
  })
})

/** Shows what each state shows, in StrictMode; functions show what they are told. */
function all(auth: PasswordAuth, scopes: readonly string[]): ReactNode {
  return (
    <StrictMode>
      <AuthProvider auth={auth}>
        <RequireAuth
          scopes={scopes}
          fallback={({ reason, error }) => `fallback ${reason} ${error?.code}`}
          loading="loading"
          unreachable={({ error }) => `unreachable ${error?.code}`}
          forbidden={({ user, scope }) => `forbidden ${user.name} ${scope.join()}`}
        >
          secret
        </RequireAuth>
      </AuthProvider>
    </StrictMode>
  )
}

describe('RequireAuth with something to show in each state', () => {
  const error = new AuthError('network', 'A message.')
  const reader: AuthState<Claims> = { ...signedIn, scope: ['read'] }
  const editor: AuthState<Claims> = { ...signedIn, scope: ['read', 'write'] }

  it('shows what belongs to the state, and tells functions why', () => {
    const { auth, set } = authInState(loading)
    const { container } = render(all(auth, ['write']))
    const states: AuthState<Claims>[] = [
      { ...loading, error },
      signedOut,
      { ...signedOut, reason: 'revoked', error: new AuthError('revoked', 'A message.') },
      reader,
      editor,
      reader,
      loading,
    ]
    const steps = states.map((state) => {
      act(() => set(state))
      return container.textContent
    })
    expect(steps).toEqual([
      'unreachable network',
      'fallback never_signed_in undefined',
      'fallback revoked revoked',
      'forbidden Ada read',
      'secret',
      'forbidden Ada read',
      'loading',
    ])
  })

  it.each([
    [[], ['read'], 'secret'],
    [[], [], 'secret'],
    [['read'], ['read'], 'secret'],
    [['write', 'read'], ['read', 'write', 'more'], 'secret'],
    [['read', 'write'], ['read'], 'forbidden'],
    [['read'], [], 'forbidden'],
    [['read'], ['read:all', 'Read', ' read', 'reader'], 'forbidden'],
    [['read write'], ['read', 'write'], 'forbidden'],
    [[''], ['read'], 'forbidden'],
  ])('asks for all of %j: of somebody with %j, %s', (scopes, scope, expected) => {
    const { container } = render(all(authInState({ ...signedIn, scope }).auth, scopes))
    expect(container.textContent?.split(' ')[0]).toBe(expected)
  })

  it('shows nothing to somebody who lacks a scope where JavaScript does not say what', () => {
    const props = { scopes: ['write'], fallback: 'fallback', children: 'secret' } as unknown as RequireAuthProps
    const { container } = render(<AuthProvider auth={authInState(signedIn).auth}>{createElement(RequireAuth, props)}</AuthProvider>)
    expect(container.innerHTML).toBe('')
  })

  it('shows `loading` while no server answers, unless told what', () => {
    const { auth } = authInState({ ...loading, error })
    const { container } = render(
      <AuthProvider auth={auth}>
        <RequireAuth fallback="fallback" loading="loading">
          secret
        </RequireAuth>
      </AuthProvider>,
    )
    expect(container.textContent).toBe('loading')
  })

  it('keeps what its children hold while a login is under way or fails', () => {
    const { auth, set } = authInState(reader)
    const { container } = render(
      <AuthProvider auth={auth}>
        <RequireAuth fallback="fallback">
          <input />
        </RequireAuth>
      </AuthProvider>,
    )
    const input = container.querySelector('input')
    for (const beside of [{ pending: 'password' }, { error }, { scope: [] }]) act(() => set({ ...signedIn, ...beside }))
    expect(container.querySelector('input')).toBe(input)
  })

  it('renders `loading` on a server and in the first render of the browser', () => {
    const { auth } = authInState(editor)
    expect(renderToString(all(auth, ['write']))).toBe('loading')
  })
})
