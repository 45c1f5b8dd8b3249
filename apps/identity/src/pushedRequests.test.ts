import { createHash, randomBytes } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'
import { ada, allScopes, createClient } from './testing/createClient.ts'
import { readBody } from './testing/readBody.ts'
import { demoOrigin, startServer } from './testing/startServer.ts'

const server = await startServer()
const endpoint = `${server.origin}/request`
const redirectUri = `${demoOrigin}/authorization-code/callback`

afterEach(() => void vi.useRealTimers())

/** Pushes a request and gives its URI with the verifier. */
async function push(extra: Readonly<Record<string, string>> = {}) {
  const verifier = randomBytes(32).toString('base64url')
  const body = new URLSearchParams({
    client_id: 'demo-1h',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: allScopes,
    state: 'pushed-state',
    login_hint: 'bob@example.com',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...extra,
  })
  const answer = await readBody(await fetch(endpoint, { method: 'POST', headers: { origin: demoOrigin }, body }))
  return { ...answer, verifier, requestUri: String(answer.json.request_uri) }
}

/** Opens the authorization endpoint with what a pushed request leaves to send. */
function open(requestUri: string, client = createClient(server)) {
  const query = new URLSearchParams({ client_id: 'demo-1h', request_uri: requestUri })
  return client.browser.open(`${server.origin}/auth?${query}`)
}

test('a pushed request signs in, with everything that was pushed', async () => {
  const { status, json, verifier, requestUri } = await push()
  expect(status).toBe(201)
  expect(json).toEqual({ expires_in: 60, request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:/) })

  const client = createClient(server)
  const page = await open(requestUri, client)
  expect(page.html).toContain('value="bob@example.com"')
  const callback = await client.answer(page, ada)
  expect(callback.url.href).toContain(`${redirectUri}?`)
  expect(callback.url.searchParams.get('state')).toBe('pushed-state')
  expect(await client.redeem(callback, { code_verifier: verifier })).toMatchObject({ status: 200 })
  expect(server.lines.some((line) => / push request +- +demo-1h +request kept$/.test(line))).toBe(true)
  expect(server.lines.join('\n')).not.toContain(requestUri)
})

test('MD-06: a request_uri works once, and for a minute', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 2_000_000_000_000 })
  const client = createClient(server)
  const used = await push()
  await client.answer(await open(used.requestUri, client), ada)
  const expired = await push()
  vi.setSystemTime(2_000_000_060_000)
  for (const { requestUri } of [used, expired]) {
    const { url } = await open(requestUri)
    expect(`${url.origin}${url.pathname}`).toBe(redirectUri)
    expect(url.searchParams.get('error')).toBe('invalid_request_uri')
  }
})

test.for([
  ['resource', { resource: 'https://api.example' }, 'invalid_target'],
  ['redirect_uri', { redirect_uri: `${demoOrigin}/elsewhere` }, 'invalid_request'],
  ['code_challenge', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
] as const)('a request with a wrong %s is refused when it is pushed', async ([, extra, error]) => {
  expect(await push(extra)).toMatchObject({ status: 400, json: { error } })
})

test('the demo may push across origins, and nobody else', async () => {
  const ask = (origin: string) =>
    fetch(endpoint, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } })
  expect((await ask(demoOrigin)).headers.get('access-control-allow-origin')).toBe(demoOrigin)
  expect((await ask('http://evil.example')).headers.get('access-control-allow-origin')).toBeNull()
  const body = new URLSearchParams({ client_id: 'demo-1h' })
  const { headers } = await fetch(endpoint, { method: 'POST', headers: { origin: demoOrigin }, body })
  expect(headers.get('access-control-allow-origin')).toBe(demoOrigin)
})
