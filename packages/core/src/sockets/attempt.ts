import { pageLeaving } from '../browser/leaving.ts'
import { AuthError, isAuthError } from '../errors.ts'
import { elapsedSince } from '../session/lifetime.ts'
import type { ConnectionEnvironment } from './connection.ts'

/** How a connection came to its end, if not by an error. */
export interface Ending {
  readonly error?: AuthError
  /** The server refuses the token: a new one is tried, once. */
  readonly isRefused?: boolean
  /** Of the tokens when the ticket was made: those of now may be newer already. */
  readonly generation?: number | undefined
  /** The server wants no other attempt. */
  readonly isLast?: boolean
  /** Waits at least as long before the next attempt, in milliseconds. */
  readonly waitMs?: number | undefined
  /** Nothing is wrong with it: the page is left, and it would keep it out of the back/forward cache. */
  readonly isLeft?: boolean
  /** Nothing is known to be wrong with it, but the network was gone meanwhile. */
  readonly isMoved?: boolean
}

/** What one connection is told, and tells. */
export interface Connecting {
  /** Aborts when this one is not wanted any more. */
  readonly signal: AbortSignal
  /** The same for all connections of one login. */
  readonly login: AbortSignal
  readonly onOpen: () => void
  /** Whenever the server says anything. */
  readonly onHeard: () => void
}

/** One connection, from its start to its end. A rejection that is a definitive AuthError is the last. */
export type Connect = (connecting: Connecting) => Promise<Ending>

interface AttemptOptions {
  readonly connect: Connect
  readonly environment: ConnectionEnvironment
  readonly heartbeatMs: number | undefined
  readonly login: AbortSignal
  readonly onOpen: () => void
}

/** A connection that held as long has worked. */
const stableMs = 10_000

/** Connects, and breaks it off when the page is left, when the network was gone, or when the server is silent for too long. Never rejects. */
export async function attempt({ connect, environment, heartbeatMs = Infinity, login, onOpen }: AttemptOptions): Promise<Ending & { readonly isStable: boolean }> {
  const { clock, timer, wake, leaving = pageLeaving } = environment
  const own = new AbortController()
  let openedMs = Infinity
  let heard = clock.now()
  let dropped: Ending | null = null
  let cancelTimer: (() => void) | null = null
  const rest = (): void => cancelTimer?.()
  const drop = (ending: Ending): void => {
    dropped ??= ending
    own.abort()
  }
  const listen = (): void => {
    rest()
    if (openedMs === Infinity || heartbeatMs === Infinity) return
    const leftMs = heartbeatMs - elapsedSince(heard, clock.now())
    if (leftMs <= 0) return drop({ error: new AuthError('timeout', `The server said nothing for ${heartbeatMs} ms: another attempt follows.`) })
    cancelTimer = timer.after(leftMs, listen)
  }
  const releases = [
    leaving.subscribe(() => drop({ isLeft: true })),
    wake.subscribe((reason) => (reason === 'online' && openedMs < Infinity ? drop({ isMoved: true }) : listen())),
  ]
  login.addEventListener('abort', () => own.abort(), { signal: own.signal })
  const opened = (): void => {
    heard = clock.now()
    openedMs = heard.elapsedMs
    listen()
    onOpen()
  }
  const ended = await connect({ signal: own.signal, login, onOpen: opened, onHeard: () => (heard = clock.now()) }).catch(failed)
  const isStable = clock.now().elapsedMs - openedMs >= stableMs
  own.abort()
  rest()
  for (const release of releases) release()
  return { ...(dropped ?? ended), isStable }
}

/** What is not of ours may pass. */
export function failed(cause: unknown): Ending & { readonly error: AuthError } {
  return { error: isAuthError(cause) ? cause : new AuthError('network', 'The connection could not be made: look at "cause". Another attempt follows.', { cause }) }
}
