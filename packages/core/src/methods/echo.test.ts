import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createProvider, issuer, jwt } from '../../test/provider.ts'
import { createWorld, type World } from '../../test/world.ts'
import { createAuth } from '../auth/createAuth.ts'
import { accessToken } from './accessToken.ts'
import { apiKey, createApiKey } from './apiKey.ts'
import { authorizationCode } from './authorizationCode.ts'
import { backendCode } from './backendCode.ts'
import { clientCredentials } from './clientCredentials.ts'
import { cookieSession } from './cookieSession.ts'
import { ephemeralToken } from './ephemeralToken.ts'
import { firebase } from './firebase.ts'
import type { AuthMethod } from './method.ts'
import { password } from './password.ts'
import { refreshToken } from './refreshToken.ts'

/** As servers make them, and passwords: with a digit. */
const secret = 'canaryS3cret'

let world: World
let seen: unknown[]
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
  seen = []
})
afterEach(() => vi.useRealTimers())

const iat = 1_800_000_000
const idToken = jwt({ sub: 'ada', iat, exp: iat + 3600 })
const tokens = { access_token: secret, refresh_token: `${secret}-rt`, token_type: 'Bearer', expires_in: 3600, sub: 'ada', csrf_token: secret }
const ofFirebase = { idToken, refreshToken: secret, expiresIn: '3600', localId: 'ada', id_token: idToken, refresh_token: secret, expires_in: '3600', user_id: 'ada' }
const good = () => Response.json({ ...tokens, ...ofFirebase })

/** Takes members of any name, as records do, and complains of one that the server chose. */
const fields = z.looseObject({}).superRefine((value, ctx) => {
  if (secret in value) ctx.addIssue({ code: 'custom', path: [secret] })
})

const headers = { 'www-authenticate': `Bearer error="${secret}", error_description="${secret}"`, 'retry-after': secret, location: `https://evil.example/?${secret}`, 'x-error': secret, date: secret }
const bodies: Record<string, unknown> = {
  'in error': { error: secret, error_description: secret },
  'in a sentence': { error: `No such token: ${secret}`, error_description: secret, error_uri: `https://id.example/${secret}` },
  'as the name of a member': { [secret]: secret, error: { [secret]: secret } },
  'in the error of Google': { error: { message: secret, status: secret, details: [{ reason: secret }] } },
  'as a claim': { ...tokens, [secret]: 'x', token_type: secret, scope: secret },
  'as text': secret,
}
const answers = Object.entries(bodies).flatMap(([where, body]) =>
  [200, 400, 401, 403, 404, 419, 429, 500].map((status) => [`${where}, with ${status}`, () => Response.json(body, { status, headers })] as const),
)
const notJson = [200, 400, 401, 500].map((status) => [`as no JSON, with ${status}`, () => new Response(`${secret} {`, { status, headers })] as const)
const redirects = [['as the address of a redirect', () => Response.redirect(`https://evil.example/?token=${secret}`, 307)] as const]

const methods: Record<string, readonly [AuthMethod<never>, unknown]> = {
  password: [password({ loginUrl: '/login', refreshUrl: '/refresh', logoutUrl: '/logout', fields }), { email: 'ada@example.com', password: secret }],
  refreshToken: [refreshToken({ tokenUrl: '/token', revocationUrl: '/revoke', fields }), { refreshToken: secret }],
  ephemeralToken: [ephemeralToken({ exchangeUrl: '/exchange', endUrl: '/end', mint: async () => secret, fields }), { ephemeralToken: secret }],
  accessToken: [accessToken({ probeUrl: '/me', fields }), { token: secret }],
  apiKey: [apiKey({ probeUrl: '/me' }), { key: secret }],
  'apiKey in the query': [apiKey({ probeUrl: '/me', dangerouslySendInQuery: 'key' }), { key: secret }],
  clientCredentials: [clientCredentials({ tokenUrl: 'https://id.example/token', clientId: 'job', clientSecret: secret, dangerouslyAllowBrowser: true }), undefined],
  'clientCredentials in the body': [clientCredentials({ tokenUrl: 'https://id.example/token', clientId: 'job', clientSecret: secret, dangerouslyAllowBrowser: true, authentication: 'body' }), undefined],
  cookieSession: [cookieSession({ sessionUrl: '/session', loginUrl: '/login', logoutUrl: '/logout', fields }), { email: 'ada@example.com', password: secret }],
  firebase: [firebase({ apiKey: 'AIza', fields }), { email: 'ada@example.com', password: secret }],
}

function open(method: AuthMethod<never>) {
  const auth = createAuth({ method: method as AuthMethod<unknown>, api: ['https://api.example', 'https://app.example'] }, world.environment)
  auth.inspect((event) => void seen.push(event))
  auth.store.subscribe((state) => void seen.push(state))
  auth.refreshStore.subscribe((state) => void seen.push(state))
  return auth
}

/** However somebody prints what they got. */
function printed(): string {
  return seen.map((value) => [inspect(value, { depth: 12, showHidden: true, maxStringLength: null }), JSON.stringify(value), String(value)].join('\n')).join('\n')
}
const note = (promise: Promise<unknown>) => promise.then((value) => void seen.push(value instanceof Response ? null : value), (error: unknown) => void seen.push(error))

describe.each(Object.entries(methods))('%s', (_, [method, input]) => {
  test.each([...answers, ...notJson, ...redirects])('FE-20: no secret that the server says again %s shows', async (__, answer) => {
    world.answer = answer
    const refused = open(method)
    await note(refused.login(input))
    await note(refused.diagnose())
    refused.dispose()

    world.answer = good
    const auth = open(method)
    await note(auth.login(input))
    expect(auth.store.getState().status).toBe('authenticated')
    world.answer = answer
    await note(auth.tokens.refresh())
    await note(auth.fetch('https://api.example/v1'))
    await note(createApiKey(auth.fetch, { url: '/keys', name: 'n', scopes: [] }))
    await note(auth.logout())
    expect(seen.length).toBeGreaterThan(5)
    expect(printed().match(new RegExp(`.{0,160}${secret}.{0,60}`))?.[0]).toBeUndefined()
    auth.dispose()
  })
})

describe.each(['authorizationCode', 'backendCode'])('%s', (name) => {
  test.each([...answers, ...notJson, ...redirects])('FE-20: no secret that the server says again %s shows', async (_, answer) => {
    const provider = createProvider()
    provider.metadata['pushed_authorization_request_endpoint'] = `${issuer}/par`
    provider.tokens = { access_token: secret, refresh_token: secret }
    let isEchoing = true
    const isEchoed = ({ pathname }: URL) => isEchoing && !pathname.startsWith('/.well-known') && !pathname.startsWith('/jwks')
    world.answer = (request) => (isEchoed(new URL(request.url)) ? answer() : name === 'backendCode' ? good() : provider.answer(request))
    const code = authorizationCode({ issuer, clientId: 'web', userInfo: true })
    const backend = backendCode({ authorizationUrl: `${issuer}/authorize`, clientId: 'web', exchangeUrl: '/exchange', fields })
    const auth = open(name === 'authorizationCode' ? code : backend)
    const goThere = async () => {
      isEchoing = false
      await auth.login(undefined)
      const asked = new URL(world.left.at(-1) ?? '').searchParams
      const pushed = new URLSearchParams(world.bodies.filter((body) => body.includes('code_challenge')).at(-1))
      world.href = `https://app.example/callback?${new URLSearchParams({ code: secret, state: asked.get('state') ?? pushed.get('state') ?? '', ...(name === 'authorizationCode' && { iss: issuer }) })}`
    }
    await note(auth.diagnose())
    await note(auth.login(undefined))
    await goThere()
    isEchoing = true
    await note(auth.handleCallback())
    await goThere()
    await note(auth.handleCallback())
    expect(auth.tokens.current?.tokens.accessToken).toBe(secret)
    isEchoing = true
    await note(auth.tokens.refresh())
    await note(auth.fetch('https://api.example/v1'))
    await note(auth.logout())
    expect(printed().match(new RegExp(`.{0,160}${secret}.{0,60}`))?.[0]).toBeUndefined()
    auth.dispose()
  })
})
