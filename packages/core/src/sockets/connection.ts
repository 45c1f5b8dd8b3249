import type { AuthCore } from '../auth/auth.ts'
import type { ReadableStore } from '../auth/store.ts'
import type { Environment } from '../browser/environment.ts'
import type { Leaving } from '../browser/leaving.ts'
import type { AuthError } from '../errors.ts'

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
export interface ConnectionAuth extends Pick<AuthCore<unknown>, 'store' | 'ready' | 'look' | 'getAccessToken' | 'fetch'> {
  readonly tokens: Pick<AuthCore<unknown>['tokens'], 'refresh' | 'subscribe'> & {
    readonly current: { readonly generation: number; readonly tokens: { readonly family: string } } | null
  }
}

/** The part of an environment that this needs. */
export interface ConnectionEnvironment extends Pick<Environment, 'clock' | 'timer' | 'wake' | 'network' | 'crypto'> {
  /** Default: the real page. */
  readonly leaving?: Leaving | undefined
}

/** What goes for every connection. */
export interface ConnectionOptions {
  /**
   * How often the server says something at least, in milliseconds: 1 000 or more. A connection that is silent for longer is taken for
   * dead, as one that a computer slept over may be, and made anew. Default: it is not known, and any silence is borne.
   */
  readonly heartbeatMs?: number | undefined
}
