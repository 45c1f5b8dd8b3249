import { AuthError, createAuth, isAuthError, type CallbackResult } from '@tessera-auth/core'
import { ephemeralToken } from '@tessera-auth/core/ephemeral-token'
import { act, render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { StrictMode, type ReactNode } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { authInState, loading, signedIn, signedOut } from '../test/authInState.ts'
import { createWorld } from '../test/createWorld.ts'
import { deferred } from '../test/deferred.ts'
import { comeBack, createOAuth, returnFromProvider, serveOAuth, type OAuthAuth } from '../test/oauthServer.ts'
import type { PasswordAuth } from '../test/passwordServer.ts'
import { setUp } from '../test/setUp.ts'
import { AuthCallback, AuthProvider, type AuthCallbackProps, type CallbackProblem } from './index.ts'

setUp()

type OnDone = AuthCallbackProps['onDone']

function page(auth: OAuthAuth | PasswordAuth, props: AuthCallbackProps): ReactNode {
  return (
    <AuthProvider auth={auth}>
      <AuthCallback {...props} />
    </AuthProvider>
  )
}

/** Gives what `useAuth` and guards go by: everything that was under way has come to its end. */
async function settled(auth: OAuthAuth, address?: string): Promise<void> {
  await act(async () => {
    await auth.handleCallback(address)
    await auth.ready
  })
}

function exchanges(sent: readonly string[]): number {
  return sent.filter((request) => request === 'POST /token').length
}

const code = { code: 'fresh' }

describe('a login that worked', () => {
  it('is done once, with the place the person was going to', async () => {
    const world = createWorld()
    serveOAuth(world)
    const auth = await returnFromProvider(world, '/orders?page=2#top', code)
    const onDone = vi.fn<OnDone>()
    render(page(auth, { onDone }))
    expect(screen.getByRole('status').textContent).toBe('Signing in…')
    await settled(auth)

    expect(onDone.mock.calls).toEqual([[{ returnTo: '/orders?page=2#top' }]])
    expect(auth.store.getState().status).toBe('authenticated')
    expect(world.href).toBe('https://app.example/callback')
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('SS-06 is one exchange and one onDone in StrictMode', async () => {
    const world = createWorld()
    serveOAuth(world)
    const auth = await returnFromProvider(world, '/orders', code)
    const onDone = vi.fn<OnDone>()
    render(<StrictMode>{page(auth, { onDone })}</StrictMode>)
    await settled(auth)

    expect(exchanges(world.sent)).toBe(1)
    expect(onDone).toHaveBeenCalledTimes(1)
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('SS-06 is one exchange when it is mounted anew halfway', async () => {
    const world = createWorld()
    serveOAuth(world)
    const auth = await returnFromProvider(world, '/orders', code)
    const onDone = vi.fn<OnDone>()
    render(page(auth, { onDone })).unmount()
    render(page(auth, { onDone }))
    await settled(auth)

    expect(exchanges(world.sent)).toBe(1)
    expect(onDone.mock.calls).toEqual([[{ returnTo: '/orders' }]])
  })

  it('SS-08 calls the onDone of the latest render', async () => {
    const world = createWorld()
    serveOAuth(world)
    const auth = await returnFromProvider(world, '/orders', code)
    const [first, latest] = [vi.fn<OnDone>(), vi.fn<OnDone>()]
    const { rerender } = render(page(auth, { onDone: first }))
    rerender(page(auth, { onDone: latest }))
    await settled(auth)

    expect(first).not.toHaveBeenCalled()
    expect(latest).toHaveBeenCalledTimes(1)
  })

  it('SS-06 tells nobody when it was unmounted before', async () => {
    const world = createWorld()
    serveOAuth(world)
    const auth = await returnFromProvider(world, '/orders', code)
    const onDone = vi.fn<OnDone>()
    render(page(auth, { onDone })).unmount()
    await settled(auth)

    expect(onDone).not.toHaveBeenCalled()
    expect(auth.store.getState().status).toBe('authenticated')
  })
})

describe('a login that did not work', () => {
  it.each([
    { name: 'cancelled', answer: { error: 'access_denied' }, text: 'The sign-in was cancelled.' },
    { name: 'refused', answer: { error: 'server_error' }, text: 'The sign-in did not work.' },
    { name: 'with a code that is spent', answer: { code: 'spent' }, text: 'The sign-in did not work.' },
  ])('OR-11 $name says so, and goes on only when asked, to the same place', async ({ answer, text }) => {
    const world = createWorld()
    serveOAuth(world)
    const auth = await returnFromProvider(world, '/orders', answer)
    const onDone = vi.fn<OnDone>()
    render(<StrictMode>{page(auth, { onDone })}</StrictMode>)
    await settled(auth)

    const alert = screen.getByRole('alert')
    expect(alert.firstChild?.textContent).toBe(text)
    expect(onDone).not.toHaveBeenCalled()
    expect(world.left).toHaveLength(1)

    await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
    await vi.waitFor(() => expect(world.left).toHaveLength(2))
    const again = comeBack(world, code)
    render(page(again, { onDone }))
    await settled(again)
    expect(onDone.mock.calls).toEqual([[{ returnTo: '/orders' }]])
  })

  it('can be retried by keyboard alone', async () => {
    const world = createWorld()
    serveOAuth(world)
    const auth = await returnFromProvider(world, '/orders', { error: 'access_denied' })
    render(page(auth, { onDone: vi.fn<OnDone>() }))
    await settled(auth)

    const user = userEvent.setup()
    await user.tab()
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Try again' }))
    await user.keyboard('{Enter}')
    await vi.waitFor(() => expect(world.left).toHaveLength(2))
  })

  it('CB-17 OR-11 that nobody here started changes nothing, and sends nobody to sign in', async () => {
    const world = createWorld('https://app.example/callback?code=stolen&state=forged')
    serveOAuth(world)
    const auth = createOAuth(world)
    const problem = vi.fn<(given: CallbackProblem) => ReactNode>(({ error }) => error.code)
    const { container } = render(page(auth, { onDone: vi.fn<OnDone>(), problem }))
    await settled(auth)

    expect(container.textContent).toBe('transaction_not_found')
    expect(exchanges(world.sent)).toBe(0)
    expect(world.left).toEqual([])
  })

  it('tells a problem of its own what happened, and of each retry that failed', async () => {
    const world = createWorld()
    serveOAuth(world)
    const auth = await returnFromProvider(world, '/orders', { error: 'access_denied' })
    const retry = vi.fn<() => Promise<void>>()
    retry.mockRejectedValueOnce(new AuthError('network', 'Offline.')).mockRejectedValueOnce(new AuthError('timeout', 'Slow.'))
    const handleCallback = async (): Promise<CallbackResult> => {
      const result = await auth.handleCallback()
      return 'error' in result ? { ...result, retry } : result
    }
    const seen: CallbackProblem[] = []
    const problem = (given: CallbackProblem): ReactNode => {
      seen.push(given)
      return <button onClick={given.retry ?? undefined}>{given.error.code}</button>
    }
    render(page({ ...auth, handleCallback }, { onDone: vi.fn<OnDone>(), problem, pending: 'One moment' }))
    expect(screen.getByText('One moment')).toBeDefined()
    await settled(auth)

    expect(seen.at(-1)).toMatchObject({ isCancelled: true, returnTo: '/orders', error: { code: 'access_denied' } })
    await userEvent.click(screen.getByRole('button', { name: 'access_denied' }))
    await userEvent.click(await screen.findByRole('button', { name: 'network' }))
    await screen.findByRole('button', { name: 'timeout' })
    expect(retry).toHaveBeenCalledTimes(2)
    expect(seen.at(-1)).toMatchObject({ isCancelled: false, returnTo: '/orders' })
  })

  it('is done when a retry signs in here, by a link for example', async () => {
    const world = createWorld('https://app.example/welcome#token=canary-once')
    world.respond = () => Response.json({}, { status: 503 })
    const auth = createAuth({ method: ephemeralToken({ exchangeUrl: '/exchange', urlParameter: 'token' }) }, world.environment)
    const onDone = vi.fn<OnDone>()
    render(
      <StrictMode>
        <AuthProvider auth={auth}>
          <AuthCallback onDone={onDone} problem={({ error, retry }) => <button onClick={retry ?? undefined}>{error.code}</button>} />
        </AuthProvider>
      </StrictMode>,
    )
    const first = await screen.findByRole('button', { name: 'server_error' })
    world.respond = () => Response.json({}, { status: 429 })
    await userEvent.click(first)
    const button = await screen.findByRole('button', { name: 'rate_limited' })
    expect(onDone).not.toHaveBeenCalled()
    world.respond = () => Response.json({ access_token: 'at', token_type: 'Bearer' })
    await userEvent.click(button)
    await screen.findByText('Signing in…')

    expect(onDone.mock.calls).toEqual([[{ returnTo: '/welcome' }]])
    expect(auth.store.getState().status).toBe('authenticated')
  })

  it('is done once, by the retry that signed in, whatever becomes of another', async () => {
    const { auth } = authInState(signedIn)
    const overtaken = deferred()
    const retry = vi.fn<() => Promise<void>>().mockResolvedValue()
    retry.mockReturnValueOnce(overtaken.promise.then(() => Promise.reject(new AuthError('superseded', 'Later.'))))
    const result: CallbackResult = { type: 'failed', returnTo: '/orders', error: new AuthError('network', 'Offline.'), retry }
    const onDone = vi.fn<OnDone>()
    render(page({ ...auth, handleCallback: () => Promise.resolve(result) }, { onDone }))
    await userEvent.dblClick(await screen.findByRole('button', { name: 'Try again' }))
    await act(async () => overtaken.resolve())

    expect(retry).toHaveBeenCalledTimes(2)
    expect(onDone.mock.calls).toEqual([[{ returnTo: '/orders' }]])
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('tells nobody of a retry that signed in when it was unmounted before', async () => {
    const { auth } = authInState(signedIn)
    const retried = deferred()
    const result: CallbackResult = { type: 'failed', returnTo: '/orders', error: new AuthError('network', 'Offline.'), retry: () => retried.promise }
    const onDone = vi.fn<OnDone>()
    const { unmount } = render(page({ ...auth, handleCallback: () => Promise.resolve(result) }, { onDone }))
    await userEvent.click(await screen.findByRole('button', { name: 'Try again' }))
    unmount()
    await act(async () => retried.resolve())

    expect(onDone).not.toHaveBeenCalled()
  })

  it('is not done while a retry leaves for the provider, though somebody is signed in', async () => {
    const { auth } = authInState({ ...signedIn, pending: 'authorizationCode' })
    const result: CallbackResult = { type: 'failed', returnTo: '/orders', error: new AuthError('network', 'Offline.'), retry: () => Promise.resolve() }
    const handleCallback = (): Promise<CallbackResult> => Promise.resolve(result)
    const onDone = vi.fn<OnDone>()
    render(page({ ...auth, handleCallback }, { onDone }))
    await userEvent.click(await screen.findByRole('button', { name: 'Try again' }))
    await act(async () => {})

    expect(onDone).not.toHaveBeenCalled()
    expect(screen.getByRole('alert')).toBeDefined()
  })

  it.each([
    ['an error of ours', new AuthError('invalid_config', 'The redirectUri is elsewhere.'), 'invalid_config'],
    ['anything else', new TypeError('a bug'), 'authorization_failed'],
  ])('is no dead end when handling it throws %s', async (_, cause, expected) => {
    const world = createWorld()
    const auth = createOAuth(world)
    const handleCallback = (): Promise<CallbackResult> => Promise.reject(cause)
    const problem = ({ error, retry }: CallbackProblem): ReactNode =>
      `${error.code} ${error === cause || error.cause === cause} ${retry === null}`
    render(page({ ...auth, handleCallback }, { onDone: vi.fn<OnDone>(), problem }))

    expect(await screen.findByText(`${expected} true true`)).toBeDefined()
  })
})

describe('nothing to complete', () => {
  it('is done at once when somebody is signed in: the page was reloaded', async () => {
    const world = createWorld()
    serveOAuth(world)
    const before = await returnFromProvider(world, '/orders', code)
    await before.handleCallback()
    before.dispose()
    const auth = createOAuth(world)
    const onDone = vi.fn<OnDone>()
    render(<StrictMode>{page(auth, { onDone })}</StrictMode>)
    await settled(auth)

    expect(onDone.mock.calls).toEqual([[{ returnTo: '/' }]])
  })

  it('goes by who is signed in now, not by who was at the start', async () => {
    const world = createWorld()
    serveOAuth(world)
    const auth = await returnFromProvider(world, '/orders', code)
    expect((await auth.ready).status).toBe('unauthenticated')
    await auth.handleCallback()
    world.href = 'https://app.example/elsewhere'
    const onDone = vi.fn<OnDone>()
    render(page(auth, { onDone }))
    await settled(auth)

    expect(onDone.mock.calls).toEqual([[{ returnTo: '/' }]])
  })

  it('is a problem with a way back when nobody is signed in, and redirects nobody', async () => {
    const world = createWorld('https://app.example/callback')
    serveOAuth(world)
    const auth = createOAuth(world)
    const onDone = vi.fn<OnDone>()
    render(<StrictMode>{page(auth, { onDone })}</StrictMode>)
    await settled(auth)

    expect(screen.getByRole('alert').textContent).toContain('The sign-in did not work.')
    expect(screen.getByRole('link', { name: 'Back to the app' }).getAttribute('href')).toBe('/')
    expect(screen.queryByRole('button')).toBeNull()
    expect(onDone).not.toHaveBeenCalled()
    expect(world.left).toEqual([])
    expect(world.sent).toEqual([])
  })

  it('is a problem also where a login worked and the person has signed out since', async () => {
    const world = createWorld()
    serveOAuth(world)
    const auth = await returnFromProvider(world, '/orders', code)
    await auth.handleCallback()
    await auth.logout()
    const onDone = vi.fn<OnDone>()
    const seen: CallbackProblem[] = []
    render(page(auth, { onDone, problem: (given) => seen.push(given) }))
    await settled(auth)

    expect(onDone).not.toHaveBeenCalled()
    expect(isAuthError(seen.at(-1)?.error, 'transaction_not_found')).toBe(true)
    expect(seen.at(-1)?.retry).toBeNull()
  })

  it.each([
    { state: { ...loading, error: new AuthError('network', 'Offline.') }, code: 'network' },
    { state: loading, code: 'transaction_not_found' },
    { state: { ...signedOut, error: new AuthError('refresh_rejected', 'Spent.') }, code: 'transaction_not_found' },
  ])('is a problem when nobody is known to be signed in: $code while $state.status with $state.error.code', async ({ state, code: expected }) => {
    const { auth } = authInState(state)
    const onDone = vi.fn<OnDone>()
    render(page(auth, { onDone, problem: ({ error }) => error.code }))

    expect(await screen.findByText(expected)).toBeDefined()
    expect(onDone).not.toHaveBeenCalled()
  })
})

describe('a popup whose opener has the answer', () => {
  it.each([
    { handedOver: undefined, text: 'You can close this window.' },
    { handedOver: <p role="status">Bye</p>, text: 'Bye' },
  ])('says $text, and is neither done nor a problem, whoever is signed in here', async ({ handedOver, text }) => {
    const { auth } = authInState(loading)
    const handleCallback = (): Promise<CallbackResult> => Promise.resolve({ type: 'handed_over' })
    const ready: PasswordAuth['ready'] = new Promise(() => {})
    const onDone = vi.fn<OnDone>()
    const props = { onDone, ...(handedOver !== undefined && { handedOver }) }
    render(<StrictMode>{page({ ...auth, handleCallback, ready }, props)}</StrictMode>)

    await screen.findByText(text)
    expect(screen.getByRole('status').textContent).toBe(text)
    expect(onDone).not.toHaveBeenCalled()
    expect(screen.queryByRole('alert')).toBeNull()
  })
})
