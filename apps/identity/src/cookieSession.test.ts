import { afterEach, expect, test, vi } from 'vitest'
import { callApi, type CallOptions } from './testing/callApi.ts'
import { ada, bob, type Person } from './testing/createClient.ts'
import { demoOrigin, startServer } from './testing/startServer.ts'

const server = await startServer()
const cookieName = `tessera_app_${new URL(server.origin).port}`
const mismatch = { status: 419, json: { error: 'csrf_mismatch' } }
const unauthenticated = { status: 401, json: { error: 'unauthenticated' } }

afterEach(() => void vi.useRealTimers())

/** What a browser sends: the cookie, and the CSRF token when there is one. */
function sent(cookie: string | undefined, csrfToken?: string): NonNullable<CallOptions['headers']> {
  return { ...(cookie !== undefined && { cookie }), ...(csrfToken !== undefined && { 'x-csrf-token': csrfToken }) }
}

async function login(person: Person, headers = sent(undefined, 'any')) {
  const answer = await callApi(server, 'POST /v1/session/login', { body: person, headers })
  const [cookie] = answer.headers.getSetCookie().map((line) => line.split(';')[0])
  return { ...answer, cookie, csrfToken: String(answer.json.csrf_token) }
}

test('a login sets the cookie and says who is signed in', async () => {
  const { status, json, headers } = await login(ada)
  expect(status).toBe(200)
  expect(headers.get('cache-control')).toBe('no-store')
  expect(json).toEqual({
    sub: 'ada',
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    scope: 'read:resources write:resources',
    csrf_token: expect.stringMatching(/^[\w-]{43}$/),
  })
  const [line = '', ...more] = headers.getSetCookie()
  expect(more).toEqual([])
  expect(line.split('; ').slice(1).sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax'])
  expect(line).toMatch(new RegExp(`^${cookieName}=[\\w-]{43};`))
})

test('the cookie alone reads, and tells the same person', async () => {
  const { cookie, json } = await login(bob)
  const headers = sent(cookie)
  expect(await callApi(server, 'GET /v1/resources', { headers })).toMatchObject({ json: { subject: 'bob' } })
  const session = await callApi(server, 'GET /v1/session', { headers })
  expect(session).toMatchObject({ status: 200, json })
  expect(session.headers.get('cache-control')).toBe('no-store')
  const { csrf_token } = json
  const again = await callApi(server, 'GET /v1/session/csrf', { headers })
  expect({ status: again.status, json: again.json }).toEqual({ status: 200, json: { csrf_token } })
})

test('a wrong password sets no cookie', async () => {
  const answer = await login({ ...ada, password: 'wrong' })
  expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_credentials' }, cookie: undefined })
})

test('CK-05: with the cookie, nothing is changed without the CSRF token of its session', async () => {
  const { cookie, csrfToken } = await login(ada)
  const other = await login(ada)
  const body = { name: 'Loom' }
  for (const headers of [sent(cookie), sent(cookie, ''), sent(cookie, other.csrfToken)]) {
    expect(await callApi(server, 'POST /v1/resources', { headers, body })).toMatchObject(mismatch)
    expect(await callApi(server, 'POST /v1/session/logout', { headers })).toMatchObject(mismatch)
    expect(await callApi(server, 'DELETE /v1/api-keys/key_1', { headers })).toMatchObject(mismatch)
  }
  const headers = sent(cookie, csrfToken)
  expect(await callApi(server, 'POST /v1/resources', { headers, body })).toMatchObject({ status: 201 })
})

test('CK-07: a login needs the header, and during a session its CSRF token', async () => {
  expect(await login(ada, sent(undefined))).toMatchObject({ ...mismatch, cookie: undefined })
  const { cookie, csrfToken } = await login(ada)
  expect(await login(bob, sent(cookie, 'any'))).toMatchObject(mismatch)
  expect(await login(bob, sent(cookie, csrfToken))).toMatchObject({ status: 200, json: { sub: 'bob' } })
})

test('CK-08: each login has a fresh id and CSRF token, and ends the older session of that browser', async () => {
  const planted = `${cookieName}=planted`
  const first = await login(ada, sent(planted, 'any'))
  expect(first.cookie).not.toBe(planted)
  const second = await login(ada, sent(first.cookie, first.csrfToken))
  expect(second.cookie).not.toBe(first.cookie)
  expect(second.csrfToken).not.toBe(first.csrfToken)
  expect(await callApi(server, 'GET /v1/session', { headers: sent(first.cookie) })).toMatchObject(unauthenticated)
  expect(await callApi(server, 'GET /v1/session', { headers: sent(second.cookie) })).toMatchObject({ status: 200 })
})

test('a logout ends the session and clears the cookie', async () => {
  const { cookie, csrfToken } = await login(ada)
  const { status, headers } = await callApi(server, 'POST /v1/session/logout', { headers: sent(cookie, csrfToken) })
  expect(status).toBe(204)
  expect(headers.getSetCookie()).toEqual([`${cookieName}=; Max-Age=0; Path=/`])
  const refused = await callApi(server, 'GET /v1/resources', { headers: sent(cookie) })
  expect(refused).toMatchObject(unauthenticated)
  expect(refused.headers.get('www-authenticate')).toBeNull()
  expect(await callApi(server, 'POST /v1/session/logout')).toMatchObject({ status: 204 })
})

test('nobody signed in: no session and no CSRF token', async () => {
  expect(await callApi(server, 'GET /v1/session')).toMatchObject(unauthenticated)
  expect(await callApi(server, 'GET /v1/session/csrf')).toMatchObject(unauthenticated)
})

test('a session lives 12 hours', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 2_000_000_000_000 })
  const { cookie } = await login(ada)
  vi.advanceTimersByTime(12 * 3600_000 - 1)
  expect(await callApi(server, 'GET /v1/session', { headers: sent(cookie) })).toMatchObject({ status: 200 })
  vi.advanceTimersByTime(1)
  expect(await callApi(server, 'GET /v1/session', { headers: sent(cookie) })).toMatchObject(unauthenticated)
})

test('the cookie counts only when the request carries no other credential', async () => {
  const { cookie } = await login(ada)
  const token = (await callApi(server, 'POST /v1/auth/login', { body: bob })).json.access_token
  const headers = sent(cookie)
  expect(await callApi(server, 'GET /v1/resources', { headers, token })).toMatchObject({ json: { subject: 'bob' } })
  expect(await callApi(server, 'GET /v1/resources', { headers, token: 'wrong' })).toMatchObject({ status: 401 })
  const withKey = { ...headers, 'x-api-key': 'wrong' }
  expect(await callApi(server, 'GET /v1/resources', { headers: withKey })).toMatchObject({ status: 401 })
})

test('a session that lacks the scope gets a 403 without a challenge', async () => {
  const { cookie } = await login(bob)
  const { status, json, headers } = await callApi(server, 'GET /v1/admin', { headers: sent(cookie) })
  expect({ status, error: json.error }).toEqual({ status: 403, error: 'insufficient_scope' })
  expect(headers.get('www-authenticate')).toBeNull()
})

test('browsers may send the cookie from the demo', async () => {
  const { headers } = await callApi(server, 'GET /v1/session', { headers: { origin: demoOrigin } })
  expect(headers.get('access-control-allow-credentials')).toBe('true')
})

test('the log has no cookie and no CSRF token', async () => {
  const { cookie = '', csrfToken } = await login(ada)
  await callApi(server, 'POST /v1/resources', { headers: sent(cookie, csrfToken), body: { name: 'Loom' } })
  const log = server.lines.join('\n')
  expect(log).not.toContain(cookie.split('=')[1])
  expect(log).not.toContain(csrfToken)
})
