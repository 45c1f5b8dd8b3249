import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** What a server sees of a socket, and does with it. */
export interface Peer {
  readonly request: IncomingMessage
  /** What the client sent, as text. */
  readonly heard: string[]
  readonly isClosed: () => boolean
  readonly send: (text: string) => void
  /** With a close frame of this code; without a word if there is none. */
  readonly close: (code?: number) => void
}

/** A real server on loopback that speaks as much of RFC 6455 as tests need, and plain HTTP. */
export interface SocketServer {
  /** `http://127.0.0.1:port` */
  readonly origin: string
  /** All that ever connected, in order. */
  readonly peers: Peer[]
  /** Is told of each, once its handshake is answered. */
  welcome: (peer: Peer) => void
  /** Whether handshakes are answered. */
  answers: boolean
  /** Answers requests that are no handshakes. */
  respond: (request: IncomingMessage, response: ServerResponse) => void
  readonly stop: () => Promise<void>
}

const opcodes = { text: 1, close: 8 }

export async function startSocketServer(): Promise<SocketServer> {
  const open = new Set<Socket>()
  const http: Server = createServer((request, response) => server.respond(request, response))
  http.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  http.on('upgrade', (request, socket: Socket) => {
    if (!server.answers) return
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
    const [protocol] = request.headers['sec-websocket-protocol']?.split(', ') ?? []
    const chosen = protocol === undefined ? '' : `Sec-WebSocket-Protocol: ${protocol}\r\n`
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${chosen}\r\n`)
    const peer = createPeer(request, socket)
    server.peers.push(peer)
    server.welcome(peer)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const server: SocketServer = {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    peers: [],
    welcome: () => {},
    answers: true,
    respond: (_, response) => void response.writeHead(404).end(),
    async stop() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => http.close(resolve))
    },
  }
  return server
}

function createPeer(request: IncomingMessage, socket: Socket): Peer {
  const heard: string[] = []
  let isClosed = false
  const write = (opcode: number, payload: Buffer): void => void socket.write(Buffer.concat([Buffer.from([0x80 | opcode, payload.length]), payload]))
  socket.on('error', () => {})
  socket.on('close', () => (isClosed = true))
  socket.on('data', (frames: Buffer) => {
    for (let rest = frames; rest.length > 1; ) {
      const [first = 0, second = 0] = rest
      const length = second & 0x7f
      const mask = rest.subarray(2, 6)
      const payload = rest.subarray(6, 6 + length).map((byte, index) => byte ^ (mask[index % 4] ?? 0))
      rest = rest.subarray(6 + length)
      if ((first & 0xf) === opcodes.text) heard.push(Buffer.from(payload).toString())
      if ((first & 0xf) === opcodes.close) {
        isClosed = true
        write(opcodes.close, Buffer.from(payload))
        socket.end()
      }
    }
  })
  return {
    request,
    heard,
    isClosed: () => isClosed,
    send: (text) => write(opcodes.text, Buffer.from(text)),
    close(code) {
      if (code === undefined) return void socket.destroy()
      write(opcodes.close, Buffer.from([code >> 8, code & 0xff]))
      socket.end()
    },
  }
}
