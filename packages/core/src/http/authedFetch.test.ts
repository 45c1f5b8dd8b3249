import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { systemNetwork } from '../browser/network.ts'
import type { Place } from '../browser/page.ts'
import { AuthError } from '../errors.ts'
import { attachBearer } from './attachBearer.ts'
import {
  createAuthedFetch,
  type AuthedFetch,
  type Credential,
  type CredentialSource,
  type FetchEvent,
} from './authedFetch.ts'
import { rejectsToken } from './challenge.ts'
import { createDestinations } from './destinations.ts'

const page = 'https://app.example/home'
let place: Place
const url = 'https://api.example/v1/things?secret=canary#canary'
const bearerOf = (accessToken: string, generation: number, family: string): Credential => ({
  generation,
  family,
  attach: (request) => attachBearer(request, accessToken),
  isRefusal: rejectsToken,
})
const alice = bearerOf('alice-1', 1, 'alice')
const renewed = bearerOf('alice-2', 2, 'alice')
const bob = bearerOf('bob-1', 2, 'bob')

/** What was sent: the request, and what it carried. */
interface Sent {
  readonly request: Request
  readonly bearer: string | null
  readonly body: string
}

let sent: Sent[]
let events: FetchEvent[]
let answers: (Response | Error)[]
let current: Credential
let source: { [K in keyof CredentialSource]: ReturnType<typeof vi.fn<CredentialSource[K]>> }
let fetch: AuthedFetch

const refused = (header?: string): Response =>
  new Response('refused', { status: 401, headers: header === undefined ? {} : { 'www-authenticate': header } })
/** The same as it is after a redirect that led here. */
function from(address: string, response: Response): Response {
  return Object.defineProperties(response, { redirected: { value: true }, url: { value: address } })
}

beforeEach(() => {
  sent = []
  events = []
  answers = []
  current = alice
  place = { href: () => page }
  source = {
    acquire: vi.fn<CredentialSource['acquire']>(async () => current),
    refresh: vi.fn<CredentialSource['refresh']>(async () => void (current = renewed)),
    onRejected: vi.fn<CredentialSource['onRejected']>(),
  }
  fetch = create()
})

function create(api: string | undefined = 'https://api.example/v1/'): AuthedFetch {
  const send = async (request: Request): Promise<Response> => {
    request.signal.throwIfAborted()
    sent.push({ request, bearer: request.headers.get('authorization'), body: await request.clone().text() })
    const answer = answers.shift() ?? Response.json({ ok: true })
    if (answer instanceof Error) throw answer
    return answer
  }
  return createAuthedFetch({
    network: { fetch: send, isOnline: () => true },
    destinations: createDestinations(api === '' ? undefined : api, place),
    source,
    page: place,
    emit: (event) => events.push(event),
  })
}
const bearers = (): (string | null)[] => sent.map(({ bearer }) => bearer)

describe('a request', () => {
  test('carries the token, once, and its answer comes back as it is', async () => {
    const answer = new Response('x', { status: 201, headers: { etag: '1' } })
    answers = [answer]
    expect(await fetch(url)).toBe(answer)
    expect(bearers()).toEqual(['Bearer alice-1'])
    expect(events).toEqual([])
    expect(source.acquire).toHaveBeenCalledExactlyOnceWith(sent[0]?.request.signal)
  })

  test.each([204, 301, 400, 404, 500, 503])('a %d comes back as it is, without a second request', async (status) => {
    answers = [new Response(null, { status })]
    expect((await fetch(url)).status).toBe(status)
    expect(sent).toHaveLength(1)
  })

  test('HEAD stays HEAD', async () => {
    answers = [new Response(null, { headers: { 'content-length': '7' } })]
    expect((await fetch(url, { method: 'HEAD' })).headers.get('content-length')).toBe('7')
    expect(sent[0]?.request.method).toBe('HEAD')
  })

  test.each<[string, () => Promise<Response>]>([
    ['text', () => fetch(url, { method: 'PUT', headers: { 'x-a': '1' }, body: 'b' })],
    ['a URL', () => fetch(new URL(url), { method: 'PUT', headers: [['x-a', '1']], body: 'b' })],
    ['a Request', () => fetch(new Request(url, { method: 'PUT', headers: { 'x-a': '1' }, body: 'b' }))],
    [
      'a Request with more',
      () =>
        fetch(new Request(url, { method: 'PUT', body: 'x' }), {
          method: 'PUT',
          headers: new Headers({ 'x-a': '1' }),
          body: 'b',
        }),
    ],
    [
      'a Request as second argument',
      () =>
        fetch(
          url,
          new Request('https://other.example', {
            method: 'PUT',
            headers: { 'x-a': '1' },
            body: 'b',
            duplex: 'half',
          } as RequestInit),
        ),
    ],
  ])('FE-16 is given as %s', async (_, run) => {
    await run()
    expect(sent[0]).toMatchObject({ bearer: 'Bearer alice-1', body: 'b' })
    expect(sent[0]?.request).toMatchObject({ url: url, method: 'PUT', redirect: 'error' })
    expect(sent[0]?.request.headers.get('x-a')).toBe('1')
  })

  test('FE-16 on this page may be given as a path', async () => {
    await create('')('../api?q=1')
    expect(sent[0]?.request.url).toBe('https://app.example/api?q=1')
  })

  test('FE-16 relative addresses resolve by the base that the page names, which makes no other origin its own', async () => {
    place = { href: () => page, baseUrl: () => 'https://app.example/base/x' }
    await create('')('api?q=1')
    expect(sent[0]?.request.url).toBe('https://app.example/base/api?q=1')
    place = { href: () => page, baseUrl: () => 'https://cdn.example/' }
    await expect(create('')('/api')).rejects.toMatchObject({ code: 'destination_not_allowed' })
    await create('https://cdn.example')('/api')
    expect(sent[1]?.request.url).toBe('https://cdn.example/api')
  })

  test('FE-16 leaves what it was given as it was', async () => {
    answers = [refused()]
    const headers = new Headers({ 'x-a': '1' })
    const init = Object.freeze({ method: 'POST', headers, body: 'b' })
    const request = new Request(url, init)
    await fetch(url, init)
    await fetch(request)
    expect(Object.fromEntries(headers)).toEqual({ 'x-a': '1' })
    expect([request.bodyUsed, await request.text(), request.headers.has('authorization')]).toEqual([false, 'b', false])
  })

  test('keeps every choice of the caller', async () => {
    const init = {
      cache: 'no-store',
      credentials: 'include',
      integrity: 'sha256-x',
      keepalive: true,
      mode: 'same-origin',
    } as const
    await fetch(url, { ...init, referrerPolicy: 'no-referrer' })
    await fetch(new Request(url, init))
    for (const { request } of sent) expect(request).toMatchObject(Object.fromEntries(Object.entries(init)))
    expect(sent[0]?.request.referrerPolicy).toBe('no-referrer')
  })

  test.each([
    ['a header', { headers: { Authorization: 'Basic mine' } }],
    ['Headers', { headers: new Headers({ authorization: 'Basic mine' }) }],
    ['a list', { headers: [['AUTHORIZATION', 'Basic mine']] as [string, string][] }],
  ])(
    'FE-16 whoever sets Authorization himself, by %s, gets what he asked for, and the answer is his',
    async (_, init) => {
      answers = [refused()]
      expect((await fetch(url, init)).status).toBe(401)
      expect(bearers()).toEqual(['Basic mine'])
      expect(source.acquire).not.toHaveBeenCalled()
    },
  )

  test('FE-16 an Authorization of his own goes to allowed destinations alone, without redirects', async () => {
    const init = { headers: { authorization: 'Basic mine' } }
    await expect(fetch('https://evil.example/', init)).rejects.toMatchObject({ code: 'destination_not_allowed' })
    await fetch(url, init)
    expect(sent.map(({ request }) => request.redirect)).toEqual(['error'])
  })

  test.each([
    ['https://evil.example/', 'destination_not_allowed'],
    ['//evil.example/v1/', 'destination_not_allowed'],
    ['https://api.example/v2/', 'destination_not_allowed'],
    ['/v1/', 'destination_not_allowed'],
    ['javascript:alert(1)', 'destination_not_allowed'],
  ])('FE-01 INV-16 to %s is not sent at all, and no token is asked for', async (target, code) => {
    await expect(fetch(target)).rejects.toMatchObject({ code })
    await expect(fetch(new Request(new URL(target, page)))).rejects.toMatchObject({ code })
    expect(sent).toEqual([])
    expect(source.acquire).not.toHaveBeenCalled()
  })

  test.each(['https://', 'https://user:pw@api.example/v1/', 'http://['])(
    'the address %j is refused as fetch refuses it',
    async (target) => {
      await expect(fetch(target)).rejects.toBeInstanceOf(TypeError)
      expect(sent).toEqual([])
    },
  )

  test('FE-17 without cors is refused: its credentials would be dropped silently', async () => {
    await expect(fetch(url, { mode: 'no-cors' })).rejects.toMatchObject({ code: 'unsupported_request' })
    await expect(fetch(new Request(url, { mode: 'no-cors' }))).rejects.toMatchObject({ code: 'unsupported_request' })
    expect(sent).toEqual([])
  })

  test('is not sent when there is no credential to be had', async () => {
    source.acquire.mockRejectedValue(new AuthError('not_authenticated', 'Nobody is signed in.'))
    await expect(fetch(url)).rejects.toMatchObject({ code: 'not_authenticated' })
    expect(sent).toEqual([])
  })

  test('FE-22 RF-26 is not sent as Bob when Bob came before it could be sent as Alice', async () => {
    source.acquire.mockRejectedValue(new AuthError('user_changed', 'Somebody signed in meanwhile.'))
    await expect(fetch(url)).rejects.toMatchObject({ code: 'user_changed' })
    expect(sent).toEqual([])
  })

  test.each([
    ['GET', undefined],
    ['POST', 'b'],
  ])('FE-15 a %s that fails in the network is never sent again', async (method, body) => {
    const failure = new TypeError('Failed to fetch')
    answers = [failure]
    await expect(fetch(url, { method, body: body ?? null })).rejects.toBe(failure)
    expect(sent).toHaveLength(1)
  })
})

describe('a redirect', () => {
  const choose = (init: RequestInit): RequestInit => init

  test.each([
    ['by default', () => fetch(url), 'error'],
    ['for a Request', () => fetch(new Request(url)), 'error'],
    ['for an init that does not say', () => fetch(url, { method: 'POST' }), 'error'],
    ['for an init that says nothing', () => fetch(url, { redirect: undefined } as unknown as RequestInit), 'error'],
    ['for no init', () => fetch(url, null as unknown as RequestInit), 'error'],
    ['when the caller says error', () => fetch(url, choose({ redirect: 'error' })), 'error'],
    ['when the caller says follow', () => fetch(url, choose({ redirect: 'follow' })), 'follow'],
    ['when the caller says manual', () => fetch(url, choose({ redirect: 'manual' })), 'manual'],
    ['when the Request says manual', () => fetch(new Request(url, { redirect: 'manual' })), 'manual'],
    [
      'when the caller overrules the Request',
      () => fetch(new Request(url, { redirect: 'manual' }), { redirect: 'follow' }),
      'follow',
    ],
  ])('FE-06 %s', async (_, run, expected) => {
    await run()
    expect(sent[0]?.request.redirect).toBe(expected)
  })

  test('FE-06 is an error for the replay too', async () => {
    answers = [refused()]
    await fetch(url, { method: 'POST', body: 'b' })
    expect(sent.map(({ request }) => request.redirect)).toEqual(['error', 'error'])
  })

  test('DO-06 is not allowed by a polluted prototype', async () => {
    const prototype = Object.prototype as { redirect?: string }
    try {
      prototype.redirect = 'follow'
      await fetch(url)
      await fetch(url, {})
    } finally {
      delete prototype.redirect
    }
    expect(sent.map(({ request }) => request.redirect)).toEqual(['error', 'error'])
  })

  test('FE-07 a 401 from where one led is not ours: no refresh, no second request', async () => {
    answers = [from('https://elsewhere.example/', refused('Bearer error="invalid_token"'))]
    expect((await fetch(url, { redirect: 'follow' })).status).toBe(401)
    expect([sent.length, source.refresh.mock.calls.length, events]).toEqual([1, 0, []])
  })

  test('FE-07 nor is the second 401 when only the second request was led astray: the session stays', async () => {
    answers = [refused(), from('https://elsewhere.example/', refused())]
    expect((await fetch(url, { redirect: 'follow' })).status).toBe(401)
    expect(source.onRejected).not.toHaveBeenCalled()
  })

  test('FE-07 a 401 after a redirect within the origin is ours', async () => {
    answers = [from('https://api.example/v1/elsewhere', refused())]
    expect((await fetch(url, { redirect: 'follow' })).status).toBe(200)
    expect(bearers()).toEqual(['Bearer alice-1', 'Bearer alice-2'])
  })

  const afterDone = (): Response => from('https://api.example/v1/orders/1', refused())

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('FE-15 a %s that led to a 401 within the origin may be done: it is not sent again', async (verb) => {
    const answer = afterDone()
    answers = [answer]
    expect(await fetch(url, { method: verb, redirect: 'follow' })).toBe(answer)
    expect([await answer.text(), events]).toEqual(['refused', [{ type: 'unauthorized', url: 'https://api.example/v1/things' }]])
    expect(source.onRejected).not.toHaveBeenCalled()
    await fetch(url)
    expect(bearers()).toEqual(['Bearer alice-1', 'Bearer alice-2'])
  })

  test.each(['get', 'HEAD'])('FE-08 a %s that led there has done nothing, and is sent again', async (verb) => {
    answers = [afterDone()]
    expect((await fetch(url, { method: verb, redirect: 'follow' })).status).toBe(200)
    expect(sent).toHaveLength(2)
  })

  test.each([
    ['POST', 1],
    ['GET', 2],
  ])('FE-15 where one led, a server may ask for the same once more: a %s is sent %d times', async (verb, times) => {
    current = { ...alice, isRefusal: () => false, asksAgain: async ({ status }) => status === 401 }
    answers = [afterDone()]
    await fetch(url, { method: verb, redirect: 'follow' })
    expect(sent).toHaveLength(times)
  })

  test('FE-15 what may be done is not said to be unsent, when somebody else signed in', async () => {
    source.refresh.mockRejectedValue(new AuthError('user_changed', 'Somebody signed in.'))
    answers = [afterDone()]
    expect((await fetch(url, { method: 'POST', redirect: 'follow' })).status).toBe(401)
    expect(sent).toHaveLength(1)
  })
})

describe('a 401', () => {
  test('FE-08 is answered by one refresh and one replay', async () => {
    const first = refused('Bearer error="invalid_token"')
    const cancel = vi.spyOn(first.body as ReadableStream, 'cancel')
    answers = [first, Response.json({ ok: true })]
    expect(await (await fetch(url)).json()).toEqual({ ok: true })
    expect(bearers()).toEqual(['Bearer alice-1', 'Bearer alice-2'])
    expect(source.refresh).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ generation: 1 }),
      expect.any(AbortSignal),
    )
    expect(source.onRejected).not.toHaveBeenCalled()
    expect(cancel).toHaveBeenCalledTimes(1)
    expect(events).toEqual([
      { type: 'unauthorized', url: 'https://api.example/v1/things' },
      { type: 'replayed', url: 'https://api.example/v1/things', status: 200 },
    ])
  })

  test('whose body cannot be cancelled is answered by a replay all the same', async () => {
    const body = new ReadableStream({ cancel: () => Promise.reject(new Error('no')) })
    answers = [new Response(body, { status: 401 })]
    expect((await fetch(url)).status).toBe(200)
  })

  test('FE-09 INV-13 a second one is given to the app, and told to the session: no third request', async () => {
    answers = [refused(), refused(), Response.json({})]
    expect((await fetch(url)).status).toBe(401)
    expect(sent).toHaveLength(2)
    expect(source.onRejected).toHaveBeenCalledExactlyOnceWith(renewed)
  })

  test('FE-09 FE-12 a second one that is not about the token says nothing about the session', async () => {
    answers = [refused(), refused('Basic realm="api"')]
    expect((await fetch(url)).status).toBe(401)
    expect(source.onRejected).not.toHaveBeenCalled()
  })

  test.each([403, 500, 204])('a replay answered by %d is given to the app', async (status) => {
    answers = [refused(), new Response(null, { status })]
    expect((await fetch(url)).status).toBe(status)
    expect(source.onRejected).not.toHaveBeenCalled()
    expect(events.at(-1)).toEqual({ type: 'replayed', url: 'https://api.example/v1/things', status })
  })

  test('FE-15 a replay that fails in the network is not sent again', async () => {
    const failure = new TypeError('Failed to fetch')
    answers = [refused(), failure]
    await expect(fetch(url, { method: 'POST', body: 'b' })).rejects.toBe(failure)
    expect(sent).toHaveLength(2)
  })

  test('FE-11 for a token that was replaced meanwhile is answered by a replay with the new one', async () => {
    source.refresh.mockImplementation(async () => {})
    source.acquire.mockResolvedValueOnce(alice).mockResolvedValueOnce({ ...renewed, generation: 5 })
    answers = [refused()]
    expect((await fetch(url)).status).toBe(200)
    expect(source.refresh).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ generation: 1 }),
      expect.any(AbortSignal),
    )
    expect(bearers()).toEqual(['Bearer alice-1', 'Bearer alice-2'])
  })

  test.each(['Basic realm="x"', 'Negotiate', 'Bearer error="insufficient_scope"', 'Bearer error="invalid_request"'])(
    'FE-12 with %s is the app’s: no refresh',
    async (header) => {
      const answer = refused(header)
      answers = [answer]
      expect(await fetch(url)).toBe(answer)
      expect(source.refresh).not.toHaveBeenCalled()
    },
  )

  test.each([
    ['fails', () => Promise.reject(new AuthError('network', 'down'))],
    ['is refused', () => Promise.reject(new AuthError('refresh_rejected', 'over'))],
    ['changes nothing', () => Promise.resolve()],
  ])('when the refresh %s, the 401 is given to the app, with its body', async (_, refresh) => {
    source.refresh.mockImplementation(refresh)
    const answer = refused()
    answers = [answer]
    expect(await fetch(url)).toBe(answer)
    expect(await answer.text()).toBe('refused')
    expect(sent).toHaveLength(1)
    expect(source.onRejected).not.toHaveBeenCalled()
  })

  test('when there is no credential after the refresh, the 401 is given to the app', async () => {
    source.acquire.mockResolvedValueOnce(alice).mockRejectedValueOnce(new AuthError('not_authenticated', 'gone'))
    answers = [refused()]
    expect((await fetch(url)).status).toBe(401)
  })

  test('when the credential after the refresh leaves the request alone, the 401 is given to the app, with its body', async () => {
    source.refresh.mockImplementation(async () => void (current = { ...renewed, attach: () => null }))
    answers = [refused()]
    expect(await (await fetch(url)).text()).toBe('refused')
    expect([sent.length, events]).toEqual([1, [{ type: 'unauthorized', url: 'https://api.example/v1/things' }]])
  })

  test.each<[string, () => void]>([
    ['is there after the refresh', () => source.refresh.mockImplementation(async () => void (current = bob))],
    [
      'came during the refresh',
      () => source.refresh.mockRejectedValue(new AuthError('user_changed', 'Somebody signed in.')),
    ],
  ])('FE-22 EP-07 INV-8 when Bob %s, what Alice sent is not sent again', async (_, arrange) => {
    arrange()
    answers = [refused()]
    await expect(fetch(url)).rejects.toMatchObject({ code: 'user_changed' })
    expect(bearers()).toEqual(['Bearer alice-1'])
  })
})

describe('a body', () => {
  const bytes = new Uint8Array([0, 1, 250, 255])
  function form(): FormData {
    const data = new FormData()
    data.append('name', 'ä')
    data.append('file', new Blob([bytes], { type: 'image/png' }), 'a.png')
    return data
  }

  test.each<[string, () => BodyInit]>([
    ['text', () => 'tëxt'],
    ['bytes', () => bytes],
    ['a buffer', () => bytes.buffer],
    ['a view of a buffer', () => new DataView(bytes.buffer, 1, 2)],
    ['a Blob', () => new Blob([bytes], { type: 'image/png' })],
    ['a File', () => new File([bytes], 'a.png', { type: 'image/png' })],
    ['a form', form],
    ['URL parameters', () => new URLSearchParams({ a: 'ä b' })],
  ])('of %s is replayed byte for byte, with its type', async (_, body) => {
    for (const run of [
      () => fetch(url, { method: 'POST', body: body() }),
      () => fetch(new Request(url, { method: 'POST', body: body() })),
    ]) {
      sent = []
      current = alice
      answers = [refused()]
      await run()
      const [first, second] = sent
      expect(second?.request.headers.get('content-type')).toBe(first?.request.headers.get('content-type'))
      expect(new Uint8Array((await second?.request.arrayBuffer()) ?? [])).toEqual(
        new Uint8Array((await first?.request.arrayBuffer()) ?? [1]),
      )
      expect(bearers()).toEqual(['Bearer alice-1', 'Bearer alice-2'])
    }
  })

  test('that changes after the call is replayed as it was', async () => {
    answers = [refused()]
    const body = new Uint8Array(bytes)
    const result = fetch(url, { method: 'POST', body })
    body.fill(7)
    await result
    expect(new Uint8Array((await sent[1]?.request.arrayBuffer()) ?? [])).toEqual(bytes)
  })

  test('that is a stream is sent once: its 401 is given to the app after a refresh for the next request', async () => {
    answers = [refused()]
    const init = { method: 'POST', body: new Blob(['streamed']).stream(), duplex: 'half' }
    expect((await fetch(url, init)).status).toBe(401)
    expect(sent.map(({ body }) => body)).toEqual(['streamed'])
    await fetch(url)
    expect(bearers()).toEqual(['Bearer alice-1', 'Bearer alice-2'])
  })
})

describe('a 403', () => {
  test('FE-13 is given to the app untouched: no refresh, only a word to observers', async () => {
    const answer = new Response('no', {
      status: 403,
      headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="admin"' },
    })
    answers = [answer]
    expect(await fetch(url)).toBe(answer)
    expect([answer.bodyUsed, sent.length, source.refresh.mock.calls.length]).toEqual([false, 1, 0])
    expect(events).toEqual([{ type: 'forbidden', url: 'https://api.example/v1/things' }])
  })
})

describe('an abort by the caller', () => {
  const reason = new Error('enough')

  test('RF-33 before anything is the caller’s own reason, and nothing is sent', async () => {
    source.acquire.mockImplementation(async (signal) => {
      if (signal.aborted) throw new AuthError('aborted', 'The caller aborted.')
      return current
    })
    await expect(fetch(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(sent).toEqual([])
  })

  test.each<[string, () => void]>([
    ['a credential is awaited', () => source.acquire.mockImplementationOnce(until)],
    ['a refresh is awaited', () => source.refresh.mockImplementationOnce((_, signal) => until(signal))],
    [
      'the credential after a refresh is awaited',
      () => source.acquire.mockResolvedValueOnce(alice).mockImplementationOnce(until),
    ],
  ])('while %s is the caller’s own reason, as with fetch', async (_, arrange) => {
    arrange()
    answers = [refused()]
    const controller = new AbortController()
    const result = fetch(url, { signal: controller.signal })
    const outcome = expect(result).rejects.toBe(reason)
    await vi.waitFor(() => expect(waiting).toBe(true))
    controller.abort(reason)
    await outcome
    expect(sent.length).toBeLessThan(2)
  })

  test('while a refresh is awaited that sends nothing again is the caller’s own reason too', async () => {
    source.refresh.mockImplementationOnce((_, signal) => until(signal))
    answers = [from(url, refused())]
    const controller = new AbortController()
    const outcome = expect(fetch(url, { method: 'POST', redirect: 'follow', signal: controller.signal })).rejects.toBe(reason)
    await vi.waitFor(() => expect(waiting).toBe(true))
    controller.abort(reason)
    await outcome
  })

  let waiting = false
  beforeEach(() => void (waiting = false))
  /** Waits for the abort, and then fails as a TokenManager does. */
  function until(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
      waiting = true
      signal.addEventListener('abort', () => reject(new AuthError('aborted', 'The caller aborted.')))
    })
  }
})

test('a redirect in the real world: its target gets nothing', async () => {
  const seen: { host: string; headers: IncomingHttpHeaders }[] = []
  const listen = async (host: string, location?: string): Promise<{ origin: string; close: () => void }> => {
    const server = createServer((request, response) => {
      seen.push({ host, headers: request.headers })
      response.writeHead(location === undefined ? 200 : 307, location === undefined ? {} : { location }).end()
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
  }
  const target = await listen('target')
  const api = await listen('api', `${target.origin}/stolen`)
  const real = createAuthedFetch({
    network: systemNetwork,
    destinations: createDestinations(api.origin, { href: () => null }),
    source,
    page: { href: () => null },
    emit: () => {},
  })
  try {
    const init = { method: 'POST', headers: { 'x-api-key': 'canary' }, body: 'canary' }
    await expect(real(`${api.origin}/x`, init)).rejects.toBeInstanceOf(TypeError)
    expect(seen).toMatchObject([{ host: 'api', headers: { authorization: 'Bearer alice-1', 'x-api-key': 'canary' } }])
    // What the default protects from: followed, the key goes along.
    await real(`${api.origin}/x`, { ...init, redirect: 'follow' })
    expect(seen.at(-1)).toMatchObject({ host: 'target', headers: { 'x-api-key': 'canary' } })
    expect(seen.at(-1)?.headers.authorization).toBeUndefined()
  } finally {
    api.close()
    target.close()
  }
})
