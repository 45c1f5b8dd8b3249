import { act, render, screen } from '@testing-library/react'
import type { ReactNode } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { createWorld } from '../test/createWorld.ts'
import { ada, createPasswordAuth, lifetimeS, nextRefresh, servePasswords } from '../test/passwordServer.ts'
import { setUp } from '../test/setUp.ts'
import { AuthProvider, RequireAuth, useAuth, useAuthedFetch, useRefreshStatus, type AuthView } from './index.ts'

setUp()

type OnRender = (component: string) => void

function Whole({ onRender }: { onRender: OnRender }): ReactNode {
  const { user, isAuthenticated } = useAuth()
  onRender('useAuth()')
  return <p>{isAuthenticated ? user.name : 'nobody'}</p>
}

const nameOf = (auth: AuthView): string | undefined => auth.user?.name

function Selected({ onRender }: { onRender: OnRender }): ReactNode {
  const name = useAuth(nameOf)
  onRender('useAuth(selector)')
  return <p>{name}</p>
}

function SelectedInline({ onRender }: { onRender: OnRender }): ReactNode {
  const { roles } = useAuth((auth) => ({ roles: auth.user?.['roles'], scope: auth.scope }))
  onRender('useAuth(new object)')
  return <p>{String(roles)}</p>
}

function Fetching({ onRender }: { onRender: OnRender }): ReactNode {
  useAuthedFetch()
  onRender('useAuthedFetch()')
  return null
}

function Child({ name, onRender }: { name: string; onRender: OnRender }): ReactNode {
  onRender(name)
  return null
}

function StatusLine({ onRender }: { onRender: OnRender }): ReactNode {
  const { phase, expiresAt } = useRefreshStatus()
  onRender('useRefreshStatus()')
  return <p role="status">{`${phase} ${expiresAt ?? 'never'}`}</p>
}

describe('ten refreshes', () => {
  it('render nothing, save the one hook that is about them', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
    const world = createWorld()
    servePasswords(world)
    const auth = createPasswordAuth(world)
    await auth.login(ada)
    const onRender = vi.fn<OnRender>()
    render(
      <AuthProvider auth={auth}>
        <Child name="child of AuthProvider" onRender={onRender} />
        <Whole onRender={onRender} />
        <Selected onRender={onRender} />
        <SelectedInline onRender={onRender} />
        <Fetching onRender={onRender} />
        <RequireAuth fallback="nobody">
          <Child name="child of RequireAuth" onRender={onRender} />
        </RequireAuth>
        <StatusLine onRender={onRender} />
      </AuthProvider>,
    )
    await act(() => auth.ready)
    expect(new Set(onRender.mock.calls.flat()).size).toBe(7)
    onRender.mockClear()

    const tokens = new Set<string>()
    const lines = new Set<string | null>()
    for (let refresh = 1; refresh <= 10; refresh++) {
      await act(async () => {
        const refreshed = nextRefresh(auth)
        await vi.advanceTimersByTimeAsync((lifetimeS - 300) * 1000)
        await refreshed
      })
      tokens.add(await auth.getAccessToken())
      lines.add(screen.getByRole('status').textContent)
    }

    expect(world.sent).toEqual(['POST /login', ...Array<string>(10).fill('POST /refresh')])
    expect(tokens.size).toBe(10)
    expect(lines.size).toBe(10)
    expect(new Set(onRender.mock.calls.flat())).toEqual(new Set(['useRefreshStatus()']))
    auth.dispose()
  })
})
