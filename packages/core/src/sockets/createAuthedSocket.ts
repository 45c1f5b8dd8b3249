import type { AuthCore } from '../auth/auth.ts'
import { environment as realEnvironment, type Environment } from '../browser/environment.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import { checkAuth, checkOptions, checkSecureUrl, configError } from '../checkOptions.ts'
import { AuthError } from '../errors.ts'
import { hasKeys, keyFor } from '../http/keyFor.ts'
import type { Session } from '../session/session.ts'
import type { Connecting, Ending } from './attempt.ts'
import type { Connection, ConnectionAuth, ConnectionEnvironment, ConnectionOptions } from './connection.ts'
import { createReconnection } from './createReconnection.ts'

/** Options of {@link createAuthedSocket}. */
export interface SocketOptions extends ConnectionOptions {
  /** Where it leads: `wss:`, or `ws:` on localhost, and where `auth.fetch` may send credentials, as `https:` or `http:`. */
  readonly url: string
  /** Makes the socket, with the ticket wherever the server wants it; or leaves that to `onOpen`. Its address is `url`, but for the query. */
  readonly open: (ticket: string) => WebSocket
  /** Gets a ticket, for each connection anew. Default: the access token; of several API keys, the one that `auth.fetch` would send there. */
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
export interface SocketAuth extends ConnectionAuth, Pick<AuthCore<unknown>, 'checkDestination'> {
  readonly tokens: ConnectionAuth['tokens'] & { readonly current: { readonly tokens: Pick<Session, 'accessToken' | 'secrets'> } | null }
}

/** A WebSocket that is opened again when it breaks, and closed when the person signs out or is somebody else. */
export interface AuthedSocket extends Connection {
  /** The open socket; `null`: there is none at the moment. What is sent is sent on it: nothing is queued. */
  readonly current: WebSocket | null
}

const names = ['url', 'open', 'ticket', 'onOpen', 'onMessage', 'refusedCodes', 'finalCodes', 'heartbeatMs'] as const

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
  checkAuth(auth, 'createAuthedSocket')
  const given = checkSocketOptions(options)
  const { target } = given
  let current: WebSocket | null = null

  const tokenFor = async (limited: { readonly signal: AbortSignal }): Promise<string> => {
    const accessToken = await auth.getAccessToken(limited)
    const session = auth.tokens.current?.tokens
    return session !== undefined && hasKeys(session) ? keyFor(session, target) : accessToken
  }
  const connect = async ({ signal, onOpen, onHeard }: Connecting): Promise<Ending> => {
    auth.checkDestination(target)
    const ticket = await withDeadline({ timer: environment.timer, deadlineMs: ticketMs, signal }, (limited) => (given.ticket ?? tokenFor)({ signal: limited }))
    if (typeof ticket !== 'string' || ticket === '') throw new AuthError('invalid_response', 'The option "ticket" gave no ticket: return it as text.')
    if (signal.aborted) return {}
    const generation = auth.tokens.current?.generation
    const socket = openSocket(given, ticket)
    const opened = (): void => {
      current = socket
      onOpen()
      given.onOpen?.(socket, ticket)
    }
    const closed = (): void => void (current = current === socket ? null : current)
    const hear = (event: MessageEvent<unknown>): void => {
      onHeard()
      given.onMessage?.(event, socket)
    }
    return { ...judge(await untilClosed(socket, { signal, opened, closed, timer: environment.timer, hear }), given), generation }
  }
  return {
    ...createReconnection(auth, { connect, environment, heartbeatMs: given.heartbeatMs }),
    get current() {
      return current
    },
  }
}

type CheckedOptions = SocketOptions & { readonly target: URL }

function checkSocketOptions(options: SocketOptions): CheckedOptions {
  const given = checkOptions(options, 'createAuthedSocket', names)
  const target = checkSocketUrl(given.url)
  if (typeof given.open !== 'function') throw configError('open', 'expected a function that makes a WebSocket.')
  for (const name of ['ticket', 'onOpen', 'onMessage'] as const) {
    if (given[name] !== undefined && typeof given[name] !== 'function') throw configError(name, 'expected a function.')
  }
  for (const name of ['refusedCodes', 'finalCodes'] as const) {
    if (given[name] !== undefined && !(Array.isArray(given[name]) && given[name].every(Number.isInteger))) throw configError(name, 'expected a list of close codes.')
  }
  return { ...given, target }
}

/** @throws AuthError `invalid_config` when `open` gives no socket, or throws, without its error: browsers put addresses and subprotocols in the message, and a ticket may be in them. */
function openSocket({ open, target }: CheckedOptions, ticket: string): WebSocket {
  let socket: WebSocket
  try {
    socket = open(ticket)
  } catch (error) {
    throw configError('open', `it throws ${error instanceof Error ? `a ${error.name}` : 'something'}: perhaps a ticket that cannot be where it is put.`)
  }
  if (typeof socket?.addEventListener !== 'function') throw configError('open', 'it gives no WebSocket: make it at once, as there is no waiting for a promise.')
  if (isSame(socket.url, target)) return socket
  socket.close()
  throw new AuthError('destination_not_allowed', 'The socket leads elsewhere than the option "url" says: let "open" and "url" agree.', { option: 'url' })
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
  /** At once, whichever side it comes from. */
  readonly closed: () => void
  readonly timer: Environment['timer']
  readonly hear: (event: MessageEvent<unknown>) => void
}

/** The close code; `null`: it did not open in time, or is not wanted any more, and nothing of it is heard. */
function untilClosed(socket: WebSocket, { signal, opened, closed, timer, hear }: Waiting): Promise<number | null> {
  return new Promise((resolve) => {
    const detach = new AbortController()
    const heard = { signal: detach.signal }
    const finish = (code: number | null): void => {
      detach.abort()
      cancel()
      closed()
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
  if (finalCodes.includes(code)) throw new AuthError('access_denied', `The server closed the socket for good, with ${code}: say so, or change "finalCodes".`)
  return { isRefused: refusedCodes.includes(code) }
}
