import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createOrigin, type Origin } from '../../test/origin.ts'
import { createWorld } from '../../test/world.ts'
import type { AuthMethod } from '../methods/method.ts'
import type { Auth } from './auth.ts'
import { createAuth } from './createAuth.ts'

let origin: Origin
/** The refresh tokens of the sessions whose end the server was told. */
let told: unknown[]
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  origin = createOrigin()
  told = []
})
afterEach(() => vi.useRealTimers())

const method: AuthMethod<string> = {
  name: 'plain',
  login: async (subject) => ({ accessToken: `at-${subject}`, refreshToken: `rt-${subject}`, subject, user: null, scope: [] }),
  async logout({ refreshToken }) {
    told.push(refreshToken)
    return true
  },
}

function open(page = createWorld(origin), shareAcrossTabs = true) {
  const auth = createAuth({ method, shareAcrossTabs }, page.environment)
  auth.start()
  return { auth, page }
}
async function signedIn(subject = 'ada'): Promise<Auth<unknown>> {
  const { auth } = open()
  await vi.advanceTimersByTimeAsync(250)
  await auth.login(subject)
  await vi.advanceTimersByTimeAsync(1_000)
  return auth as Auth<unknown>
}
async function through<R>(promise: Promise<R>): Promise<R> {
  await vi.advanceTimersByTimeAsync(1_000)
  return promise
}
const status = ({ store }: Pick<Auth<unknown>, 'store'>) => store.getState().status

describe('a logout on a page that has just loaded, as a route /logout does it', () => {
  test('LO-01 XT-01 ends the session that tabs share, tells the server once, and signs in at no wake', async () => {
    const first = await signedIn()
    const { auth, page } = open()
    const out = auth.logout()
    expect(status(auth)).toBe('unauthenticated')
    expect(await through(out)).toEqual({ isRemote: true, error: null })
    expect([status(first), status(auth), told]).toEqual(['unauthenticated', 'unauthenticated', ['rt-ada']])
    page.wake('focus')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(status(auth)).toBe('unauthenticated')
    expect(auth.lastSignOut).toMatchObject({ reason: 'user' })
  })

  test('INV-12 with nobody signed in anywhere it tells nobody, and takes no longer than to ask', async () => {
    const { auth } = open()
    const settled = vi.fn()
    void auth.logout().then(settled)
    await vi.advanceTimersByTimeAsync(251)
    expect(settled.mock.calls).toEqual([[{ isRemote: false, error: null }]])
    expect([told, auth.lastSignOut]).toEqual([[], null])
  })

  test('leaves those alone who share nothing with it', async () => {
    const first = await signedIn()
    const { auth } = open(createWorld(origin), false)
    await through(auth.logout())
    expect([status(first), told]).toEqual(['authenticated', []])
  })

  test('LO-07 a login straight after it stays, in all tabs', async () => {
    const first = await signedIn()
    const { auth } = open()
    const out = auth.logout()
    const login = auth.login('bob')
    expect(await through(Promise.all([out, login]))).toEqual([{ isRemote: false, error: null }, undefined])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(status(auth)).toBe('authenticated')
    expect(await auth.getAccessToken()).toBe('at-bob')
    expect(await first.getAccessToken()).toBe('at-bob')
  })

  test.each([
    ['of somebody else straight after it, the server is told of what was there', 'bob', ['rt-ada']],
    ['of the same person straight after it, nothing is ended', 'ada', []],
  ])('LO-07 once a login %s', async (_, subject, expected) => {
    const page = createWorld(origin)
    const load = () => createAuth({ method, storage: 'session' }, page.environment)
    await through(load().login('ada'))
    const auth = load()
    const [out, login] = [auth.logout(), auth.login(subject)]
    expect(await through(Promise.all([out, login]))).toEqual([{ isRemote: false, error: null }, undefined])
    expect([await auth.getAccessToken(), told]).toEqual([`at-${subject}`, expected])
  })

  test('INV-18 after dispose() it is of nobody, and settles', async () => {
    await signedIn()
    const { auth } = open()
    auth.dispose()
    expect(await through(auth.logout())).toEqual({ isRemote: false, error: null })
    expect([told, auth.lastSignOut]).toEqual([[], null])
  })
})

test('LO-01 a second logout tells the server nothing that it was told before', async () => {
  await signedIn()
  const { auth } = open()
  await through(auth.ready)
  expect(await through(auth.logout())).toEqual({ isRemote: true, error: null })
  expect(await through(auth.logout())).toEqual({ isRemote: false, error: null })
  expect(told).toEqual(['rt-ada'])
})

test('LO-01 whatever a method fails with, the result says so, and that it can be tried again', async () => {
  const cause = new TypeError('a mistake')
  const auth = createAuth({ method: { ...method, logout: () => Promise.reject(cause) } }, createWorld().environment)
  await auth.login('ada')
  expect(await auth.logout()).toMatchObject({ isRemote: false, error: { code: 'server_error', retryable: true, cause } })
  expect(status(auth as Auth<unknown>)).toBe('unauthenticated')
})
