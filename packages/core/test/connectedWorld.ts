import type { Environment } from '../src/browser/environment.ts'
import { createAuth } from '../src/auth/createAuth.ts'
import type { Auth } from '../src/auth/auth.ts'
import { AuthError } from '../src/errors.ts'
import type { AuthMethod } from '../src/methods/method.ts'
import { createWorld, type World } from './world.ts'

/** A page that talks with a real server, and waits when a test says that the time is over. */
export interface ConnectedWorld {
  readonly world: World
  readonly environment: Environment
  readonly auth: Auth<string>
  /** How long each wait is that is under way, but for those of the connecting itself. */
  readonly waits: () => number[]
  /** Ends the waits under way. */
  readonly passWaits: () => void
  /** Ends the time that an attempt has. */
  readonly passAttempt: () => void
  /** What a refresh does. */
  refresh: () => void
}

const attemptMs = 10_000

/**
 * @param origin Of the page, and of the server unless `api` says otherwise.
 * @param api Where the auth may send credentials.
 */
export function createConnectedWorld(origin: string, fraction: () => number = () => 1, api?: string): ConnectedWorld {
  const world = createWorld()
  world.href = `${origin}/`
  const timers = new Set<{ readonly delayMs: number; readonly run: () => void }>()
  const run = (isDue: (delayMs: number) => boolean): void => {
    // Not those that begin meanwhile.
    for (const timer of [...timers].filter(({ delayMs }) => isDue(delayMs))) {
      timers.delete(timer)
      timer.run()
    }
  }
  const environment: Environment = {
    ...world.environment,
    crypto: { ...world.environment.crypto, fraction },
    network: { isOnline: () => world.isOnline, fetch: (request) => fetch(request) },
    timer: {
      after(delayMs, fire) {
        const timer = { delayMs, run: fire }
        timers.add(timer)
        return () => void timers.delete(timer)
      },
    },
  }
  let issued = 0
  const method: AuthMethod<string> = {
    name: 'plain',
    login: async (subject) => ({ accessToken: `${subject}-${++issued}`, refreshToken: 'rt', subject, user: { sub: subject }, scope: [] }),
    async refresh(session) {
      connected.refresh()
      return { ...session, accessToken: `${session.subject}-${++issued}` }
    },
  }
  const connected: ConnectedWorld = {
    world,
    environment,
    auth: createAuth({ method, api }, environment),
    waits: () => [...timers].map(({ delayMs }) => delayMs).filter((delayMs) => delayMs !== attemptMs),
    passWaits: () => run((delayMs) => delayMs !== attemptMs),
    passAttempt: () => run((delayMs) => delayMs === attemptMs),
    refresh: () => {},
  }
  return connected
}

export const rejected = (): never => {
  throw new AuthError('refresh_rejected', 'No.')
}
