import { createStore } from '../auth/store.ts'
import { checkDurationMs, configError } from '../checkOptions.ts'
import type { Connect } from './attempt.ts'
import type { Connection, ConnectionAuth, ConnectionEnvironment, ConnectionOptions, ConnectionState } from './connection.ts'
import { keepUp, type Show } from './keepUp.ts'

interface ReconnectionOptions extends ConnectionOptions {
  readonly connect: Connect
  readonly environment: ConnectionEnvironment
}

const shortestHeartbeatMs = 1_000

const idle: ConnectionState = Object.freeze({ phase: 'idle', error: null })

/**
 * Connects again and again, each time anew for whoever is signed in, and never after what no attempt can mend.
 *
 * @throws AuthError `invalid_config`, naming the option.
 */
export function createReconnection(auth: ConnectionAuth, { heartbeatMs, ...options }: ReconnectionOptions): Connection {
  if (heartbeatMs !== undefined && checkDurationMs(heartbeatMs, 'heartbeatMs') < shortestHeartbeatMs) {
    throw configError('heartbeatMs', `expected ${shortestHeartbeatMs} or more: it is in milliseconds.`)
  }
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
    void keepUp({ auth, heartbeatMs, ...options, show, signal: controller.signal })
  }
  let releases: readonly (() => void)[] = []

  return {
    store,
    start() {
      if (starts++ === 0) releases = [auth.store.subscribe(update), auth.tokens.subscribe(update)]
      else if (['failed', 'ended'].includes(store.getState().phase)) life = null
      update()
      // Whoever waits for somebody to be signed in wants to know whether somebody is.
      void auth.ready
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
