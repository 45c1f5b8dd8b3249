import { AuthError, createAuth, definePresence, type AuthMethod, type PresenceHost } from '@tessera-auth/core'
import { authorizationCode } from '@tessera-auth/core/authorization-code'
import { password } from '@tessera-auth/core/password'
import { act, render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { Profiler, StrictMode, type ReactNode } from 'react'
import { expect, it, vi } from 'vitest'
import { createWorld, type World } from '../test/createWorld.ts'
import { serveOAuth } from '../test/oauthServer.ts'
import { ada, servePasswords } from '../test/passwordServer.ts'
import { setUp } from '../test/setUp.ts'
import { AuthCallback, AuthProvider, RequireAuth, useAuth, type AuthCallbackProps, type ProvidedAuth } from './index.ts'

setUp()

const badge: AuthMethod<{ readonly pin: number }, { readonly name: string }> = {
  name: 'badge',
  login: async ({ pin }) => ({ accessToken: 'secret-badge', subject: null, user: { name: `badge ${pin}` }, scope: [] }),
}

function Person(): ReactNode {
  const { isAuthenticated, status, user, method, pending, error, login } = useAuth()
  return (
    <>
      <p role="status">{[isAuthenticated ? user.name : status, method, pending, error?.code].join('|')}</p>
      <button onClick={() => void login('home', ada)}>Home</button>
      <button onClick={() => void login('door', { pin: 7 })}>Door</button>
    </>
  )
}

it('signs in by the name of a method, and shows who came by which, from one to the next in one step', async () => {
  const world = createWorld()
  servePasswords(world)
  const auth = createAuth({ methods: { home: password({ loginUrl: '/login' }), door: badge } }, world.environment)
  const commits: (string | undefined)[] = []
  render(
    <AuthProvider auth={auth}>
      <Profiler id="page" onRender={() => commits.push(screen.getByRole('status').textContent)}>
        <Person />
      </Profiler>
    </AuthProvider>,
  )
  await act(() => auth.ready)
  const user = userEvent.setup()
  await user.click(screen.getByRole('button', { name: 'Home' }))
  await screen.findByText('ada|home||')
  await user.click(screen.getByRole('button', { name: 'Door' }))
  await screen.findByText('badge 7|door||')
  expect(commits.slice(-4)).toEqual(['unauthenticated||home|', 'ada|home||', 'ada|home|door|', 'badge 7|door||'])
})

/** Two providers, and one page that they send people back to. */
function load(world: World) {
  const provider = (clientId: string) => authorizationCode({ issuer: 'https://id.example', clientId, scope: 'profile' })
  return createAuth({ methods: { work: provider('work'), home: provider('home') }, storage: world.environment.tabStorage }, world.environment)
}

function callbackPage(auth: ProvidedAuth, onDone: AuthCallbackProps['onDone']): ReactNode {
  return (
    <StrictMode>
      <AuthProvider auth={auth}>
        <AuthCallback onDone={onDone} />
      </AuthProvider>
    </StrictMode>
  )
}

it('takes a callback to the method that it belongs to, and tries again by the same', async () => {
  const world = createWorld('https://app.example/')
  serveOAuth(world)
  const asked = (): URLSearchParams => new URL(world.left.at(-1) ?? '').searchParams
  const comeBack = (answer: string): void => {
    world.href = `https://app.example/callback?${answer}&state=${asked().get('state')}&iss=https://id.example`
  }
  await load(world).login('home', { returnTo: '/orders' })
  comeBack('error=access_denied')
  const onDone = vi.fn<AuthCallbackProps['onDone']>()
  const { unmount } = render(callbackPage(load(world), onDone))

  await userEvent.click(await screen.findByRole('button', { name: 'Try again' }))
  await vi.waitFor(() => expect(world.left).toHaveLength(2))
  expect(asked().get('client_id')).toBe('home')
  unmount()

  comeBack('code=fresh')
  const auth = load(world)
  render(callbackPage(auth, onDone))
  await vi.waitFor(() => expect(onDone.mock.calls).toEqual([[{ returnTo: '/orders' }]]))
  expect(auth.store.getState()).toMatchObject({ status: 'authenticated', method: 'home' })
})

it('goes on showing that it is not known who is signed in when a server does not say, and why', async () => {
  let host: PresenceHost<{ readonly name: string }> | undefined
  const cookie: AuthMethod<void, { readonly name: string }> = {
    name: 'cookie',
    login: () => Promise.reject(new AuthError('server_error', 'Not today.')),
    presence: definePresence((given) => {
      host = given
      return { look: async () => given.failed(new AuthError('network', 'Offline.')), watch: () => () => {} }
    }),
  }
  const auth = createAuth({ methods: { cookie, badge } }, createWorld().environment)
  render(
    <AuthProvider auth={auth}>
      <RequireAuth fallback="nobody" loading={<Person />}>
        <Person />
      </RequireAuth>
    </AuthProvider>,
  )
  await vi.waitFor(() => expect(screen.getByRole('status').textContent).toBe('loading|||network'))

  const session = { accessToken: null, subject: '1', user: { name: 'grace' }, scope: [] }
  await act(async () => host?.found(session, () => true))
  expect(screen.getByRole('status').textContent).toBe('grace|cookie||')
})
