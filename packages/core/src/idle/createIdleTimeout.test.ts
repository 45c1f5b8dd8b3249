import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createOrigin, type Origin } from '../../test/origin.ts'
import { createWorld, type World } from '../../test/world.ts'
import { createAuth } from '../auth/createAuth.ts'
import type { AuthOptions } from '../auth/authOptions.ts'
import { createEmitter } from '../browser/emitter.ts'
import { cookieSession } from '../methods/cookieSession.ts'
import { leavingPage, type AuthMethod } from '../methods/method.ts'
import { createIdleTimeout, type IdleEnvironment, type IdleOptions } from './createIdleTimeout.ts'

const second = 1_000
const minute = 60_000
const hour = 3_600_000
const idleMs = 15 * minute

let origin: Origin
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  origin = createOrigin()
})
afterEach(() => vi.useRealTimers())

const told = vi.fn<() => Promise<boolean>>(async () => true)
const refreshed = vi.fn<() => void>()
const method: AuthMethod<string> = {
  name: 'plain',
  login: async (subject) => ({ accessToken: 'canary-at', refreshToken: 'canary-rt', expiresInMs: hour, subject, user: { sub: subject }, scope: [] }),
  async refresh(session) {
    refreshed()
    return session
  },
  logout: told,
}
beforeEach(() => {
  told.mockClear()
  refreshed.mockClear()
})

interface Opened {
  readonly world: World
  readonly instead?: Partial<IdleEnvironment>
  readonly auth?: Partial<AuthOptions<string, unknown>>
  readonly idle?: IdleOptions
}

/** A tab where ada is signed in, and in which nobody does anything but by `act`. */
function load({ world, instead = {}, auth: options = {}, idle: idleOptions = { idleMs } }: Opened) {
  const gestures = createEmitter<void>()
  const environment = { ...world.environment, activity: { subscribe: (listener: () => void) => gestures.subscribe(listener) }, ...instead }
  const auth = createAuth({ method, ...options }, environment)
  const idle = createIdleTimeout(auth, idleOptions, environment)
  return { world, auth, idle, act: () => gestures.emit(), isWatched: gestures.hasListeners, stopIdle: idle.start(), stop: auth.start() }
}
async function open(opened: Partial<Opened> = {}) {
  const tab = load({ world: createWorld(origin), ...opened })
  await tab.auth.login('ada')
  return tab
}
type Tab = ReturnType<typeof load>
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)
/** The machine sleeps: no timer fires, and elapsed time stands still. */
const sleep = (ms: number): void => void vi.setSystemTime(Date.now() + ms)
const reason = ({ auth: { store } }: Tab): string => {
  const state = store.getState()
  return state.status === 'unauthenticated' ? state.reason : state.status
}
/** All that is said in the channel. */
function listen() {
  const messages: unknown[] = []
  return { messages, place: origin.channels.join('tessera:default:idle', (message) => void messages.push(message)) }
}
const warning = ({ idle }: Tab): number | null => idle.store.getState().remainingMs

describe('in one tab', () => {
  test('nobody does anything: warned a minute before, counted down by seconds, and signed out, for a reason that outlives a reload', async () => {
    const tab = await open()
    const seen: unknown[] = []
    tab.idle.store.subscribe((state) => seen.push(state))
    await pass(idleMs - minute - 1)
    expect(seen).toEqual([])
    expect(tab.idle.store.getState()).toEqual({ isWarning: false, endsAt: null, remainingMs: null })
    await pass(1)
    expect(seen).toEqual([{ isWarning: true, endsAt: Date.now() + minute, remainingMs: minute }])
    await pass(minute - 1)
    expect([seen.length, reason(tab)]).toEqual([60, 'authenticated'])
    await pass(1)
    expect([warning(tab), reason(tab)]).toEqual([0, 'authenticated'])
    await pass(250)
    expect(tab.auth.store.getState()).toMatchObject({ reason: 'idle', error: { code: 'session_idle', retryable: false } })
    expect(createAuth({ method }, tab.world.environment).lastSignOut).toEqual({ reason: 'idle', code: 'session_idle', at: Date.now() })
    expect(told).toHaveBeenCalledTimes(1)
    expect(tab.idle.store.getState()).toEqual({ isWarning: false, endsAt: null, remainingMs: null })
  })

  test.each<[string, (tab: Tab) => void]>([
    ['something done', ({ act }) => act()],
    ['stay()', ({ idle }) => idle.stay()],
  ])('%s begins it anew, also while it is warned', async (_, go) => {
    const tab = await open()
    await pass(idleMs - second)
    expect(warning(tab)).toBe(second)
    go(tab)
    expect(warning(tab)).toBeNull()
    await pass(idleMs - second)
    expect(reason(tab)).toBe('authenticated')
    await pass(second + 250)
    expect(reason(tab)).toBe('idle')
  })

  test('what is done once the time is over brings nobody back', async () => {
    const tab = await open()
    await pass(idleMs + 100)
    tab.act()
    tab.idle.stay()
    await pass(150)
    expect(reason(tab)).toBe('idle')
  })

  test('TM-04 eight hours of sleep: signed out before anything is sent, whichever timer or wake comes first', async () => {
    for (const isIdleFirst of [true, false]) {
      origin = createOrigin()
      refreshed.mockClear()
      const world = createWorld(origin)
      world.answer = () => Response.json({})
      const tab = await open({ world })
      if (!isIdleFirst) {
        tab.stopIdle()
        tab.idle.start()
      }
      sleep(8 * hour)
      world.wake('visible')
      tab.act()
      const [token, answer] = [tab.auth.getAccessToken(), tab.auth.fetch('/orders')]
      for (const each of [token, answer]) each.catch(() => {})
      expect(warning(tab)).toBe(0)
      await pass(249)
      expect([refreshed.mock.calls.length, world.requests.length]).toEqual([0, 0])
      await pass(1)
      expect(reason(tab)).toBe('idle')
      await expect(token).rejects.toMatchObject({ code: 'session_idle' })
      await expect(answer).rejects.toMatchObject({ code: 'session_idle' })
      await pass(minute)
      expect([refreshed.mock.calls.length, world.requests.length]).toEqual([0, 0])
    }
  })

  test('TM-04 a sleep that nothing tells of is noticed by the next timer', async () => {
    const tab = await open()
    tab.stop()
    sleep(8 * hour)
    await pass(minute + 250)
    expect([reason(tab), refreshed.mock.calls.length]).toEqual(['idle', 0])
  })

  test('TM-05 a clock that is set backwards keeps nobody signed in', async () => {
    const tab = await open()
    sleep(-24 * hour)
    await pass(idleMs + 250)
    expect(reason(tab)).toBe('idle')
  })

  test('a page that slept while it asked asks again', async () => {
    const tab = await open()
    await pass(idleMs + 100)
    const { messages } = listen()
    sleep(hour)
    await pass(150)
    expect([reason(tab), messages.length]).toEqual(['authenticated', 1])
    await pass(250)
    expect(reason(tab)).toBe('idle')
  })

  test.each([
    [5 * minute, 10 * minute],
    [8 * hour, 0],
  ])('a page that is loaded anew after %i ms goes on counting', async (awayMs, leftMs) => {
    const auth: Opened['auth'] = { storage: 'session' }
    const before = await open({ auth })
    before.stopIdle()
    before.auth.dispose()
    sleep(awayMs)
    const later = load({ world: before.world, auth })
    await later.auth.ready
    await pass(leftMs + 249)
    expect(reason(later)).toBe('authenticated')
    await pass(1)
    expect([reason(later), refreshed.mock.calls.length]).toEqual(['idle', 0])
  })

  test('a login that nothing here has seen begins anew, whatever an earlier one left behind', async () => {
    for (const isLoadedAnew of [true, false]) {
      origin = createOrigin()
      const auth: Opened['auth'] = { storage: 'session' }
      const tab = await open({ auth })
      await pass(minute)
      // As where only what is shown to who is signed in watches.
      tab.stopIdle()
      await tab.auth.logout()
      await pass(hour)
      await tab.auth.login('ada')
      const later = isLoadedAnew ? load({ world: tab.world, auth }) : tab
      if (isLoadedAnew) await later.auth.ready
      else later.idle.start()
      await pass(idleMs - second)
      expect(reason(later)).toBe('authenticated')
      await pass(second + 250)
      expect(reason(later)).toBe('idle')
    }
  })

  test('TM-03 a hidden page whose timers run once a minute signs out by itself', async () => {
    const { timer } = createWorld(origin).environment
    const slow = { after: (delayMs: number, run: () => void) => timer.after(Math.ceil(Math.max(delayMs, 1) / minute) * minute, run) }
    const tab = await open({ instead: { timer: slow } })
    await pass(idleMs + 3 * minute)
    expect(reason(tab)).toBe('idle')
  })

  test('a page that sleeps each time it asks asks at each wake', async () => {
    const tab = await open()
    await pass(idleMs)
    for (let night = 0; night < 3; night++) {
      await pass(100)
      const { messages } = listen()
      sleep(8 * hour)
      tab.world.wake('visible')
      await pass(0)
      expect([reason(tab), messages.length > 0]).toEqual(['authenticated', true])
    }
    await pass(250)
    expect(reason(tab)).toBe('idle')
  })

  test('a login is something done, also after a sign-out and when somebody else was signed in', async () => {
    const tab = await open()
    await pass(10 * minute)
    await tab.auth.logout()
    expect(tab.world.tabStorage.keys().filter((key) => key.endsWith('idle'))).toEqual([])
    await pass(hour)
    await tab.auth.login('ada')
    await pass(10 * minute)
    await tab.auth.login('bob')
    await pass(10 * minute)
    expect(reason(tab)).toBe('authenticated')
    await pass(5 * minute + 250)
    expect(reason(tab)).toBe('idle')
  })

  test('nor is a login in the moment in which the time is over taken for something done in the session before it', async () => {
    const tab = await open()
    await pass(idleMs + 100)
    await tab.auth.login('bob')
    await pass(150)
    expect([reason(tab), warning(tab)]).toEqual(['authenticated', null])
  })

  describe('LO-09 the back button at the page of a provider', () => {
    const leaving: AuthMethod<string> = { ...method, login: async (subject, ctx) => (subject === 'away' ? leavingPage : method.login(subject, ctx)) }
    const goAndComeBack = async (tab: Tab, awayMs: number) => {
      await tab.auth.login('away')
      expect(tab.auth.store.getState()).toMatchObject({ status: 'authenticated', pending: 'plain' })
      sleep(awayMs)
      tab.world.wake('restored')
      expect(tab.auth.store.getState()).toMatchObject({ status: 'authenticated', pending: null })
    }

    test('is no login: it brings back no session whose time is over', async () => {
      const tab = await open({ auth: { method: leaving } })
      await pass(minute)
      await goAndComeBack(tab, 8 * hour)
      expect(warning(tab)).toBe(0)
      await pass(250)
      expect(reason(tab)).toBe('idle')
    })

    test('nor that of somebody else, who signed in in another tab before', async () => {
      const share = { auth: { method: leaving, shareAcrossTabs: true } as const }
      const tab = await open(share)
      const other = load({ world: createWorld(origin), ...share })
      void other.auth.ready
      await pass(minute)
      await other.auth.login('bob')
      await pass(minute)
      expect(tab.auth.store.getState()).toMatchObject({ user: { sub: 'bob' } })
      await goAndComeBack(tab, 8 * hour)
      await pass(second)
      expect([tab, other].map(reason)).toEqual(['idle', 'idle'])
    })

    test('is something done, as long as that time is not over', async () => {
      const tab = await open({ auth: { method: leaving } })
      await pass(minute)
      await goAndComeBack(tab, 10 * minute)
      await pass(10 * minute)
      expect(reason(tab)).toBe('authenticated')
    })
  })

  test('CK-09 a cookie that could not be given back signs nobody in again by itself', async () => {
    const world = createWorld(origin)
    world.answer = ({ url }) => {
      if (url.endsWith('/logout')) throw new TypeError('Failed to fetch')
      return Response.json({ sub: 'ada' })
    }
    const environment = { ...world.environment, activity: { subscribe: () => () => {} } }
    const auth = createAuth({ method: cookieSession({ sessionUrl: '/session', logoutUrl: '/logout' }) }, environment)
    createIdleTimeout(auth, { idleMs }, environment).start()
    auth.start()
    expect(await auth.ready).toMatchObject({ status: 'authenticated' })
    await pass(idleMs + 250)
    expect(auth.store.getState()).toMatchObject({ reason: 'idle' })
    await pass(minute)
    world.wake('online')
    await pass(minute)
    expect(auth.store.getState()).toMatchObject({ reason: 'idle' })
  })

  test('CK-09 a cookie session ends in all tabs for the same reason', async () => {
    const tabs = [0, 1].map(() => {
      const world = createWorld(origin)
      let isOver = false
      world.answer = ({ url, method: verb }) => {
        if (verb === 'POST') signedOut++
        isOver = signedOut > 0
        return url.endsWith('/session') && isOver ? new Response(null, { status: 401 }) : Response.json({ sub: 'ada' })
      }
      const environment = { ...world.environment, activity: { subscribe: () => () => {} } }
      const auth = createAuth({ method: cookieSession({ sessionUrl: '/session', logoutUrl: '/logout' }) }, environment)
      createIdleTimeout(auth, { idleMs }, environment).start()
      auth.start()
      return auth
    })
    let signedOut = 0
    await pass(0)
    expect(tabs.map(({ store }) => store.getState().status)).toEqual(['authenticated', 'authenticated'])
    await pass(idleMs + minute)
    expect(tabs.map(({ store }) => store.getState())).toMatchObject([{ reason: 'idle' }, { reason: 'idle' }])
    expect(signedOut).toBeGreaterThan(0)
  })

  test('CK-09 after a sleep the server of a cookie is not asked who is signed in before it is known that somebody still is', async () => {
    const world = createWorld(origin)
    let isThere = true
    world.answer = ({ method: verb }) => {
      if (verb === 'POST') isThere = false
      return isThere ? Response.json({ sub: 'ada' }) : new Response(null, { status: verb === 'POST' ? 204 : 401 })
    }
    const environment = { ...world.environment, activity: { subscribe: () => () => {} } }
    const auth = createAuth({ method: cookieSession({ sessionUrl: '/session', logoutUrl: '/logout' }) }, environment)
    auth.start()
    createIdleTimeout(auth, { idleMs }, environment).start()
    await auth.ready
    const asked = (): string[] => world.requests.splice(0).map(({ method: verb, url }) => `${verb} ${new URL(url).pathname}`)
    expect(asked()).toEqual(['GET /session'])
    await pass(10 * second)
    world.wake('visible')
    await pass(249)
    expect(asked()).toEqual(['GET /session'])
    sleep(8 * hour)
    world.wake('visible')
    await pass(249)
    expect(asked()).toEqual([])
    await pass(1)
    expect(auth.store.getState()).toMatchObject({ reason: 'idle' })
    await pass(minute)
    expect(auth.store.getState()).toMatchObject({ reason: 'idle' })
  })

  test('CK-09 a cookie session that a page finds when it is loaded anew goes on counting', async () => {
    const world = createWorld(origin)
    world.answer = () => Response.json({ sub: 'ada' })
    const environment = { ...world.environment, activity: { subscribe: () => () => {} } }
    const show = async () => {
      const auth = createAuth({ method: cookieSession({ sessionUrl: '/session' }) }, environment)
      const stop = createIdleTimeout(auth, { idleMs }, environment).start()
      await auth.ready
      return { auth, stop }
    }
    const before = await show()
    before.stop()
    before.auth.dispose()
    sleep(8 * hour)
    const { auth } = await show()
    expect(auth.store.getState().status).toBe('authenticated')
    await pass(250)
    expect(auth.store.getState()).toMatchObject({ reason: 'idle' })
  })

  test('CK-09 a login at the backend, after a page that found nobody, begins anew', async () => {
    const world = createWorld(origin)
    let isThere = true
    world.answer = () => (isThere ? Response.json({ sub: 'ada' }) : new Response(null, { status: 401 }))
    const environment = { ...world.environment, activity: { subscribe: () => () => {} } }
    const show = async () => {
      const auth = createAuth({ method: cookieSession({ sessionUrl: '/session' }) }, environment)
      const stop = createIdleTimeout(auth, { idleMs }, environment).start()
      await auth.ready
      return { auth, leave: () => (stop(), auth.dispose()) }
    }
    // Links lead to the backend, which signs out and in again: each page is left before it hears of that.
    for (const [isSignedIn, status] of [[true, 'authenticated'], [false, 'unauthenticated'], [true, 'authenticated']] as const) {
      isThere = isSignedIn
      const { auth, leave } = await show()
      await pass(minute)
      expect(auth.store.getState().status).toBe(status)
      leave()
      await pass(hour)
    }
  })

  test('INV-18 nothing is attached and no timer runs unless it is started and somebody is signed in', async () => {
    const places = new Set<string>()
    const join: Origin['channels']['join'] = (name, hear) => {
      const place = origin.channels.join(name, hear)
      places.add(name)
      return { ...place, leave: () => (places.delete(name), place.leave()) }
    }
    const isThere = (): boolean => places.has('tessera:default:idle')
    const tab = load({ world: createWorld(origin), instead: { channels: { join } } })
    tab.stop()
    await tab.auth.ready
    const again = tab.idle.start()
    expect([tab.isWatched(), isThere(), vi.getTimerCount()]).toEqual([false, false, 0])
    await tab.auth.login('ada')
    expect([tab.isWatched(), isThere(), vi.getTimerCount()]).toEqual([true, true, 1])
    again()
    again()
    await tab.auth.logout()
    expect(tab.isWatched()).toBe(false)
    await tab.auth.login('ada')
    expect(tab.isWatched()).toBe(true)
    tab.stopIdle()
    expect([tab.isWatched(), isThere(), vi.getTimerCount()]).toEqual([false, false, 0])
    await pass(hour)
    expect(reason(tab)).toBe('authenticated')
  })

  test('stopping while it asks lets whoever waits go on', async () => {
    const tab = await open()
    await pass(idleMs + 100)
    const token = tab.auth.getAccessToken()
    tab.stopIdle()
    expect(await token).toBe('canary-at')
  })

  test('does nothing outside of browsers', async () => {
    const world = createWorld(origin)
    const tab = await open({ world, instead: { page: { ...world.environment.page, isBrowser: () => false } } })
    expect(tab.isWatched()).toBe(false)
  })

  test('goes on without channels and without storage', async () => {
    const broken = (): never => {
      throw new DOMException('blocked', 'SecurityError')
    }
    const tab = await open({ instead: { channels: { join: broken }, tabStorage: { getItem: broken, setItem: broken, removeItem: broken, keys: () => [] } } })
    await pass(idleMs + 250)
    expect(reason(tab)).toBe('idle')
  })
})

describe('among tabs', () => {
  test('something done in one keeps all, with at most one message a second', async () => {
    const [one, two] = [await open(), await open()]
    const { messages } = listen()
    for (let i = 0; i < 200; i++) {
      one.act()
      await pass(100)
    }
    expect(messages.length).toBeGreaterThan(15)
    expect(messages.length).toBeLessThanOrEqual(20)
    await pass(idleMs - second)
    expect([one, two].map(reason)).toEqual(['authenticated', 'authenticated'])
    await pass(second + 250)
    expect([one, two].map(reason)).toEqual(['idle', 'idle'])
  })

  test('a warning goes in all of them', async () => {
    const [one, two] = [await open(), await open()]
    await pass(idleMs - 30 * second)
    expect([warning(one), warning(two)]).toEqual([30 * second, 30 * second])
    two.idle.stay()
    await pass(0)
    expect([warning(one), warning(two)]).toEqual([null, null])
  })

  test('a session that they share ends in all for the same reason, and the server is told once', async () => {
    const share = { auth: { shareAcrossTabs: true } as const }
    const one = await open(share)
    const two = load({ world: createWorld(origin), ...share })
    void two.auth.ready
    await pass(second)
    expect(reason(two)).toBe('authenticated')
    one.act()
    await pass(idleMs + second)
    expect([one, two].map(reason)).toEqual(['idle', 'idle'])
    expect(told).toHaveBeenCalledTimes(1)
  })

  test.each<[string, 'visible' | 'restored']>([
    ['slept', 'visible'],
    ['comes from the back/forward cache', 'restored'],
  ])('one that %s asks, and stays when another had somebody in it', async (_, wake) => {
    let isDeaf = false
    const channels: IdleEnvironment['channels'] = { join: (name, hear) => origin.channels.join(name, (message) => void (isDeaf || hear(message))) }
    const away = await open({ instead: { channels, timer: { after: () => () => {} } } })
    const other = await open()
    isDeaf = true
    await pass(10 * minute)
    other.act()
    await pass(10 * minute)
    isDeaf = false
    away.world.wake(wake)
    expect(warning(away)).toBe(0)
    await pass(0)
    expect([reason(away), warning(away)]).toEqual(['authenticated', null])
    expect(await away.auth.getAccessToken()).toBe('canary-at')
  })

  test('one that was kept by another refreshes ahead of need as before', async () => {
    let isDeaf = true
    const channels: IdleEnvironment['channels'] = { join: (name, hear) => origin.channels.join(name, (message) => void (isDeaf || hear(message))) }
    const [away, other] = [await open({ instead: { channels } }), await open()]
    sleep(10 * minute)
    other.act()
    sleep(10 * minute)
    isDeaf = false
    away.world.wake('visible')
    await pass(0)
    expect(warning(away)).toBeNull()
    for (let i = 0; i < 4; i++) {
      other.act()
      await pass(10 * minute)
    }
    expect([away, other].map(reason)).toEqual(['authenticated', 'authenticated'])
    expect(refreshed).toHaveBeenCalledTimes(2)
  })

  test('a new tab takes over how long nobody has done anything', async () => {
    const share = { auth: { shareAcrossTabs: true } as const }
    await open(share)
    await pass(10 * minute)
    const two = load({ world: createWorld(origin), ...share })
    void two.auth.ready
    await pass(second)
    two.act()
    await pass(idleMs - second)
    expect(reason(two)).toBe('authenticated')
  })
})

describe('XT-03 what is heard', () => {
  test.each([null, 7, 'active', [], {}, { type: 'active' }, { type: 'active', at: 'now' }, { type: 'active', at: Number.NaN }, { type: 'active', at: -1 }, { type: 'over' }, { type: 'over', family: 'x' }])(
    'may be anything: it neither signs out nor keeps signed in (%#)',
    async (message) => {
      const tab = await open()
      const { place } = listen()
      place.post(message)
      await pass(idleMs - second)
      place.post(message)
      expect(reason(tab)).toBe('authenticated')
      await pass(second + 250)
      expect(reason(tab)).toBe('idle')
    },
  )

  test('of a time to come counts as now', async () => {
    const tab = await open()
    await pass(10 * minute)
    listen().place.post({ type: 'active', at: Date.now() + 24 * hour })
    await pass(idleMs - second)
    expect(reason(tab)).toBe('authenticated')
    await pass(second + 500)
    expect(reason(tab)).toBe('idle')
  })

  test('INV-7 holds no token and no person', async () => {
    const { messages } = listen()
    const tab = await open()
    await pass(idleMs + second)
    expect(reason(tab)).toBe('idle')
    expect(JSON.stringify(messages)).not.toMatch(/\bada\b|canary/)
    expect(messages.at(-1)).toEqual({ type: 'over', family: expect.any(String) })
  })
})

describe('options', () => {
  const auth = createAuth({ method })
  test.each<[string, IdleOptions]>([
    ['idleMs', { idleMs: 0 }],
    ['idleMs', { idleMs: 15 }],
    ['idleMs', { idleMs: Number.NaN }],
    ['idleMs', { idleMs: Infinity }],
    ['idleMs', {} as IdleOptions],
    ['warnMs', { idleMs: minute, warnMs: minute }],
    ['warnMs', { idleMs: minute, warnMs: -1 }],
    ['idleMinutes', { idleMs, idleMinutes: 15 } as IdleOptions],
  ])('%s: %o', (option, options) => {
    expect(() => createIdleTimeout(auth, options)).toThrow(expect.objectContaining({ code: 'invalid_config', option }))
  })

  test.each([null, undefined, 'auth'])('DO-07 %o is no auth', (given) => {
    expect(() => createIdleTimeout(given as never, { idleMs })).toThrow(expect.objectContaining({ code: 'invalid_config', option: 'createIdleTimeout' }))
  })

  test('the warning is half of a short time', async () => {
    const tab = await open({ idle: { idleMs: 20 * second } })
    await pass(10 * second)
    expect(warning(tab)).toBe(10 * second)
  })
})
