import { describe, expect, it } from 'vitest'
import { createTokenEndpoint, type TokenEndpoint } from './createTokenEndpoint.ts'

let nowAt = 1_000_000
const context = { now: () => nowAt, wait: () => Promise.resolve() }

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_in: number
  readonly error?: string
}

async function post(endpoint: TokenEndpoint, path: string, body: Record<string, string> | URLSearchParams): Promise<{ status: number; body: Tokens }> {
  const isForm = body instanceof URLSearchParams
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json'
  const request = new Request(`https://id.example${path}`, { method: 'POST', headers: { 'content-type': type }, body: isForm ? body.toString() : JSON.stringify(body) })
  const response = await endpoint.answer(request, context)
  const text = await response.text()
  return { status: response.status, body: JSON.parse(text === '' ? '{}' : text) as Tokens }
}

const login = (endpoint: TokenEndpoint) => post(endpoint, '/login', { email: 'ada', password: 'secret' })
const refresh = (endpoint: TokenEndpoint, token: string) => post(endpoint, '/refresh', { refresh_token: token })
const api = async (endpoint: TokenEndpoint, token: string): Promise<number> =>
  (await endpoint.answer(new Request('https://id.example/api/a', { headers: { authorization: `Bearer ${token}` } }), context)).status

describe('a token endpoint', () => {
  it('signs in, and says so in a JWT', async () => {
    const endpoint = createTokenEndpoint({ claimsOf: (sub) => ({ name: `Name of ${sub}` }) })
    const { body } = await login(endpoint)
    const claims: unknown = JSON.parse(Buffer.from(body.access_token.split('.')[1] ?? '', 'base64url').toString())
    expect(claims).toMatchObject({ sub: 'ada', name: 'Name of ada', iat: 1000, exp: 4600 })
    expect(body).toMatchObject({ expires_in: 3600, token_type: 'Bearer' })
    expect(endpoint.secrets).toEqual(expect.arrayContaining([body.access_token, body.refresh_token]))
    expect((await post(endpoint, '/login', { email: 'ada', password: 'wrong' })).body.error).toBe('invalid_grant')
  })

  it('rotates: each refresh token is good once, and its reuse ends the family', async () => {
    const endpoint = createTokenEndpoint()
    const first = (await login(endpoint)).body
    const second = (await refresh(endpoint, first.refresh_token)).body
    expect(endpoint.currentRefreshToken()).toBe(second.refresh_token)
    expect(endpoint.reuses()).toBe(0)
    expect((await refresh(endpoint, first.refresh_token)).body.error).toBe('invalid_grant')
    expect(endpoint.families).toMatchObject([{ id: 1, subject: 'ada', isAlive: false, refreshes: 1, reuses: 1 }])
    expect((await refresh(endpoint, second.refresh_token)).status).toBe(400)
    expect(await api(endpoint, second.access_token)).toBe(401)
    expect(endpoint.reuses()).toBe(1)
  })

  it('counts a reuse without ending anything, when told so', async () => {
    const endpoint = createTokenEndpoint({ reuseDetection: false })
    const first = (await login(endpoint)).body
    const second = (await refresh(endpoint, first.refresh_token)).body
    expect((await refresh(endpoint, first.refresh_token)).status).toBe(400)
    expect((await refresh(endpoint, second.refresh_token)).status).toBe(200)
    expect(endpoint.reuses()).toBe(1)
  })

  it('without rotation gives the same again', async () => {
    const endpoint = createTokenEndpoint({ rotation: false })
    const { refresh_token: token } = (await login(endpoint)).body
    expect((await refresh(endpoint, token)).body.refresh_token).toBe(token)
    endpoint.settings.rotation = true
    expect((await refresh(endpoint, token)).body.refresh_token).not.toBe(token)
  })

  it('in the time of grace gives the tokens in force for those that they replaced', async () => {
    const endpoint = createTokenEndpoint({ graceMs: 5000 })
    const first = (await login(endpoint)).body
    const second = (await refresh(endpoint, first.refresh_token)).body
    nowAt += 4999
    expect((await refresh(endpoint, first.refresh_token)).body.refresh_token).toBe(second.refresh_token)
    nowAt += 1
    expect((await refresh(endpoint, first.refresh_token)).body.error).toBe('invalid_grant')
  })

  it('takes forms of OAuth: a code once, a refresh token', async () => {
    const endpoint = createTokenEndpoint()
    const form = new URLSearchParams({ grant_type: 'authorization_code', code: endpoint.issueCode('ada') })
    const { body } = await post(endpoint, '/token', form)
    expect((await post(endpoint, '/token', form)).body.error).toBe('invalid_grant')
    const again = await post(endpoint, '/token', new URLSearchParams({ grant_type: 'refresh_token', refresh_token: body.refresh_token }))
    expect(again.status).toBe(200)
    expect(endpoint.requests.map(({ kind }) => kind)).toEqual(['code', 'code', 'refresh'])
    expect(endpoint.requests.at(-1)).toMatchObject({ method: 'POST', path: '/token', body: { refresh_token: body.refresh_token } })
  })

  it.each([
    ['/logout', (token: string) => ({ refresh_token: token })],
    ['/revoke', (token: string) => new URLSearchParams({ token })],
  ] as const)('ends a family at %s', async (path, bodyOf) => {
    const endpoint = createTokenEndpoint()
    const [ada, other] = [(await login(endpoint)).body, (await login(endpoint)).body]
    expect((await post(endpoint, path, bodyOf(ada.refresh_token))).status).toBe(200)
    expect([await api(endpoint, ada.access_token), await api(endpoint, other.access_token)]).toEqual([401, 200])
    expect(endpoint.currentRefreshToken(1)).toBeNull()
  })

  it('refuses access tokens that expired, and none at all', async () => {
    const endpoint = createTokenEndpoint({ lifetimeMs: 1000 })
    const { access_token: token } = (await login(endpoint)).body
    nowAt += 999
    expect(await api(endpoint, token)).toBe(200)
    nowAt += 1
    expect(await api(endpoint, token)).toBe(401)
    const response = await endpoint.answer(new Request('https://id.example/api'), context)
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"'])
    expect(endpoint.count('api')).toBe(3)
  })

  it('refuses a disabled user, and what is revoked', async () => {
    const endpoint = createTokenEndpoint()
    const ada = (await login(endpoint)).body
    endpoint.disableUser('ada')
    expect([await api(endpoint, ada.access_token), (await login(endpoint)).status]).toEqual([401, 400])
    endpoint.enableUser('ada')
    const again = (await login(endpoint)).body
    endpoint.revokeFamily()
    expect((await refresh(endpoint, again.refresh_token)).status).toBe(400)
    expect(endpoint.reuses()).toBe(0)
  })

  it('knows no other path, and takes any body', async () => {
    const endpoint = createTokenEndpoint({ format: 'opaque', paths: { login: '/v1/login' } })
    expect((await post(endpoint, '/login', {})).status).toBe(404)
    const { body } = await post(endpoint, '/v1/login', { username: 'ada' })
    expect(body.access_token).toMatch(/^access-canary-/)
    const junk = new Request('https://id.example/refresh', { method: 'POST', body: '{' })
    expect((await endpoint.answer(junk, context)).status).toBe(400)
  })
})
