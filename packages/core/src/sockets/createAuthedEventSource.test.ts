import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createConnectedWorld, rejected, type ConnectedWorld } from '../../test/connectedWorld.ts'
import { startSocketServer, type SocketServer } from '../../test/socketServer.ts'
import { createEmitter, type Emitter } from '../browser/emitter.ts'
import { createAuthedEventSource, type EventSourceOptions } from './createAuthedEventSource.ts'
import type { Connection } from './connection.ts'
import type { StreamEvent } from './eventStream.ts'

/** A request for a stream, and its answer. */
interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

let server: SocketServer
let tab: ConnectedWorld
let exchanges: Exchange[]
let events: StreamEvent[]
let leaving: Emitter<void>
/** What the server answers to each request. */
let answer: (exchange: Exchange) => void
const stream = ({ response }: Exchange): void => response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).flushHeaders()

beforeEach(async () => {
  server = await startSocketServer()
  tab = createConnectedWorld(server.origin)
  exchanges = []
  events = []
  leaving = createEmitter<void>()
  answer = stream
  server.respond = (request, response) => {
    exchanges.push({ request, response })
    answer({ request, response })
  }
})
afterEach(() => server.stop())

const create = (options: Partial<EventSourceOptions> = {}): Connection =>
  createAuthedEventSource(tab.auth, { url: `${server.origin}/news`, onEvent: (event) => void events.push(event), ...options }, { ...tab.environment, leaving })
async function connect(options: Partial<EventSourceOptions> = {}) {
  const source = create(options)
  const stop = source.start()
  await tab.auth.login('ada')
  return { source, stop }
}
const until = (source: Connection, phase: string): Promise<void> => vi.waitFor(() => expect(source.store.getState().phase).toBe(phase), { interval: 5, timeout: 20_000 })
const last = (): Exchange => {
  const exchange = exchanges.at(-1)
  if (exchange === undefined) throw new Error('nothing was asked for')
  return exchange
}
const sent = (name: string): (string | undefined)[] => exchanges.map(({ request }) => request.headers[name] as string | undefined)

describe('a stream', () => {
  test('is asked for with the token in a header, and heard', async () => {
    const { source } = await connect()
    await until(source, 'open')
    expect([sent('authorization'), sent('accept'), sent('last-event-id'), last().request.url]).toEqual([['Bearer ada-1'], ['text/event-stream'], [undefined], '/news'])
    last().response.write('event: add\nid: 7\ndata: hel')
    last().response.write('lo\n\n')
    await vi.waitFor(() => expect(events).toEqual([{ type: 'add', data: 'hello', lastEventId: '7' }]))
  })

  test('goes on after the last event, when the server asks for it', async () => {
    const { source } = await connect()
    await until(source, 'open')
    last().response.end('retry: 5000\nid: é7\ndata: x\n\nid: 8\ndata: cut off')
    await until(source, 'waiting')
    expect(tab.waits()).toEqual([5_000])
    tab.passWaits()
    await until(source, 'open')
    expect(Buffer.from(sent('last-event-id')[1] ?? '', 'latin1').toString()).toBe('é7')
    expect(events).toHaveLength(1)
  })

  test.each([
    ['0', 2_000],
    ['999999999999', 300_000],
  ])('retry: %s waits %i ms', async (retry, waitMs) => {
    const { source } = await connect()
    await until(source, 'open')
    last().response.end(`retry: ${retry}\n\n`)
    await until(source, 'waiting')
    expect(tab.waits()).toEqual([waitMs])
  })

  test('that breaks is asked for again', async () => {
    const { source } = await connect()
    await until(source, 'open')
    last().response.destroy()
    await until(source, 'waiting')
    tab.passWaits()
    await until(source, 'open')
    expect(exchanges).toHaveLength(2)
  })

  test('is read as UTF-8, with or without a mark of that, wherever it is cut', async () => {
    const { source } = await connect()
    await until(source, 'open')
    for (const byte of Buffer.from('\uFEFFdata: é日😀\r\n\r\ndata: \uFEFFb\r\n\r\n')) {
      last().response.write(Buffer.from([byte]))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await vi.waitFor(() => expect(events.map(({ data }) => data)).toEqual(['é日😀', '\uFEFFb']))
  })

  test('with an event that has no end is broken off, and says so', async () => {
    const { source } = await connect()
    await until(source, 'open')
    for (let i = 0; i < 17; i++) last().response.write(`data: ${'x'.repeat(1_048_576)}\n`)
    await until(source, 'waiting')
    expect(source.store.getState().error).toMatchObject({ code: 'invalid_response' })
    await vi.waitFor(() => expect(last().response.closed).toBe(true))
  })

  test('whose answer does not begin within a minute is asked for again', async () => {
    answer = () => {}
    const { source } = await connect()
    await vi.waitFor(() => expect(exchanges).toHaveLength(1))
    expect([source.store.getState().phase, tab.waits()]).toEqual(['connecting', [60_000]])
    tab.passWaits()
    await until(source, 'waiting')
    expect(source.store.getState().error).toMatchObject({ code: 'timeout' })
    await vi.waitFor(() => expect(last().response.closed).toBe(true))
    answer = stream
    tab.passWaits()
    await until(source, 'open')
    expect(tab.waits()).toEqual([])
  })

  test('goes on after the last event when the page was left and is back', async () => {
    const { source } = await connect()
    await until(source, 'open')
    last().response.write('id: 7\ndata: x\n\n')
    await vi.waitFor(() => expect(events).toHaveLength(1))
    leaving.emit()
    await vi.waitFor(() => expect(last().response.closed).toBe(true))
    await until(source, 'waiting')
    tab.world.wake('restored')
    await until(source, 'open')
    expect(sent('last-event-id')).toEqual([undefined, '7'])
  })

  test('that is silent for longer than the server ever is is asked for again; a comment breaks the silence', async () => {
    let elapsedMs = 0
    const clock = { now: () => ({ wallAt: 0, elapsedMs }) }
    const source = createAuthedEventSource(tab.auth, { url: `${server.origin}/news`, onEvent: () => {}, heartbeatMs: 15_000 }, { ...tab.environment, clock })
    source.start()
    await tab.auth.login('ada')
    await until(source, 'open')
    elapsedMs = 14_000
    last().response.write(':\n')
    await vi.waitFor(() => {
      tab.passWaits()
      expect(tab.waits()).toEqual([15_000])
    })
    elapsedMs = 29_000
    tab.passWaits()
    await until(source, 'waiting')
    expect(source.store.getState().error).toMatchObject({ code: 'timeout' })
  })

  test('outlives a listener that throws', async () => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { source } = await connect({
      onEvent(event) {
        events.push(event)
        throw new Error('of the app')
      },
    })
    await until(source, 'open')
    last().response.write('data: a\n\ndata: b\n\n')
    await vi.waitFor(() => expect(events).toHaveLength(2))
    expect(source.store.getState().phase).toBe('open')
    expect(told).toHaveBeenCalledTimes(2)
    told.mockRestore()
  })
})

describe('XT-01 whose it is', () => {
  test('a sign-out ends the request; somebody else begins at the beginning', async () => {
    const { source } = await connect()
    await until(source, 'open')
    const first = last()
    first.response.write('id: 7\ndata: for ada\n\n')
    await vi.waitFor(() => expect(events).toHaveLength(1))
    await tab.auth.logout()
    await vi.waitFor(() => expect(first.response.closed).toBe(true))
    await tab.auth.login('bob')
    await until(source, 'open')
    expect([sent('authorization'), sent('last-event-id')]).toEqual([['Bearer ada-1', 'Bearer bob-2'], [undefined, undefined]])
  })

  test('a sign-out ends the request also where that has lost its signal', async () => {
    const forgetful = { ...tab.auth, tokens: tab.auth.tokens, fetch: (url: string | URL | Request, init?: RequestInit) => tab.auth.fetch(url, { ...init, signal: null }) }
    const source = createAuthedEventSource(forgetful, { url: `${server.origin}/news`, onEvent: () => {} }, tab.environment)
    source.start()
    await tab.auth.login('ada')
    await until(source, 'open')
    await tab.auth.logout()
    await vi.waitFor(() => expect(last().response.closed).toBe(true))
  })

  test('nothing is heard after a sign-out in the middle of a piece', async () => {
    const { source } = await connect({
      onEvent(event) {
        events.push(event)
        void tab.auth.logout()
      },
    })
    await until(source, 'open')
    last().response.write('data: a\n\ndata: b\n\n')
    await until(source, 'waiting')
    expect(events.map(({ data }) => data)).toEqual(['a'])
  })
})

describe('a refusal', () => {
  const refuse = ({ response }: Exchange): void => void response.writeHead(401).end()

  test('RF-07 of the token is met by a refresh, without a wait', async () => {
    answer = (exchange) => (exchange.request.headers.authorization === 'Bearer ada-1' ? refuse(exchange) : stream(exchange))
    const { source } = await connect()
    await until(source, 'open')
    expect(sent('authorization')).toEqual(['Bearer ada-1', 'Bearer ada-2'])
    expect(tab.waits()).toEqual([])
  })

  test('of a token straight from a refresh ends the session, and no request follows', async () => {
    answer = refuse
    const { source } = await connect()
    await vi.waitFor(() => expect(tab.auth.store.getState()).toMatchObject({ reason: 'revoked' }))
    await until(source, 'waiting')
    expect([exchanges.length, tab.waits()]).toEqual([2, []])
  })

  test('that ends the session ends it here', async () => {
    answer = refuse
    tab.refresh = rejected
    const { source } = await connect()
    await vi.waitFor(() => expect(tab.auth.store.getState()).toMatchObject({ reason: 'refresh_rejected' }))
    await until(source, 'waiting')
    expect([exchanges.length, tab.waits()]).toEqual([1, []])
  })

  test.each([
    [403, 'access_denied'],
    [404, 'invalid_config'],
  ])('%i is the last', async (status, code) => {
    answer = ({ response }) => void response.writeHead(status).end()
    const { source } = await connect()
    await until(source, 'failed')
    expect(source.store.getState().error).toMatchObject({ code, status })
    expect([exchanges.length, tab.waits()]).toEqual([1, []])
  })

  test('204 ends it without an error', async () => {
    answer = ({ response }) => void response.writeHead(204).end()
    const { source } = await connect()
    await until(source, 'ended')
    expect(source.store.getState().error).toBeNull()
    expect([exchanges.length, tab.waits()]).toEqual([1, []])
  })

  test('INV-9 no redirect is followed', async () => {
    answer = (exchange) => (exchange.request.url === '/news' ? void exchange.response.writeHead(307, { location: '/elsewhere' }).end() : stream(exchange))
    const { source } = await connect()
    await until(source, 'waiting')
    expect([source.store.getState().error?.code, exchanges.map(({ request }) => request.url)]).toEqual(['network', ['/news']])
  })

  test('INV-9 of the destination is the last', async () => {
    const { source } = await connect({ url: 'https://evil.example/news' })
    await until(source, 'failed')
    expect(source.store.getState().error).toMatchObject({ code: 'destination_not_allowed' })
  })
})

describe('a failure that may pass', () => {
  test.each<[string, (exchange: Exchange) => unknown, string, number]>([
    ['503', ({ response }) => response.writeHead(503).end(), 'server_error', 2_000],
    ['503 that asks to wait', ({ response }) => response.writeHead(503, { 'retry-after': '30' }).end(), 'server_error', 30_000],
    ['429', ({ response }) => response.writeHead(429, { 'retry-after': '7' }).end(), 'rate_limited', 7_000],
    ['a page of a proxy', ({ response }) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Sign in to this café'), 'invalid_response', 2_000],
    ['a connection that breaks', ({ response }) => response.destroy(), 'network', 2_000],
  ])('%s', async (_, fail, code, waitMs) => {
    answer = fail
    const { source } = await connect()
    await until(source, 'waiting')
    await vi.waitFor(() => expect(source.store.getState().error).toMatchObject({ code }))
    expect(tab.waits()).toEqual([waitMs])
    answer = stream
    tab.passWaits()
    await until(source, 'open')
    expect(source.store.getState().error).toBeNull()
  })
})

test.each<[string, Partial<EventSourceOptions>]>([
  ['url', { url: 'http://api.example/' }],
  ['url', { url: '//api.example/' }],
  ['heartbeatMs', { heartbeatMs: 15 }],
  ['onEvent', { onEvent: undefined as never }],
  ['withCredentials', { withCredentials: true } as never],
])('an invalid %s: %o', (option, options) => {
  expect(() => create(options)).toThrow(expect.objectContaining({ code: 'invalid_config', option }))
})

test.each([null, undefined, 'auth'])('DO-07 %o is no auth', (auth) => {
  expect(() => createAuthedEventSource(auth as never, { url: '/news', onEvent() {} })).toThrow(expect.objectContaining({ code: 'invalid_config', option: 'createAuthedEventSource' }))
})
