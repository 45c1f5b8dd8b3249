import type { AuthCore } from '../auth/auth.ts'
import { createStore, type ReadableStore } from '../auth/store.ts'
import type { Environment } from '../browser/environment.ts'
import { AuthError, isAuthError } from '../errors.ts'
import { backoffMs } from '../tokens/backoff.ts'
import { createPause } from './pause.ts'

/** How a connection is going. */
export interface ConnectionState {
  /**
   * `waiting`: for somebody to sign in, for the network, or for the next attempt. `ended`: the server wants no other attempt. `failed`:
   * given up. Both until somebody signs in or `start()` is called again. `idle`: not started.
   */
  readonly phase: 'idle' | 'waiting' | 'connecting' | 'open' | 'ended' | 'failed'
  /** Why the last attempt failed; `null` once it is open. */
  readonly error: AuthError | null
}

/** A connection that is kept up while somebody is signed in. */
export interface Connection {
  readonly store: ReadableStore<ConnectionState>
  /** Connects whenever somebody is signed in, until the returned function is called; calls count. */
  readonly start: () => () => void
}

/** The part of an auth that this needs. */
export interface ConnectionAuth extends Pick<AuthCore<unknown>, 'store' | 'getAccessToken' | 'fetch'> {
  readonly tokens: Pick<AuthCore<unknown>['tokens'], 'refresh' | 'subscribe'> & { readonly current: { readonly tokens: { readonly family: string } } | null }
}

/** The part of an environment that this needs. */
export type ConnectionEnvironment = Pick<Environment, 'clock' | 'timer' | 'wake' | 'network' | 'crypto'>

/** How a connection came to its end, if not by an error. */
export interface Ending {
  readonly error?: AuthError
  /** The server refuses the token: a new one is tried, once. */
  readonly isRefused?: boolean
  /** The server wants no other attempt. */
  readonly isLast?: boolean
  /** Waits at least as long before the next attempt, in milliseconds. */
  readonly waitMs?: number | undefined
}

/** One connection, from its start to its end. A rejection that is a definitive AuthError is the last. */
export type Connect = (connecting: { readonly signal: AbortSignal; readonly onOpen: () => void }) => Promise<Ending>

/** A connection that held as long has worked: what comes after it is a first failure. */
const stableMs = 10_000
/** Browsers are wrong about being offline now and then. */
const longestOfflineMs = 60_000

const idle: ConnectionState = Object.freeze({ phase: 'idle', error: null })

/** Connects again and again, each time anew for whoever is signed in, and never after what no attempt can mend. */
export function createReconnection(auth: ConnectionAuth, connect: Connect, environment: ConnectionEnvironment): Connection {
  const { store, dispatch } = createStore<ConnectionState, ConnectionState>(idle, (state, next) => (state.phase === next.phase && state.error === next.error ? state : next))
  let starts = 0
  /** Of the login of now: whatever belongs to another one ends at once. */
  let life: { readonly controller: AbortController; readonly family: string | undefined } | null = null

  const update = (): void => {
    const isWanted = starts > 0 && auth.store.getState().status === 'authenticated'
    const family = auth.tokens.current?.tokens.family
    if (life !== null && (!isWanted || life.family !== family)) {
      life.controller.abort()
      life = null
    }
    if (!isWanted) return dispatch(starts > 0 ? { phase: 'waiting', error: null } : idle)
    if (life !== null) return
    const controller = new AbortController()
    life = { controller, family }
    const show: Show = (phase, error) => {
      if (!controller.signal.aborted) dispatch({ phase, error })
    }
    void keepUp({ auth, connect, environment, show, signal: controller.signal })
  }
  let releases: readonly (() => void)[] = []

  return {
    store,
    start() {
      if (starts++ === 0) releases = [auth.store.subscribe(update), auth.tokens.subscribe(update)]
      else if (['failed', 'ended'].includes(store.getState().phase)) life = null
      update()
      let isStarted = true
      return () => {
        if (!isStarted) return
        isStarted = false
        if (--starts > 0) return
        for (const release of releases) release()
        update()
      }
    },
  }
}

type Show = (phase: ConnectionState['phase'], error: AuthError | null) => void

interface Upkeep {
  readonly auth: ConnectionAuth
  readonly connect: Connect
  readonly environment: ConnectionEnvironment
  readonly show: Show
  readonly signal: AbortSignal
}

/** Goes on until `signal` aborts, or there is no use in it. */
async function keepUp({ auth, connect, environment, show, signal }: Upkeep): Promise<void> {
  const { clock, network, crypto } = environment
  const pause = createPause(environment)
  let [failures, hasRenewed, why]: [number, boolean, AuthError | null] = [0, false, null]

  while (!signal.aborted) {
    if (!network.isOnline()) {
      show('waiting', why)
      await pause(longestOfflineMs, signal)
    }
    if (signal.aborted) return
    show('connecting', why)
    let openedMs = Infinity
    const onOpen = (): void => {
      openedMs = clock.now().elapsedMs
      show('open', null)
    }
    const ended = await connect({ signal, onOpen }).catch(failed)
    if (clock.now().elapsedMs - openedMs >= stableMs) [failures, hasRenewed] = [0, false]
    if (ended.isLast === true) return show('ended', null)
    why = ended.error ?? null
    if (ended.isRefused === true) {
      why = hasRenewed ? refused() : ((await auth.tokens.refresh().catch(failed))?.error ?? null)
      hasRenewed = true
      if (why === null) continue
    }
    if (why?.retryable === false) return show('failed', why)
    show('waiting', why)
    const askedMs = why?.retryAfterMs ?? ended.waitMs ?? 0
    await pause(Math.max(askedMs, backoffMs(++failures, crypto.fraction())), signal, askedMs === 0)
  }
}

function refused(): AuthError {
  return new AuthError('revoked', 'The server refuses the token, and a refresh does not help.')
}

/** What is not of ours may pass. */
function failed(cause: unknown): Ending & { readonly error: AuthError } {
  return { error: isAuthError(cause) ? cause : new AuthError('network', 'The connection could not be made.', { cause }) }
}
