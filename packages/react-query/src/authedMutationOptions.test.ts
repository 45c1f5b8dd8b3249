import { dehydrate, hydrate, MutationObserver, onlineManager, QueryClient, type MutateOptions } from '@tanstack/react-query'
import { AuthError, createAuth, type AuthErrorCode } from '@tessera-auth/core'
import { cookieSession } from '@tessera-auth/core/cookie-session'
import { parkRequests } from '@tessera-auth/core/parking'
import { answers } from '@tessera-auth/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { setUpScreen } from '../test/onScreen.tsx'
import { createWorld, deferred, namesIn, type World } from '../test/world.ts'
import { authedMutationOptions, bindQueryClient, type AuthedMutationOptions, type BindQueryClientOptions } from './index.ts'

setUpScreen()
afterEach(() => onlineManager.setOnline(true))

type Options = AuthedMutationOptions<string[], Error, string, unknown>

const orderOf = ({ auth }: Pick<World, 'auth'>, options: Partial<Options> = {}) =>
  authedMutationOptions(auth, {
    mutationKey: ['order'],
    mutationFn: async (thing: string, { fetch }) => namesIn(await fetch('/orders', { method: 'POST', body: thing })),
    ...options,
  })

async function setUp(who = 'ada') {
  const world = createWorld()
  const client = new QueryClient()
  bindQueryClient(world.auth, client)
  await world.signIn(who)
  return { world, client }
}

function send(client: QueryClient, options: ReturnType<typeof orderOf>, more: MutateOptions<string[], Error, string> = {}): Promise<unknown> {
  return new MutationObserver(client, options).mutate('loom', more).catch((error: unknown) => error)
}

/** Both requests of it, if it comes to that, with something in between. */
function createSteps() {
  const steps = deferred()
  const mutationFn: Options['mutationFn'] = async (thing, { fetch }) => {
    await fetch('/first', { method: 'POST', body: thing })
    await steps.promise
    return namesIn(await fetch('/second', { method: 'POST', body: thing }))
  }
  return { mutationFn, next: steps.resolve }
}

const later = (): Promise<unknown> => vi.advanceTimersByTimeAsync(60_000)

it('is sent as whoever is signed in, and says whose it is beside what the app says of it', async () => {
  const { world, client } = await setUp()
  expect(await send(client, orderOf(world, { meta: { page: 'home', auth: 'other' } }))).toEqual(["ada's orders one", "ada's orders two"])
  expect(client.getMutationCache().getAll()[0]?.meta).toMatchObject({ page: 'home', auth: 'default' })
  expect(world.asked).toEqual(['ada POST /orders'])
})

describe('how often it is sent', () => {
  it('a 401 is met by one refresh and one replay', async () => {
    const { world, client } = await setUp()
    let isFirst = true
    world.answer = () => {
      const status = isFirst ? 401 : 200
      isFirst = false
      return Response.json([], { status })
    }
    expect(await send(client, orderOf(world, { retry: 3 }))).toEqual([])
    expect(world.asked).toHaveLength(2)
    expect(world.endpoint.count('refresh')).toBe(1)
  })

  it.each([
    ['a 401 that stands', 401, {}, 2],
    ['a 401 that stands, and a retry of the app', 401, { retry: 3 }, 2],
    ['a 401 that stands, and a retry without end', 401, { retry: true }, 2],
    ['a 403, and a retry of the app', 403, { retry: () => true }, 1],
    ['a 500', 500, {}, 1],
    ['a 500, and a retry of the app', 500, { retry: 1 }, 2],
  ] satisfies [string, number, Partial<Options>, number][])('%s', async (_, status, options, count) => {
    const { world, client } = await setUp()
    client.setDefaultOptions({ ...client.getDefaultOptions(), mutations: { retry: 3 } })
    world.answer = () => new Response(null, { status })
    const result = send(client, orderOf(world, options))
    await later()
    expect(await result).toBeInstanceOf(Error)
    expect(world.asked).toEqual(Array(count).fill('ada POST /orders'))
  })

  it.each(['user_changed', 'session_expired'] satisfies AuthErrorCode[])('never after an error that says so: %s', async (code) => {
    const { world, client } = await setUp()
    const mutationFn = vi.fn<Options['mutationFn']>(() => Promise.reject(new AuthError(code, 'No.')))
    await send(client, orderOf(world, { mutationFn, retry: 3 }))
    expect(mutationFn).toHaveBeenCalledTimes(1)
  })
})

describe('as whom it is sent', () => {
  it.each([true, false])('none of several requests as somebody else, however late; bound: %s', async (isBound) => {
    const world = createWorld()
    const client = new QueryClient()
    if (isBound) bindQueryClient(world.auth, client)
    await world.signIn('ada')
    const { mutationFn, next } = createSteps()
    const result = send(client, orderOf(world, { mutationFn }))
    await vi.waitFor(() => expect(world.asked).toEqual(['ada POST /first']))
    await world.signIn('bob')
    next()
    expect(await result).toMatchObject({ code: 'user_changed' })
    expect(world.asked).toEqual(['ada POST /first'])
  })

  it('what was sent before somebody else signs in is not aborted: the server may have done it', async () => {
    const { world } = await setUp()
    const release = world.hold()
    const result = send(new QueryClient(), orderOf(world))
    await vi.waitFor(() => expect(world.asked).toEqual(['ada POST /orders']))
    await world.signIn('bob')
    release()
    expect(await result).toEqual(["ada's orders one", "ada's orders two"])
  })

  function setUpParking(options: BindQueryClientOptions) {
    const world = createWorld()
    const auth = parkRequests(world.auth, {}, world.environment)
    const client = new QueryClient()
    bindQueryClient(auth, client, options)
    return { world, auth, client }
  }

  const over = ({ auth }: World): void => auth.tokens.end(new AuthError('session_expired', 'It is over.'))

  it.each([true, false])('not with what waits for somebody else to come back; kept while expired: %s', async (keepWhileExpired) => {
    const { world, auth, client } = setUpParking({ keepWhileExpired })
    await world.signIn('ada')
    const { mutationFn, next } = createSteps()
    const result = send(client, orderOf({ auth }, { mutationFn }))
    await vi.waitFor(() => expect(world.asked).toEqual(['ada POST /first']))
    await auth.logout()
    await world.signIn('bob')
    over(world)
    next()
    await vi.waitFor(() => expect(auth.parkedStore.getState()).toBe(1))
    await world.signIn('bob')
    expect(await result).toMatchObject({ code: 'user_changed' })
    expect(world.asked).toEqual(['ada POST /first'])
  })

  it('not while the tokens of somebody else are on their way', async () => {
    const { world, client } = await setUp()
    const { mutationFn, next } = createSteps()
    const result = send(client, orderOf(world, { mutationFn }))
    await vi.waitFor(() => expect(world.asked).toEqual(['ada POST /first']))
    await world.auth.logout()
    const release = world.holdStorage()
    const signedIn = world.signIn('bob')
    await vi.waitFor(() => expect(world.auth.tokens.isSetting).toBe(true))
    next()
    await vi.advanceTimersByTimeAsync(1)
    release()
    await signedIn
    expect(await result).toMatchObject({ code: 'user_changed' })
    expect(world.asked).toEqual(['ada POST /first'])
  })

  it('what waits for tokens ends at once when the app aborts it', async () => {
    const world = createWorld()
    world.holdStorage()
    void world.signIn('ada')
    await vi.waitFor(() => expect(world.auth.tokens.isSetting).toBe(true))
    const controller = new AbortController()
    const result = send(new QueryClient(), orderOf(world, { mutationFn: async (_, { fetch }) => namesIn(await fetch('/orders', { signal: controller.signal })) }))
    await vi.advanceTimersByTimeAsync(1)
    controller.abort('Enough.')
    expect(await result).toBe('Enough.')
  })

  it('what nobody began is sent as nobody', async () => {
    const { world, auth, client } = setUpParking({})
    await world.signIn('ada')
    over(world)
    const result = send(client, orderOf({ auth }))
    await vi.waitFor(() => expect(auth.parkedStore.getState()).toBe(1))
    await world.signIn('ada')
    expect(await result).toMatchObject({ code: 'user_changed' })
    expect(world.asked).toEqual([])
  })

  it('what is begun on a page that is kept is of who is expected back', async () => {
    const { world, auth, client } = setUpParking({ keepWhileExpired: true })
    await world.signIn('ada')
    over(world)
    const { mutationFn, next } = createSteps()
    const result = send(client, orderOf({ auth }, { mutationFn }))
    await vi.waitFor(() => expect(auth.parkedStore.getState()).toBe(1))
    await world.signIn('ada')
    await vi.waitFor(() => expect(world.asked).toEqual(['ada POST /first']))
    next()
    expect(await result).toEqual(["ada's second one", "ada's second two"])
  })

  it('goes on as the same person who signed in anew meanwhile', async () => {
    const { world, client } = await setUp()
    const steps = deferred()
    const late = orderOf(world, {
      async mutationFn(thing, { fetch }) {
        await steps.promise
        return namesIn(await fetch('/orders', { method: 'POST', body: thing }))
      },
    })
    const result = send(client, late)
    await world.signIn('ada')
    steps.resolve()
    expect(await result).toHaveLength(2)
  })

  it('as nobody not at all', async () => {
    const world = createWorld()
    expect(await send(new QueryClient(), orderOf(world))).toMatchObject({ code: 'not_authenticated' })
    expect(world.asked).toEqual([])
  })

  it('waits until it is known who that is', async () => {
    const { world } = await setUp()
    const auth = world.reload()
    expect(await send(new QueryClient(), orderOf({ auth }))).toHaveLength(2)
  })

  it('is of who that turned out to be, however late it sends', async () => {
    const { world } = await setUp()
    const auth = world.reload()
    const steps = deferred()
    const mutationFn: Options['mutationFn'] = async (_, { fetch }) => {
      await steps.promise
      return namesIn(await fetch('/orders'))
    }
    const result = send(new QueryClient(), orderOf({ auth }, { mutationFn }))
    expect(await auth.ready).toMatchObject({ user: { name: 'ada' } })
    await auth.login({ email: 'bob@example.com', password: 'correct' })
    steps.resolve()
    expect(await result).toMatchObject({ code: 'user_changed' })
    expect(world.asked).toEqual([])
  })
})

it('where a server could not say who is signed in, it is of who turns out to be', async () => {
  const { environment } = createWorld()
  let sub: string | null = null
  const asked: string[] = []
  const fetch = async ({ url }: Request): Promise<Response> => {
    const { pathname } = new URL(url)
    if (pathname !== '/session') asked.push(`${sub} ${pathname}`)
    return sub === null ? new Response(null, { status: 503 }) : Response.json(pathname === '/session' ? { sub } : [])
  }
  const auth = createAuth({ method: cookieSession({ sessionUrl: '/session' }) }, { ...environment, network: { isOnline: () => true, fetch } })
  expect(await auth.ready).toMatchObject({ status: 'loading', error: { code: 'server_error' } })
  // Not asked again at once.
  await later()
  const { mutationFn, next } = createSteps()
  const result = send(new QueryClient(), authedMutationOptions(auth, { mutationKey: ['order'], mutationFn }))
  sub = 'ada'
  await vi.waitFor(() => expect(asked).toEqual(['ada /first']))
  sub = 'bob'
  await later()
  expect(await auth.look()).toMatchObject({ user: { sub: 'bob' } })
  next()
  expect(await result).toMatchObject({ code: 'user_changed' })
  expect(asked).toEqual(['ada /first'])
})

describe('stored with the page', () => {
  /** What somebody did offline, as it is stored, and a page where it is restored. */
  async function restored(who: string, next: string) {
    const { world, client } = await setUp(who)
    onlineManager.setOnline(false)
    void send(client, orderOf(world))
    await vi.waitFor(() => expect(dehydrate(client).mutations).toHaveLength(1))
    const stored: unknown = JSON.parse(JSON.stringify(dehydrate(client)))
    if (next !== who) await world.signIn(next)
    onlineManager.setOnline(true)
    const auth = world.reload()
    const fresh = new QueryClient()
    bindQueryClient(auth, fresh)
    fresh.setMutationDefaults(['order'], orderOf({ auth }))
    const restore = (state: unknown = stored): Promise<unknown> => {
      hydrate(fresh, state as Parameters<typeof hydrate>[1])
      return fresh.resumePausedMutations()
    }
    return { world, auth, fresh, stored, restore }
  }

  it.each([true, false])('is sent once by who did it; restored before it is known who is signed in: %s', async (isEarly) => {
    const { world, auth, restore } = await restored('ada', 'ada')
    if (!isEarly) await auth.ready
    await restore()
    expect(world.asked).toEqual(['ada POST /orders'])
  })

  it.each([true, false])('is not sent by anybody else; restored before it is known who is signed in: %s', async (isEarly) => {
    const { world, auth, fresh, restore } = await restored('ada', 'bob')
    if (!isEarly) await auth.ready
    await restore()
    expect(world.asked).toEqual([])
    expect(fresh.getMutationCache().getAll().map(({ state }) => state.error)).toMatchObject([{ code: 'user_changed' }])
  })

  it.each([null, undefined, 'ada', {}, { method: 'password', subject: 7, family: 'x' }])('nor where it does not say whose it is: %s', async (person) => {
    const { world, auth, stored, restore } = await restored('ada', 'ada')
    await auth.ready
    const { mutations } = stored as { readonly mutations: readonly { readonly meta: object }[] }
    await restore({ mutations: mutations.map((mutation) => ({ ...mutation, meta: { ...mutation.meta, person } })) })
    expect(world.asked).toEqual([])
  })
})

it.each([true, false])('at the end of a session: parked until the same person is back, or else failed as ever; parked: %s', async (isParking) => {
  const world = createWorld()
  const auth = isParking ? parkRequests(world.auth, {}, world.environment) : world.auth
  const client = new QueryClient()
  bindQueryClient(auth, client, { keepWhileExpired: true })
  await world.signIn('ada')
  const { answer } = world
  world.answer = () => new Response(null, { status: 401 })
  world.endpoint.script('refresh', answers.error('invalid_grant'))
  const result = send(client, orderOf({ auth }))
  await vi.waitFor(() => expect(auth.store.getState().status).toBe('unauthenticated'))
  await vi.advanceTimersByTimeAsync(100)
  world.answer = answer
  await world.signIn('ada')
  expect(await result).toMatchObject(isParking ? ["ada's orders one", "ada's orders two"] : { message: 'That did not work.' })
  expect(world.asked).toHaveLength(isParking ? 2 : 1)
})
