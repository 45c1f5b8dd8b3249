// @vitest-environment jsdom
import { AuthError, createAuth, isSamePerson, type Auth, type AuthMethod, type AuthState, type Claims, type Person, type TokenStorage } from '@tessera-auth/core'
import { AuthProvider, SessionExpired, useAuth, type ProvidedAuth } from '@tessera-auth/react'
import { act, cleanup, render } from '@testing-library/react'
import { Suspense, use, useState, type ReactNode } from 'react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createBrowser, createMockAuth } from '../index.ts'

afterEach(cleanup)

const ada: Claims = { sub: '1', name: 'Ada' }
const bob: Claims = { sub: '2', name: 'Bob' }
const loading: AuthState<Claims> = { status: 'loading', pending: null, error: null }
const nobody: AuthState<Claims> = { status: 'unauthenticated', reason: 'never_signed_in', pending: null, error: null }

/** A login asks its input who signs in. */
type Input = () => Claims | Promise<Claims>

const method: AuthMethod<Input, Claims> = {
  name: 'mock',
  async login(who) {
    const user = await who()
    return { accessToken: 'mock-access-token', subject: user.sub ?? null, user, scope: [] }
  },
}
const methods = { work: method, home: method }

interface World {
  readonly auth: Auth<Input, Claims>
  /** The page that a path is of. */
  readonly href: string
  /** What was sent. */
  readonly sent: readonly Request[]
  /** While it is not known who is signed in: has it known that nobody is. */
  readonly conclude: () => void
}

type Answer = (request: Request) => Response | Promise<Response>

function mock(answer: Answer = () => new Response('two')): World {
  const auth = createMockAuth<Claims, Input>({ state: loading, login: (who) => who(), fetch: answer })
  return { auth, href: location.href, sent: auth.requests, conclude: () => auth.setState(nobody) }
}

function real(answer: Answer = () => new Response('two')): World {
  const sent: Request[] = []
  const network: Answer = (request) => (sent.push(request), answer(request))
  const { promise, resolve } = deferred<null>()
  const storage: TokenStorage = { getItem: () => promise, setItem() {}, removeItem() {} }
  const tab = createBrowser({ network }).openTab((environment) => createAuth({ method, storage }, environment), { href: 'https://app.example/' })
  return { auth: tab.app, href: 'https://app.example/', sent, conclude: () => resolve(null) }
}

async function known(world: World): Promise<World> {
  world.conclude()
  await world.auth.ready
  return world
}

async function signedIn(world: World): Promise<World> {
  await (await known(world)).auth.login(() => ada)
  return world
}

function deferred<R>() {
  let resolve: (value: R) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<R>((...settle) => ([resolve, reject] = settle))
  return { promise, resolve, reject }
}

const personOf = ({ tokens }: Auth<Input, Claims>): Person => tokens.current?.tokens ?? { method: '', subject: null, family: '' }

describe.each([['the mock', mock], ['a real auth', real]])('%s', (_, open) => {
  it('signs nobody in by a login that a logout overtook', async () => {
    const { auth } = await known(open())
    const { promise, resolve } = deferred<Claims>()
    const login = auth.login(() => promise)
    expect(auth.store.getState().pending).toBe('mock')
    await auth.logout()
    resolve(ada)
    await expect(login).rejects.toMatchObject({ code: 'superseded' })
    expect(auth.store.getState()).toEqual({ ...nobody, reason: 'user' })
  })

  it('signs in by the last of two logins, whichever is slower', async () => {
    const { auth } = await known(open())
    const [one, two] = [deferred<Claims>(), deferred<Claims>()]
    const logins = [auth.login(() => one.promise), auth.login(() => two.promise)]
    one.resolve(ada)
    await expect(logins[0]).rejects.toMatchObject({ code: 'superseded' })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', pending: 'mock', error: null })
    two.resolve(bob)
    await logins[1]
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: bob, pending: null, error: null })
  })

  it('shows nothing of the failure of a login that another overtook', async () => {
    const { auth } = await known(open())
    const { promise, reject } = deferred<Claims>()
    const login = auth.login(() => promise)
    await auth.login(() => bob)
    reject(new AuthError('invalid_credentials', 'No.'))
    await expect(login).rejects.toMatchObject({ code: 'invalid_credentials' })
    expect(auth.store.getState()).toMatchObject({ user: bob, error: null })
  })

  it('says that somebody was signed out for doing nothing', async () => {
    const { auth } = await signedIn(open())
    await auth.logout({ reason: 'idle' })
    expect(auth.store.getState()).toMatchObject({ reason: 'idle', error: { code: 'session_idle' } })
  })

  it('takes a click for a sign-out by the person', async () => {
    const { auth } = await signedIn(open())
    const onClick = auth.logout as (event: { readonly type: string }) => Promise<unknown>
    await onClick({ type: 'click' })
    expect(auth.store.getState()).toEqual({ ...nobody, reason: 'user' })
  })

  it('gives no token after a sign-out, though it gave one before', async () => {
    const { auth } = await signedIn(open())
    expect(await auth.tokens.getAccessToken()).toBe('mock-access-token')
    await auth.logout()
    for (const asked of [auth.tokens.getAccessToken(), auth.tokens.acquire(), auth.tokens.refresh(), auth.getAccessToken()]) {
      await expect(asked).rejects.toMatchObject({ code: 'not_authenticated' })
    }
  })

  it('gives no token for a scope that was not granted', async () => {
    const { auth } = await signedIn(open())
    await expect(auth.getAccessToken({ scope: ['admin'] })).rejects.toMatchObject({ code: 'insufficient_scope', missingScope: ['admin'] })
    expect(await auth.getAccessToken({ scope: [] })).toBe('mock-access-token')
  })

  it('holds tokens and requests back while a guard says so', async () => {
    const { auth, sent } = await signedIn(open())
    const { promise, resolve } = deferred<void>()
    let until: Promise<void> | null = promise
    auth.tokens.guard(() => until)
    const answer = auth.fetch('/orders')
    await Promise.race([answer, settled()])
    expect(sent).toEqual([])
    until = null
    resolve()
    expect((await answer).status).toBe(200)
  })

  it('steps nobody up who is not signed in', async () => {
    const { auth } = await known(open())
    await expect(auth.stepUp({ scope: ['pay'], url: '' })).rejects.toMatchObject({ code: 'not_authenticated' })
  })

  it('sends nothing for who has given up already, nor for who does while it waits', async () => {
    for (const { auth, sent } of [await signedIn(open()), open()]) {
      await expect(auth.fetch('/orders', { signal: AbortSignal.abort('gone') })).rejects.toBe('gone')
      expect(sent).toEqual([])
    }
    const { auth, sent } = open()
    const leaving = new AbortController()
    const fetched = auth.fetch('/orders', { signal: leaving.signal })
    leaving.abort('gone')
    await expect(fetched).rejects.toBe('gone')
    await auth.login(() => ada)
    await settled()
    expect(sent).toEqual([])
  })

  it('waits no longer than who asked', async () => {
    const { auth, sent } = await signedIn(open(() => new Promise(() => {})))
    const leaving = new AbortController()
    const fetched = auth.fetch('/orders', { signal: leaving.signal })
    await vi.waitFor(() => expect(sent).toHaveLength(1))
    leaving.abort('gone')
    await expect(fetched).rejects.toBe('gone')
  })

  it('leaves a Request readable', async () => {
    const { auth, href, sent } = await signedIn(open())
    const request = new Request(new URL('/orders', href), { method: 'POST', body: 'tea' })
    await auth.fetch(request)
    expect([await request.text(), await sent[0]?.text()]).toEqual(['tea', 'tea'])
    expect(request.headers.get('authorization')).toBeNull()
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer mock-access-token')
  })

  it("sends the caller's own credentials, whoever is signed in", async () => {
    for (const world of [open(), await known(open()), await signedIn(open())]) {
      await world.auth.fetch('/orders', { headers: { authorization: 'Basic own' } })
      expect(world.sent.map(({ headers }) => headers.get('authorization'))).toEqual(['Basic own'])
    }
  })

  it('waits until it is known who is signed in', async () => {
    const { auth, conclude, sent } = open()
    const asked = [auth.fetch('/orders'), auth.getAccessToken(), auth.tokens.getAccessToken()].map((each) => each.catch((error: AuthError) => error.code))
    const first = await Promise.race([...asked, auth.ready, auth.look(), settled()])
    expect(first).toBe('nothing yet')
    conclude()
    expect(await Promise.all(asked)).toEqual(asked.map(() => 'not_authenticated'))
    expect([await auth.ready, await auth.look(), sent]).toEqual([nobody, nobody, []])
  })

  it('steps nobody up before it is known who is signed in', async () => {
    const { auth, conclude } = open()
    const asked = auth.stepUp({ scope: ['pay'], url: '' }).catch((error: AuthError) => error.code)
    expect(await Promise.race([asked, settled()])).toBe('nothing yet')
    conclude()
    expect(await asked).toBe('not_authenticated')
  })

  it('waits for a token no longer than who asked', async () => {
    const { auth, conclude } = open()
    const leaving = new AbortController()
    const { signal } = leaving
    const asked = [auth.getAccessToken({ signal }), auth.tokens.getAccessToken({ signal }), auth.tokens.acquire({ signal }), auth.tokens.refresh({ signal })]
    const codes = asked.map((each) => each.then(() => 'given', (error: AuthError) => error.code))
    expect(await Promise.race([...codes, settled()])).toBe('nothing yet')
    leaving.abort()
    expect(await Promise.all(codes)).toEqual(codes.map(() => 'aborted'))
    conclude()
    await auth.login(() => ada)
    expect(await auth.getAccessToken({ signal: new AbortController().signal })).toBe('mock-access-token')
  })

  it('DO-07 refuses what cannot be asked for', async () => {
    for (const { auth } of [open(), await signedIn(open())]) {
      for (const wrong of [{ scope: 'read' }, { signal: {} }, { minValidityMs: Number.NaN }]) await expect(auth.getAccessToken(wrong as never)).rejects.toMatchObject({ code: 'invalid_input' })
    }
  })

  it('takes who has other claims for the same person, by their subject', async () => {
    const { auth } = await signedIn(open())
    const before = personOf(auth)
    await auth.login(() => ({ sub: '1', name: 'Adele' }))
    expect(isSamePerson(before, personOf(auth))).toBe(true)
    await auth.login(() => bob)
    expect(isSamePerson(before, personOf(auth))).toBe(false)
  })

  it('lets a component that waits for it render at once, and never again wait, whatever becomes of the state', async () => {
    const complaints = vi.spyOn(console, 'error')
    const { auth } = await signedIn(open())
    const { container } = render(suspending(auth))
    expect(container.textContent).toBe('Ada')
    await act(() => auth.login(() => bob))
    expect(container.textContent).toBe('Bob')
    expect(await auth.ready).toBe(auth.store.getState())
    expect([auth.ready === auth.ready, complaints.mock.calls]).toEqual([true, []])
  })

  it('has no component wait for a promise that has settled', async () => {
    const { auth, conclude } = open()
    const waited = auth.ready
    conclude()
    await waited
    const { container } = render(suspending(auth))
    expect([container.textContent, auth.ready === waited]).toEqual(['unauthenticated', true])
  })

  it('has a component wait until it is known who is signed in, for one promise', async () => {
    const complaints = vi.spyOn(console, 'error')
    const { auth, conclude } = open()
    const waited = auth.ready
    const { container } = await act(async () => render(suspending(auth)))
    expect(container.textContent).toBe('…')
    await act(async () => conclude())
    await vi.waitFor(() => expect(container.textContent).toBe('unauthenticated'))
    expect([auth.ready === waited, complaints.mock.calls]).toEqual([true, []])
  })
})

describe.each([
  ['the mock', () => createMockAuth({ methods, login: ([, who]) => who() })],
  ['a real auth', () => createBrowser().openTab((environment) => createAuth({ methods }, environment)).app],
])('%s of several methods', (_, open) => {
  it('signs in by the name of a method', async () => {
    const auth = open()
    const { promise, resolve } = deferred<Claims>()
    const login = auth.login('home', () => promise)
    expect(auth.store.getState().pending).toBe('home')
    resolve(ada)
    await login
    expect(auth.store.getState()).toMatchObject({ method: 'home', user: ada, pending: null })
    await auth.login('work', () => bob)
    expect(auth.store.getState()).toMatchObject({ method: 'work', user: bob })
  })

  it('knows no other name', async () => {
    const auth = open()
    await auth.ready
    const before = auth.store.getState()
    for (const name of ['elsewhere', 'toString', undefined]) {
      await expect(auth.login(name as 'home', () => ada)).rejects.toMatchObject({ code: 'invalid_input', message: expect.stringContaining('work, home') as unknown })
    }
    expect(auth.store.getState()).toBe(before)
  })
})

it('takes an error for the end of waiting, as from a server that does not answer', async () => {
  const error = new AuthError('network', 'Offline.')
  const auth = createMockAuth({ state: { ...loading, error } })
  expect(await auth.ready).toMatchObject({ status: 'loading', error })
  await expect(auth.fetch('/orders')).rejects.toBe(error)
  await expect(auth.getAccessToken()).rejects.toMatchObject({ code: 'not_authenticated' })
})

it('keeps the components of who is the same person mounted', () => {
  const auth = createMockAuth({ user: ada })
  let mounts = 0
  function Page(): ReactNode {
    useState(() => mounts++)
    return useAuth().user?.name
  }
  const { container } = render(<AuthProvider auth={auth}><SessionExpired fallback="out" dialog="again"><Page /></SessionExpired></AuthProvider>)
  act(() => auth.setState({ status: 'authenticated', method: 'mock', user: { sub: '1', name: 'Adele' }, scope: [], pending: null, error: null }))
  expect([container.textContent, mounts]).toEqual(['Adele', 1])
})

/** After all that needs nothing but promises. */
async function settled(): Promise<string> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
  return 'nothing yet'
}

function Known({ auth }: { readonly auth: Auth<Input, Claims> }): ReactNode {
  use(auth.ready)
  const { status, user } = useAuth()
  return user?.name ?? status
}

function suspending(auth: Auth<Input, Claims>): ReactNode {
  return <AuthProvider auth={auth satisfies ProvidedAuth}><Suspense fallback="…"><Known auth={auth} /></Suspense></AuthProvider>
}
