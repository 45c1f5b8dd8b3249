// @vitest-environment jsdom
import { AuthError, type Auth, type AuthMethod, type Claims } from '@tessera-auth/core'
import { AuthProvider, RequireAuth, useAuth, useAuthedFetch, useRefreshStatus } from '@tessera-auth/react'
import { act, cleanup, render, screen } from '@testing-library/react'
import { useState, type ReactNode } from 'react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createMockAuth } from '../index.ts'

afterEach(cleanup)

const ada: Claims = { sub: '1', name: 'Ada' }
const method: AuthMethod<{ readonly pin: number }, Claims> = { name: 'pin', login: () => Promise.reject(new Error('It is not called.')) }

function Header(): ReactNode {
  const { user, login, logout, error } = useAuth()
  return (
    <RequireAuth fallback={<button onClick={() => void login({ email: 'ada@example.com' }).catch(() => {})}>sign in {error?.code}</button>}>
      <button onClick={() => void logout()}>sign out {user?.name}</button>
    </RequireAuth>
  )
}

function Orders(): ReactNode {
  const fetch = useAuthedFetch()
  const { phase } = useRefreshStatus()
  const [text, setText] = useState('none')
  const load = async (): Promise<void> => setText(await (await fetch('/v1/orders')).text())
  return <button onClick={() => void load()}>{`${phase} ${text}`}</button>
}

const button = (): HTMLElement => screen.getByRole('button')

describe('createMockAuth', () => {
  it('is signed in at the first render', () => {
    const auth: Auth<unknown, Claims> = createMockAuth({ user: ada })
    render(<AuthProvider auth={auth}><Header /></AuthProvider>)
    expect(button().textContent).toBe('sign out Ada')
  })

  it('records what it was to step up for', async () => {
    const auth = createMockAuth({ user: ada })
    const challenge = { scope: ['pay'], url: '' }
    function Pay(): ReactNode {
      const { stepUp } = useAuth()
      return <button onClick={() => void stepUp(challenge)}>pay</button>
    }
    render(<AuthProvider auth={auth}><Pay /></AuthProvider>)
    await act(async () => button().click())
    expect(auth.stepUps).toEqual([challenge])
  })

  it('is signed out by default, and signs in as the login says', async () => {
    const auth = createMockAuth({ login: () => ada })
    render(<AuthProvider auth={auth}><Header /></AuthProvider>)
    expect(button().textContent).toBe('sign in ')
    await act(async () => button().click())
    expect(button().textContent).toBe('sign out Ada')
    expect(auth.logins).toEqual([{ email: 'ada@example.com' }])
    await act(async () => button().click())
    expect(button().textContent).toBe('sign in ')
    expect(auth.logouts()).toBe(1)
  })

  it('shows the error of a login that fails', async () => {
    const auth = createMockAuth({ login: () => Promise.reject(new AuthError('invalid_credentials', 'No.')) })
    render(<AuthProvider auth={auth}><Header /></AuthProvider>)
    await act(async () => button().click())
    expect(button().textContent).toBe('sign in invalid_credentials')
    expect(auth.store.getState().pending).toBeNull()
  })

  it('asks nobody: it gives its state, and lets credentials go anywhere', async () => {
    const auth = createMockAuth({ user: ada })
    expect(await auth.look()).toBe(auth.store.getState())
    expect(() => auth.checkDestination('https://api.example/')).not.toThrow()
  })

  it('follows setState', () => {
    const auth = createMockAuth({ user: ada })
    render(<AuthProvider auth={auth}><Header /></AuthProvider>)
    act(() => auth.setState({ status: 'unauthenticated', reason: 'expired', pending: null, error: null }))
    expect(button().textContent).toBe('sign in ')
  })

  it('answers fetch by the script, with its token', async () => {
    const auth = createMockAuth({ user: ada, accessToken: 'at', fetch: () => new Response('two') })
    render(<AuthProvider auth={auth}><Orders /></AuthProvider>)
    await act(async () => button().click())
    expect(button().textContent).toBe('idle two')
    expect(auth.requests.map(({ url, headers }) => [new URL(url).pathname, headers.get('authorization')])).toEqual([['/v1/orders', 'Bearer at']])
    act(() => auth.refreshStore.setState({ ...auth.refreshStore.getState(), phase: 'degraded' }))
    expect(button().textContent).toBe('degraded two')
  })

  it('is started while its provider is mounted', () => {
    const auth = createMockAuth()
    const { unmount } = render(<AuthProvider auth={auth}><Header /></AuthProvider>)
    expect(auth.starts()).toBe(1)
    unmount()
    expect(auth.starts()).toBe(0)
  })

  it('has its token while somebody is signed in, from either place', async () => {
    const auth = createMockAuth({ user: ada })
    expect(await auth.getAccessToken()).toBe('mock-access-token')
    expect(await auth.tokens.getAccessToken()).toBe('mock-access-token')
    const nobody = createMockAuth()
    await expect(nobody.getAccessToken()).rejects.toMatchObject({ code: 'not_authenticated' })
    await expect(nobody.fetch('/v1/orders')).rejects.toMatchObject({ code: 'not_authenticated' })
    expect(await nobody.ready).toMatchObject({ status: 'unauthenticated' })
  })

  it('says by its tokens, too, who is signed in, as soon as a test does', async () => {
    const auth = createMockAuth({ user: ada })
    const whose = (): string | null => auth.tokens.current?.tokens.subject ?? null
    const first = whose()
    await auth.tokens.getAccessToken()
    auth.setState({ ...auth.store.getState(), pending: 'mock' })
    expect(whose()).toBe(first)
    auth.setState({ status: 'authenticated', method: 'mock', user: { sub: '2' }, scope: [], pending: null, error: null })
    expect(whose()).not.toBe(first)
    await auth.logout()
    expect(whose()).toBeNull()
  })

  it('records the name, too, of each login of an auth with several methods, and is signed in by the first', async () => {
    const methods = { work: method, home: method }
    const auth = createMockAuth({ methods, user: ada })
    expect(auth.store.getState()).toMatchObject({ method: 'work', user: ada })
    await auth.login('home', { pin: 1 })
    expect(auth.logins).toEqual([['home', { pin: 1 }]])
    expect(auth.store.getState()).toMatchObject({ method: 'work', pending: null })
    const other = createMockAuth({ methods, login: ([name, { pin }]) => ({ name: `${name} ${pin}` }) })
    await other.login('home', { pin: 2 })
    expect(other.store.getState()).toMatchObject({ user: { name: 'home 2' } })
  })

  it('refreshes nothing, and says so to nobody', async () => {
    const auth = createMockAuth({ user: ada })
    const listener = vi.fn<() => void>()
    auth.tokens.subscribe(listener)
    await auth.tokens.refresh()
    expect([await auth.getAccessToken(), listener.mock.calls]).toEqual(['mock-access-token', []])
  })

  it('refuses options that are no object', () => {
    for (const options of [null, 'ada']) {
      expect(() => createMockAuth(options as never)).toThrow(expect.objectContaining({ code: 'invalid_config', option: 'createMockAuth' }))
    }
  })
})
