import { AuthError } from '@tessera-auth/core'
import { act, render, renderHook, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import {
  lazy,
  Profiler,
  startTransition,
  StrictMode,
  Suspense,
  useState,
  type ComponentType,
  type ReactNode,
} from 'react'
import { describe, expect, it, vi } from 'vitest'
import { authInState, loading, signedIn, signedOut } from '../test/authInState.ts'
import { createWorld } from '../test/createWorld.ts'
import { deferred } from '../test/deferred.ts'
import { ada, createPasswordAuth, servePasswords, type PasswordAuth } from '../test/passwordServer.ts'
import { quietly, setUp } from '../test/setUp.ts'
import {
  AuthCallback,
  AuthProvider,
  RequireAuth,
  useAuth,
  useAuthedFetch,
  useRefreshStatus,
  type AuthView,
} from './index.ts'

setUp()

function providing(auth: PasswordAuth): ComponentType<{ children: ReactNode }> {
  return ({ children }) => <AuthProvider auth={auth}>{children}</AuthProvider>
}

describe('what useAuth() gives', () => {
  const own = { login: expect.any(Function) as unknown, stepUp: expect.any(Function) as unknown, logout: expect.any(Function) as unknown }

  it.each([
    { state: loading, status: 'loading', isAuthenticated: false, user: null, method: null, scope: [], reason: null },
    {
      state: signedOut,
      status: 'unauthenticated',
      isAuthenticated: false,
      user: null,
      method: null,
      scope: [],
      reason: 'never_signed_in',
    },
    {
      state: signedIn,
      status: 'authenticated',
      isAuthenticated: true,
      user: { sub: '1', name: 'Ada' },
      method: 'password',
      scope: ['read'],
      reason: null,
    },
  ])('is what can be known while $status', ({ state, ...expected }) => {
    const error = new AuthError('network', 'Offline.')
    const { auth } = authInState({ ...state, pending: 'password', error })
    const { result } = renderHook(() => useAuth(), { wrapper: providing(auth) })

    expect(result.current).toEqual({ ...expected, ...own, pending: 'password', error })
    expect(result.current.login).toBe(auth.login)
    expect(result.current.stepUp).toBe(auth.stepUp)
    expect(result.current.logout).toBe(auth.logout)
  })

  it('SS-07 is the same object until the state changes, and for every component', () => {
    const { auth, set } = authInState(signedIn)
    const { result, rerender } = renderHook(() => [useAuth(), useAuth((view) => view)], { wrapper: providing(auth) })
    const before = result.current[0]
    rerender()
    expect(result.current).toEqual([before, before])
    expect(result.current[0]).toBe(before)
    expect(result.current[1]).toBe(before)

    act(() => set(signedOut))
    expect(result.current[0]).not.toBe(before)
    act(() => set(signedIn))
    expect(result.current[0]).toBe(before)
  })
})

describe('a selector', () => {
  it.each([
    ['kept', (view: AuthView) => ({ user: view.user })],
    ['made anew at each render', null],
  ])('that gives a new object each time renders once a state: %s', (_, kept) => {
    const { auth, set } = authInState(signedIn)
    const onRender = vi.fn<() => void>()
    const { rerender } = renderHook(
      () => {
        onRender()
        return useAuth(kept ?? ((view) => ({ user: view.user })))
      },
      { wrapper: providing(auth) },
    )
    rerender()
    expect(onRender).toHaveBeenCalledTimes(2)
    act(() => set({ ...signedIn, pending: 'password' }))
    expect(onRender).toHaveBeenCalledTimes(3)
  })

  it('renders only when what it gives changes', () => {
    const { auth, set } = authInState(signedIn)
    const onRender = vi.fn<(name: string | undefined) => void>()
    renderHook(() => onRender(useAuth((view) => view.user?.name)), { wrapper: providing(auth) })
    act(() => set({ ...signedIn, pending: 'password' }))
    act(() => set({ ...signedIn, scope: ['read', 'write'] }))
    expect(onRender.mock.calls).toEqual([['Ada']])

    act(() => set(signedOut))
    expect(onRender.mock.calls).toEqual([['Ada'], [undefined]])
  })

  it('may change while the state stays', () => {
    const { auth, set } = authInState(signedIn)
    const { result, rerender } = renderHook(({ claim }) => useAuth((view) => view.user?.[claim]), {
      wrapper: providing(auth),
      initialProps: { claim: 'name' },
    })
    expect(result.current).toBe('Ada')
    rerender({ claim: 'sub' })
    expect(result.current).toBe('1')
    act(() => set({ ...signedIn, user: { sub: '2', name: 'Grace' } }))
    expect(result.current).toBe('2')
  })

  it('does not loop in StrictMode', () => {
    const { auth, set, watchers } = authInState(signedIn)
    const { result, unmount } = renderHook(() => useAuth((view) => [view.user, view.scope]), {
      wrapper: ({ children }) => (
        <StrictMode>
          <AuthProvider auth={auth}>{children}</AuthProvider>
        </StrictMode>
      ),
    })
    act(() => set(signedOut))
    expect(result.current).toEqual([null, []])
    unmount()
    expect(watchers()).toBe(0)
  })
})

describe('concurrent rendering', () => {
  it('SS-07 never commits two states at once', async () => {
    const { auth, set } = authInState(signedIn)
    const commits: (string | null)[] = []
    let between = (): void => {}
    function Name(): ReactNode {
      return <i>{useAuth().user?.name ?? 'nobody'} </i>
    }
    /** Takes so long that React lets others run before it goes on: there the state changes. */
    function Slow({ isNew }: { isNew: boolean }): ReactNode {
      if (isNew) burn(20, between)
      return null
    }
    let setIsNew: (isNew: boolean) => void = () => {}
    function Page(): ReactNode {
      const [isNew, setState] = useState(false)
      setIsNew = setState
      return isNew ? (
        [<Name key="1" />, <Slow key="2" isNew />, <Name key="3" />, <Slow key="4" isNew />, <Name key="5" />]
      ) : (
        <Name key="0" />
      )
    }
    const { container } = render(
      <AuthProvider auth={auth}>
        <Profiler id="page" onRender={() => commits.push(document.body.textContent)}>
          <Page />
        </Profiler>
      </AuthProvider>,
    )
    commits.length = 0
    const changed = deferred()
    between = () => {
      between = () => {}
      setImmediate(() => {
        set(signedOut)
        changed.resolve()
      })
    }
    startTransition(() => setIsNew(true))
    await changed.promise
    // The change came while the page was half rendered.
    expect(commits).not.toContain('Ada Ada Ada ')
    await vi.waitFor(() => expect(container.textContent).toBe('nobody nobody nobody '))
    expect(new Set(commits)).toEqual(new Set(['nobody ', 'nobody nobody nobody ']))
  })

  it('SS-06 subscribes to nothing while suspended, and shows the state of when it comes back', async () => {
    const { auth, set, watchers } = authInState(signedIn)
    const loaded = deferred<{ default: () => ReactNode }>()
    const Later = lazy(() => loaded.promise)
    function Name(): ReactNode {
      return useAuth().user?.name ?? 'nobody'
    }
    const { container, unmount } = render(
      <AuthProvider auth={auth}>
        <Suspense fallback="…">
          <Name />
          <Later />
        </Suspense>
      </AuthProvider>,
    )
    expect(container.textContent).toBe('…')
    expect(watchers()).toBe(0)
    act(() => set(signedOut))
    await act(async () => loaded.resolve({ default: () => '!' }))
    expect(container.textContent).toBe('nobody!')
    expect(watchers()).toBe(1)
    unmount()
    expect(watchers()).toBe(0)
  })
})

describe('a login', () => {
  function SignIn(): ReactNode {
    const { isAuthenticated, user, pending, error, login, logout } = useAuth()
    const [rejection, setRejection] = useState('')
    const submit = (password: string): void => {
      login({ ...ada, password }).catch((reason: AuthError) => setRejection(reason.code))
    }
    return (
      <>
        <p role="status">{[isAuthenticated ? user.name : 'nobody', pending, error?.code, rejection].join('|')}</p>
        <button onClick={() => submit('wrong')}>Wrong</button>
        <button onClick={() => submit('correct')}>Right</button>
        <button onClick={() => void logout()}>Out</button>
      </>
    )
  }

  it('shows that it is under way, why it failed, and rejects; a failed step-up costs nobody the session', async () => {
    const world = createWorld()
    servePasswords(world)
    const auth = createPasswordAuth(world)
    const { respond } = world
    let answer = deferred()
    world.respond = (request) => answer.promise.then(() => respond(request))
    render(
      <AuthProvider auth={auth}>
        <SignIn />
      </AuthProvider>,
    )
    await act(() => auth.ready)
    const user = userEvent.setup()
    const line = screen.getByRole('status')
    /** Lets the server answer, and waits for what comes of it. */
    const press = async (name: string, during: string, after: string): Promise<void> => {
      await user.click(screen.getByRole('button', { name }))
      expect(line.textContent).toBe(during)
      answer.resolve()
      await vi.waitFor(() => expect(line.textContent).toBe(after))
      answer = deferred()
    }

    expect(line.textContent).toBe('nobody|||')
    await press('Wrong', 'nobody|password||', 'nobody||invalid_credentials|invalid_credentials')
    await press('Right', 'nobody|password||invalid_credentials', 'ada|||invalid_credentials')
    await press('Wrong', 'ada|password||invalid_credentials', 'ada||invalid_credentials|invalid_credentials')
    await press('Out', 'nobody|||invalid_credentials', 'nobody|||invalid_credentials')
  })
})

describe('outside an AuthProvider', () => {
  it.each([
    ['useAuth', () => useAuth()],
    ['useAuthedFetch', () => useAuthedFetch()],
    ['useRefreshStatus', () => useRefreshStatus()],
    ['RequireAuth', () => <RequireAuth fallback="">secret</RequireAuth>],
    ['AuthCallback', () => <AuthCallback onDone={() => {}} />],
  ])('%s throws, naming the cause', (_, Component: () => unknown) => {
    const Outside = (): ReactNode => {
      const given = Component()
      return typeof given === 'object' ? (given as ReactNode) : null
    }
    const expected = 'Tessera: no <AuthProvider auth={…}> above this component'
    expect(() => quietly(() => render(<Outside />))).toThrow(expected)
  })
})

function burn(durationMs: number, then: () => void): void {
  const startMs = performance.now()
  while (performance.now() - startMs < durationMs);
  then()
}
