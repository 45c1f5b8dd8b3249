import { toAuthError } from '../errors.ts'
import type { MethodContext, Presence, PresenceHost } from '../methods/method.ts'
import { elapsedSince, type Moment } from '../session/lifetime.ts'
import type { Session } from '../session/session.ts'

/** Between two looks, and the first wait after a failure. */
const shortestWaitMs = 1_000

/** The longest wait after failures. */
const longestWaitMs = 60_000

/** When the next look may be, and why it has to wait. */
interface Wait {
  readonly since: Moment
  readonly forMs: number
}

/**
 * Asks a server who is signed in: once, and while it is watched again at each wake, at most once a second, and after a failure by
 * itself, when the server says or after a second, two, four, up to a minute.
 *
 * @param ask Gives the session; `null`: there is none. Whatever it throws means that it is not known.
 */
export function createPresence<User>(ask: (ctx: MethodContext) => Promise<Session<User> | null>, host: PresenceHost<User>): Presence {
  const { clock, wake } = host
  let flight: Promise<void> | null = null
  /** Whether the page woke since the look under way was begun: what that finds may be of before. */
  let isStale = false
  let failures = 0
  let wait: Wait | null = null
  let isWatched = false
  let cancelTimer: (() => void) | null = null

  const waitMs = (): number => (wait === null ? 0 : Math.max(0, wait.forMs - elapsedSince(wait.since, clock.now())))

  const lookOnce = async (): Promise<void> => {
    const ctx = host.context()
    const isCurrent = host.mark()
    wait = { since: clock.now(), forMs: shortestWaitMs }
    try {
      await host.found(await ask(ctx), isCurrent)
      failures = 0
    } catch (cause) {
      const error = toAuthError(cause, 'network', 'It could not be found out who is signed in: try later.')
      wait = { since: clock.now(), forMs: error.retryAfterMs ?? shortestWaitMs }
      failures++
      host.failed(error)
    }
    flight = null
    if (isStale || failures > 0) lookIn(isStale ? 0 : backoffMs(failures))
    isStale = false
  }
  const look = (): Promise<void> => (flight ??= lookOnce())
  /** Not before the server allows it, and not while nobody watches. */
  const lookIn = (delayMs: number): void => {
    cancelTimer?.()
    cancelTimer = isWatched ? host.context().timer.after(Math.max(delayMs, waitMs()), () => void look()) : null
  }

  return {
    look: async () => {
      // Whoever asks again at once gets what was just found out.
      if (flight !== null || waitMs() === 0) await look()
    },
    watch() {
      isWatched = true
      const unsubscribe = wake.subscribe(() => {
        isStale = flight !== null
        lookIn(0)
      })
      if (failures > 0) lookIn(0)
      return () => {
        isWatched = false
        unsubscribe()
        cancelTimer?.()
      }
    },
  }
}

function backoffMs(failures: number): number {
  return Math.min(longestWaitMs, shortestWaitMs * 2 ** Math.min(failures - 1, 10))
}
