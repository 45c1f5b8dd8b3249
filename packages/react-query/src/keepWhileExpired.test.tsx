import { dehydrate, focusManager, QueryClient, QueryObserver, queryOptions, useMutation, useQuery, useSuspenseQuery, type QueryKey } from '@tanstack/react-query'
import { AuthError, createAuth, type AuthErrorCode, type AuthMethod } from '@tessera-auth/core'
import { parkRequests } from '@tessera-auth/core/parking'
import { SessionExpired, useAuth } from '@tessera-auth/react'
import { answers, createMockAuth } from '@tessera-auth/testing'
import { Fragment, memo, Suspense, useState, type ReactNode } from 'react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { screenText, setUpScreen, showOnScreen } from '../test/onScreen.tsx'
import { createWorld, deferred, namesIn, type World } from '../test/world.ts'
import { authedQueryOptions, bindQueryClient, type BoundAuth } from './index.ts'

setUpScreen()
afterEach(() => focusManager.setFocused(undefined))

const shows = (text: string): Promise<void> => vi.waitFor(() => expect(screenText()).toContain(text))
const later = (ms = 100): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

interface Ending {
  readonly tokens: { readonly end: (error: AuthError) => void }
}

const over = ({ tokens }: Ending, code: AuthErrorCode = 'session_expired'): void => tokens.end(new AuthError(code, 'It is over.'))

function setUp({ keepWhileExpired = true, isParking = true } = {}) {
  const world = createWorld()
  const parked = parkRequests(world.auth, {}, world.environment)
  const auth = isParking ? parked : world.auth
  const client = new QueryClient()
  const unbind = bindQueryClient(auth, client, { keepWhileExpired })
  return { world, auth, parked, client, unbind }
}

function queryOf(auth: BoundAuth, path = '/orders') {
  return authedQueryOptions(auth, { queryKey: [path], queryFn: async ({ fetch }) => namesIn(await fetch(path)) })
}

function createList(options: ReturnType<typeof queryOf>) {
  return memo(() => {
    const { data, fetchStatus, error } = useQuery(options)
    return <p>{error?.message ?? data?.join() ?? fetchStatus}</p>
  })
}

/** A page that is kept, with who is there above it. */
function page(children: ReactNode): ReactNode {
  return (
    <Fragment key="page">
      <Who />
      <SessionExpired fallback="fallback" dialog="dialog">
        {children}
      </SessionExpired>
    </Fragment>
  )
}

const Who = memo(() => <h2>({useAuth(({ user, reason }) => user?.name ?? reason)})</h2>)

/** What was seen of one person beside whatever allows none of it. */
const seenOf = (seen: readonly string[], who: string, beside: string): string[] => seen.filter((text) => text.includes(`${who}'s`) && text.includes(`(${beside})`))

async function signedIn(options?: Parameters<typeof setUp>[0]) {
  const all = setUp(options)
  const List = createList(queryOf(all.auth))
  // Beside the page, nothing but the query makes it render.
  const seen = showOnScreen(all.auth, all.client, [page(<List key="kept" />), <List key="beside" />])
  await all.world.signIn('ada')
  await shows("ada's orders two")
  return { ...all, seen }
}

describe('when the session ends', () => {
  it.each(['session_expired', 'refresh_rejected', 'revoked'] as const)('what is on the page stays, and goes on when the same person is back: %s', async (code) => {
    const { world, auth, client, seen } = await signedIn()
    over(auth, code)
    await shows('dialog')
    await later()
    expect(screenText()).toContain("ada's orders two")
    expect(client.getQueryData(['/orders'])).toHaveLength(2)
    expect(world.asked).toEqual(['ada GET /orders'])
    world.answer = () => Response.json(["ada's orders three"])
    await world.signIn('ada')
    await shows("(ada)ada's orders three")
    expect(world.asked).toEqual(['ada GET /orders', 'ada GET /orders'])
    expect(seen.slice(seen.findIndex((text) => text.includes("ada's"))).filter((text) => !text.includes("ada's"))).toEqual([])
  })

  it.each([
    ['subject_changed', 'subject_changed'],
    ['storage_failed', 'storage_cleared'],
    ['session_idle', 'idle'],
  ] as const)('everything is gone at once where nobody can go on: %s', async (code, reason) => {
    const { auth, client, seen } = await signedIn()
    over(auth, code)
    expect(JSON.stringify(dehydrate(client))).not.toContain('ada')
    await shows('fallback')
    expect(seenOf(seen, 'ada', reason)).toEqual([])
  })

  it('everything is gone at once where the app did not ask for more', async () => {
    const { auth, client } = await signedIn({ keepWhileExpired: false })
    over(auth)
    expect(JSON.stringify(dehydrate(client))).not.toContain('ada')
  })

  it.each([
    ['here', 'user', (auth: World['auth']): void => void auth.logout()],
    ['in another tab', 'other_tab', (auth: World['auth']): void => auth.tokens.clear({ isElsewhere: true })],
  ] as const)('a sign-out clears as ever: %s', async (_, reason, signOut) => {
    const { auth, client, seen } = await signedIn()
    signOut(auth)
    expect(JSON.stringify(dehydrate(client))).not.toContain('ada')
    await shows('fallback')
    expect(seenOf(seen, 'ada', reason)).toEqual([])
  })

  it('nothing is kept without a subject: nobody could be told to be the same', async () => {
    const method: AuthMethod<string, null> = { name: 'key', login: async (accessToken) => ({ accessToken, subject: null, user: null, scope: [] }) }
    const { environment } = createWorld()
    const auth = createAuth({ method }, { ...environment, page: { ...environment.page, isBrowser: () => false } })
    const client = new QueryClient()
    bindQueryClient(auth, client, { keepWhileExpired: true })
    await auth.login('key')
    client.setQueryData(['orders'], 'hers')
    over(auth)
    expect(client.getQueryData(['orders'])).toBeUndefined()
  })
})

describe('while the session has expired', () => {
  it('nothing is fetched: not at an interval, nor on focus, nor by what is mounted, invalidated or asked for; then what is stale is', async () => {
    const { world, auth, parked, client } = setUp()
    const fresh = { ...queryOf(auth, '/fresh'), staleTime: Infinity }
    const [Polled, Fresh, New] = [createList({ ...queryOf(auth), refetchInterval: 30 }), createList(fresh), createList(queryOf(auth, '/new'))]
    let open = (): void => {}
    const Tabs = (): ReactNode => {
      const [isOpen, setIsOpen] = useState(false)
      open = () => setIsOpen(true)
      return isOpen && <New />
    }
    showOnScreen(auth, client, page([<Polled key="polled" />, <Fresh key="fresh" />, <Tabs key="tabs" />]))
    await world.signIn('ada')
    await shows("ada's fresh two")
    await vi.waitFor(() => expect(world.asked.length).toBeGreaterThan(3))
    // None under way: it would be parked.
    await later(1)
    over(auth)
    const { length } = world.asked
    await later()
    focusManager.setFocused(false)
    focusManager.setFocused(true)
    open()
    await client.invalidateQueries({ queryKey: ['/orders'] })
    const loaded = client.query(queryOf(auth, '/loaded'))
    await later(60_000)
    expect(screenText()).toContain("ada's orders two")
    expect(world.asked).toHaveLength(length)
    expect(parked.parkedStore.getState()).toBe(0)

    await world.signIn('ada')
    await shows("ada's new two")
    expect(await loaded).toEqual(["ada's loaded one", "ada's loaded two"])
    await vi.waitFor(() => expect(world.asked.slice(length).filter((what) => what.endsWith('/orders')).length).toBeGreaterThan(2))
    expect(new Set(world.asked.slice(length))).toEqual(new Set(['ada GET /orders', 'ada GET /new', 'ada GET /loaded']))
  })

  it.each([
    ['at the end', true],
    ['when they are back', false],
  ])('an interval rests meanwhile, and goes on afterwards, whatever a callback of the app throws for another: %s', async (_, isAtEnd) => {
    const errors = vi.fn<(error: unknown) => void>()
    vi.stubGlobal('reportError', errors)
    const { world, auth, client } = setUp()
    let isBroken = false
    const refetchInterval = (): number => {
      if (isBroken) throw new Error('Broken.')
      return 30
    }
    const fetched: unknown[] = []
    const queryFn = ({ queryKey }: { readonly queryKey: readonly unknown[] }): number => fetched.push(queryKey[0])
    const polled = (path: string, interval: typeof refetchInterval | number): void => {
      new QueryObserver(client, { queryKey: [path], queryFn, refetchInterval: interval }).subscribe(() => {})
    }
    polled('/broken', refetchInterval)
    polled('/broken', 20)
    polled('/fine', 20)
    await world.signIn('ada')
    await later()
    isBroken = isAtEnd
    over(auth)
    fetched.length = 0
    await later()
    expect(fetched).toEqual([])
    isBroken = !isAtEnd
    await world.signIn('ada')
    await later()
    expect(fetched.filter((path) => path === '/fine').length).toBeGreaterThan(2)
    expect(errors).toHaveBeenCalledWith(new Error('Broken.'))
  })

  it('what is of nobody, or of another auth, goes on', async () => {
    const { world, auth, client } = setUp()
    const other = createWorld('other')
    bindQueryClient(other.auth, client, { keepWhileExpired: true })
    const fetched = vi.fn<(key: QueryKey) => string>(() => 'data')
    const prices = queryOptions({ queryKey: ['prices'], queryFn: ({ queryKey }) => fetched(queryKey), refetchInterval: 30, meta: { auth: false } })
    const Public = (): ReactNode => useQuery(prices).data
    const Other = createList({ ...queryOf(other.auth, '/photos'), refetchInterval: 30 })
    showOnScreen(auth, client, page([<Public key="public" />, <Other key="other" />]))
    await Promise.all([world.signIn('ada'), other.signIn('bob')])
    await shows("bob's photos two")
    over(auth)
    fetched.mockClear()
    const { length } = other.asked
    await later()
    await vi.waitFor(() => expect([fetched.mock.calls.length > 1, other.asked.length > length + 1]).toEqual([true, true]))
    await other.auth.logout()
    expect(client.getQueryData(['/photos'])).toBeUndefined()
  })

  it.each([
    ['somebody else signs in', 'bob', (world: World) => world.signIn('bob')],
    ['they sign out', 'user', (world: World) => world.auth.logout()],
  ] as const)('everything is gone when %s, not even until the next frame', async (_, beside, act) => {
    const { world, auth, client, seen } = await signedIn()
    over(auth)
    await shows('dialog')
    client.setQueryData(['draft'], "ada's draft")
    const loaded = client.query(queryOf(auth, '/loaded')).catch((error: unknown) => error)
    await act(world)
    await shows(`(${beside})`)
    await later()
    expect(seenOf(seen, 'ada', beside)).toEqual([])
    expect(JSON.stringify(dehydrate(client))).not.toContain('ada')
    expect(await loaded).toMatchObject({ message: 'CancelledError' })
    await world.signIn('ada')
    await shows("(ada)ada's orders one")
    expect(world.asked.filter((what) => !what.endsWith('/orders'))).toEqual([])
  })

  it('a second end is as the first, and a sign-out after it as any', async () => {
    const { world, auth, client } = setUp()
    const Polled = createList({ ...queryOf(auth), refetchInterval: 30 })
    showOnScreen(auth, client, page(<Polled />))
    for (const _ of ['once', 'twice']) {
      const before = world.asked.length
      await world.signIn('ada')
      await vi.waitFor(() => expect(world.asked.length).toBeGreaterThan(before + 2))
      await later(1)
      over(auth)
      const { length } = world.asked
      await later()
      expect(world.asked).toHaveLength(length)
    }
    await world.signIn('ada')
    await auth.logout()
    await expect(client.query(queryOf(auth, '/loaded'))).rejects.toMatchObject({ code: 'not_authenticated' })
  })

  it('what is kept is gone when the client is unbound', async () => {
    const { auth, client, world, unbind } = await signedIn()
    over(auth)
    client.getMutationCache().build<unknown, Error, string, unknown>(client, { mutationKey: ['order'] })
    unbind()
    expect(client.getQueryCache().getAll().flatMap(({ state }) => state.data ?? [])).toEqual([])
    expect(client.getMutationCache().getAll()).toEqual([])
    await expect(client.query(queryOf(auth, '/loaded'))).rejects.toMatchObject({ code: 'not_authenticated' })
    await later()
    expect(world.asked).toEqual(['ada GET /orders'])
  })

  it('a client is unbound whatever a listener of the app throws', async () => {
    const { world, auth, client, unbind } = setUp()
    await world.signIn('ada')
    client.setQueryData(['orders'], 'hers')
    over(auth)
    client.getQueryCache().subscribe(({ type }) => {
      if (type === 'removed') throw new Error('Broken.')
    })
    expect(unbind).toThrow('Broken.')
    expect(client.getQueryData(['orders'])).toBeUndefined()
    client.setQueryData(['orders'], 'hers')
    await world.signIn('bob')
    expect(client.getQueryData(['orders'])).toBe('hers')
  })

  it('a boundary does not suspend again, and one that is suspended waits', async () => {
    const { world, auth, client } = setUp()
    const Suspending = memo(({ path }: { readonly path: string }) => <p>{useSuspenseQuery({ ...queryOf(auth, path), refetchInterval: 30 }).data.join()}</p>)
    let open = (): void => {}
    const Both = (): ReactNode => {
      const [isOpen, setIsOpen] = useState(false)
      open = () => setIsOpen(true)
      return ['/first', isOpen && '/second'].map((path) => path !== false && <Suspense key={path} fallback={`suspended ${path}`}><Suspending path={path} /></Suspense>)
    }
    showOnScreen(auth, client, page(<Both />))
    await world.signIn('ada')
    await shows("ada's first two")
    over(auth)
    const { length } = world.asked
    open()
    await shows('suspended /second')
    await later()
    expect(screenText()).toContain("ada's first two")
    expect(world.asked).toHaveLength(length)
    await world.signIn('ada')
    await shows("ada's second two")
  })
})

describe('a query that met the end', () => {
  it.each([
    [401, true],
    [401, false],
    [500, true],
    [500, false],
  ])('is asked again when the same person is back, once, however late, and fails on no page: %s, with parked requests: %s', async (status, isParking) => {
    const { world, auth, client, seen } = await signedIn({ isParking })
    world.answer = () => new Response(null, { status })
    const release = world.hold()
    const refetched = client.refetchQueries({ queryKey: ['/orders'] })
    await vi.waitFor(() => expect(world.asked).toHaveLength(2))
    over(auth)
    release()
    await later(400_000)
    await shows('dialog')
    world.answer = () => Response.json(["ada's orders three"])
    await world.signIn('ada')
    await shows("ada's orders three")
    await refetched
    expect(seen.join()).not.toContain('did not work')
    expect(world.asked).toHaveLength(3)
  })

  it.each([
    ['the refresh is refused', true],
    ['the refresh is refused', false],
    ['a fresh token is refused too', true],
    ['a fresh token is refused too', false],
  ])('and brought it about, is asked again as well: %s, with parked requests: %s', async (how, isParking) => {
    const { world, client, seen } = await signedIn({ isParking })
    world.answer = () => new Response(null, { status: 401 })
    if (how === 'the refresh is refused') world.endpoint.script('refresh', answers.error('invalid_grant'))
    const refetched = client.refetchQueries({ queryKey: ['/orders'] })
    await shows('dialog')
    await later()
    expect(client.getQueryData(['/orders'])).toHaveLength(2)
    const { length } = world.asked
    world.answer = () => Response.json(["ada's orders three"])
    await world.signIn('ada')
    await shows("ada's orders three")
    await refetched
    expect(seen.join()).not.toContain('did not work')
    expect(world.asked).toHaveLength(length + 1)
  })
})

it('a query of several requests sends none of them as somebody else whose tokens are on their way', async () => {
  const { world, auth, client } = setUp({ isParking: false })
  const steps = deferred()
  await world.signIn('ada')
  const two = authedQueryOptions(auth, {
    queryKey: ['two'],
    async queryFn({ fetch }) {
      await fetch('/first')
      await steps.promise
      return namesIn(await fetch('/second'))
    },
  })
  const failed = client.query(two).catch((error: unknown) => error)
  await vi.waitFor(() => expect(world.asked).toEqual(['ada GET /first']))
  over(auth)
  const release = world.holdStorage()
  const isThere = world.signIn('bob')
  await vi.waitFor(() => expect(world.auth.tokens.isSetting).toBe(true))
  steps.resolve()
  await later(1)
  release()
  await isThere
  expect(await failed).toMatchObject({ message: 'CancelledError' })
  await later()
  expect(world.asked).toEqual(['ada GET /first'])
})

describe('a mutation whose request met the end', () => {
  async function submitted(options?: Parameters<typeof setUp>[0]) {
    const all = setUp(options)
    const { world, auth, client } = all
    const called = vi.fn<(what: string) => void>()
    const List = createList({ ...queryOf(auth), staleTime: Infinity })
    const Form = memo(() => {
      const { mutate, status, variables } = useMutation({
        mutationFn: async (order: string) => namesIn(await auth.fetch('/orders', { method: 'POST', body: order })),
        async onSuccess() {
          called('success')
          await client.invalidateQueries({ queryKey: ['/orders'] })
        },
        onError: ({ message }) => called(message),
        onSettled: () => called('settled'),
      })
      return <button onClick={() => mutate("ada's new order", { onSuccess: () => called('success here') })}>{status} {variables}</button>
    })
    const seen = showOnScreen(auth, client, page([<List key="list" />, <Form key="form" />]))
    await world.signIn('ada')
    await shows("ada's orders two")
    const answer = world.answer
    world.answer = () => new Response(null, { status: 401 })
    world.endpoint.script('refresh', answers.error('invalid_grant'))
    document.querySelector('button')?.click()
    await shows("pending ada's new order")
    await shows('dialog')
    world.answer = (request, person) => (request.method === 'POST' ? Response.json([]) : answer(request, person))
    return { ...all, called, seen }
  }

  it('succeeds when the same person is back, with its callbacks, once; what it invalidates is fetched', async () => {
    const { world, called } = await submitted()
    await later()
    expect(called).not.toHaveBeenCalled()
    expect(world.asked).toEqual(['ada GET /orders', 'ada POST /orders'])
    await world.signIn('ada')
    await shows("success ada's new order")
    await later()
    expect(called.mock.calls.flat()).toEqual(['success', 'settled', 'success here'])
    expect(world.asked.slice(2)).toEqual(['ada POST /orders', 'ada GET /orders'])
  })

  it.each([
    ['somebody else signs in', 'bob', (world: World) => world.signIn('bob')],
    ['they sign out', 'user', (world: World) => world.auth.logout()],
  ] as const)('is nobody\'s when %s: not sent, no callback, no trace', async (_, beside, act) => {
    const { world, client, called, seen } = await submitted()
    await act(world)
    await shows(`(${beside})`)
    await later(600_000)
    expect(called).not.toHaveBeenCalled()
    expect(world.asked.filter((what) => what.includes('POST'))).toEqual(['ada POST /orders'])
    expect(seenOf(seen, 'ada', beside)).toEqual([])
    expect(client.getMutationCache().getAll()).toEqual([])
    expect(JSON.stringify(dehydrate(client))).not.toContain('ada')
  })

  it('fails as ever, with its callbacks, without parked requests', async () => {
    const { called } = await submitted({ isParking: false })
    await vi.waitFor(() => expect(called.mock.calls.flat()).toEqual(['That did not work.', 'settled']))
  })

  it('fails as ever, with its callbacks, when nobody comes back in time', async () => {
    const { called } = await submitted()
    await later(300_000)
    expect(called.mock.calls.flat()).toEqual(['That did not work.', 'settled'])
  })
})

it('follows an auth for tests', () => {
  const signedInAs = (sub: string) => ({ status: 'authenticated', method: 'mock', user: { sub }, scope: [], pending: null, error: null }) as const
  const expired = { status: 'unauthenticated', reason: 'expired', pending: null, error: null } as const
  const auth = createMockAuth({ user: { sub: 'ada' } })
  const client = new QueryClient()
  bindQueryClient(auth, client, { keepWhileExpired: true })
  client.setQueryData(['orders'], 'hers')
  for (const state of [expired, signedInAs('ada'), expired]) auth.setState(state)
  expect(client.getQueryData(['orders'])).toBe('hers')
  auth.setState(signedInAs('bob'))
  expect(client.getQueryData(['orders'])).toBeUndefined()
})
