import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createWorld, defer, type Deferred, type World } from '../../test/world.ts'
import { definePresence } from '../endpoint/presences.ts'
import { AuthError } from '../errors.ts'
import { leavingPage, type AuthMethod, type PresenceHost } from '../methods/method.ts'
import { unknownSession, type Session } from '../session/session.ts'
import { createAuth } from './createAuth.ts'

type Person = { readonly name: string } | null
type Found = Session<Person> | null

let world: World
beforeEach(() => {
  world = createWorld()
})

/** A method whose session the browser keeps. */
interface Kept extends AuthMethod<string, Person> {
  readonly host: PresenceHost<Person>
  /** What each look waits for, in order. */
  readonly looks: Deferred<Found>[]
  readonly told: Session[]
  watchers: number
  /** What a login, a refresh and a logout wait for. */
  login: AuthMethod<string, Person>['login']
  refresh: () => Promise<Session<Person>>
  logout: (session: Session) => Promise<boolean>
}

function kept(name = 'kept'): Kept {
  let host: PresenceHost<Person> | undefined
  const method: Kept = {
    name,
    looks: [],
    told: [],
    watchers: 0,
    get host() {
      return host!
    },
    login: async (person) => of(person),
    refresh: () => Promise.reject(new AuthError('server_error', 'Down.')),
    canRefresh: () => true,
    async logout(session) {
      method.told.push(session)
      return true
    },
    attach: (request) => request,
    presence: definePresence((given) => {
      host = given
      return {
        async look() {
          const answer = defer<Found>()
          const isCurrent = given.mark()
          method.looks.push(answer)
          try {
            await given.found(await answer.promise, isCurrent)
          } catch (error) {
            given.failed(error as AuthError)
          }
        },
        watch() {
          method.watchers++
          return () => method.watchers--
        },
      }
    }),
  }
  return method
}

const of = (name: string, more: Partial<Session<Person>> = {}): Session<Person> => ({ accessToken: null, subject: name, user: { name }, scope: [], ...more })
const down = new AuthError('server_error', 'Down.')
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

function create() {
  const method = kept()
  return { method, auth: createAuth({ method }, world.environment) }
}
const plain: AuthMethod<string, Person> = {
  name: 'plain',
  login: async (name) => ({ ...of(name), accessToken: `at-${name}` }),
}
function createSeveral(storage: 'memory' | 'session' = 'memory') {
  const [a, b] = [kept('a'), kept('b')]
  return { a, b, auth: createAuth({ methods: { a, b, plain }, storage }, world.environment) }
}
type Several = ReturnType<typeof createSeveral>

/** Somebody whom the first look found. */
async function found(name = 'ada') {
  const { method, auth } = create()
  const ready = auth.ready
  await settled()
  method.looks[0]?.resolve(of(name))
  await ready
  return { method, auth }
}
/** What the host makes of an answer that is asked for now. */
const answer = (method: Kept, session: Found) => method.host.found(session, method.host.mark())

describe('the first look', () => {
  test('finds somebody', async () => {
    const { method, auth } = create()
    const ready = auth.ready
    await settled()
    expect(auth.store.getState().status).toBe('loading')
    expect(method.looks).toHaveLength(1)
    method.looks[0]?.resolve(of('ada', { scope: ['read'] }))
    expect(await ready).toEqual({ status: 'authenticated', method: 'kept', user: { name: 'ada' }, scope: ['read'], pending: null, error: null })
    await expect(auth.getAccessToken()).rejects.toMatchObject({ code: 'unsupported_request' })
  })

  test('finds nobody', async () => {
    const { method, auth } = create()
    const ready = auth.ready
    await settled()
    method.looks[0]?.resolve(null)
    expect(await ready).toEqual({ status: 'unauthenticated', reason: 'never_signed_in', pending: null, error: null })
  })

  test('CK-02 finds out nothing: not known is not nobody, and ready settles', async () => {
    const { method, auth } = create()
    const ready = auth.ready
    await settled()
    method.looks[0]?.reject(down)
    expect(await ready).toEqual({ status: 'loading', pending: null, error: down })
    expect(await auth.ready).toBe(auth.store.getState())
    await answer(method, null)
    expect(auth.store.getState()).toEqual({ status: 'unauthenticated', reason: 'never_signed_in', pending: null, error: null })
  })

  test('CK-02 why a look failed outlives a login: a request asks again, and says it', async () => {
    const { method, auth } = create()
    const ready = auth.ready
    await settled()
    method.looks[0]?.reject(down)
    await ready
    method.login = () => Promise.reject(new AuthError('invalid_credentials', 'No.'))
    await auth.login('ada').catch(() => {})
    const asked = auth.fetch('/api').catch((error: unknown) => error)
    await settled()
    const stillDown = new AuthError('server_error', 'Still down.')
    method.looks[1]?.reject(stillDown)
    expect(await asked).toBe(stillDown)
    expect(auth.store.getState()).toMatchObject({ status: 'loading', error: { code: 'invalid_credentials' } })
  })

  test('CK-02 why a look failed is shown again when the page did not leave after all', async () => {
    const { method, auth } = create()
    const ready = auth.ready
    await settled()
    method.looks[0]?.reject(down)
    await ready
    method.login = async () => leavingPage
    await auth.login('ada')
    expect(auth.store.getState()).toEqual({ status: 'loading', pending: 'kept', error: null })
    world.wake('restored')
    expect(auth.store.getState()).toEqual({ status: 'loading', pending: null, error: down })
    const asked = auth.fetch('/api')
    await settled()
    world.answer = () => new Response('ok')
    method.looks[1]?.resolve(of('ada'))
    expect((await asked).status).toBe(200)
  })

  test('CK-02 a request asks once more where the server did not answer, and is not sent when it still does not', async () => {
    const { method, auth } = create()
    const first = auth.fetch('/api').catch((error: unknown) => error)
    await settled()
    method.looks[0]?.reject(down)
    expect(await first).toBe(down)
    expect(method.looks).toHaveLength(1)
    const second = auth.fetch('/api')
    await settled()
    world.answer = () => new Response('ok')
    method.looks[1]?.resolve(of('ada'))
    expect(await (await second).text()).toBe('ok')
    expect(world.requests).toHaveLength(1)
  })

  test('does not wait for a login, and one that fails does not leave it open who is signed in', async () => {
    const { method, auth } = create()
    void auth.ready
    await settled()
    const login = defer<Session<Person>>()
    method.login = () => login.promise
    const outcome = auth.login('ada').catch(() => {})
    method.looks[0]?.resolve(null)
    await settled()
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'never_signed_in', pending: 'kept' })
    login.reject(new AuthError('invalid_credentials', 'No.'))
    await outcome
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', pending: null, error: { code: 'invalid_credentials' } })
  })

  test('does not hide why a login failed', async () => {
    const { method, auth } = create()
    void auth.ready
    await settled()
    method.login = () => Promise.reject(new AuthError('invalid_credentials', 'No.'))
    await auth.login('ada').catch(() => {})
    expect(auth.store.getState()).toMatchObject({ status: 'loading', error: { code: 'invalid_credentials' } })
    method.looks[0]?.reject(down)
    await settled()
    expect(auth.store.getState()).toMatchObject({ status: 'loading', error: { code: 'invalid_credentials' } })
    await answer(method, null)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', error: { code: 'invalid_credentials' } })
  })

  test('that was overtaken by a login says nothing', async () => {
    const { method, auth } = create()
    void auth.ready
    await settled()
    await auth.login('bob')
    method.looks[0]?.resolve(null)
    await settled()
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { name: 'bob' } })
  })

  test('INV-6 that was overtaken by a logout says nothing, and the server is told although nobody was known', async () => {
    const { method, auth } = create()
    void auth.ready
    await settled()
    expect(await auth.logout()).toEqual({ isRemote: true, error: null })
    expect(method.told).toStrictEqual([{ accessToken: null, subject: null, user: null, scope: [] }])
    method.looks[0]?.resolve(of('ada'))
    await settled()
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
  })
})

describe('look()', () => {
  const failed = async () => {
    const { method, auth } = create()
    const first = auth.ready
    await settled()
    method.looks[0]?.reject(down)
    await first
    return { method, auth }
  }

  test('CK-02 asks again where the server did not answer, and gives what is known then', async () => {
    const { method, auth } = await failed()
    const again = auth.look()
    await settled()
    expect(method.looks).toHaveLength(2)
    method.looks[1]?.resolve(of('ada'))
    expect(await again).toMatchObject({ status: 'authenticated', user: { name: 'ada' } })
    expect(await auth.ready).toBe(auth.store.getState())
  })

  test('CK-02 never rejects: it is still not known who is signed in', async () => {
    const { method, auth } = await failed()
    const again = auth.look()
    await settled()
    const stillDown = new AuthError('server_error', 'Still down.')
    method.looks[1]?.reject(stillDown)
    expect(await again).toEqual({ status: 'loading', pending: null, error: stillDown })
  })

  test('is the first look where there was none, and joins the one under way', async () => {
    const { method, auth } = create()
    const looks = [auth.look(), auth.look(), auth.ready]
    await settled()
    method.looks[0]?.resolve(of('ada'))
    for (const state of await Promise.all(looks)) expect(state).toBe(auth.store.getState())
    expect(method.looks).toHaveLength(1)
  })

  test('finds out that somebody has left', async () => {
    const { method, auth } = await found()
    const again = auth.look()
    await settled()
    method.looks[1]?.resolve(null)
    expect(await again).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
  })

  test('asks nobody where no browser keeps a session', async () => {
    const auth = createAuth({ method: plain }, world.environment)
    expect(await auth.look()).toMatchObject({ status: 'unauthenticated', reason: 'never_signed_in' })
    await auth.login('ada')
    expect(await auth.look()).toBe(auth.store.getState())
    expect(world.requests).toEqual([])
  })

  test('asks where a stored session has spared the first look', async () => {
    await createSeveral('session').auth.login('plain', 'ada')
    const { a, b, auth } = createSeveral('session')
    await auth.ready
    expect([a.looks, b.looks]).toEqual([[], []])
    const again = auth.look()
    await settled()
    expect([a.looks.length, b.looks.length]).toEqual([1, 1])
    a.looks[0]?.resolve(null)
    b.looks[0]?.resolve(of('bob'))
    expect(await again).toMatchObject({ status: 'authenticated', method: 'plain' })
  })
})

describe('a later look', () => {
  test('CK-07 CK-09 finds somebody else: a switch in one step, and what waited for the first is not sent as the second', async () => {
    const { method, auth } = await found()
    const seen: unknown[] = []
    auth.store.subscribe((state) => seen.push(state))
    const refresh = defer<Session<Person>>()
    method.refresh = () => refresh.promise
    world.answer = () => new Response('', { status: 401 })
    const hers = auth.fetch('/api').catch((error: unknown) => error)
    await settled()
    await answer(method, of('bob'))
    expect(await hers).toMatchObject({ code: 'user_changed' })
    expect(world.requests).toHaveLength(1)
    expect(seen).toEqual([expect.objectContaining({ status: 'authenticated', user: { name: 'bob' } })])
  })

  test('finds the same person with other data: the session goes on with them', async () => {
    const { method, auth } = await found()
    const family = auth.tokens.current?.tokens.family
    await answer(method, of('ada', { user: { name: 'Ada' }, scope: ['read'] }))
    expect(auth.store.getState()).toMatchObject({ user: { name: 'Ada' }, scope: ['read'] })
    expect(auth.tokens.current?.tokens.family).toBe(family)
  })

  test('finds nothing new: nothing changes, not even the generation', async () => {
    const { method, auth } = await found()
    const [state, current] = [auth.store.getState(), auth.tokens.current]
    await answer(method, of('ada'))
    expect(auth.store.getState()).toBe(state)
    expect(auth.tokens.current).toBe(current)
  })

  test('finds nobody: the session has ended', async () => {
    const { method, auth } = await found()
    await answer(method, null)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'expired', error: { code: 'session_expired' } })
    await answer(method, null)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
  })

  test('CK-02 that fails changes nothing', async () => {
    const { method, auth } = await found()
    const state = auth.store.getState()
    method.host.failed(down)
    expect(auth.store.getState()).toBe(state)
  })

  test('finds somebody, and a login under way still is', async () => {
    const { method, auth } = create()
    void auth.ready
    await settled()
    const login = defer<Session<Person>>()
    method.login = () => login.promise
    const outcome = auth.login('bob')
    method.looks[0]?.resolve(of('ada'))
    await settled()
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { name: 'ada' }, pending: 'kept' })
    await answer(method, of('cid'))
    expect(auth.store.getState()).toMatchObject({ user: { name: 'cid' }, pending: 'kept' })
    login.resolve(of('bob'))
    await outcome
    expect(auth.store.getState()).toMatchObject({ user: { name: 'bob' }, pending: null })
  })

  test('finds somebody who signed in elsewhere', async () => {
    const { method, auth } = await found()
    await answer(method, null)
    await answer(method, of('bob'))
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { name: 'bob' }, error: null })
  })

  test.each([
    ['a login', async (auth: Auth) => auth.login('bob'), 'authenticated'],
    ['a logout', async (auth: Auth) => auth.logout(), 'unauthenticated'],
    ['the end of the session', async (auth: Auth) => auth.tokens.end(new AuthError('session_expired', 'Over.')), 'unauthenticated'],
  ])('INV-6 that was asked before %s says nothing of now', async (_, happens, status) => {
    const { method, auth } = await found()
    const isCurrent = method.host.mark()
    expect(isCurrent()).toBe(true)
    await happens(auth)
    expect(isCurrent()).toBe(false)
    await method.host.found(of('ada'), isCurrent)
    await method.host.found(null, isCurrent)
    expect(auth.store.getState()).toMatchObject({ status, ...(status === 'authenticated' && { user: { name: 'bob' } }) })
  })
})

type Auth = ReturnType<typeof create>['auth']

describe('after a sign-out', () => {
  test('INV-6 of which the server could not be told, looking does not undo it', async () => {
    const { method, auth } = await found()
    method.logout = () => Promise.reject(down)
    expect(await auth.logout()).toEqual({ isRemote: false, error: down })
    await answer(method, of('ada'))
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
    await answer(method, null)
    await answer(method, of('ada'))
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { name: 'ada' } })
  })

  test('LO-01 of which the server could not be told, it can be told again', async () => {
    const { method, auth } = await found()
    const { logout } = method
    method.logout = () => Promise.reject(down)
    await auth.logout()
    method.logout = logout
    expect(await auth.logout()).toEqual({ isRemote: true, error: null })
    expect(method.told).toEqual([unknownSession])
  })

  test('of which the server was told, whom it names has signed in since', async () => {
    const { method, auth } = await found()
    const before = method.host.mark()
    await auth.logout()
    await method.host.found(of('ada'), before)
    expect(auth.store.getState().status).toBe('unauthenticated')
    await answer(method, of('ada'))
    expect(auth.store.getState().status).toBe('authenticated')
  })

  test('INV-6 a look that was asked before the server heard of it says nothing', async () => {
    const { method, auth } = await found()
    const telling = defer<boolean>()
    method.logout = () => telling.promise
    const logout = auth.logout()
    const meanwhile = method.host.mark()
    await method.host.found(of('ada'), method.host.mark())
    telling.resolve(true)
    await logout
    await method.host.found(of('ada'), meanwhile)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
  })

  test('a login makes looking count again', async () => {
    const { method, auth } = await found()
    method.logout = () => Promise.reject(down)
    await auth.logout()
    await auth.login('ada')
    await answer(method, of('bob'))
    expect(auth.store.getState()).toMatchObject({ user: { name: 'bob' } })
  })

  test('INV-6 a login that came late ends at the server', async () => {
    const { method, auth } = await found()
    const late = defer<Session<Person>>()
    method.login = () => late.promise
    const outcome = auth.login('late').catch((error: unknown) => error)
    await settled()
    await auth.logout()
    late.resolve(of('late'))
    expect(await outcome).toMatchObject({ code: 'superseded' })
    expect(method.told).toEqual([expect.objectContaining({ subject: 'ada' }), expect.objectContaining({ subject: 'late' })])
  })
})

describe('a login that another overtook', () => {
  test.each([
    ['one by another method', async (auth: Several['auth']) => auth.login('plain', 'cid')],
    ['one that failed', async (auth: Several['auth']) => auth.login('b', 'wrong').catch(() => {})],
  ])('INV-6 ends at the server when that was %s', async (_, overtake) => {
    const { a, b, auth } = createSeveral()
    void auth.ready
    const late = defer<Session<Person>>()
    a.login = () => late.promise
    b.login = () => Promise.reject(new AuthError('invalid_credentials', 'No.'))
    const outcome = auth.login('a', 'late').catch((error: unknown) => error)
    await overtake(auth)
    late.resolve(of('late'))
    expect(await outcome).toMatchObject({ code: 'superseded' })
    expect(a.told).toEqual([expect.objectContaining({ subject: 'late' })])
  })

  test('INV-6 ends at the server although somebody is signed in by its method, from before', async () => {
    const { method, auth } = await found()
    const late = defer<Session<Person>>()
    method.login = (name) => (name === 'late' ? late.promise : Promise.reject(new AuthError('invalid_credentials', 'No.')))
    const outcomes = Promise.allSettled([auth.login('late'), auth.login('wrong')])
    late.resolve(of('late'))
    await outcomes
    expect(method.told).toEqual([expect.objectContaining({ subject: 'late' })])
  })

  test.each(['under way', 'over'])('does not end at the server: by then the session may be of the next, which is %s', async (progress) => {
    const { method, auth } = create()
    void auth.ready
    const logins = { late: defer<Session<Person>>(), bob: defer<Session<Person>>() }
    method.login = (name) => logins[name as keyof typeof logins].promise
    const outcome = auth.login('late').catch((error: unknown) => error)
    const next = auth.login('bob')
    if (progress === 'over') logins.bob.resolve(of('bob'))
    await settled()
    logins.late.resolve(of('late'))
    expect(await outcome).toMatchObject({ code: 'superseded' })
    logins.bob.resolve(of('bob'))
    await next
    expect(method.told).toEqual([])
    expect(auth.store.getState()).toMatchObject({ user: { name: 'bob' } })
  })
})

describe('an API', () => {
  test('that refuses a session which its server still knows ends it, and looking does not begin a circle', async () => {
    const { method, auth } = await found()
    method.refresh = async () => of('ada')
    world.answer = () => new Response('', { status: 401 })
    expect((await auth.fetch('/api')).status).toBe(401)
    expect(world.requests).toHaveLength(2)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'revoked' })
    await answer(method, of('ada'))
    expect(auth.store.getState().status).toBe('unauthenticated')
    await answer(method, of('bob'))
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { name: 'bob' } })
    await auth.login('ada')
    expect(auth.store.getState().status).toBe('authenticated')
  })
})

describe('a refresh', () => {
  test('CK-09 that finds somebody else switches in one step', async () => {
    const { method, auth } = await found()
    method.refresh = async () => of('bob')
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'user_changed' })
    await settled()
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', user: { name: 'bob' }, error: null })
  })

  test('INV-6 that finds somebody else after a logout signs nobody in', async () => {
    const { method, auth } = await found()
    const late = defer<Session<Person>>()
    method.refresh = () => late.promise
    const refresh = auth.tokens.refresh().catch(() => {})
    await settled()
    await auth.logout()
    late.resolve(of('bob'))
    await refresh
    await settled()
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
    expect(method.told).toHaveLength(1)
  })

  test('CK-09 that finds somebody else is newer than a look that waited for it', async () => {
    const { method, auth } = await found()
    const refresh = defer<Session<Person>>()
    method.refresh = () => refresh.promise
    const refreshed = auth.tokens.refresh().catch((error: unknown) => error)
    await settled()
    const look = answer(method, of('ada', { scope: ['read'] }))
    await settled()
    refresh.resolve(of('bob'))
    await look
    await settled()
    expect(await refreshed).toMatchObject({ code: 'user_changed' })
    expect(auth.store.getState()).toMatchObject({ user: { name: 'bob' }, scope: [] })
  })
})

describe('several methods', () => {
  test('nobody is signed in when all of them say so', async () => {
    const { a, b, auth } = createSeveral()
    const ready = auth.ready
    await settled()
    a.looks[0]?.resolve(null)
    await settled()
    expect(auth.store.getState().status).toBe('loading')
    b.looks[0]?.reject(down)
    expect(await ready).toMatchObject({ status: 'loading', error: down })
    await answer(b, null)
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', error: null })
  })

  test('one session at a time: the first that is found, or the one in use', async () => {
    const { a, b, auth } = createSeveral()
    const ready = auth.ready
    await settled()
    b.looks[0]?.resolve(of('bob'))
    await settled()
    a.looks[0]?.resolve(of('ada'))
    expect(await ready).toMatchObject({ method: 'b', user: { name: 'bob' } })
    await answer(a, null)
    expect(auth.store.getState()).toMatchObject({ method: 'b' })
    await auth.login('plain', 'cid')
    await answer(b, of('bob'))
    await answer(b, null)
    expect(auth.store.getState()).toMatchObject({ method: 'plain', user: { name: 'cid' } })
  })

  test('a stored session is not looked for, and one that the browser keeps is never stored', async () => {
    const { auth } = createSeveral('session')
    await auth.login('plain', 'cid')
    expect(world.tabStorage.keys()).toHaveLength(1)
    const again = createSeveral('session')
    expect(await again.auth.ready).toMatchObject({ method: 'plain' })
    expect(again.a.looks).toEqual([])
    await again.auth.login('a', 'ada')
    expect(world.tabStorage.keys()).toEqual([])
    const last = createSeveral('session')
    void last.auth.ready
    await settled()
    expect(last.a.looks).toHaveLength(1)
  })

  test('a sign-out holds for all of them', async () => {
    const { a, b, auth } = createSeveral()
    await auth.login('plain', 'cid')
    await auth.logout()
    await answer(a, of('ada'))
    await answer(b, null)
    await answer(a, of('ada'))
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'user' })
    await auth.logout()
    expect([a.told, b.told]).toEqual([[unknownSession], [unknownSession]])
  })

  describe('INV-6 a login that a slow storage is taking in wins over', () => {
    /** Somebody whom `a` named, while a login by `plain` is being stored. */
    async function storing() {
      const written = defer<void>()
      const [a, b] = [kept('a'), kept('b')]
      const storage = { getItem: () => null, setItem: () => written.promise, removeItem: () => {} }
      const auth = createAuth({ methods: { a, b, plain }, storage }, world.environment)
      void auth.ready
      await settled()
      a.looks[0]?.resolve(of('ada'))
      await settled()
      const refresh = defer<Session<Person>>()
      a.refresh = () => refresh.promise
      const refreshed = auth.tokens.refresh().catch((error: unknown) => error)
      await settled()
      const before = a.host.mark()
      const login = auth.login('plain', 'cid')
      await settled()
      expect(auth.store.getState()).toMatchObject({ user: { name: 'ada' }, pending: 'plain' })
      const finish = async () => {
        await settled()
        written.resolve()
        await login
        await settled()
        expect(await refreshed).toMatchObject({ code: 'user_changed' })
        return auth.store.getState()
      }
      return { a, refresh, before, finish }
    }

    test.each([
      ['somebody else', of('bob')],
      ['the same person with other data', of('ada', { scope: ['read'] })],
      ['nobody', null],
    ])('a look that finds %s', async (_, session) => {
      const { a, before, finish } = await storing()
      void a.host.found(session, before)
      void answer(a, session)
      expect(await finish()).toMatchObject({ status: 'authenticated', method: 'plain', user: { name: 'cid' }, pending: null })
    })

    test('a refresh that finds somebody else', async () => {
      const { refresh, finish } = await storing()
      refresh.resolve(of('bob'))
      expect(await finish()).toMatchObject({ status: 'authenticated', method: 'plain', user: { name: 'cid' }, pending: null })
    })
  })

  test('a login that is not kept by the storage was superseded', async () => {
    const written = defer<void>()
    const storage = { getItem: () => null, setItem: () => written.promise, removeItem: () => {} }
    const auth = createAuth({ methods: { plain }, storage }, world.environment)
    await auth.ready
    const login = auth.login('plain', 'cid').catch((error: unknown) => error)
    await settled()
    auth.tokens.clear()
    written.resolve()
    expect(await login).toMatchObject({ code: 'superseded' })
  })

  test('a storage that is none is refused all the same', () => {
    expect(() => createAuth({ methods: { a: kept('a'), plain }, storage: 'local' as never }, world.environment)).toThrow(
      expect.objectContaining({ code: 'invalid_config', option: 'storage' }),
    )
  })
})

describe('watching', () => {
  test('is once for however many starts, and ends with the last', () => {
    const { method, auth } = create()
    const [first, second] = [auth.start(), auth.start()]
    expect(method.watchers).toBe(1)
    first()
    first()
    expect(method.watchers).toBe(1)
    second()
    expect(method.watchers).toBe(0)
    auth.start()
    expect(method.watchers).toBe(1)
  })

  test('INV-18 ends with dispose(), after which no answer counts', async () => {
    const { method, auth } = create()
    const release = auth.start()
    await settled()
    const listener = vi.fn()
    const isCurrent = method.host.mark()
    auth.dispose()
    expect(method.watchers).toBe(0)
    release()
    expect(method.watchers).toBe(0)
    auth.store.subscribe(listener)
    method.host.failed(down)
    await method.host.found(of('ada'), isCurrent)
    await method.host.found(of('ada'), method.host.mark())
    expect(listener).not.toHaveBeenCalled()
  })

  test('INV-18 after dispose() nobody looks', async () => {
    const { method, auth } = create()
    auth.dispose()
    expect((await auth.ready).status).toBe('unauthenticated')
    expect(method.looks).toEqual([])
  })
})
