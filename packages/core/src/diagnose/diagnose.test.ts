import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createProvider, issuer, type Provider } from '../../test/provider.ts'
import { createWorld, type Answer, type World } from '../../test/world.ts'
import { createAuth } from '../auth/createAuth.ts'
import type { Environment } from '../browser/environment.ts'
import type { Resident } from '../browser/roster.ts'
import type { Violation } from '../browser/violations.ts'
import { authorizationCode, type AuthorizationCodeOptions } from '../methods/authorizationCode.ts'
import { clientCredentials } from '../methods/clientCredentials.ts'
import { ephemeralToken } from '../methods/ephemeralToken.ts'
import type { AuthMethod } from '../methods/method.ts'
import type { Finding } from '../session/finding.ts'

// At once from the first test on.
await Promise.all([import('./diagnose.ts'), import('../oauth/diagnoseProvider.ts')])

const nowAt = 1_800_000_000_000
const canary = 'canary-secret'

let world: World
let provider: Provider
/** Other servers than the provider's, by origin: what they answer. */
let servers: Record<string, Answer>
/** What the page's policy blocks. */
let blocked: Violation[]
/** How many listen for that. */
let watching: number

beforeEach(() => {
  vi.useFakeTimers({ now: nowAt })
  world = createWorld()
  provider = createProvider()
  ;[blocked, watching] = [[], 0]
  servers = { 'https://app.example': () => new Response(null), [issuer]: (request) => atProvider(request) }
  world.answer = (request) => servers[new URL(request.url).origin]?.(request) ?? down(request)
})
afterEach(() => vi.useRealTimers())

const down: Answer = () => Promise.reject(new TypeError('Failed to fetch'))
const json = (body: unknown, status = 200): Answer => () => Response.json(body, { status })

const atProvider: Answer = async (request) => {
  const { pathname } = new URL(request.url)
  if (pathname === '/jwks') return Response.json({ keys: [] })
  // As a real one refuses a request without a code.
  if (pathname === '/token' && provider.tokenAnswer === null) return Response.json({ error: 'invalid_request' }, { status: 400 })
  return provider.answer(request)
}

/** What Chromium does of a server whose answers have no CORS headers. */
const withoutCors: Answer = (request) => (request.mode === 'no-cors' ? new Response(null) : down(request))
const redirecting: Answer = (request) => (request.redirect === 'manual' ? opaqueRedirect() : down(request))
function opaqueRedirect(): Response {
  return Object.defineProperty(new Response(null), 'type', { value: 'opaqueredirect' })
}

interface Given {
  readonly options?: Partial<Parameters<typeof createAuth>[0]>
  readonly code?: Partial<AuthorizationCodeOptions>
  readonly method?: AuthMethod
  readonly environment?: Partial<Environment> | undefined
}

function open({ options = {}, code = {}, method, environment = {} }: Given = {}) {
  const chosen = method ?? authorizationCode({ issuer, clientId: 'web', ...code } as AuthorizationCodeOptions)
  const violations = {
    watch() {
      watching++
      let isWatching = true
      return () => {
        if (isWatching) watching--
        isWatching = false
        return blocked
      }
    },
  }
  return createAuth({ method: chosen, ...options } as never, { ...world.environment, violations, ...environment })
}

async function findings(given: Given = {}): Promise<readonly Finding[]> {
  const auth = open(given)
  const found = auth.diagnose()
  await vi.advanceTimersByTimeAsync(60_000)
  auth.dispose()
  expect(watching).toBe(0)
  return found
}
const codes = async (given?: Given) => (await findings(given)).map(({ code, severity }) => `${severity} ${code}`)
/** A method that has nothing to look for. */
const own = (members: Partial<AuthMethod> = {}): AuthMethod => ({ name: 'own', login: () => Promise.reject(new Error('no')), ...members })
/** What was sent to this path. */
async function formOf(path: string): Promise<Record<string, string>> {
  const sent = world.requests.find(({ url }) => url.endsWith(path))
  return Object.fromEntries(new URLSearchParams(await sent?.text()))
}
const page = (changed: Partial<Environment['page']>): Given['environment'] => ({ page: { ...world.environment.page, ...changed } })

describe('diagnose', () => {
  test('finds nothing where nothing is wrong', async () => {
    servers['https://api.example'] = json({ error: 'unauthorized' }, 401)
    expect(await findings({ options: { api: 'https://api.example/v1/', storage: 'session' } })).toEqual([])
  })

  test('leaves nothing behind, and asks for nothing that could be used', async () => {
    provider.metadata['pushed_authorization_request_endpoint'] = `${issuer}/par`
    servers['https://api.example'] = json({})
    const before = world.tabStorage.keys()
    await findings({ options: { api: 'https://api.example', storage: 'session' } })
    expect(world.tabStorage.keys()).toEqual(before)
    expect(world.left).toEqual([])
    expect(world.windows.opened).toEqual([])
    expect(world.requests.map(({ method, url, headers }) => `${method} ${url} ${headers.get('authorization') ?? ''}`.trim()).sort()).toEqual([
      'GET https://api.example/',
      'GET https://api.example/ Bearer none',
      `GET ${issuer}/.well-known/openid-configuration`,
      `GET ${issuer}/jwks`,
      'HEAD https://app.example/',
      `POST ${issuer}/par`,
      `POST ${issuer}/token`,
    ])
    expect(Object.keys(await formOf('/token'))).toEqual(['grant_type', 'client_id'])
  })

  test('gives plain, frozen data, errors first, each thing once', async () => {
    world.isOnline = false
    world.answer = down
    const found = await findings({ environment: { crypto: { ...world.environment.crypto, isSecureContext: () => false } } })
    expect(found.map(({ code, severity }) => `${severity} ${code}`)).toEqual(['error insecure_context', 'warning offline'])
    expect(Object.isFrozen(found) && found.every(Object.isFrozen)).toBe(true)
    expect(JSON.parse(JSON.stringify(found))).toEqual(found)
    for (const { message, cure } of found) expect([message, cure].every((text) => text.endsWith('.'))).toBe(true)
  })

  test('rejects after dispose()', async () => {
    const auth = open()
    auth.dispose()
    await expect(auth.diagnose()).rejects.toMatchObject({ code: 'disposed' })
  })

  test('a method that throws hides nothing else', async () => {
    const reported = vi.spyOn(console, 'error').mockReturnValue()
    const method: AuthMethod = {
      name: 'own',
      login: () => Promise.reject(new Error('no')),
      diagnose() {
        throw new Error('broken')
      },
    }
    world.href = 'http://app.example/'
    expect(await codes({ method })).toEqual(['error api_missing'])
    expect(reported).toHaveBeenCalledOnce()
  })

  test('a method that knows nothing to look for is no fault', async () => {
    const reported = vi.spyOn(console, 'error').mockReturnValue()
    expect(await codes({ method: own() })).toEqual([])
    expect(reported).not.toHaveBeenCalled()
  })

  test('INV-12: a method that never settles holds up nothing for ever', async () => {
    const reported = vi.spyOn(console, 'error').mockReturnValue()
    const method = own({ diagnose: () => new Promise(() => {}) })
    world.href = 'http://app.example/'
    expect(await codes({ method, options: { requestTimeoutMs: 5_000 } })).toEqual(['error api_missing'])
    expect(reported).toHaveBeenCalledOnce()
  })

  test('a method of one’s own finds what it finds, with the answers of its servers', async () => {
    servers['https://own.example'] = json({ isOpen: false })
    const seen: unknown[] = []
    const method: AuthMethod = {
      name: 'own',
      login: () => Promise.reject(new Error('no')),
      async diagnose({ ask, context }) {
        const asked = await ask('https://own.example/')
        seen.push('cure' in asked ? asked : await asked.json(), context().page.href())
        const unreachable = await ask('https://nowhere.example/')
        return 'cure' in unreachable ? [unreachable] : []
      },
    }
    expect(await codes({ method })).toEqual(['error unreachable'])
    expect(seen).toEqual([{ isOpen: false }, 'https://app.example/home'])
  })

  test.each([
    ['cors_blocked', withoutCors],
    ['redirected', redirecting],
    ['unreachable', down],
  ] as [string, Answer][])('INV-22: an address is shown without its query, which may hold a key: %s', async (code, answer) => {
    servers['https://own.example'] = answer
    const method: AuthMethod = {
      name: 'own',
      login: () => Promise.reject(new Error('no')),
      async diagnose({ ask }) {
        const asked = await ask(`https://own.example/health?key=${canary}`)
        return 'cure' in asked ? [asked] : []
      },
    }
    const found = await findings({ method })
    expect(found).toMatchObject([{ code, message: expect.stringContaining('https://own.example/health') as string }])
    expect(JSON.stringify(found)).not.toContain(canary)
  })

  test('outside of browsers: what holds there alone', async () => {
    const nowhere = { ...world.environment.page, href: () => null, isBrowser: () => false }
    servers['https://id.example'] = json({ access_token: 'at', expires_in: 60 })
    const method = clientCredentials({ tokenUrl: 'https://id.example/token', clientId: 'x', clientSecret: canary })
    expect(await codes({ method, options: { storage: 'session' }, environment: { page: nowhere, crypto: { ...world.environment.crypto, isSecureContext: () => false } } })).toEqual(['warning api_missing'])
  })
})

describe('the page', () => {
  test('no crypto.subtle', async () => {
    expect(await codes({ environment: { crypto: { ...world.environment.crypto, isSecureContext: () => false } } })).toEqual(['error insecure_context'])
  })

  test('PO-13: a frame of another origin, where no login begins', async () => {
    const [framed] = await findings({ environment: page({ isFramed: () => true }) })
    expect(framed?.message).toMatch(/^This page is in a frame of another origin: /)
    expect(framed).toMatchObject({ code: 'framed', severity: 'error', message: expect.stringContaining('Nor does login() begin here') as string })
    const [allowed] = await findings({ environment: page({ isFramed: () => true }), options: { allowFraming: true } })
    expect(allowed).toMatchObject({ code: 'framed', severity: 'warning' })
    expect(allowed?.message).toMatch(/^This page is in a frame of another origin: .* no login in a frame\.$/)
  })

  test.each([
    ['10 min ahead of', -600_000, 600],
    ['61 s behind', 61_000, 61],
  ])('TM-07: a clock %s that of the server', async (_, serverAheadMs, seconds) => {
    servers['https://app.example'] = () => new Response(null, { headers: { date: new Date(nowAt + serverAheadMs).toUTCString() } })
    const found = await findings()
    expect(found).toMatchObject([{ code: 'clock_wrong', severity: 'warning' }])
    expect(found[0]?.message).toContain(`${seconds} s ${serverAheadMs < 0 ? 'ahead of' : 'behind'} that of https://app.example`)
  })

  test('TM-07: one clock is told of, however many servers say so', async () => {
    const date = new Date(nowAt - 600_000).toUTCString()
    servers = Object.fromEntries(Object.entries(servers).map(([origin, answer]) => [origin, async (request) => {
      const { status, body } = await answer(request)
      return new Response(body, { status, headers: { date } })
    }]))
    expect(await codes()).toEqual(['warning clock_wrong'])
  })

  test.each([
    ['a minute is within bounds', { date: new Date(nowAt - 60_000).toUTCString() }],
    ['an answer from a cache is as old as it says', { date: new Date(nowAt - 600_000).toUTCString(), age: '600' }],
    ['DO-10: a Date that is none is ignored', { date: 'yesterday' }],
    ['DO-10: an Age that is none is ignored', { date: new Date(nowAt - 600_000).toUTCString(), age: '-1' }],
  ])('%s', async (_, headers) => {
    servers['https://app.example'] = () => new Response(null, { headers: headers as Record<string, string> })
    expect(await codes()).toEqual([])
  })
})

describe('storage', () => {
  const throwing = (name: string) => ({ ...createWorld().tabStorage, setItem: () => Promise.reject(new DOMException(canary, name)) as never })

  test.each([
    ['SecurityError', 'error storage_blocked'],
    ['QuotaExceededError', 'error storage_full'],
  ])('sessionStorage throws a %s', async (name, code) => {
    expect(await codes({ environment: { tabStorage: throwing(name) } })).toEqual([code])
    expect(await codes({ environment: { tabStorage: throwing(name) }, options: { storage: 'session' } })).toEqual([code])
  })

  const leaving = 'no login can be remembered until the provider sends the person back'
  test.each([
    ['sessionStorage, for logins that leave the page', { tabStorage: throwing('SecurityError') }, {}, `sessionStorage is blocked or fails (SecurityError): ${leaving}.`],
    ['sessionStorage, for tokens too', { tabStorage: throwing('QuotaExceededError') }, { storage: 'session' }, `sessionStorage is full: a reload signs out, and ${leaving}.`],
    ['a storage of one’s own that fails', {}, { storage: throwing('NoSuchThing') }, 'The storage of your own is blocked or fails (NoSuchThing): a reload signs out.'],
    ['a storage of one’s own that forgets', {}, { storage: { ...createWorld().tabStorage, getItem: () => null } }, 'The storage of your own does not give back what was written into it: a reload signs out.'],
    ['a storage of one’s own that throws what has no name', {}, { storage: { ...createWorld().tabStorage, getItem: () => Promise.reject({ name: 7 }) } }, 'The storage of your own is blocked or fails (unknown): a reload signs out.'],
  ] as [string, Partial<Environment>, object, string][])('says which, and what is lost: %s', async (_, environment, options, message) => {
    expect((await findings({ environment, options })).map((each) => each.message)).toEqual([message])
  })

  test('where nobody leaves the page, tokens alone are lost', async () => {
    const found = await findings({ method: own(), environment: { tabStorage: throwing('SecurityError') }, options: { storage: 'session' } })
    expect(found.map(({ message }) => message)).toEqual(['sessionStorage is blocked or fails (SecurityError): a reload signs out.'])
  })

  test('a method that takes what is in the address, and leaves for nobody, loses no login', async () => {
    const method = ephemeralToken({ exchangeUrl: '/exchange', urlParameter: 'token' }) as AuthMethod<never> as AuthMethod
    const environment = { tabStorage: throwing('SecurityError') }
    expect(await codes({ method, environment })).toEqual([])
    expect(await findings({ method, environment, options: { storage: 'session' } })).toMatchObject([{ message: 'sessionStorage is blocked or fails (SecurityError): a reload signs out.' }])
  })

  test('of several methods, one that leaves the page needs it', async () => {
    const methods = { code: authorizationCode({ issuer, clientId: 'web' }), own: own() }
    expect(await codes({ options: { method: undefined, methods } as never, environment: { tabStorage: throwing('SecurityError') } })).toEqual(['error storage_blocked'])
  })

  test('a storage of one’s own that fails, forgets or never answers', async () => {
    const kept = world.tabStorage
    expect(await codes({ options: { storage: throwing('Error') } })).toEqual(['error storage_blocked'])
    expect(await codes({ options: { storage: { ...kept, getItem: () => null } } })).toEqual(['error storage_blocked'])
    expect(await codes({ options: { storage: { ...kept, setItem: () => new Promise(() => {}) } } })).toEqual(['error storage_blocked'])
    expect(await codes({ options: { storage: kept } })).toEqual([])
  })

  test('two that are one underneath, and looks at once, do not get into each other’s way', async () => {
    const { tabStorage } = world
    const later = async <R>(run: () => R): Promise<R> => (await new Promise((resolve) => void world.environment.timer.after(100, () => resolve(null))), run())
    const slow = {
      getItem: (key: string) => later(() => tabStorage.getItem(key)),
      setItem: (key: string, value: string) => later(() => tabStorage.setItem(key, value)),
      removeItem: (key: string) => later(() => tabStorage.removeItem(key)),
    }
    const auth = open({ options: { storage: slow } })
    const first = auth.diagnose()
    await vi.advanceTimersByTimeAsync(150)
    const second = auth.diagnose()
    await vi.advanceTimersByTimeAsync(60_000)
    expect([await first, await second]).toEqual([[], []])
    expect(tabStorage.keys().filter((key) => key.includes('diagnose'))).toEqual([])
  })

  test('nothing is tried that is not needed', async () => {
    const method = own()
    expect(await codes({ method, environment: { tabStorage: throwing('SecurityError') } })).toEqual([])
  })

  test.each([
    ['locks', { locks: { acquire: () => Promise.reject(new TypeError('no locks')) } }, 'Web Locks'],
    ['database', { database: { ...createWorld().environment.database, read: () => new Promise(() => {}) } }, 'IndexedDB'],
    ['channels', { channels: { join: () => { throw new TypeError('no channels') } } }, 'BroadcastChannel'],
  ])('what tabs need: %s', async (_, environment, name) => {
    const found = await findings({ environment: environment as never, options: { storage: 'session' } })
    expect(found).toMatchObject([{ code: 'tabs_degraded', severity: 'warning', message: expect.stringContaining(name) as string }])
    expect(await codes({ environment: environment as never })).toEqual([])
    const insecure = { ...environment, crypto: { ...world.environment.crypto, isSecureContext: () => false } } as never
    expect(await codes({ environment: insecure, options: { storage: 'session' } })).toEqual(['error insecure_context'])
    const nowhere = { ...environment, page: { ...world.environment.page, href: () => null, isBrowser: () => false } } as never
    expect(await codes({ environment: nowhere, options: { storage: 'session' } })).toEqual(['warning api_missing'])
  })

  test('outside of browsers nobody leaves for a provider, and nothing has to be remembered for that', async () => {
    const nowhere = { ...world.environment.page, href: () => null, isBrowser: () => false }
    expect(await codes({ environment: { page: nowhere, tabStorage: throwing('SecurityError') } })).toEqual(['warning api_missing'])
    expect(await codes({ environment: { page: nowhere, tabStorage: throwing('SecurityError') }, options: { storage: 'session' } })).toEqual(['warning api_missing'])
  })
})

describe('destinations', () => {
  test('none, on a page that is not https', async () => {
    world.href = 'http://app.example/'
    expect(await codes({ method: own() })).toEqual(['error api_missing'])
  })

  test('none: says why credentials go nowhere', async () => {
    world.href = 'http://app.example/'
    expect(await findings({ method: own() })).toMatchObject([{ message: expect.stringContaining("and this page's own, http://app.example, is not https.") as string }])
    const nowhere = page({ href: () => null, isBrowser: () => false })
    expect(await findings({ method: own(), environment: nowhere })).toMatchObject([{ message: expect.stringContaining('and there is no page here.') as string }])
  })

  test.each([
    ['down', () => {}, 'error unreachable'],
    ['out of reach, as the browser is offline', () => void (world.isOnline = false), 'warning offline'],
    ['blocked by the policy of the page', () => void (blocked = [{ directive: 'connect-src', url: 'https://app.example/' }]), 'error csp_blocked'],
  ])('none, and the server of the page is %s', async (_, arrange, code) => {
    servers['https://app.example'] = down
    arrange()
    expect(await codes({ method: own() })).toEqual([code])
    // One of the API’s own says the same.
    servers = { 'https://app.example': json({}) }
    blocked = blocked.map((violation) => ({ ...violation, url: 'https://api.example/' }))
    expect(await codes({ method: own(), options: { api: 'https://api.example' } })).toEqual([code])
  })

  test('outside of browsers each is asked, with the header Authorization and without', async () => {
    servers = { 'http://localhost:3000': json({}), 'https://api.example': withoutCors }
    const found = await findings({ method: own(), options: { api: ['http://localhost:3000', 'https://api.example'] }, environment: page({ href: () => null, isBrowser: () => false }) })
    expect(found).toMatchObject([{ code: 'cors_blocked', cure: expect.stringContaining('allow the origin null ') as string }])
    expect(world.requests.filter(({ url }) => url.includes('localhost')).map(({ headers }) => headers.get('authorization'))).toEqual([null, 'Bearer none'])
  })

  test('an answer that is too large is an answer', async () => {
    servers['https://api.example'] = () => new Response('x'.repeat(2_000_000))
    expect(await codes({ options: { api: 'https://api.example' } })).toEqual([])
  })

  test('a status that no answer of a page can have, as a firewall gives it, is an answer', async () => {
    const walled: Answer = () => Object.defineProperties(new Response('blocked'), { status: { value: 999 }, ok: { value: false } })
    servers = { 'https://app.example': walled, 'https://api.example': walled, [issuer]: walled }
    expect(await findings({ options: { api: 'https://api.example' } })).toMatchObject([{ code: 'metadata_unusable', message: expect.stringContaining('(status 999)') as string }])
  })

  test('of this very machine, from a page that is not', async () => {
    const found = await findings({ options: { api: ['http://localhost:3000'] } })
    expect(found).toMatchObject([{ code: 'api_local', severity: 'warning', message: expect.stringContaining('"api" names http://localhost:3000, ') as string }])
    expect(found[0]?.message).toContain('this page is of https://app.example.')
    expect(world.requests.some(({ url }) => url.includes('localhost'))).toBe(false)
    world.href = 'http://localhost:5173/'
    servers = { ...servers, 'http://localhost:5173': json({}), 'http://localhost:3000': json({}) }
    expect(await codes({ options: { api: ['http://localhost:3000'] } })).toEqual([])
  })

  test('TR-27: without CORS, or without it for the header Authorization', async () => {
    servers['https://api.example'] = withoutCors
    expect(await findings({ options: { api: 'https://api.example' } })).toMatchObject([{ code: 'cors_blocked', severity: 'warning', message: expect.stringContaining('without the CORS headers') as string }])
    servers['https://api.example'] = (request) => (request.headers.has('authorization') ? withoutCors(request) : new Response(null))
    expect(await findings({ options: { api: 'https://api.example' } })).toMatchObject([{ code: 'cors_blocked', severity: 'warning', message: expect.stringContaining('Authorization') as string }])
  })

  test('TR-27: blocked by the policy of the page', async () => {
    blocked = [{ directive: 'connect-src', url: 'https://api.example/v1' }]
    const found = await findings({ options: { api: ['https://api.example/v1', 'https://other.example'] } })
    expect(found).toMatchObject([
      { code: 'csp_blocked', severity: 'error', cure: expect.stringContaining('Add https://api.example to connect-src') as string },
      { code: 'unreachable', severity: 'error', message: expect.stringContaining('https://other.example') as string },
    ])
  })

  test('TR-27: what the policy blocks at another server, or of another kind, says nothing of this one', async () => {
    blocked = [{ directive: 'connect-src', url: 'https://api.example.org/v1' }, { directive: 'img-src', url: 'https://api.example/logo.png' }]
    expect(await codes({ options: { api: 'https://api.example' } })).toEqual(['error unreachable'])
  })

  test('TR-27: a policy that blocks all of an origin names the origin alone', async () => {
    blocked = [{ directive: 'default-src', url: 'https://api.example' }]
    expect(await codes({ options: { api: 'https://api.example' } })).toEqual(['error csp_blocked'])
  })

  test('of the page’s own origin, and those that get no bearer token: no header is tried', async () => {
    servers['https://api.example'] = json({})
    const attach: AuthMethod['attach'] = (request) => request
    expect(await codes({ options: { api: 'https://app.example/api' } })).toEqual([])
    expect(await codes({ options: { api: 'https://api.example' }, method: own({ attach }) })).toEqual([])
    const methods = { own: own({ attach }), other: own({ name: 'other' }) }
    expect(await codes({ options: { method: undefined, methods, api: 'https://api.example' } as never })).toEqual([])
    expect(world.requests.filter(({ headers }) => headers.has('authorization'))).toEqual([])
  })

  test('a server that goes away in between says nothing of headers', async () => {
    let asked = 0
    servers['https://api.example'] = (request) => (++asked > 1 ? down(request) : new Response(null))
    expect(await codes({ options: { api: 'https://api.example' } })).toEqual([])
  })

  test('TR-27: the browser tells of its policy a moment after the request has failed', async () => {
    servers['https://api.example'] = (request) => {
      world.environment.timer.after(20, () => void (blocked = [{ directive: 'connect-src', url: 'https://api.example/' }]))
      return down(request)
    }
    expect(await codes({ options: { api: 'https://api.example' } })).toEqual(['error csp_blocked'])
  })

  test('a redirect at one address says nothing of the others', async () => {
    servers = { ...servers, 'https://api.example': redirecting, 'https://app.example': redirecting }
    expect(await codes({ options: { api: 'https://api.example' } })).toEqual([])
    expect(await codes()).toEqual([])
  })
})

describe('the provider', () => {
  test.each([
    ['cors_blocked', withoutCors],
    ['redirected', redirecting],
    ['unreachable', down],
    ['unreachable', () => new Promise<never>(() => {})],
  ] as [string, Answer][])('TR-27: %s', async (code, answer) => {
    servers[issuer] = answer
    const message = expect.stringContaining(`${issuer}/.well-known/openid-configuration`) as string
    const cure = expect.stringContaining(code === 'cors_blocked' ? 'the origin https://app.example' : 'address') as string
    expect(await findings()).toMatchObject([{ code, severity: 'error', message, cure }])
  })

  test('TR-27: the token endpoint alone has no CORS', async () => {
    servers[issuer] = (request) => (request.url.endsWith('/token') ? withoutCors(request) : atProvider(request))
    expect(await findings()).toMatchObject([{ code: 'cors_blocked', message: expect.stringContaining(`${issuer}/token`) as string }])
  })

  test('the keys cannot be fetched', async () => {
    servers[issuer] = (request) => (request.url.endsWith('/jwks') ? withoutCors(request) : atProvider(request))
    expect(await findings()).toMatchObject([{ code: 'cors_blocked', message: expect.stringContaining(`${issuer}/jwks`) as string }])
    expect(await codes({ code: { scope: 'api' } })).toEqual([])
  })

  test.each([
    ['MD-01: another issuer', { issuer: 'https://evil.example' }, 'error issuer_mismatch'],
    ['MD-01: an issuer that cannot be read', { issuer: 'not a url <script>' }, 'error issuer_mismatch'],
    ['no issuer', { issuer: undefined }, 'error metadata_unusable'],
    ['MD-02: an endpoint by http', { token_endpoint: 'http://id.example/token' }, 'error metadata_unusable'],
    ['MD-02: an endpoint on this machine', { token_endpoint: 'http://localhost:4400/token' }, 'error metadata_unusable'],
    ['MD-02: an issuer that is only half there', { issuer: `${issuer}.evil.example` }, 'error issuer_mismatch'],
    ['no S256', { code_challenge_methods_supported: ['plain'] }, 'warning pkce_unsupported'],
  ])('%s', async (_, changed, code) => {
    Object.assign(provider.metadata, changed)
    expect(await codes()).toEqual([code])
  })

  test('what a server says is repeated only if it can be read', async () => {
    provider.metadata['issuer'] = '<script> with spaces'
    expect(JSON.stringify(await findings())).not.toContain('<script>')
    provider.metadata['issuer'] = 'https://tenant.example/v2'
    expect((await findings())[0]?.message).toContain('https://tenant.example/v2')
  })

  test('an issuer with a slash at its end is the same', async () => {
    expect(await codes({ code: { issuer: `${issuer}/` } })).toEqual([])
  })

  test.each([
    ['404', json({ error: 'not_found' }, 404)],
    ['404, though it looks like some', (request) => json(provider.metadata, 404)(request)],
    ['a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
  ] as [string, Answer][])('no metadata: %s', async (_, answer) => {
    servers[issuer] = answer
    expect(await codes()).toEqual(['error metadata_unusable'])
  })

  test('explicit endpoints: no metadata are asked for', async () => {
    const endpoints = { authorization: `${issuer}/authorize`, token: `${issuer}/token` }
    expect(await codes({ code: { issuer: undefined as never, endpoints } })).toEqual([])
    expect(world.requests.map(({ url }) => url)).toEqual(['https://app.example/', `${issuer}/token`])
  })

  test.each(['invalid_client', 'unauthorized_client'])('the token endpoint does not know the client: %s', async (error) => {
    provider.tokenAnswer = json({ error }, 401)
    expect(await findings()).toMatchObject([{ code: 'client_rejected', message: expect.stringContaining(error) as string }])
  })

  test('an answer that is none of them says nothing', async () => {
    for (const answer of [json({ error: 'invalid_grant' }, 400), json({ error: 'invalid_client' }, 500), json({ error: 'invalid_client' }, 429), json('<html>', 400), json({ error: 7 }, 400)]) {
      provider.tokenAnswer = answer
      expect(await codes()).toEqual([])
    }
  })

  test.each([
    [{ error: 'invalid_redirect_uri' }, 'redirect_uri_mismatch', 'https://app.example/callback'],
    [{ error: 'invalid_request', error_description: `Invalid parameter: redirect_uri ${canary}` }, 'redirect_uri_mismatch', 'https://app.example/callback'],
    [{ error: 'invalid_scope', error_description: canary }, 'client_rejected', 'invalid_scope'],
    [{ error: `<script>${canary}` }, 'client_rejected', '400'],
    [{ error: 'invalid_scope', error_description: { toString: canary, valueOf: canary } }, 'client_rejected', 'invalid_scope'],
  ])('what the provider says of a pushed request: %j', async (body, code, said) => {
    provider.metadata['pushed_authorization_request_endpoint'] = `${issuer}/par`
    provider.pushAnswer = json(body, 400)
    const found = await findings({ code: { resource: 'https://api.example', parameters: { audience: 'x' } } })
    expect(found).toMatchObject([{ code, severity: 'error', message: expect.stringContaining(said) as string }])
    expect(JSON.stringify(found)).not.toContain(canary)
    expect(await formOf('/par')).toMatchObject({ client_id: 'web', redirect_uri: 'https://app.example/callback', scope: 'openid profile email', resource: 'https://api.example', audience: 'x' })
  })

  test.each(['invalid_dpop_proof', 'use_dpop_nonce'])('a pushed request that is to have a proof says nothing against a client that sends one: %s', async (error) => {
    provider.metadata['pushed_authorization_request_endpoint'] = `${issuer}/par`
    provider.pushAnswer = json({ error }, 400)
    expect(await codes({ code: { dpop: true } })).toEqual([])
    expect(await findings()).toMatchObject([{ code: 'client_rejected', message: expect.stringContaining(error) as string }])
  })

  test('a redirect URI of another origin than the page', async () => {
    world.href = 'http://127.0.0.1:5173/'
    servers['http://127.0.0.1:5173'] = json({})
    expect(await findings({ code: { redirectUri: 'http://localhost:5173/callback' } })).toMatchObject([{ code: 'redirect_uri_mismatch', message: expect.stringContaining('http://127.0.0.1:5173') as string }])
  })

  test('a provider that sent somebody back to another path', async () => {
    world.href = `https://app.example/callback/?code=${canary}&state=s`
    const found = await findings()
    expect(found).toMatchObject([{ code: 'redirect_uri_mismatch', message: expect.stringContaining('/callback/') as string }])
    expect(JSON.stringify(found)).not.toContain(canary)
    for (const href of ['https://app.example/callback?code=c&state=s', 'https://app.example/promo?code=c']) {
      world.href = href
      expect(await codes()).toEqual([])
    }
  })
})

describe('warnings', () => {
  const roster = new Set<Resident>()
  beforeEach(() => roster.clear())
  const auth = (name = 'default') => open({ options: { name }, environment: page({ roster: () => roster }) })
  const settled = () => vi.advanceTimersByTimeAsync(0)

  test('SS-11: two auths of one name at work on a page are told of once each, and found', async () => {
    const [one, other] = [auth(), auth()]
    one.start()
    other.start()
    other.start()
    await settled()
    expect(world.warnings).toEqual([expect.stringMatching(/^Two auths named "default" are at work on this page/)])
    const found = other.diagnose()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await found).toMatchObject([{ code: 'two_auths', severity: 'error' }])
  })

  test.each([
    ['names of their own', (start: (name: string) => () => void) => [start('a'), start('b')]],
    ['the second only created', (start: (name: string) => () => void) => [start('a'), void auth('a')]],
    ['the first stopped, as a module that is replaced', (start: (name: string) => () => void) => [start('a')(), start('a')]],
    ['the first stopped a moment later', (start: (name: string) => () => void) => [start('a'), start('a')].slice(0, 1).map((stop) => stop())],
  ])('SS-11: no warning with %s', async (_, run) => {
    run((name) => auth(name).start())
    await settled()
    expect(world.warnings).toEqual([])
  })

  test('SS-11: none for one that is started twice, as StrictMode does, nor for one whose predecessor was disposed of', async () => {
    const first = auth()
    first.start()()
    first.start()
    first.start()
    await settled()
    first.dispose()
    auth().start()
    await settled()
    expect(world.warnings).toEqual([])
  })

  test('SS-11: none on a server, where each auth is of another person', async () => {
    const server = { roster: () => roster, isBrowser: () => false, href: () => null }
    const method = own()
    for (const _ of [1, 2]) open({ method, environment: page(server) }).start()
    await settled()
    expect(world.warnings).toEqual([])
  })

  test('SS-11: nothing of an auth but its name is on the roster', () => {
    auth().start()
    expect([...roster].map((resident) => Object.keys(resident).sort())).toEqual([['name', 'signal']])
  })

  test('TR-27: a login that met no answer names the help, once', async () => {
    servers[issuer] = down
    const failing = open()
    for (const _ of [1, 2]) await expect(failing.login()).rejects.toMatchObject({ code: 'network' })
    await settled()
    expect(world.warnings).toEqual([expect.stringContaining('await auth.diagnose()')])
  })

  test('a refusal does not, nor a browser that is offline', async () => {
    const refusing: AuthMethod = own()
    await expect(open({ method: refusing }).login()).rejects.toMatchObject({ code: 'authorization_failed' })
    await settled()
    servers[issuer] = down
    world.isOnline = false
    await expect(open().login()).rejects.toMatchObject({ code: 'network' })
    await settled()
    expect(world.warnings).toEqual([])
  })
})

describe('framing', () => {
  const framed = (options: Given['options'] = {}) => open({ options, environment: page({ isFramed: () => true }) })

  test('PO-13: no login begins in a frame of another origin', async () => {
    const auth = framed()
    await expect(auth.login()).rejects.toMatchObject({ code: 'unsupported_request', message: expect.stringContaining('allowFraming') as string })
    expect(auth.store.getState()).toMatchObject({ pending: null, error: { code: 'unsupported_request' } })
    expect(world.requests).toEqual([])
  })

  test('PO-13: unless it is allowed', async () => {
    const auth = framed({ allowFraming: true })
    await auth.login()
    expect(world.left).toHaveLength(1)
  })

  test('PO-13: anything but true or false is no answer', () => {
    expect(() => framed({ allowFraming: 'yes' as never })).toThrow(expect.objectContaining({ code: 'invalid_config', option: 'allowFraming' }) as Error)
  })
})
