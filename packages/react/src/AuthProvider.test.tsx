import { act, render, screen } from '@testing-library/react'
import * as React from 'react'
import { StrictMode, type ReactNode } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { createWorld, type World } from '../test/createWorld.ts'
import {
  ada,
  createPasswordAuth,
  grace,
  lifetimeS,
  nextRefresh,
  servePasswords,
  type PasswordAuth,
} from '../test/passwordServer.ts'
import { setUp } from '../test/setUp.ts'
import { AuthProvider, useAuth } from './index.ts'

setUp()

const nothing = { timers: 0, listeners: 0 }

function Name(): ReactNode {
  const { status, user } = useAuth()
  return <p>{user?.name ?? status}</p>
}

function app(auth: PasswordAuth): ReactNode {
  return (
    <AuthProvider auth={auth}>
      <Name />
    </AuthProvider>
  )
}

/** Somebody signed in earlier: the session is in the storage. */
async function signedInBefore(): Promise<World> {
  const world = createWorld()
  servePasswords(world)
  const auth = createPasswordAuth(world)
  await auth.login(ada)
  auth.dispose()
  return world
}

function fakeTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
}

describe('AuthProvider', () => {
  it('finds out who is signed in and refreshes ahead of need while mounted; then nothing is left', async () => {
    fakeTime()
    const world = await signedInBefore()
    const auth = createPasswordAuth(world)
    const { unmount } = render(app(auth))
    await act(() => auth.ready)
    expect(screen.getByText('ada')).toBeDefined()
    expect(world.remains()).toEqual({ timers: 1, listeners: 1 })

    await act(async () => {
      const refreshed = nextRefresh(auth)
      await vi.advanceTimersByTimeAsync((lifetimeS - 300) * 1000)
      await refreshed
    })
    unmount()
    expect(world.remains()).toEqual(nothing)
    await vi.advanceTimersByTimeAsync(lifetimeS * 1000)
    expect(world.sent).toEqual(['POST /login', 'POST /refresh'])
  })

  it('SS-06 starts once, and refreshes once, in StrictMode', async () => {
    fakeTime()
    const world = await signedInBefore()
    const auth = createPasswordAuth(world)
    const reads = vi.spyOn(world.environment.tabStorage, 'getItem')
    const { unmount } = render(<StrictMode>{app(auth)}</StrictMode>)
    await act(() => auth.ready)
    expect(reads).toHaveBeenCalledTimes(1)
    expect(world.remains()).toEqual({ timers: 1, listeners: 1 })

    await act(async () => {
      const refreshed = nextRefresh(auth)
      await vi.advanceTimersByTimeAsync((lifetimeS - 300) * 1000)
      await refreshed
    })
    expect(world.sent).toEqual(['POST /login', 'POST /refresh'])
    unmount()
    expect(world.remains()).toEqual(nothing)
  })

  it('shares an auth with other providers: the last one to go stops it', async () => {
    const world = await signedInBefore()
    const auth = createPasswordAuth(world)
    const [first, second] = [render(app(auth)), render(app(auth))]
    await act(() => auth.ready)
    first.unmount()
    expect(world.remains()).toEqual({ timers: 1, listeners: 1 })
    second.unmount()
    expect(world.remains()).toEqual(nothing)
  })

  it('leaves the auth usable when unmounted: it belongs to the app', async () => {
    const world = await signedInBefore()
    const auth = createPasswordAuth(world)
    render(app(auth)).unmount()

    expect(await auth.getAccessToken()).toMatch(/secret-signature$/)
    render(app(auth))
    expect(screen.getByText('ada')).toBeDefined()
  })

  it('SS-08 starts nothing anew when rendered again with the same auth', async () => {
    const world = await signedInBefore()
    const auth = createPasswordAuth(world)
    const start = vi.fn<typeof auth.start>(auth.start)
    const watched = { ...auth, start }
    const onRender = vi.fn<() => void>()
    function Probe(): ReactNode {
      useAuth()
      onRender()
      return null
    }
    const probe = <Probe />
    const { rerender } = render(<AuthProvider auth={watched}>{probe}</AuthProvider>)
    await act(() => auth.ready)
    onRender.mockClear()
    for (let times = 0; times < 5; times++) rerender(<AuthProvider auth={watched}>{probe}</AuthProvider>)

    expect(start).toHaveBeenCalledTimes(1)
    expect(onRender).not.toHaveBeenCalled()
  })

  it('follows when it is given another auth', async () => {
    const [worldA, worldB] = [await signedInBefore(), createWorld()]
    servePasswords(worldB)
    const [authA, authB] = [createPasswordAuth(worldA), createPasswordAuth(worldB)]
    await authB.login(grace)
    const { rerender, unmount } = render(app(authA))
    await act(() => authA.ready)
    expect(screen.getByText('ada')).toBeDefined()

    rerender(app(authB))
    expect(screen.getByText('grace')).toBeDefined()
    expect(worldA.remains()).toEqual(nothing)
    expect(worldB.remains()).toEqual({ timers: 1, listeners: 1 })

    await act(() => authA.login(grace))
    await act(() => authB.login(ada))
    expect(screen.getByText('ada')).toBeDefined()
    unmount()
    expect(worldB.remains()).toEqual(nothing)
  })

  it.runIf('Activity' in React)('SS-06 rests while it is hidden, and goes on when it is shown again', async () => {
    const world = await signedInBefore()
    const auth = createPasswordAuth(world)
    const inActivity = (mode: 'hidden' | 'visible'): ReactNode => <React.Activity mode={mode}>{app(auth)}</React.Activity>
    const { rerender } = render(inActivity('visible'))
    await act(() => auth.ready)
    rerender(inActivity('hidden'))
    expect(world.remains()).toEqual(nothing)
    await act(() => auth.logout())
    await act(() => auth.login(grace))
    rerender(inActivity('visible'))
    expect(screen.getByText('grace')).toBeDefined()
    expect(world.remains()).toEqual({ timers: 1, listeners: 1 })
  })

  it('SS-06 starts nothing for a render that is abandoned, and leaves nothing of it', async () => {
    const world = await signedInBefore()
    const auth = createPasswordAuth(world)
    const start = vi.fn<typeof auth.start>(auth.start)
    const load = vi.fn<() => Promise<never>>(() => new Promise(() => {}))
    const Suspended = React.lazy(load)
    const show = { it: (_what: 'nothing' | 'suspended' | 'done'): void => {} }
    function Page(): ReactNode {
      const [what, setWhat] = React.useState<'nothing' | 'suspended' | 'done'>('nothing')
      React.useEffect(() => void (show.it = setWhat), [])
      if (what !== 'suspended') return <p>{what}</p>
      return (
        <AuthProvider auth={{ ...auth, start }}>
          <Suspended />
        </AuthProvider>
      )
    }
    const { unmount } = render(
      <React.Suspense fallback={<p>fallback</p>}>
        <Page />
      </React.Suspense>,
    )
    await act(async () => React.startTransition(() => show.it('suspended')))
    expect(screen.getByText('nothing')).toBeDefined()
    await act(async () => React.startTransition(() => show.it('done')))
    expect(screen.getByText('done')).toBeDefined()
    expect(load).toHaveBeenCalled()
    expect(start).not.toHaveBeenCalled()
    expect(world.remains()).toEqual(nothing)
    unmount()
    expect(world.remains()).toEqual(nothing)
  })

  it('SS-06 survives unmounting while a login is under way', async () => {
    const world = createWorld()
    servePasswords(world)
    const auth = createPasswordAuth(world)
    const { unmount } = render(app(auth))
    await act(() => auth.ready)
    const login = auth.login(ada)
    unmount()
    await login

    expect(auth.store.getState().status).toBe('authenticated')
    expect(world.remains()).toEqual(nothing)
  })
})
