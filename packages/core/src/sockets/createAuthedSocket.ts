import type { AuthCore } from '../auth/auth.ts'
import { environment as realEnvironment, type Environment } from '../browser/environment.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import { checkOptions, checkSecureUrl, configError } from '../checkOptions.ts'
import { AuthError } from '../errors.ts'
import { createReconnection, type Connection, type ConnectionAuth, type ConnectionEnvironment, type Ending } from './createReconnection.ts'

/** Options of {@link createAuthedSocket}. */
export interface SocketOptions {
  /** Where it leads: `wss:`, or `ws:` on localhost, and where `auth.fetch` may send credentials, as `https:` or `http:`. */
  readonly url: string
  /** Makes the socket, with the ticket wherever the server wants it; or leaves that to `onOpen`. Its address is `url`, but for the query. */
  readonly open: (ticket: string) => WebSocket
  /** Gets a ticket, for each connection anew. Default: the access token. */
  readonly ticket?: ((options: { readonly signal: AbortSignal }) => Promise<string>) | undefined
  /** Each time it is open. */
  readonly onOpen?: ((socket: WebSocket, ticket: string) => void) | undefined
  /** Each message; none once the person has signed out or is somebody else. */
  readonly onMessage?: ((event: MessageEvent<unknown>, socket: WebSocket) => void) | undefined
  /** Close codes that say that the ticket is refused: a refresh, once, and another attempt. Default `[4401]`. */
  readonly refusedCodes?: readonly number[] | undefined
  /** Close codes after which there is no other attempt. Default `[1008, 4403]`. */
  readonly finalCodes?: readonly number[] | undefined
}

/** The part of an auth that a socket needs. */
export type SocketAuth = ConnectionAuth & Pick<AuthCore<unknown>, 'checkDestination'>

/** A WebSocket that is opened again when it breaks, and closed when the person signs out or is somebody else. */
export interface AuthedSocket extends Connection {
  /** The open socket; `null`: there is none at the moment. What is sent is sent on it: nothing is queued. */
  readonly current: WebSocket | null
}

const names = ['url', 'open', 'ticket', 'onOpen', 'onMessage', 'refusedCodes', 'finalCodes'] as const

/** Of one attempt. */
const connectMs = 10_000
/** A refresh may have to wait for another tab. */
const ticketMs = 30_000

/**
 * Keeps a WebSocket open while somebody is signed in, with a fresh ticket for each connection.
 *
 * @example
 * const prices = createAuthedSocket(auth, {
 *   url: 'wss://api.example/prices',
 *   open: (ticket) => new WebSocket('wss://api.example/prices', ['prices.v1', `ticket.${ticket}`]),
 *   onMessage: ({ data }) => show(data),
 * })
 * prices.start()
 *
 * @throws AuthError `invalid_config`, naming the option.
 */
export function createAuthedSocket(auth: SocketAuth, options: SocketOptions, environment: ConnectionEnvironment = realEnvironment): AuthedSocket {
  const given = checkOptions(options, 'createAuthedSocket', names)
  const target = checkSocketUrl(given.url)
  if (typeof given.open !== 'function') throw configError('open', 'expected a function that makes a WebSocket.')
  let current: WebSocket | null = null

  const connection = createReconnection(
    auth,
    async ({ signal, onOpen }) => {
      auth.checkDestination(target)
      const ticket = await withDeadline({ timer: environment.timer, deadlineMs: ticketMs, signal }, (limited) => (given.ticket ?? auth.getAccessToken)({ signal: limited }))
      if (signal.aborted) return {}
      const socket = given.open(ticket)
      if (!isSame(socket.url, target)) {
        socket.close()
        throw new AuthError('destination_not_allowed', 'The socket leads elsewhere than the option "url" says.', { option: 'url' })
      }
      const opened = (): void => {
        current = socket
        onOpen()
        given.onOpen?.(socket, ticket)
      }
      const ending = await untilClosed(socket, { signal, opened, timer: environment.timer, hear: (event) => given.onMessage?.(event, socket) })
      current = null
      return judge(ending, given)
    },
    environment,
  )
  return {
    ...connection,
    get current() {
      return current
    },
  }
}

/** As the URL of the same place by http. */
function checkSocketUrl(value: string): URL {
  const isSocket = typeof value === 'string' && /^wss?:\/\//i.test(value)
  if (!isSocket) throw configError('url', 'expected an absolute URL of wss, or of ws on localhost.')
  return checkSecureUrl(value.replace(/^ws/i, 'http'), 'url')
}

function isSame(url: string, target: URL): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host, pathname } = new URL(url.replace(/^ws/i, 'http'))
  return protocol === target.protocol && host === target.host && pathname === target.pathname
}

interface Waiting {
  readonly signal: AbortSignal
  readonly opened: () => void
  readonly timer: Environment['timer']
  readonly hear: (event: MessageEvent<unknown>) => void
}

/** The close code; `null`: it did not open in time, or is not wanted any more, and nothing of it is heard. */
function untilClosed(socket: WebSocket, { signal, opened, timer, hear }: Waiting): Promise<number | null> {
  return new Promise((resolve) => {
    const detach = new AbortController()
    const heard = { signal: detach.signal }
    const finish = (code: number | null): void => {
      detach.abort()
      cancel()
      resolve(code)
    }
    const drop = (): void => {
      finish(null)
      socket.close()
    }
    const cancel = timer.after(connectMs, drop)
    socket.addEventListener(
      'open',
      () => {
        cancel()
        opened()
      },
      heard,
    )
    socket.addEventListener('message', hear, heard)
    socket.addEventListener('close', ({ code }) => finish(code), heard)
    signal.addEventListener('abort', drop, heard)
  })
}

function judge(code: number | null, { refusedCodes = [4401], finalCodes = [1008, 4403] }: Pick<SocketOptions, 'refusedCodes' | 'finalCodes'>): Ending {
  if (code === null) return {}
  if (finalCodes.includes(code)) throw new AuthError('access_denied', `The server closed the socket for good, with ${code}.`)
  return { isRefused: refusedCodes.includes(code) }
}
