import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createConnectedWorld, rejected, type ConnectedWorld } from '../../test/connectedWorld.ts'
import { startSocketServer, type Peer, type SocketServer } from '../../test/socketServer.ts'
import { defer } from '../../test/world.ts'
import { createAuth } from '../auth/createAuth.ts'
import { createEmitter, type Emitter } from '../browser/emitter.ts'
import { AuthError } from '../errors.ts'
import { apiKey, type ApiKeyInput } from '../methods/apiKey.ts'
import { createAuthedSocket, type AuthedSocket, type SocketOptions } from './createAuthedSocket.ts'

let server: SocketServer
let tab: ConnectedWorld
let heard: unknown[]
let leaving: Emitter<void>
let wallAt: number
beforeEach(async () => {
  leaving = createEmitter<void>()
  wallAt = 0
  server = await startSocketServer()
  tab = createConnectedWorld(server.origin)
  heard = []
})
afterEach(() => server.stop())

const address = (): string => `${server.origin.replace('http', 'ws')}/prices`
function create(options: Partial<SocketOptions> = {}): AuthedSocket {
  const open = (ticket: string): WebSocket => new WebSocket(address(), [`ticket.${ticket}`])
  return createAuthedSocket(tab.auth, { url: address(), open, onMessage: ({ data }) => void heard.push(data), ...options }, { ...tab.environment, leaving, clock: { now: () => ({ wallAt, elapsedMs: 0 }) } })
}
async function connect(options: Partial<SocketOptions> = {}) {
  const socket = create(options)
  const stop = socket.start()
  await tab.auth.login('ada')
  await until(socket, 'open')
  return { socket, stop }
}
const until = (socket: AuthedSocket, phase: string): Promise<void> => vi.waitFor(() => expect(socket.store.getState().phase).toBe(phase), { interval: 5, timeout: 20_000 })
const ticketOf = ({ request }: Peer): string | undefined => request.headers['sec-websocket-protocol']?.slice('ticket.'.length)
const tickets = (): (string | undefined)[] => server.peers.map(ticketOf)
const last = (): Peer => {
  const peer = server.peers.at(-1)
  if (peer === undefined) throw new Error('nobody has connected')
  return peer
}

describe('a socket', () => {
  test('waits for somebody to sign in, and brings their token', async () => {
    const socket = create()
    expect(socket.store.getState()).toEqual({ phase: 'idle', error: null })
    socket.start()
    expect(socket.store.getState()).toEqual({ phase: 'waiting', error: null })
    await tab.auth.login('ada')
    await until(socket, 'open')
    expect(tickets()).toEqual(['ada-1'])
    last().send('hello')
    await vi.waitFor(() => expect(heard).toEqual(['hello']))
    socket.current?.send('and you')
    await vi.waitFor(() => expect(last().heard).toEqual(['and you']))
  })

  test('gets a ticket for each connection anew, which may travel in the first message', async () => {
    let count = 0
    const { socket } = await connect({
      open: () => new WebSocket(address()),
      ticket: async () => `ticket-${++count}`,
      onOpen: (own, ticket) => own.send(ticket),
    })
    await vi.waitFor(() => expect(last().heard).toEqual(['ticket-1']))
    last().close()
    await until(socket, 'waiting')
    expect(socket.current).toBeNull()
    tab.passWaits()
    await until(socket, 'open')
    await vi.waitFor(() => expect(last().heard).toEqual(['ticket-2']))
  })

  test('that breaks again and again is opened ever more slowly, up to a minute', async () => {
    const { socket } = await connect()
    const waited: number[] = []
    for (let i = 0; i < 8; i++) {
      last().close(1001)
      await until(socket, 'waiting')
      waited.push(...tab.waits())
      tab.passWaits()
      await until(socket, 'open')
    }
    expect(waited).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000])
  })

  test('that held for a while begins with a short wait, and spreads it', async () => {
    tab = createConnectedWorld(server.origin, () => 0.5)
    let elapsedMs = 0
    const clock = { now: () => ({ wallAt: 0, elapsedMs }) }
    const socket = createAuthedSocket(tab.auth, { url: address(), open: () => new WebSocket(address()) }, { ...tab.environment, clock })
    socket.start()
    await tab.auth.login('ada')
    for (let i = 0; i < 3; i++) {
      await until(socket, 'open')
      elapsedMs += 10_000
      last().close()
      await until(socket, 'waiting')
      expect(tab.waits()).toEqual([1_000])
      tab.passWaits()
    }
  })

  test('that does not open in time is given up for another attempt', async () => {
    server.answers = false
    const socket = create()
    socket.start()
    await tab.auth.login('ada')
    await until(socket, 'connecting')
    await vi.waitFor(() => {
      tab.passAttempt()
      expect(socket.store.getState().phase).toBe('waiting')
    })
    server.answers = true
    tab.passWaits()
    await until(socket, 'open')
  })

  test('whose ticket does not come is tried again', async () => {
    const aborts: boolean[] = []
    const socket = create({
      ticket: ({ signal }) => {
        signal.addEventListener('abort', () => aborts.push(true))
        return new Promise(() => {})
      },
    })
    socket.start()
    await tab.auth.login('ada')
    expect(tab.waits()).toEqual([30_000])
    tab.passWaits()
    await until(socket, 'waiting')
    expect(socket.store.getState().error).toMatchObject({ code: 'timeout' })
    expect([tab.waits(), aborts]).toEqual([[2_000], [true]])
  })

  test('is closed when it is stopped, however often that is said; calls to start count', async () => {
    const { socket, stop } = await connect()
    const again = socket.start()
    stop()
    stop()
    expect(socket.store.getState().phase).toBe('open')
    again()
    expect(socket.store.getState()).toEqual({ phase: 'idle', error: null })
    await vi.waitFor(() => expect(last().isClosed()).toBe(true))
    await tab.auth.login('bob')
    expect(server.peers).toHaveLength(1)
  })
})

describe('a page', () => {
  test('that is left closes it, for the back/forward cache, and opens another when it is back', async () => {
    const { socket } = await connect()
    const first = last()
    const own = socket.current
    leaving.emit()
    expect([socket.current, own?.readyState]).toEqual([null, WebSocket.CLOSING])
    await until(socket, 'waiting')
    await vi.waitFor(() => expect(first.isClosed()).toBe(true))
    const look = vi.spyOn(tab.auth, 'look')
    tab.world.wake('restored')
    await until(socket, 'open')
    // It may be somebody else's by now.
    expect([tickets(), look.mock.calls.length]).toEqual([['ada-1', 'ada-1'], 1])
  })

  test('that is left while it waits goes on when it is back', async () => {
    const { socket } = await connect()
    last().close()
    await until(socket, 'waiting')
    leaving.emit()
    expect(tab.waits()).toEqual([2_000])
    tab.world.wake('restored')
    await until(socket, 'open')
  })

  test('that signs out in the cache opens nothing', async () => {
    const { socket } = await connect()
    leaving.emit()
    await until(socket, 'waiting')
    await tab.auth.logout()
    tab.world.wake('restored')
    await tab.auth.login('bob')
    await until(socket, 'open')
    expect(tickets()).toEqual(['ada-1', 'bob-2'])
  })

  test('whose effects are run twice, as by StrictMode, has one socket', async () => {
    await tab.auth.login('ada')
    const socket = create()
    socket.start()()
    socket.start()
    await until(socket, 'open')
    expect(server.peers.filter(({ isClosed }) => !isClosed())).toHaveLength(1)
  })

  test('that stops during the handshake has none', async () => {
    server.answers = false
    const sockets: WebSocket[] = []
    const open = (): WebSocket => {
      const opened = new WebSocket(address())
      sockets.push(opened)
      return opened
    }
    const socket = create({ open })
    const stop = socket.start()
    await tab.auth.login('ada')
    await vi.waitFor(() => expect(sockets).toHaveLength(1))
    stop()
    expect(socket.store.getState()).toEqual({ phase: 'idle', error: null })
    await vi.waitFor(() => expect(sockets.map(({ readyState }) => readyState >= WebSocket.CLOSING)).toEqual([true]))
    expect(tab.waits()).toEqual([])
  })

  test('that waits for somebody finds out who is signed in', async () => {
    const socket = create()
    expect(tab.auth.store.getState().status).toBe('loading')
    socket.start()
    await vi.waitFor(() => expect(tab.auth.store.getState().status).toBe('unauthenticated'))
  })

  test('INV-18 that reconnects a hundred times holds on to nothing', async () => {
    const controllers: AbortController[] = []
    vi.stubGlobal(
      'AbortController',
      class extends AbortController {
        constructor() {
          super()
          controllers.push(this)
        }
      },
    )
    const listeners = (): number => controllers.filter(({ signal }) => !signal.aborted).reduce((sum, { signal }) => sum + getEventListeners(signal, 'abort').length, 0)
    const { socket, stop } = await connect({ heartbeatMs: 30_000 })
    const before = [listeners(), tab.waits()]
    for (let i = 0; i < 100; i++) {
      last().close()
      await until(socket, 'waiting')
      tab.passWaits()
      await until(socket, 'open')
    }
    expect([listeners(), tab.waits()]).toEqual(before)
    stop()
    await vi.waitFor(() => expect([tab.waits(), leaving.hasListeners()]).toEqual([[], false]))
    vi.unstubAllGlobals()
  })
})

describe('a silence', () => {
  test('that is longer than the server is ever silent ends it; whatever it says begins another', async () => {
    const { socket } = await connect({ heartbeatMs: 30_000 })
    expect(tab.waits()).toEqual([30_000])
    wallAt = 29_000
    last().send('here')
    await vi.waitFor(() => expect(heard).toEqual(['here']))
    wallAt = 30_000
    tab.passWaits()
    expect([socket.store.getState().phase, tab.waits()]).toEqual(['open', [29_000]])
    wallAt = 59_000
    tab.passWaits()
    await until(socket, 'waiting')
    expect(socket.store.getState().error).toMatchObject({ code: 'timeout' })
    await vi.waitFor(() => expect(last().isClosed()).toBe(true))
    tab.passWaits()
    await until(socket, 'open')
  })

  test('that a computer slept through is noticed at the wake, before any timer', async () => {
    const { socket } = await connect({ heartbeatMs: 30_000 })
    wallAt = 8 * 3_600_000
    tab.world.wake('visible')
    expect(socket.current).toBeNull()
    await until(socket, 'waiting')
  })

  test('is borne where nothing is known of it', async () => {
    const { socket } = await connect()
    expect(tab.waits()).toEqual([])
    wallAt = 8 * 3_600_000
    tab.world.wake('visible')
    expect(socket.store.getState().phase).toBe('open')
  })
})

describe('XT-01 whose it is', () => {
  test('a sign-out closes it, and nothing more is heard; a login opens another', async () => {
    const { socket } = await connect()
    const first = last()
    await tab.auth.logout()
    first.send('for ada')
    expect(socket.store.getState()).toEqual({ phase: 'waiting', error: null })
    expect(socket.current).toBeNull()
    await vi.waitFor(() => expect(first.isClosed()).toBe(true))
    await tab.auth.login('bob')
    await until(socket, 'open')
    expect([heard, tickets()]).toEqual([[], ['ada-1', 'bob-2']])
  })

  test('nothing can be sent as whoever has left, not even by who hears of it first', async () => {
    const { socket } = await connect()
    const seen: unknown[] = []
    tab.auth.store.subscribe(() => seen.push(socket.current))
    socket.store.subscribe(() => seen.push(socket.current))
    await tab.auth.logout()
    expect(seen).toEqual([null, null])
  })

  test('what comes while it closes, as browsers let it, is not heard', async () => {
    const own = Object.assign(new EventTarget(), { url: address(), close: vi.fn<() => void>() })
    const socket = create({ open: () => own as unknown as WebSocket })
    socket.start()
    await tab.auth.login('ada')
    await vi.waitFor(() => {
      own.dispatchEvent(new Event('open'))
      expect(socket.store.getState().phase).toBe('open')
    })
    own.dispatchEvent(new MessageEvent('message', { data: 'one' }))
    await tab.auth.logout()
    expect(own.close).toHaveBeenCalledTimes(1)
    own.dispatchEvent(new MessageEvent('message', { data: 'two' }))
    expect(heard).toEqual(['one'])
  })

  test('a change of person closes it, and opens theirs', async () => {
    const { socket } = await connect()
    const first = last()
    const login = tab.auth.login('bob')
    await login
    first.send('for ada')
    await vi.waitFor(() => expect(first.isClosed()).toBe(true))
    await until(socket, 'open')
    expect([heard, tickets()]).toEqual([[], ['ada-1', 'bob-2']])
  })

  test('a refresh leaves it as it is', async () => {
    await connect()
    await tab.auth.tokens.refresh()
    expect([server.peers.length, last().isClosed()]).toEqual([1, false])
  })

  test('who signs out before the ticket is there opens nothing', async () => {
    const ticket = defer<string>()
    const open = vi.fn<(ticket: string) => WebSocket>()
    create({ ticket: () => ticket.promise, open }).start()
    await tab.auth.login('ada')
    await tab.auth.logout()
    ticket.resolve('late')
    await ticket.promise
    await Promise.resolve()
    expect(open).not.toHaveBeenCalled()
  })
})

describe('a refusal', () => {
  test('RF-07 of the token is met by one refresh and one attempt, at once; then it is given up, and a login begins anew', async () => {
    const { socket } = await connect()
    last().close(4401)
    await vi.waitFor(() => expect(server.peers).toHaveLength(2))
    await until(socket, 'open')
    expect([tab.waits(), tickets()]).toEqual([[], ['ada-1', 'ada-2']])
    last().close(4401)
    await until(socket, 'failed')
    expect(socket.store.getState().error).toMatchObject({ code: 'revoked' })
    expect([tab.waits(), server.peers.length, tab.auth.store.getState().status]).toEqual([[], 2, 'authenticated'])
    await tab.auth.login('ada')
    await until(socket, 'open')
    expect(tickets().at(-1)).toBe('ada-3')
  })

  test('of a token that has been replaced since needs no other refresh', async () => {
    const { socket } = await connect()
    await tab.auth.tokens.refresh()
    const refresh = vi.fn<() => void>()
    tab.refresh = refresh
    last().close(4401)
    await vi.waitFor(() => expect(tickets()).toEqual(['ada-1', 'ada-2']))
    await until(socket, 'open')
    expect(refresh).not.toHaveBeenCalled()
  })

  test('is not open while the token is refreshed', async () => {
    const { socket } = await connect()
    const phases: unknown[] = []
    tab.refresh = () => void phases.push(socket.store.getState(), socket.current)
    last().close(4401)
    await vi.waitFor(() => expect(phases).toEqual([{ phase: 'connecting', error: null }, null]))
  })

  test('INV-9 of the browser, which throws at a ticket, is the last, and says nothing of the ticket', async () => {
    const open = (ticket: string): WebSocket => new WebSocket(address(), [`(${ticket})`])
    const socket = create({ open, ticket: async () => 'canary-ticket' })
    socket.start()
    await tab.auth.login('ada')
    await until(socket, 'failed')
    const { error } = socket.store.getState()
    expect(error).toMatchObject({ code: 'invalid_config', option: 'open' })
    expect([String(error), error?.stack, String(error?.cause)].join()).not.toContain('canary')
  })

  test.each<[string, () => unknown]>([
    ['a promise', async () => new EventTarget()],
    ['nothing', () => undefined],
  ])('DO-08 DO-07 of %s in the place of a socket is the last', async (_, give) => {
    const open = vi.fn(give)
    const socket = create({ open: open as never })
    socket.start()
    await tab.auth.login('ada')
    await until(socket, 'failed')
    expect(socket.store.getState().error).toMatchObject({ code: 'invalid_config', option: 'open' })
    expect([open.mock.calls.length, tab.waits()]).toEqual([1, []])
  })

  test.each(['', undefined, 7])('of a ticket: %j is none, and is tried again', async (none) => {
    const open = vi.fn<() => WebSocket>()
    const socket = create({ open, ticket: async () => none as string })
    socket.start()
    await tab.auth.login('ada')
    await vi.waitFor(() => expect(tab.waits()).toEqual([2_000]))
    expect(socket.store.getState().error).toMatchObject({ code: 'invalid_response' })
    expect(open).not.toHaveBeenCalled()
  })

  test('ends with the session when the refresh is refused as well', async () => {
    const { socket } = await connect()
    tab.refresh = rejected
    last().close(4401)
    await vi.waitFor(() => expect(tab.auth.store.getState()).toMatchObject({ reason: 'refresh_rejected' }))
    await until(socket, 'waiting')
    expect([tab.waits(), server.peers.length]).toEqual([[], 1])
  })

  test('waits when the refresh fails for a reason that passes', async () => {
    const { socket } = await connect()
    tab.refresh = () => {
      throw new AuthError('network', 'No.', { retryAfterMs: 7_000 })
    }
    last().close(4401)
    await until(socket, 'waiting')
    await vi.waitFor(() => expect(tab.waits()).toContain(7_000))
  })

  test.each([1008, 4403])('for good, by %i, is the last', async (code) => {
    const { socket } = await connect()
    last().close(code)
    await until(socket, 'failed')
    expect(socket.store.getState().error).toMatchObject({ code: 'access_denied' })
    expect(tab.waits()).toEqual([])
    socket.start()
    await until(socket, 'open')
  })

  test('has the codes that the server has', async () => {
    const { socket } = await connect({ refusedCodes: [3000], finalCodes: [3003] })
    last().close(3000)
    await vi.waitFor(() => expect(server.peers).toHaveLength(2))
    await until(socket, 'open')
    last().close(3003)
    await until(socket, 'failed')
  })

  test('of a ticket is final if it is definitive, and waited over if not', async () => {
    let error = new AuthError('rate_limited', 'Too many.', { retryAfterMs: 90_000 })
    const socket = create({ ticket: () => Promise.reject(error) })
    socket.start()
    await tab.auth.login('ada')
    await vi.waitFor(() => expect(tab.waits()).toEqual([90_000]))
    expect(socket.store.getState()).toEqual({ phase: 'waiting', error })
    tab.world.wake('online')
    expect(tab.waits()).toEqual([90_000])
    error = new AuthError('insufficient_scope', 'No.')
    tab.passWaits()
    await until(socket, 'failed')
    expect(socket.store.getState().error).toBe(error)
    expect(server.peers).toEqual([])
  })
})

describe('the network', () => {
  test('is waited for while the browser says offline', async () => {
    tab.world.isOnline = false
    const socket = create()
    socket.start()
    await tab.auth.login('ada')
    expect([tab.waits(), socket.store.getState().phase]).toEqual([[60_000], 'waiting'])
    tab.world.isOnline = true
    tab.world.wake('online')
    await until(socket, 'open')
  })

  test('that was gone and is back has the socket made anew, at once: it may be dead without a word', async () => {
    const { socket } = await connect()
    const first = last()
    tab.world.wake('online')
    await vi.waitFor(() => expect(server.peers).toHaveLength(2))
    await until(socket, 'open')
    await vi.waitFor(() => expect(first.isClosed()).toBe(true))
    expect(tab.waits()).toEqual([])
  })

  test('that is back leaves a handshake alone', async () => {
    const socket = create()
    socket.start()
    await tab.auth.login('ada')
    await until(socket, 'connecting')
    tab.world.wake('online')
    await until(socket, 'open')
    expect(server.peers).toHaveLength(1)
  })

  test('that is back ends the wait after a failure; another wake does not', async () => {
    const { socket } = await connect()
    last().close()
    await until(socket, 'waiting')
    tab.world.wake('visible')
    expect(tab.waits()).toEqual([2_000])
    tab.world.wake('online')
    await until(socket, 'open')
  })
})

describe('INV-9 destinations', () => {
  test.each<[string, () => { readonly url?: string; readonly api?: string }]>([
    ['another host', () => ({ url: 'wss://evil.example/prices' })],
    ['a path beside the one that the auth allows', () => ({ api: `${server.origin}/v1/` })],
  ])('%s: no ticket is fetched', async (_, given) => {
    const { url = address(), api } = given()
    tab = createConnectedWorld(server.origin, undefined, api)
    const ticket = vi.fn<() => Promise<string>>()
    const open = vi.fn<() => WebSocket>()
    const socket = create({ url, open, ticket })
    socket.start()
    await tab.auth.login('ada')
    await until(socket, 'failed')
    expect(socket.store.getState().error).toMatchObject({ code: 'destination_not_allowed' })
    expect([ticket.mock.calls, open.mock.calls]).toEqual([[], []])
  })

  test('what the auth allows on another origin is open to sockets, too', async () => {
    tab = createConnectedWorld('https://app.example', undefined, `${server.origin}/prices`)
    await connect()
    expect(tickets()).toEqual(['ada-1'])
  })

  test('a socket that leads elsewhere is closed', async () => {
    const opened: WebSocket[] = []
    const open = (): WebSocket => {
      const socket = new WebSocket(`${address()}/elsewhere`)
      opened.push(socket)
      return socket
    }
    const socket = create({ open })
    socket.start()
    await tab.auth.login('ada')
    await until(socket, 'failed')
    expect(socket.store.getState().error).toMatchObject({ code: 'destination_not_allowed', option: 'url' })
    expect(opened.map(({ readyState }) => readyState >= WebSocket.CLOSING)).toEqual([true])
    expect(socket.current).toBeNull()
  })

  test.each<[string, () => ApiKeyInput, string | undefined]>([
    ['its own of several API keys', () => ({ keys: { 'https://api.example': 'key-of-api', [server.origin]: 'key-of-here', [`${server.origin}/prices`]: 'key-of-prices' } }), 'key-of-prices'],
    ['the one API key that there is', () => ({ key: 'key-of-all' }), 'key-of-all'],
    ['none of several API keys that are for elsewhere', () => ({ keys: { 'https://api.example': 'key-of-api' } }), undefined],
  ])('FE-23 it gets %s', async (_, input, ticket) => {
    const auth = createAuth({ method: apiKey(), api: ['https://api.example', server.origin] }, tab.environment)
    const open = vi.fn((given: string) => new WebSocket(address(), [`ticket.${given}`]))
    const socket = createAuthedSocket(auth, { url: address(), open }, { ...tab.environment, leaving })
    socket.start()
    await auth.login(input())
    await until(socket, ticket === undefined ? 'failed' : 'open')
    expect([open.mock.calls, tickets()]).toEqual(ticket === undefined ? [[], []] : [[[ticket]], [ticket]])
    expect(socket.store.getState().error?.code).toBe(ticket === undefined ? 'destination_not_allowed' : undefined)
  })

  test('a ticket in the query is within the same address', async () => {
    await connect({ open: (ticket) => new WebSocket(`${address()}?ticket=${ticket}`) })
    expect(last().request.url).toBe('/prices?ticket=ada-1')
  })
})

test.each<[string, Partial<SocketOptions>]>([
  ['url', { url: 'https://api.example/' }],
  ['url', { url: 'ws://api.example/' }],
  ['url', { url: '/prices' }],
  ['open', { open: 'wss://api.example/' as never }],
  ['ticket', { ticket: 'ticket' as never }],
  ['onOpen', { onOpen: {} as never }],
  ['onMessage', { onMessage: null as never }],
  ['refusedCodes', { refusedCodes: 4401 as never }],
  ['finalCodes', { finalCodes: ['4403'] as never }],
  ['heartbeatMs', { heartbeatMs: 30 }],
  ['heartbeatMs', { heartbeatMs: Infinity }],
  ['api', { api: 'https://api.example/' } as never],
  ['tickets', { tickets: [] } as never],
])('an invalid %s: %o', (option, options) => {
  expect(() => create(options)).toThrow(expect.objectContaining({ code: 'invalid_config', option }))
})

test.each([null, undefined, 'auth'])('DO-07 %o is no auth', (auth) => {
  expect(() => createAuthedSocket(auth as never, { url: 'wss://api.example/', open: rejected })).toThrow(expect.objectContaining({ code: 'invalid_config', option: 'createAuthedSocket' }))
})
