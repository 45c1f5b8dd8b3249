// oneTimeCode.test.ts
import { createAuth, environment, type Environment } from '@tessera-auth/core'
import { beforeEach, expect, it } from 'vitest'
import { oneTimeCode } from './oneTimeCode'

const url = 'https://api.example/code'
let sent: string[] = []
/** Answers by path; the path of a request without one is not found. */
let answers: Record<string, () => Response> = {}
const items = new Map<string, string>()

/** The real world, but for the network and the storage of the tab. */
const fake: Environment = {
  ...environment,
  network: {
    isOnline: () => true,
    async fetch(request) {
      const { pathname } = new URL(request.url)
      sent.push([pathname, request.headers.get('authorization'), await request.text()].join(' ').trim())
      return answers[pathname]?.() ?? new Response('', { status: 404 })
    },
  },
  tabStorage: {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    keys: () => [...items.keys()],
  },
  // That a session can have no other tabs here.
  warn: () => {},
}

const email = 'ada@example.com'
const answer = (number: number) => () =>
  Response.json({ access_token: `at-${number}`, refresh_token: `rt-${number}`, expires_in: 3600, email })

/** A page load. */
const load = () => createAuth({ method: oneTimeCode(url), api: 'https://api.example', storage: 'session' }, fake)

async function signedIn() {
  const auth = load()
  await auth.login({ email, code: '123456' })
  return auth
}

beforeEach(() => {
  sent = []
  items.clear()
  answers = {
    '/code/login': answer(1),
    '/code/refresh': answer(2),
    '/code/logout': () => new Response(null, { status: 204 }),
    '/orders': () => new Response('', { status: sent.at(-1)?.includes('at-1') ? 401 : 200 }),
  }
})

it('signs in with the code, and is still signed in after a reload', async () => {
  await signedIn()
  expect(sent).toEqual(['/code/login  {"email":"ada@example.com","code":"123456"}'])
  expect(await load().ready).toMatchObject({ status: 'authenticated', user: { email } })
})

it('refreshes once when an API says 401, and sends the request again', async () => {
  const auth = await signedIn()
  expect((await auth.fetch('https://api.example/orders')).status).toBe(200)
  expect(sent.slice(1)).toEqual(['/orders Bearer at-1', '/code/refresh  {"refresh_token":"rt-1"}', '/orders Bearer at-2'])
})

it('says what went wrong, and nothing secret', async () => {
  const cases = [
    [new Response('', { status: 401 }), 'invalid_credentials'],
    [new Response('', { status: 503 }), 'server_error'],
    [new Response('<html>'), 'invalid_response'],
    [Response.json({ access_token: 7 }), 'invalid_response'],
  ] as const
  for (const [response, code] of cases) {
    answers['/code/login'] = () => response
    const auth = load()
    const error = await auth.login({ email, code: '123456' }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code })
    expect(JSON.stringify([error, String(error), auth.store.getState()])).not.toContain('123456')
  }
})

it('ends the session when the server refuses the refresh token, and only then', async () => {
  const auth = await signedIn()
  answers['/code/refresh'] = () => new Response('', { status: 503 })
  await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'server_error', retryable: true })
  expect(auth.store.getState()).toMatchObject({ status: 'authenticated' })
  answers['/code/refresh'] = () => new Response('', { status: 401 })
  await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'refresh_rejected' })
  expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'refresh_rejected' })
})

it('tells the server who signs out', async () => {
  const auth = await signedIn()
  expect(await auth.logout()).toEqual({ isRemote: true, error: null })
  expect(sent.at(-1)).toBe('/code/logout  {"refresh_token":"rt-1"}')
  expect([...items.keys()]).toEqual(['tessera:default:lastSignOut'])
})
