import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../../test/world.ts'
import { createAuth } from '../auth/createAuth.ts'
import { systemNetwork } from '../browser/network.ts'
import { AuthError } from '../errors.ts'
import type { AuthMethod } from '../methods/method.ts'
import { parkRequests } from '../parking/parkRequests.ts'
import type { AuthedFetch } from './authedFetch.ts'
import { changeRequest, copyRequest, holdRequest, toRequest } from './toRequest.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const api = 'https://api.example'
const url = `${api}/things`
const reason = new Error('enough')

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
/** Everything that waits for nothing is done, and what nobody holds is gone. */
async function clear(): Promise<void> {
  await turn()
  collect()
}

const nobody = undefined
const post = { method: 'POST', body: 'b' }
const made: readonly (readonly [string, (signal: AbortSignal) => Request])[] = [
  ['of text', (signal) => toRequest(url, { signal }, nobody)],
  ['of a Request', (signal) => toRequest(new Request(url, { signal }), undefined, nobody)],
  ['of a Request and more', (signal) => toRequest(new Request(url, { signal }), post, nobody)],
  ['of a Request and another signal', (signal) => toRequest(new Request(url, { signal: new AbortController().signal }), { signal }, nobody)],
  ['as a copy', (signal) => copyRequest(new Request(url, { signal }))],
  ['as a copy of a copy', (signal) => copyRequest(copyRequest(toRequest(url, { ...post, signal }, nobody)))],
  ['of another, with changes', (signal) => changeRequest(holdRequest(new Request(url, { signal })), post)],
]

describe('a request that nobody holds', () => {
  test.each(made)('made %s, ends when its caller’s signal says so', async (_, make) => {
    const controller = new AbortController()
    const { signal } = make(controller.signal)
    await clear()
    controller.abort(reason)
    expect(signal.reason).toBe(reason)
  })

  test.each(made)('made %s, is gone once its own signal is, while its caller’s lives on', async (_, make) => {
    const controller = new AbortController()
    const reference = ((): WeakRef<Request> => new WeakRef(make(controller.signal)))()
    await clear()
    expect(reference.deref()).toBeUndefined()
    expect(controller.signal.aborted).toBe(false)
  })
})

test('a copy is as the request is, referrer included, and leaves it readable', async () => {
  const request = new Request(url, { ...post, referrer: '', referrerPolicy: 'origin', cache: 'no-store', keepalive: true, headers: { 'x-a': '1' } })
  const copy = copyRequest(request)
  expect(copy).toMatchObject({ url, method: 'POST', referrer: '', referrerPolicy: 'origin', cache: 'no-store', keepalive: true })
  expect([copy.headers.get('x-a'), await copy.text(), await request.text()]).toEqual(['1', 'b', 'b'])
})

/** What came of something: its value, or what it was rejected with. */
function watch(promise: Promise<unknown>): { outcome?: unknown } {
  const seen: { outcome?: unknown } = {}
  promise.then((value) => (seen.outcome = value), (error: unknown) => (seen.outcome = error))
  return seen
}

let world: World
/** What is under way holds its signal, and nothing else, as that of Node does. */
let signals: AbortSignal[]
let answers: Response[]
beforeEach(() => {
  world = createWorld()
  ;[signals, answers] = [[], []]
})

const method: AuthMethod<string> = {
  name: 'm',
  login: async (subject) => ({ accessToken: 'at', refreshToken: 'rt', subject, user: null, scope: [] }),
  refresh: async (session) => ({ ...session, accessToken: 'at-2' }),
}

async function signedIn(own: Partial<AuthMethod<string>> = {}) {
  const fetch = ({ signal }: Request): Promise<Response> => {
    signals.push(signal)
    const answer = answers.shift()
    return answer ? Promise.resolve(answer) : new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  }
  const environment = { ...world.environment, network: { fetch, isOnline: () => true } }
  const auth = parkRequests(createAuth({ method: { ...method, ...own }, api }, environment), {}, environment)
  await auth.login('ada')
  return auth
}

const refused = () => new Response(null, { status: 401 })
const asTold: Partial<AuthMethod<string>> = { attach: (request) => request, asksAgain: async ({ status }) => status === 400 }

describe('a signal given to auth.fetch ends', () => {
  test.each<[string, () => Response[], Partial<AuthMethod<string>>?]>([
    ['a request', () => []],
    ['its replay', () => [refused()]],
    ['what an API asks for again', () => [new Response(null, { status: 400 })], asTold],
    ['the replay that an API asks for again', () => [refused(), new Response(null, { status: 400 })], asTold],
    ['another that a method made of it', () => [refused()], { attach: (request) => new Request(request, { credentials: 'include' }) }],
  ])('%s, whatever garbage was collected meanwhile', async (_, given, own) => {
    const auth = await signedIn(own)
    for (const redirect of ['error', 'follow'] as const) {
      for (const send of [
        (signal: AbortSignal) => auth.fetch(url, { ...post, redirect, signal }),
        (signal: AbortSignal) => auth.fetch(new Request(url, { ...post, signal }), { redirect }),
        (signal: AbortSignal) => auth.fetch(new Request(url, { ...post, redirect, signal })),
      ]) {
        answers = given()
        const sent = answers.length + 1
        signals = []
        const controller = new AbortController()
        const settled = watch(send(controller.signal))
        while (signals.length < sent) await turn()
        await clear()
        controller.abort(reason)
        await turn()
        expect([signals.at(-1)?.reason, settled.outcome]).toEqual([reason, reason])
      }
    }
  })

  test.each<[string, (fetch: AuthedFetch, signal: AbortSignal) => Promise<Response>]>([
    ['by text', (fetch, signal) => fetch(url, { ...post, signal })],
    ['as a Request', (fetch, signal) => fetch(new Request(url, { ...post, signal }))],
  ])('what waits for a login, and what is sent after it: given %s', async (_, send) => {
    const auth = await signedIn()
    const [waiting, sent] = [new AbortController(), new AbortController()]
    auth.tokens.end(new AuthError('session_expired', 'over'))
    const outcomes = [waiting, sent].map(({ signal }) => watch(send(auth.fetch, signal)))
    await clear()
    expect(auth.parkedStore.getState()).toBe(2)
    waiting.abort(reason)
    await turn()
    expect(outcomes[0]).toEqual({ outcome: reason })
    await auth.login('ada')
    while (signals.length < 1) await turn()
    await clear()
    sent.abort(reason)
    await turn()
    expect(signals.map((signal) => signal.reason as unknown)).toEqual([reason])
    expect(outcomes[1]).toEqual({ outcome: reason })
  })
})

describe('in the real world, a signal ends a request', () => {
  const server = createServer()
  let origin: string
  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  const stream = (): RequestInit & { readonly duplex: 'half' } => ({ method: 'POST', body: new Blob(['b']).stream(), duplex: 'half' })
  const other: Partial<AuthMethod<string>> = { attach: (request) => new Request(request, { credentials: 'include' }) }

  test.each(['before an answer begins', 'while one arrives'])('%s, whatever garbage was collected meanwhile', async (when) => {
    for (const own of [{}, other]) {
      const auth = createAuth({ method: { ...method, ...own }, api: origin }, { ...world.environment, network: systemNetwork })
      await auth.login('ada')
      for (const send of [
        (signal: AbortSignal) => auth.fetch(origin, { signal }),
        (signal: AbortSignal) => auth.fetch(new Request(origin, { signal })),
        (signal: AbortSignal) => auth.fetch(origin, { ...stream(), signal }),
      ]) {
        const controller = new AbortController()
        const asked = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>
        const sent = send(controller.signal)
        const settled = watch(sent.then((response) => response.text()))
        const [, response] = await asked
        if (when === 'while one arrives') {
          response.writeHead(200).write('begun')
          await sent
        }
        await clear()
        controller.abort(reason)
        await turn()
        expect(settled).toEqual({ outcome: reason })
      }
    }
  })
})
