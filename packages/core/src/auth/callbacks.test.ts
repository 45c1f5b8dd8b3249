import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { atProvider } from '../../test/journey.ts'
import { issuer } from '../../test/provider.ts'
import { createWorld, type World } from '../../test/world.ts'
import { AuthError } from '../errors.ts'
import { authorizationCode } from '../methods/authorizationCode.ts'
import { backendCode } from '../methods/backendCode.ts'
import { ephemeralToken } from '../methods/ephemeralToken.ts'
import { leavingPage, type AuthMethod, type CallbackHost, type CallbackOutcome } from '../methods/method.ts'
import { createAuth } from './createAuth.ts'

let world: World
beforeEach(() => {
  world = createWorld()
})

interface Redirecting extends AuthMethod<{ readonly returnTo: string }> {
  /** Addresses that it was asked about. */
  readonly asked: string[]
  readonly host: () => CallbackHost
}

/** A method that leaves the page, and says this of every address. */
function redirecting(outcome: CallbackOutcome): Redirecting {
  const asked: string[] = []
  let host: CallbackHost | undefined
  return {
    asked,
    host: () => host!,
    name: 'redirecting',
    async login({ returnTo }, { page, scratch }) {
      scratch.setItem('returnTo', returnTo)
      page.assign(`https://id.example${returnTo}`)
      return leavingPage
    },
    callback(given) {
      host = given
      return async (address) => {
        asked.push(address)
        return outcome
      }
    },
  }
}

const plain: AuthMethod = { name: 'plain', login: async () => ({ accessToken: 'at', subject: null, user: null, scope: [] }) }
const none: CallbackOutcome = { type: 'none' }
const signedIn: CallbackOutcome = { type: 'signed_in', returnTo: '/orders' }
const handedOver: CallbackOutcome = { type: 'handed_over' }
const cancelled: CallbackOutcome = { type: 'cancelled', returnTo: '/orders', error: new AuthError('access_denied', 'No.') }
const failed: CallbackOutcome = { type: 'failed', returnTo: '/orders', error: new AuthError('issuer_mismatch', 'No.') }
const foreign: CallbackOutcome = { type: 'failed', returnTo: '/first', error: new AuthError('transaction_not_found', 'No.') }
const foreignToo: CallbackOutcome = { ...foreign, returnTo: '/second' }

describe('a callback', () => {
  test.each([
    { says: [signedIn, failed], expected: signedIn, asked: [1, 0] },
    { says: [handedOver, failed], expected: handedOver, asked: [1, 0] },
    { says: [cancelled, signedIn], expected: cancelled, asked: [1, 0] },
    { says: [failed, signedIn], expected: failed, asked: [1, 0] },
    { says: [none, signedIn], expected: signedIn, asked: [1, 1] },
    { says: [none, failed], expected: failed, asked: [1, 1] },
    { says: [foreign, signedIn], expected: signedIn, asked: [1, 1] },
    { says: [foreign, handedOver], expected: handedOver, asked: [1, 1] },
    { says: [foreign, cancelled], expected: cancelled, asked: [1, 1] },
    { says: [foreign, none], expected: foreign, asked: [1, 1] },
    { says: [none, foreign], expected: foreign, asked: [1, 1] },
    { says: [foreign, foreignToo], expected: foreign, asked: [1, 1] },
    { says: [none, none], expected: none, asked: [1, 1] },
  ])('is of the first method that knows it: $says.0.type $says.0.error.code, $says.1.type', async ({ says, expected, asked }) => {
    const [one, two] = [redirecting(says[0]!), redirecting(says[1]!)]
    const auth = createAuth({ methods: { plain, one, two } }, world.environment)
    expect(await auth.handleCallback()).toMatchObject(expected)
    expect([one.asked, two.asked].map(({ length }) => length)).toEqual(asked)
    expect(one.asked).toEqual(['https://app.example/home'])
  })

  test('is looked for at the address that was given, as text', async () => {
    const one = redirecting(none)
    const auth = createAuth({ method: one }, world.environment)
    await auth.handleCallback('/callback?code=1')
    await auth.handleCallback(new URL('https://app.example/callback?code=2'))
    expect(one.asked).toEqual(['/callback?code=1', 'https://app.example/callback?code=2'])
  })

  test('there is none where there is no page, nor without a method that leaves it', async () => {
    const one = redirecting(signedIn)
    const page = { ...world.environment.page, href: () => null }
    expect(await createAuth({ method: one }, { ...world.environment, page }).handleCallback()).toEqual(none)
    expect(one.asked).toEqual([])
    expect(await createAuth({ method: plain }, world.environment).handleCallback()).toEqual(none)
  })

  describe('of one method among several', () => {
    afterEach(() => void vi.useRealTimers())

    const partner = backendCode({ authorizationUrl: `${issuer}/authorize`, clientId: 'partner', exchangeUrl: '/exchange' })
    const elsewhere = authorizationCode({ issuer, clientId: 'partner', redirectUri: '/elsewhere' })
    const link = ephemeralToken({ exchangeUrl: '/exchange', urlParameter: 'token' })

    test.each([
      { how: 'one with the same redirect URI', before: { partner }, answered: { code: 'the-code' }, type: 'signed_in' },
      { how: 'one with another redirect URI', before: { elsewhere }, answered: { code: 'the-code' }, type: 'signed_in' },
      { how: 'one that takes tokens from links', before: { link }, answered: { code: 'the-code' }, type: 'signed_in' },
      { how: 'three others', before: { partner, elsewhere, link }, answered: { code: 'the-code' }, type: 'signed_in' },
      { how: 'three others, when the person cancels', before: { partner, elsewhere, link }, answered: { error: 'access_denied' }, type: 'cancelled' },
    ])('CB-19 CB-20 is out of the address before the first await, behind $how', async ({ before, answered, type }) => {
      const there = atProvider()
      const load = () => createAuth({ methods: { ...before, work: authorizationCode({ issuer, clientId: 'web' }) } }, there.world.environment)
      await load().login('work')
      const asked = new URL(there.world.left.at(-1) ?? '').searchParams
      there.provider.nonce = asked.get('nonce') ?? ''
      const response = new URLSearchParams({ ...answered, state: asked.get('state') ?? '', iss: issuer })
      there.world.href = `https://app.example/callback?tab=2&${response}`
      const result = load().handleCallback()
      expect(there.world.href).toBe('https://app.example/callback?tab=2')
      expect(await result).toMatchObject({ type })
    })
  })

  test('that a method cannot judge rejects', async () => {
    const broken: AuthMethod = { ...plain, callback: () => () => Promise.reject(new AuthError('invalid_config', 'The redirectUri is elsewhere.')) }
    await expect(createAuth({ methods: { broken, plain } }, world.environment).handleCallback()).rejects.toMatchObject({ code: 'invalid_config' })
  })
})

describe('retry()', () => {
  test.each([
    { says: [none, cancelled], by: 'two', to: '/orders' },
    { says: [foreign, failed], by: 'two', to: '/orders' },
    { says: [failed, cancelled], by: 'one', to: '/orders' },
    { says: [foreign, foreignToo], by: 'one', to: '/first' },
    { says: [none, foreignToo], by: 'two', to: '/second' },
  ])('starts the login again by the method that refused, $by, to $to', async ({ says, by, to }) => {
    const auth = createAuth({ methods: { one: redirecting(says[0]!), two: redirecting(says[1]!) } }, world.environment)
    const result = await auth.handleCallback()
    const events: unknown[] = []
    auth.inspect(({ type, ...event }) => events.push([type, 'method' in event && event.method]))
    if (!('retry' in result)) throw new Error('There is nothing to retry.')
    expect(world.left).toEqual([])
    await result.retry()
    expect(world.left).toEqual([`https://id.example${to}`])
    expect(world.tabStorage.keys()).toEqual([`tessera:default:scratch:${by}:returnTo`])
    expect(events).toEqual([['login_started', by]])
    expect(auth.store.getState().pending).toBe(by)
    auth.dispose()
  })

  test('takes what the method says, asked before the login begins, and nothing once disposed', async () => {
    const one = redirecting(failed)
    const login = vi.fn(one.login)
    const asked: string[] = []
    const retryInput = () => (asked.push('input'), { returnTo: '/again' })
    const auth = createAuth({ method: { ...one, login, retryInput } }, world.environment)
    const result = await auth.handleCallback()
    if (!('retry' in result)) throw new Error('There is nothing to retry.')
    auth.inspect(({ type }) => asked.push(type))
    await result.retry()
    expect(login).toHaveBeenCalledWith({ returnTo: '/again' }, expect.anything())
    expect(asked).toEqual(['input', 'login_started'])
    auth.dispose()
    await expect(result.retry()).rejects.toMatchObject({ code: 'disposed' })
    expect(login).toHaveBeenCalledTimes(1)
  })

  test('rejects as login() does', async () => {
    const one = redirecting(cancelled)
    const auth = createAuth({ method: { ...one, login: () => Promise.reject(new AuthError('network', 'Offline.')) } }, world.environment)
    const result = await auth.handleCallback()
    if (!('retry' in result)) throw new Error('There is nothing to retry.')
    await expect(result.retry()).rejects.toMatchObject({ code: 'network' })
    expect(auth.store.getState()).toMatchObject({ pending: null, error: { code: 'network' } })
  })

  test.each([signedIn, handedOver, none])('is not there for $type', async (outcome) => {
    expect(await createAuth({ method: redirecting(outcome) }, world.environment).handleCallback()).toEqual(outcome)
  })
})

describe('what a method is offered', () => {
  const session = { accessToken: 'at', subject: '7', user: { id: 7 }, scope: [] }

  test('takes a login up under its own name, and knows the session by its family', async () => {
    const two = redirecting(none)
    const auth = createAuth({ methods: { one: redirecting(none), two } }, world.environment)
    const events: string[] = []
    auth.inspect((event) => events.push(event.type === 'login_resumed' ? `${event.type} ${event.method}` : event.type))
    expect(await two.host().currentFamily()).toBeNull()
    await two.host().signIn(async () => session, 'the-state')
    expect(auth.store.getState()).toMatchObject({ status: 'authenticated', method: 'two', user: { id: 7 } })
    expect(auth.tokens.current?.tokens).toMatchObject({ method: 'two', family: 'the-state' })
    expect(await two.host().currentFamily()).toBe('the-state')
    expect(events).toEqual(['login_resumed two', 'set', 'signed_in'])
  })

  test('the family is that of a stored session too, once it was read', async () => {
    const one = redirecting(none)
    createAuth({ method: one, storage: 'session' }, world.environment)
    await one.host().signIn(async () => session, 'the-state')
    const again = redirecting(none)
    const getItem = vi.fn(world.tabStorage.getItem)
    createAuth({ method: again, storage: 'session' }, { ...world.environment, tabStorage: { ...world.tabStorage, getItem } })
    expect(getItem).not.toHaveBeenCalled()
    expect(await again.host().currentFamily()).toBe('the-state')
  })

  test('a moment that lasts until the next login, logout or dispose()', async () => {
    for (const act of ['login', 'logout', 'dispose'] as const) {
      const one = redirecting(none)
      const auth = createAuth({ method: one }, world.environment)
      const isLatest = one.host().mark()
      await auth.handleCallback()
      expect(isLatest()).toBe(true)
      await auth[act]({ returnTo: '/' })
      expect(isLatest()).toBe(false)
      auth.dispose()
    }
  })

  test('a scratch storage that no other method sees', async () => {
    const [one, two] = [redirecting(none), redirecting(none)]
    createAuth({ methods: { one, two } }, world.environment)
    one.host().context().scratch.setItem('key', 'of one')
    expect(two.host().context().scratch.getItem('key')).toBeNull()
    expect(two.host().context().scratch.keys()).toEqual([])
    expect(one.host().context().scratch.keys()).toEqual(['key'])
  })
})
