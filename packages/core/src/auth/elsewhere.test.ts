import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createOrigin, type Origin } from '../../test/origin.ts'
import { createWorld, type World } from '../../test/world.ts'
import type { Database } from '../browser/database.ts'
import type { Environment } from '../browser/environment.ts'
import { systemTimer } from '../browser/timer.ts'
import { AuthError } from '../errors.ts'
import { cookieSession } from '../methods/cookieSession.ts'
import type { AuthMethod } from '../methods/method.ts'
import type { AuthOptions } from './authOptions.ts'
import { createAuth } from './createAuth.ts'

let origin: Origin
/** Whom the cookie names. */
let cookie: string | null
/** What was sent, of all tabs. */
let sent: string[]
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  origin = createOrigin()
  cookie = null
  sent = []
})
afterEach(() => vi.useRealTimers())

const told = vi.fn(async () => true)
const plain: AuthMethod<string | null> = {
  name: 'plain',
  login: async (subject) => ({ accessToken: `canary-at-${subject}`, refreshToken: 'canary-rt', subject, user: null, scope: [] }),
  logout: told,
}
const kept = cookieSession({ sessionUrl: '/session', loginUrl: '/login', logoutUrl: '/logout' })

function world(): World {
  const page = createWorld(origin)
  page.answer = async (request) => {
    const { pathname } = new URL(request.url)
    sent.push(pathname)
    if (pathname === '/login') cookie = ((await request.json()) as { readonly email: string }).email
    if (pathname === '/logout') cookie = null
    return cookie === null ? new Response(null, { status: pathname === '/logout' ? 204 : 401 }) : Response.json({ sub: cookie })
  }
  return page
}
function tab(options: Partial<AuthOptions<string | null, unknown>> = {}, page = world()) {
  return createAuth({ method: plain, ...options }, page.environment)
}
async function keptTab() {
  const auth = createAuth({ method: kept }, world().environment)
  auth.start()
  await auth.ready
  return auth
}
/** Hashing is real, and nobody fakes its time: whoever hashes after the others has waited for them. */
const heard = async () => {
  for (let i = 0; i < 10; i++) {
    await crypto.subtle.digest('SHA-256', new Uint8Array(1))
    await new Promise((resolve) => void setImmediate(resolve))
  }
}
/** Everything that was said, by a tab of the same origin. */
function listen(name = 'tessera:default') {
  const messages: unknown[] = []
  const place = origin.channels.join(name, (message) => void messages.push(message))
  return { messages, place }
}
const reason = ({ store }: { readonly store: { readonly getState: () => { readonly status: string; readonly reason?: string } } }) => store.getState().reason ?? store.getState().status

describe('a logout', () => {
  test('XT-01 reaches the tabs where the same person signed in for themselves; the server is told once', async () => {
    const [one, two, three] = [tab(), tab({ storage: 'session' }), tab()]
    for (const each of [one, two, three]) await each.login('ada')
    told.mockClear()
    await one.logout()
    await vi.waitFor(() => expect(reason(three)).toBe('other_tab'))
    expect([one, two, three].map(reason)).toEqual(['user', 'other_tab', 'other_tab'])
    expect(two.lastSignOut).toMatchObject({ reason: 'other_tab', code: null })
    await expect(two.getAccessToken()).rejects.toMatchObject({ code: 'not_authenticated' })
    expect(told).toHaveBeenCalledTimes(1)
  })

  test('XT-10 leaves others alone: another person, nobody in particular, another method, another auth, a later session', async () => {
    const methods = { a: plain, b: plain }
    const page = () => world().environment
    const one = createAuth({ methods }, page())
    const [bob, nobody, other, admin] = [createAuth({ methods }, page()), createAuth({ methods }, page()), createAuth({ methods }, page()), createAuth({ methods, name: 'admin' }, page())]
    await Promise.all([one.login('a', 'ada'), bob.login('a', 'bob'), nobody.login('a', null), other.login('b', 'ada'), admin.login('a', 'ada')])
    await one.logout()
    await one.login('a', 'ada')
    await heard()
    expect([one, bob, nobody, other, admin].map(reason)).toEqual(Array.from({ length: 5 }, () => 'authenticated'))
    await nobody.logout()
    await heard()
    expect(reason(one)).toBe('authenticated')
  })

  test('XT-10 does not undo a switch to somebody else that was quicker', async () => {
    const [one, two] = [tab(), tab()]
    await Promise.all([one.login('ada'), two.login('ada')])
    await heard()
    void one.logout()
    await two.login('bob')
    await heard()
    expect(reason(two)).toBe('authenticated')
  })

  test('XT-01 reaches a tab where it became known only later who that is', async () => {
    const method: typeof plain = { ...plain, refresh: async (session) => ({ ...session, subject: 'ada' }) }
    const [one, two] = [tab({ method }), tab({ method })]
    await Promise.all([one.login('ada'), two.login(null)])
    await two.tokens.refresh()
    await heard()
    await one.logout()
    await vi.waitFor(() => expect(reason(two)).toBe('other_tab'))
  })

  test('an end by the server is of that session alone', async () => {
    const [one, two] = [tab(), tab()]
    await Promise.all([one.login('ada'), two.login('ada')])
    one.tokens.end(new AuthError('refresh_rejected', 'No.'))
    await heard()
    expect([one, two].map(reason)).toEqual(['refresh_rejected', 'authenticated'])
  })

  test('INV-7 XT-03 says nothing of the person, nor any token', async () => {
    const { messages } = listen()
    const auth = tab()
    await auth.login('canary-ada')
    await auth.logout()
    await heard()
    expect(messages).toEqual([{ type: 'left', person: expect.stringMatching(/^[\w-]{43}$/), at: Date.now() }])
  })

  test('right before dispose() is still heard', async () => {
    const [one, two] = [tab(), tab()]
    await Promise.all([one.login('ada'), two.login('ada')])
    void one.logout()
    one.dispose()
    await vi.waitFor(() => expect(reason(two)).toBe('other_tab'))
  })
})

describe('XT-03 what is heard', () => {
  test.each([null, 7, 'left', [], {}, { type: 'left' }, { type: 'left', person: null }, { type: 'left', person: 'ada' }, { type: ['left'] }, { version: 9 }, 'x'.repeat(10_000_000)])(
    'may be anything: nobody is signed out, and nothing is asked (%#)',
    async (message) => {
      const auth = tab()
      await auth.login('ada')
      listen().place.post(message)
      await heard()
      expect(reason(auth)).toBe('authenticated')
    },
  )

  test('costs a server one question a second, however often it is said', async () => {
    await keptTab()
    const before = sent.length
    const { place } = listen()
    for (let i = 0; i < 1_000; i++) {
      place.post({ type: 'changed' })
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(sent.length - before).toBeLessThanOrEqual(11)
    expect(sent.length - before).toBeGreaterThanOrEqual(9)
  })
})

describe('CK-09 a session that the browser keeps', () => {
  test('is asked for again at once when another tab signs in, as somebody else, or out', async () => {
    const [one, two] = [await keptTab(), await keptTab()]
    const user = () => (two.store.getState() as { readonly user?: { readonly sub: string } }).user?.sub
    await vi.advanceTimersByTimeAsync(1_000)
    await one.login({ email: 'ada', password: 'x' })
    await vi.advanceTimersByTimeAsync(0)
    expect(user()).toBe('ada')
    await vi.advanceTimersByTimeAsync(1_000)
    await one.login({ email: 'bob', password: 'x' })
    await vi.advanceTimersByTimeAsync(0)
    expect(user()).toBe('bob')
    await vi.advanceTimersByTimeAsync(1_000)
    await one.logout()
    await vi.advanceTimersByTimeAsync(0)
    expect(reason(two)).toBe('expired')
  })

  test('that one tab finds ended is looked for by the others', async () => {
    const [one, two] = [await keptTab(), await keptTab()]
    await one.login({ email: 'ada', password: 'x' })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(reason(two)).toBe('authenticated')
    cookie = null
    await one.tokens.refresh().catch(() => {})
    await vi.advanceTimersByTimeAsync(0)
    expect([one, two].map(reason)).toEqual(['expired', 'expired'])
  })

  describe('beside one that tabs share', () => {
    const methods = { work: { ...plain, canRefresh: () => false }, kept }
    const share = async (instead: Partial<Environment> = {}) => {
      const auth = createAuth({ methods, shareAcrossTabs: true }, { ...world().environment, ...instead })
      auth.start()
      await Promise.all([auth.ready, vi.advanceTimersByTimeAsync(1_000)])
      return auth
    }
    const slow: Database = {
      read: async (name) => (await new Promise<void>((resolve) => void systemTimer.after(1_500, resolve)), origin.database.read(name)),
      update: (...given) => origin.database.update(...given),
      sweep: (...given) => origin.database.sweep(...given),
    }

    test.each([
      ['', {}],
      [', also in one that finds out late that the other session was left', { database: slow }],
    ])('XT-10 takes its place in all tabs%s', async (_, instead) => {
      const [one, two] = [await share(), await share(instead)]
      await one.login('work', 'ada')
      await vi.advanceTimersByTimeAsync(5_000)
      expect([one, two].map(({ store }) => store.getState())).toMatchObject([{ method: 'work' }, { method: 'work' }])
      await one.login('kept', { email: 'bob', password: 'x' })
      await vi.advanceTimersByTimeAsync(5_000)
      for (const each of [one, two]) expect(each.store.getState()).toMatchObject({ status: 'authenticated', method: 'kept', user: { sub: 'bob' } })
      expect(two.lastSignOut).toBeNull()
    })

    test('signs nobody in where somebody has just signed out', async () => {
      const auth = await share()
      await auth.login('work', 'ada')
      cookie = 'bob'
      await auth.logout()
      listen().place.post({ type: 'changed' })
      await vi.advanceTimersByTimeAsync(5_000)
      expect(reason(auth)).toBe('user')
    })
  })

  test('INV-13 costs nobody anything when another tab opens, or finds what is known', async () => {
    await (await keptTab()).login({ email: 'ada', password: 'x' })
    await vi.advanceTimersByTimeAsync(5_000)
    const before = sent.length
    const { messages } = listen()
    const later = await keptTab()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(reason(later)).toBe('authenticated')
    expect(sent.length - before).toBe(1)
    expect(messages).toEqual([])
  })
})

describe('the channel', () => {
  const places = () => {
    const open = new Set<string>()
    const channels: Origin['channels'] = {
      join(name, hear) {
        const place = origin.channels.join(name, hear)
        open.add(name)
        return { ...place, leave: () => (open.delete(name), place.leave()) }
      },
    }
    return { open, channels }
  }

  test('INV-18 is joined while somebody is signed in or looked for, and left afterwards', async () => {
    const { open, channels } = places()
    const environment = { ...world().environment, channels }
    const auth = createAuth({ method: plain, name: 'a' }, environment)
    const looking = createAuth({ method: kept, name: 'b' }, environment)
    auth.start()
    await Promise.all([auth.ready, looking.ready])
    expect([...open]).toEqual([])
    const stop = looking.start()
    await auth.login('ada')
    expect([...open]).toEqual(['tessera:b', 'tessera:a'])
    stop()
    await auth.logout()
    await heard()
    expect([...open]).toEqual([])
    looking.start()
    await auth.login('ada')
    for (const each of [auth, looking]) each.dispose()
    expect([...open]).toEqual([])
    await heard()
    expect([...open]).toEqual([])
  })

  test.each([
    ['missing', { join: () => { throw new ReferenceError('BroadcastChannel is not defined') } }],
    ['broken', { join: () => ({ post: () => { throw new DOMException('closed', 'InvalidStateError') }, leave: () => {} }) }],
  ])('that is %s costs nothing but the hint', async (_, channels) => {
    const auth = createAuth({ method: plain }, { ...world().environment, channels })
    await auth.login('ada')
    expect(await auth.logout()).toEqual({ isRemote: true, error: null })
    await heard()
    expect(reason(auth)).toBe('user')
  })
})
