import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemNetwork, type Network } from '../browser/network.ts'
import { systemTimer } from '../browser/timer.ts'
import { createBoundedFetch } from './boundedFetch.ts'

const url = 'https://id.example/token?key=canary-key'
const megabyte = 1_048_576

/** A network that answers so, and remembers what it was asked. */
function fake(answer: (request: Request) => Response | Promise<Response>): { requests: Request[]; network: Network } {
  const requests: Request[] = []
  const fetch = async (request: Request): Promise<Response> => {
    requests.push(request)
    return answer(request)
  }
  return { requests, network: { fetch, isOnline: () => true } }
}

/** A body of this many pieces of 64 kB; `Infinity`: without end. */
function stream(pieces: number): {
  body: ReadableStream<Uint8Array<ArrayBuffer>>
  sent: () => number
  cancelled: ReturnType<typeof vi.fn>
} {
  let sent = 0
  const cancelled = vi.fn()
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (sent++ < pieces) controller.enqueue(new Uint8Array(65_536).fill(97))
      else controller.close()
    },
    cancel: cancelled,
  })
  return { body, sent: () => sent, cancelled }
}

describe('a request', () => {
  test('TR-25 TR-24 is neither cached nor redirected, carries no cookies and no referrer', async () => {
    const { requests, network } = fake(() => Response.json({}))
    await createBoundedFetch(network, systemTimer, 1_000)(url)
    expect(requests[0]).toMatchObject({
      method: 'GET',
      url,
      cache: 'no-store',
      redirect: 'error',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
    })
  })

  test('carries what the method gives it, and cookies where the method asks for them', async () => {
    const { requests, network } = fake(() => Response.json({}))
    await createBoundedFetch(
      network,
      systemTimer,
      1_000,
    )(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
      credentials: 'include',
      // None of these is for a method to choose.
      cache: 'force-cache',
      redirect: 'follow',
    })
    const [request] = requests
    expect(request).toMatchObject({ method: 'POST', credentials: 'include', cache: 'no-store', redirect: 'error' })
    expect(request?.headers.get('content-type')).toBe('application/json')
    expect(await request?.text()).toBe('{"a":1}')
  })
})

describe('an answer', () => {
  test('has arrived whole: status, headers, body', async () => {
    const { network } = fake(() =>
      Response.json({ error: 'invalid_grant' }, { status: 400, headers: { 'retry-after': '7' } }),
    )
    const response = await createBoundedFetch(network, systemTimer, 1_000)(url)
    expect([response.status, response.headers.get('retry-after'), response.headers.get('content-type')]).toEqual([
      400,
      '7',
      'application/json',
    ])
    expect(await response.json()).toEqual({ error: 'invalid_grant' })
  })

  test('TR-19 TR-21 in another encoding keeps its status, and what is no UTF-8 reads as no other letter', async () => {
    const body = new Uint8Array([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xfc, 0x22, 0x7d])
    const { network } = fake(() => new Response(body, { status: 401 }))
    const response = await createBoundedFetch(network, systemTimer, 1_000)(url)
    expect([response.status, await response.json()]).toEqual([401, { a: '\uFFFD' }])
  })

  test('TR-19 with half a character after its JSON is no JSON', async () => {
    const { network } = fake(() => new Response(new Uint8Array([0x7b, 0x7d, 0xf0])))
    await expect((await createBoundedFetch(network, systemTimer, 1_000)(url)).json()).rejects.toBeInstanceOf(
      SyntaxError,
    )
  })

  test('keeps a character that is cut in two on the way', async () => {
    const bytes = new TextEncoder().encode('{"a":"😀"}')
    const body = new ReadableStream({
      start(controller) {
        for (const piece of [bytes.slice(0, 8), bytes.slice(8)]) controller.enqueue(piece)
        controller.close()
      },
    })
    const { network } = fake(() => new Response(body))
    expect(await (await createBoundedFetch(network, systemTimer, 1_000)(url)).json()).toEqual({ a: '😀' })
  })

  test.each([200, 204, 205, 304, 500])('TR-02 without a body is an answer too, status %d', async (status) => {
    const { network } = fake(() => new Response(null, { status }))
    const response = await createBoundedFetch(network, systemTimer, 1_000)(url)
    expect([response.status, await response.text()]).toEqual([status, ''])
  })

  test('a 204 with a body to read, as browsers give it, is one without', async () => {
    const response = new Response(null, { status: 204 })
    vi.spyOn(response, 'body', 'get').mockReturnValue(stream(0).body)
    const { network } = fake(() => response)
    await expect(createBoundedFetch(network, systemTimer, 1_000)(url)).resolves.toMatchObject({
      status: 204,
      body: null,
    })
  })

  test('TR-26 of a megabyte is read', async () => {
    const { network } = fake(() => new Response(stream(16).body))
    expect(await (await createBoundedFetch(network, systemTimer, 1_000)(url)).arrayBuffer()).toHaveProperty(
      'byteLength',
      megabyte,
    )
  })

  test('TR-26 MD-03 without end is given up after a megabyte', async () => {
    const { body, sent, cancelled } = stream(Infinity)
    const { network } = fake(() => new Response(body, { status: 400 }))
    await expect(createBoundedFetch(network, systemTimer, 1_000)(url)).rejects.toMatchObject({
      code: 'invalid_response',
      retryable: true,
      status: 400,
    })
    expect(sent()).toBeLessThan(20)
    expect(cancelled).toHaveBeenCalledTimes(1)
  })

  test('TR-26 a stream that cannot be cancelled is given up all the same', async () => {
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) => controller.enqueue(new Uint8Array(megabyte)),
      cancel: () => Promise.reject(new Error('no')),
    })
    const { network } = fake(() => new Response(body))
    await expect(createBoundedFetch(network, systemTimer, 1_000)(url)).rejects.toMatchObject({
      code: 'invalid_response',
    })
  })
})

describe('a failure', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  test('TR-27 FE-20 of the network is a typed error without secrets', async () => {
    const { network } = fake(() => Promise.reject(new TypeError('Failed to fetch')))
    const init = { method: 'POST', headers: { authorization: 'Basic canary' }, body: 'refresh_token=canary-rt' }
    const error: unknown = await createBoundedFetch(
      network,
      systemTimer,
      1_000,
    )(url, init).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'network',
      retryable: true,
      message: expect.stringMatching(/https:\/\/id\.example:.*offline.*CORS.*CSP/) as string,
    })
    expect(inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error)).not.toContain('canary')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('TR-23 a server that never answers is given up at the deadline, and the request aborted', async () => {
    const { network, requests } = fake(() => new Promise(() => {}))
    const outcome = expect(createBoundedFetch(network, systemTimer, 10_000)(url)).rejects.toMatchObject({
      code: 'timeout',
    })
    await vi.advanceTimersByTimeAsync(10_000)
    await outcome
    expect(requests[0]?.signal.aborted).toBe(true)
  })

  test('TR-26 a body that trickles is given up at the same deadline', async () => {
    const { network } = fake(
      () => new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) })),
    )
    const outcome = expect(createBoundedFetch(network, systemTimer, 10_000)(url)).rejects.toMatchObject({
      code: 'timeout',
    })
    await vi.advanceTimersByTimeAsync(10_000)
    await outcome
  })

  test('an abort by the caller ends it, before and during', async () => {
    const { network, requests } = fake(() => new Promise(() => {}))
    const send = createBoundedFetch(network, systemTimer, 10_000)
    await expect(send(url, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' })
    expect(requests).toEqual([])
    const controller = new AbortController()
    const result = send(url, { signal: controller.signal })
    controller.abort()
    await expect(result).rejects.toMatchObject({ code: 'aborted' })
    expect(requests[0]?.signal.aborted).toBe(true)
  })
})

describe('a real server', () => {
  const seen: { method: string | undefined; url: string | undefined; body: string }[] = []
  const servers: ReturnType<typeof createServer>[] = []
  afterEach(async () => {
    seen.length = 0
    await Promise.all(servers.splice(0).map((server) => new Promise((closed) => server.close(closed))))
  })

  async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        seen.push({ method: request.method, url: request.url, body })
        answer(request, response)
      })
    })
    servers.push(server)
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  test.each([301, 302, 303, 307, 308])(
    'TR-24 RF-29 a %d elsewhere is refused, and its target gets nothing',
    async (status) => {
      const target = await listen((_, response) => response.end('{}'))
      const here = await listen((_, response) => response.writeHead(status, { location: `${target}/stolen` }).end())
      const send = createBoundedFetch(systemNetwork, systemTimer, 5_000)
      await expect(send(`${here}/token`, { method: 'POST', body: 'refresh_token=RT1' })).rejects.toMatchObject({
        code: 'network',
      })
      expect(seen).toEqual([{ method: 'POST', url: '/token', body: 'refresh_token=RT1' }])
    },
  )

  test.each([204, 205, 304])('a real %d has no body', async (status) => {
    const here = await listen((_, response) => response.writeHead(status).end())
    const response = await createBoundedFetch(systemNetwork, systemTimer, 5_000)(here)
    expect([response.status, response.body]).toEqual([status, null])
  })

  test('TR-27 nobody there is a network error', async () => {
    const here = await listen(() => {})
    await new Promise((closed) => servers.pop()?.close(closed))
    await expect(createBoundedFetch(systemNetwork, systemTimer, 5_000)(here)).rejects.toMatchObject({
      code: 'network',
      retryable: true,
    })
  })
})
