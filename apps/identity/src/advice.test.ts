import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterEach, expect, test, vi } from 'vitest'
import { createAppSessions } from './api/createAppSessions.ts'
import { callApi } from './testing/callApi.ts'
import { ada } from './testing/createClient.ts'
import { postForm } from './testing/postForm.ts'
import { startServer } from './testing/startServer.ts'
import { users } from './users.ts'

const server = await startServer()

afterEach(() => void vi.useRealTimers())

/** A page of the documentation, as one line. */
function page(name: string): string {
  return readFileSync(join(import.meta.dirname, '../../../docs', name), 'utf8').replaceAll(/\s+/g, ' ')
}

/** The sessions of a server at an origin, behind the two routes that a browser needs. */
function sessionsAt(origin: string) {
  const sessions = createAppSessions(origin)
  const user = users[0]!
  const app = new Hono()
  app.post('/login', (c) => c.text(sessions.start(c, user).csrfToken))
  app.get('/', (c) => c.text(sessions.find(c)?.user.sub ?? 'nobody'))
  app.post('/logout', (c) => (sessions.end(c), c.text('')))
  const cookieOf = (response: Response): string => response.headers.getSetCookie().join('\n')
  return {
    login: async () => cookieOf(await app.request(`${origin}/login`, { method: 'POST' })),
    logout: async (cookie: string) => cookieOf(await app.request(`${origin}/logout`, { method: 'POST', headers: { cookie } })),
    who: async (cookie: string) => (await app.request(`${origin}/`, { headers: { cookie } })).text(),
  }
}

test('CK-12 over https the cookie has a name that browsers take from this host alone, and what that needs; one of another name counts for nothing', async () => {
  expect(page('methods/cookie-session.md')).toContain('**The cookie:** `__Host-` in its name, `HttpOnly`, `Secure`, `SameSite=Lax` or `Strict`, `Path=/`, no `Domain`.')
  const sessions = sessionsAt('https://id.example')
  const [pair = '', ...attributes] = (await sessions.login()).split('; ')
  expect(pair).toMatch(/^__Host-\w+=[\w-]{43}$/)
  expect(attributes.sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure'])
  expect(await sessions.who(pair)).toBe('ada')
  // What a sibling domain can set: the same without the prefix, of a session that is its own.
  const planted = pair.replace('__Host-', '')
  expect(await sessions.who(planted)).toBe('nobody')
  const own = (await sessions.login()).split('; ')[0] ?? ''
  expect(await sessions.who(`${planted}; ${own}`)).toBe('ada')
  expect(await sessions.logout(own)).toMatch(/^__Host-\w+=; Max-Age=0; Path=\/; Secure$/)
  expect(await sessions.who(own)).toBe('nobody')
})

test('CK-15 a session ends at the server: after twelve hours, however long the browser keeps the cookie, and at the logout, for whoever has a copy', async () => {
  expect(page('methods/cookie-session.md')).toContain("**Expiry on the server**, absolute and idle. A cookie that is itself a token (JWT, JWE) needs an expiry inside; the cookie's own is the browser's affair.")
  vi.useFakeTimers({ toFake: ['Date'], now: 2_000_000_000_000 })
  const login = await callApi(server, 'POST /v1/session/login', { body: ada, headers: { 'x-csrf-token': 'any' } })
  const [cookie = '', ...attributes] = login.headers.getSetCookie().join().split('; ')
  expect(attributes.join()).not.toMatch(/max-age|expires/i)
  // Nothing in it says anything: it names what the server keeps.
  expect(cookie.split('=')[1]).toMatch(/^[\w-]{43}$/)
  const status = async () => (await callApi(server, 'GET /v1/session', { headers: { cookie } })).status
  vi.advanceTimersByTime(12 * 3_600_000 - 1)
  expect(await status()).toBe(200)
  vi.advanceTimersByTime(1)
  expect(await status()).toBe(401)

  const sessions = sessionsAt('https://id.example')
  const copy = (await sessions.login()).split('; ')[0] ?? ''
  expect(await sessions.who(copy)).toBe('ada')
  await sessions.logout(copy)
  expect(await sessions.who(copy)).toBe('nobody')
})

test('FE-24 answers that depend on who asks are to be kept by nobody: those of this server say so, refusals too', async () => {
  expect(page('security.md')).toContain('For answers of your API that depend on who asks: `Cache-Control: no-store`.')
  const login = await callApi(server, 'POST /v1/auth/login', { body: ada })
  const token = login.json.access_token
  const answers = [
    login,
    await callApi(server, 'GET /v1/resources', { token }),
    await callApi(server, 'GET /v1/resources', { token: 'wrong' }),
    await callApi(server, 'GET /v1/resources'),
    await callApi(server, 'GET /v1/admin', { token }),
    await callApi(server, 'GET /v1/session'),
    await callApi(server, 'GET /v1/nothing', { token }),
  ]
  expect(answers.map(({ status, headers }) => `${status} ${headers.get('cache-control')}`)).toEqual(answers.map(({ status }) => `${status} no-store`))
})

test("PW-02 the password grant of OAuth: the documentation says that it is forbidden and what to use, and both of this server's token endpoints refuse it", async () => {
  expect(page('methods/password.md')).toMatch(/It is not for OAuth's `grant_type=password`, which \[RFC 9700 §2\.4\]\S+ forbids\. If people sign in at a provider, use \[authorizationCode\]/)
  const fields = { grant_type: 'password', client_id: 'demo-8s', username: ada.email, password: ada.password, scope: 'openid' }
  for (const path of ['/token', '/oauth/token']) {
    const answer = await postForm(server, path, { fields })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(['unsupported_grant_type', 'unauthorized_client', 'invalid_client']).toContain(answer.json.error)
    expect(JSON.stringify(answer.json)).not.toContain('access_token')
  }
})

test.each([
  ['CK-07', 'methods/cookie-session.md', "**CSRF at the login**, too: without it, another site can sign somebody in to the attacker's account. Asking for the header is enough; a token for people who are not signed in yet is taken from `csrfUrl`, or from `{\"csrf_token\"}` at `sessionUrl`. Show who is signed in."],
  ['CK-08', 'methods/cookie-session.md', '**A new session id at every login**, and never one that came with the request: else somebody who planted an id before has the session after. End the old session.'],
  ['CK-11', 'methods/cookie-session.md', '**Caches:** `Cache-Control: no-store` on `sessionUrl`, `csrfUrl` and the login, and nothing of them in a service worker or CDN.'],
  ['CK-14', 'methods/cookie-session.md', 'Do not use it in a page that is embedded in other sites: browsers withhold or partition its cookies.'],
  ['CC-01', 'methods/client-credentials.md', '**It is not for browsers.** A secret that is shipped to a browser is a secret of everybody who opens the page, so on a page and in a worker it refuses to send anything.'],
  ['PO-13', 'methods/authorization-code.md', "Send `Content-Security-Policy: frame-ancestors 'none'` with the app."],
])('%s what is left to the app and its server is in the documentation: %s', (_, name, advice) => {
  expect(page(name)).toContain(advice)
})

test('CK-11 who is signed in, and the CSRF token, are to be kept by no cache', async () => {
  const login = await callApi(server, 'POST /v1/session/login', { body: ada, headers: { 'x-csrf-token': 'any' } })
  const [cookie = ''] = login.headers.getSetCookie().join().split(';')
  const answers = [login, ...(await Promise.all((['GET /v1/session', 'GET /v1/session/csrf'] as const).map((request) => callApi(server, request, { headers: { cookie } }))))]
  expect(answers.map(({ status, headers }) => [status, headers.get('cache-control')])).toEqual(answers.map(() => [200, 'no-store']))
})
