import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { startSocketServer, type Peer, type SocketServer } from '../../../packages/core/test/socketServer.ts'

/** A stream of events that somebody has open. */
export interface Stream {
  readonly person: string
  readonly lastEventId: string | undefined
  readonly isClosed: () => boolean
  readonly write: (bytes: string | Uint8Array) => void
  /** Breaks it off. */
  readonly cut: () => void
}

/** A server with tickets for its sockets, each good once, and a stream of events. */
export interface Site extends Pick<SocketServer, 'origin' | 'peers' | 'stop'> {
  /** All requests, by method and path. */
  readonly asked: string[]
  readonly streams: Stream[]
  /** Whose socket this is, if its ticket was good. */
  readonly personOf: (peer: Peer) => string | undefined
  /** Sockets and streams that are open now, by whose they are. */
  readonly open: () => readonly string[]
  /** Ends all tokens that there are; they can be refreshed. */
  readonly expire: () => void
}

const html = '<!doctype html><title>Prices</title><body><script type="module" src="/main.js"></script>'
const protocolsOf = ({ headers }: IncomingMessage): readonly string[] => headers['sec-websocket-protocol']?.split(', ') ?? []

export async function createSite(script: string): Promise<Site> {
  const server = await startSocketServer()
  const tickets = new Map<string, string>()
  const persons = new Map<Peer, string>()
  let [issued, expired] = [0, 0]
  const asked: string[] = []
  const streams: Stream[] = []

  const bearerOf = ({ headers }: IncomingMessage): string | null => {
    const [, payload = ''] = headers.authorization?.split('.') ?? []
    const { sub = '', jti = 0 } = payload === '' ? {} : (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly sub?: string; readonly jti?: number })
    return jti > expired ? sub : null
  }
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const tokensOf = (sub: string): string => {
    const token = [encode({ alg: 'none' }), encode({ sub, jti: ++issued }), ''].join('.')
    return JSON.stringify({ access_token: token, token_type: 'Bearer', refresh_token: `refresh-${sub}`, expires_in: 3_600 })
  }
  const stream = (request: IncomingMessage, response: ServerResponse, person: string): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    const lastEventId = request.headers['last-event-id']
    streams.push({
      person,
      lastEventId: typeof lastEventId === 'string' ? lastEventId : undefined,
      isClosed: () => response.destroyed,
      write: (bytes) => void response.write(bytes),
      cut: () => response.destroy(),
    })
  }
  const pages = new Map<string, readonly [type: string, page: string]>([['/', ['text/html', html]], ['/main.js', ['text/javascript', script]], ['/away', ['text/html', '<!doctype html><title>Away</title>']]])

  server.welcome = (peer) => {
    const ticket = protocolsOf(peer.request)[1]?.slice('ticket.'.length) ?? ''
    const person = tickets.get(ticket)
    tickets.delete(ticket)
    if (person === undefined || peer.request.headers.origin !== server.origin) peer.close(4401)
    else persons.set(peer, person)
  }
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/'
    asked.push(`${request.method} ${path}`)
    const [type, page] = pages.get(path) ?? []
    if (type !== undefined) return void response.writeHead(200, { 'content-type': type }).end(page)
    const body = await text(request)
    const named = /"email":"(\w+)@/.exec(body)?.[1] ?? /"refresh-(\w+)"/.exec(body)?.[1]
    const person = bearerOf(request)
    if (path === '/login' || path === '/refresh') return void response.writeHead(200, { 'content-type': 'application/json' }).end(tokensOf(named ?? 'nobody'))
    if (person === null) return void response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end()
    if (path === '/news') return stream(request, response, person)
    const ticket = `t${tickets.size}x${++issued}`
    tickets.set(ticket, person)
    response.end(ticket)
  }
  server.respond = (request, response) => void respond(request, response)
  return {
    origin: server.origin,
    peers: server.peers,
    stop: server.stop,
    asked,
    streams,
    personOf: (peer) => persons.get(peer),
    open: () => [
      ...server.peers.flatMap((peer) => (peer.isClosed() || !persons.has(peer) ? [] : [`socket of ${persons.get(peer)}`])),
      ...streams.flatMap((each) => (each.isClosed() ? [] : [`stream of ${each.person}`])),
    ],
    expire: () => void (expired = issued),
  }
}
