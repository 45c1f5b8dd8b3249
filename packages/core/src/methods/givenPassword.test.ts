import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { jwt } from '../../test/provider.ts'
import { createWorld, type World } from '../../test/world.ts'
import { createAuth } from '../auth/createAuth.ts'
import { cookieSession } from './cookieSession.ts'
import { ephemeralToken } from './ephemeralToken.ts'
import { firebase } from './firebase.ts'
import type { AuthMethod } from './method.ts'
import { password } from './password.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const real = { setImmediate }
/** Everything that waits for nothing is done, and what nobody holds is gone. */
async function clear(): Promise<void> {
  for (let times = 0; times < 3; times++) {
    await new Promise((resolve) => real.setImmediate(resolve))
    collect()
  }
}

let world: World
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
})
afterEach(() => vi.useRealTimers())

interface Credentials {
  readonly email: string
  readonly password: string
  readonly ephemeralToken: string
}

const idToken = jwt({ sub: 'ada', iat: 1_800_000_000, exp: 1_800_003_600 })
const tokens = { access_token: 'at', refresh_token: 'rt', token_type: 'Bearer', expires_in: 3600, sub: 'ada', idToken, refreshToken: 'rt', expiresIn: '3600', localId: 'ada' }

const methods: readonly (readonly [string, AuthMethod<Credentials>])[] = [
  ['password', password({ loginUrl: '/login', refreshUrl: '/refresh' })],
  ['cookieSession', cookieSession({ sessionUrl: '/session', loginUrl: '/login' })],
  ['firebase', firebase({ apiKey: 'AIza' })],
  ['ephemeralToken', ephemeralToken({ exchangeUrl: '/exchange' })],
]
const answers: readonly (readonly [string, () => Promise<Response>])[] = [
  ['signs in', async () => Response.json(tokens)],
  ['is refused', async () => Response.json({ error: 'invalid_grant' }, { status: 401 })],
  ['is put off', async () => Response.json({}, { status: 503 })],
  ['finds no network', () => Promise.reject(new TypeError('Failed to fetch'))],
  ['gets no answer in time', () => new Promise<never>(() => {})],
]

describe.each(methods)('%s', (_, method) => {
  test.each(answers)('PW-01 EP-05 a login that %s holds on to neither what it was given nor what it sent', async (_what, answer) => {
    const held: WeakRef<object>[] = []
    const network = {
      isOnline: () => true,
      fetch(request: Request) {
        held.push(new WeakRef(request))
        return answer()
      },
    }
    const auth = createAuth({ method }, { ...world.environment, network })
    const events: unknown[] = []
    auth.inspect((event) => void events.push(event))
    const login = (): Promise<unknown> => {
      const given = { email: 'ada@example.com', password: 'canary', ephemeralToken: 'canary' }
      held.push(new WeakRef(given))
      return auth.login(given).catch((error: unknown) => error)
    }
    const settled = login()
    await vi.advanceTimersByTimeAsync(10_000)
    const outcome = await settled
    await clear()
    expect(held.length).toBeGreaterThan(1)
    expect(held.map((reference) => reference.deref())).toEqual(held.map(() => undefined))
    // All of what could hold it is there still.
    expect([outcome, events, auth.store.getState()]).toBeDefined()
    auth.dispose()
  })
})
