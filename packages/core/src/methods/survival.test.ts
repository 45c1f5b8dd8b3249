import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createProvider, issuer, jwt } from '../../test/provider.ts'
import { createWorld, type World } from '../../test/world.ts'
import type { Auth } from '../auth/auth.ts'
import type { AuthOptions } from '../auth/authOptions.ts'
import { createAuth } from '../auth/createAuth.ts'
import { accessToken } from './accessToken.ts'
import { apiKey } from './apiKey.ts'
import { authorizationCode } from './authorizationCode.ts'
import { backendCode } from './backendCode.ts'
import { clientCredentials } from './clientCredentials.ts'
import { cookieSession } from './cookieSession.ts'
import { ephemeralToken } from './ephemeralToken.ts'
import { firebase } from './firebase.ts'
import type { AuthMethod } from './method.ts'
import { password } from './password.ts'
import { refreshToken } from './refreshToken.ts'

const hour = 3_600_000
const api = 'https://api.example/v1/'

const guide = readFileSync(join(import.meta.dirname, '../../../../docs/security.md'), 'utf8')
/** The rows of its table, as cells. */
const rows = (/## What survives what\n[^]*?\n\| ---.*\n((?:\|.*\n)+)/.exec(guide)?.[1] ?? '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))

/** A way to be signed in, of a server that knows this person. */
interface Way {
  readonly method: () => AuthMethod<never>
  readonly input?: object
  /** Members of an answer in place of those of others; `undefined` leaves one out. */
  readonly answers?: object
  /** Comes back by redirect. */
  readonly isRedirect?: boolean
}

const person = { email: 'ada@example.com', password: 'correct-horse' }
const atBackend = { authorizationUrl: `${issuer}/authorize`, clientId: 'web', exchangeUrl: '/exchange' }
const session = { sessionUrl: '/session', loginUrl: '/login', logoutUrl: '/logout' }
const permanent = { expires_in: undefined }

const ways: Record<string, Way> = {
  '`authorizationCode`': { method: () => authorizationCode({ issuer, clientId: 'web' }), isRedirect: true },
  '`backendCode`, with a cookie': { method: () => backendCode({ ...atBackend, session: cookieSession(session) }), isRedirect: true },
  '`backendCode`, with a token': { method: () => backendCode(atBackend), isRedirect: true, answers: permanent },
  '`cookieSession`': { method: () => cookieSession(session), input: person },
  '`password`': { method: () => password({ loginUrl: '/login', refreshUrl: '/refresh' }), input: person },
  '`firebase`': { method: () => firebase({ apiKey: 'AIza' }), input: person },
  '`accessToken`': { method: () => accessToken(), input: { token: 'ac_1' } },
  '`ephemeralToken`': { method: () => ephemeralToken({ exchangeUrl: '/exchange' }), input: { ephemeralToken: 'once' } },
  '`ephemeralToken`, with `mint`': { method: () => ephemeralToken({ exchangeUrl: '/exchange', mint: async () => 'another' }), input: { ephemeralToken: 'once' } },
  '`refreshToken`': { method: () => refreshToken({ tokenUrl: '/token' }), input: { refreshToken: 'rt-0' } },
  '`apiKey`': { method: () => apiKey({}), input: { key: 'sk_live_1' } },
  '`clientCredentials`': { method: () => clientCredentials({ tokenUrl: 'https://job.example/token', clientId: 'job', clientSecret: 'shh', dangerouslyAllowBrowser: true }) },
}

type Settings = Pick<AuthOptions<never, unknown>, 'storage' | 'shareAcrossTabs'>

/** What the API answers next, and then no more. */
let refusals: Response[]
let isNetworkGone: boolean
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  // Of a client secret in a page, each time.
  vi.spyOn(console, 'warn').mockReturnValue()
  refusals = []
  isNetworkGone = false
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** A page of this browser: another one of the same tab, if it is given that tab's storage. */
interface Visit {
  readonly world: World
  readonly auth: Auth<never>
}

function visit({ method, answers = {} }: Way, settings: Settings, world = createWorld()): Visit {
  const provider = createProvider()
  let count = 0
  world.answer = (request) => {
    if (isNetworkGone) throw new TypeError('Failed to fetch')
    if (request.url.startsWith(api)) return refusals.shift() ?? Response.json({})
    provider.nonce = new URL(world.left.at(-1) ?? issuer).searchParams.get('nonce') ?? ''
    if (request.url.startsWith(issuer)) return provider.answer(request)
    const idToken = jwt({ sub: 'ada', count: ++count })
    const tokens = { access_token: `at-${count}`, refresh_token: `rt-${count}`, token_type: 'Bearer', expires_in: 3600, sub: 'ada' }
    return Response.json({ ...tokens, idToken, id_token: idToken, refreshToken: `rt-${count}`, localId: 'ada', user_id: 'ada', expiresIn: '3600', ...answers })
  }
  const auth = createAuth({ method: method() as AuthMethod<unknown>, api: ['https://app.example', api], ...settings }, world.environment)
  return { world, auth }
}

async function signIn(way: Way, settings: Settings = {}): Promise<Visit> {
  const first = visit(way, settings)
  await first.auth.login(way.input as never)
  if (way.isRedirect !== true) return first
  const asked = new URL(first.world.left.at(-1) ?? '').searchParams
  first.world.href = `https://app.example/callback?${new URLSearchParams({ code: 'the-code', state: asked.get('state') ?? '', ...(asked.has('nonce') && { iss: issuer }) })}`
  const back = visit(way, settings, first.world)
  expect(await back.auth.handleCallback()).toMatchObject({ type: 'signed_in' })
  return back
}

/** Who is signed in there, in the words of the table. */
async function found({ auth }: Visit): Promise<string> {
  const ready = auth.ready
  await vi.advanceTimersByTimeAsync(1000)
  return (await ready).status === 'authenticated' ? 'signed in' : 'signed out'
}

/** What became of it. */
function outcome({ auth, world }: Visit, sentBefore: number): string {
  const state = auth.store.getState()
  if (state.status === 'unauthenticated') return `\`${state.reason}\``
  const sent = world.requests.slice(sentBefore).filter(({ url }) => !url.startsWith(api))
  return sent.length === 0 ? 'does not expire' : 'renewed'
}

test('the page speaks of all of them', () => {
  expect(rows.map(([name]) => name)).toEqual(Object.keys(ways))
})

describe.each(rows)('%s', (name = '', reload, keptReload, expiry, refusal) => {
  const way = ways[name] as Way

  test.each([
    ['a reload with memory', reload, { storage: 'memory' }],
    ['a reload with session', keptReload, { storage: 'session' }],
  ] as const)('%s: %s', async (_, said, settings) => {
    const { auth, world } = await signIn(way, settings)
    auth.dispose()
    world.href = 'https://app.example/home'
    expect(await found(visit(way, settings, world))).toBe(said)
  })

  test.each([
    ['a new tab', reload, {}],
    ['a new tab, where tabs of a session keep it in sessionStorage', reload, { storage: 'session' }],
    ['a new tab with shareAcrossTabs', keptReload, { shareAcrossTabs: true }],
  ] as const)('%s: %s', async (_, said, settings) => {
    const { world } = await signIn(way, settings)
    expect(await found(visit(way, settings, createWorld(world.origin)))).toBe(said)
  })

  test(`its tokens expire: ${expiry}`, async () => {
    const page = await signIn(way)
    const sentBefore = page.world.requests.length
    page.auth.start()
    await vi.advanceTimersByTimeAsync(13 * hour)
    await page.auth.fetch(`${api}orders`).catch(() => {})
    // The cookie is the server's affair, which is asked when somebody looks.
    page.world.wake('focus')
    await vi.advanceTimersByTimeAsync(0)
    expect(outcome(page, sentBefore)).toBe(expiry)
    page.auth.dispose()
  })

  test(`an API answers 401: ${refusal}`, async () => {
    const page = await signIn(way)
    const sentBefore = page.world.requests.length
    refusals = [new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })]
    expect((await page.auth.fetch(`${api}orders`)).status).toBe(refusal === 'renewed' ? 200 : 401)
    expect(outcome(page, sentBefore)).toBe(refusal)
  })

  test.each([
    ['no network', () => void (isNetworkGone = true)],
    ['asleep', () => {}],
  ])('INV-5 %s for an hour: goes on as it says of tokens that expire', async (_, begin) => {
    const page = await signIn(way)
    const sentBefore = page.world.requests.length
    page.auth.start()
    begin()
    vi.setSystemTime(Date.now() + hour)
    page.world.wake('visible')
    await page.auth.fetch(`${api}orders`).catch(() => {})
    if (expiry !== '`expired`') expect(page.auth.store.getState().status).toBe('authenticated')
    isNetworkGone = false
    page.world.wake('online')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(outcome(page, sentBefore)).toBe(expiry)
    page.auth.dispose()
  })
})
