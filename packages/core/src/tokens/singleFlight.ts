import { toAuthError, type AuthError } from '../errors.ts'

/** Work that is done once at a time, however many ask for it. */
export interface SingleFlight {
  /** Joins the work under way, or starts it. */
  readonly join: () => Promise<void>
  readonly isRunning: () => boolean
  /** Whoever waits still does, but nothing is concluded from it any more, and the next to ask starts anew. */
  readonly disown: () => void
}

interface Flight<R> {
  /** @param isCurrent Whether this work has not been disowned. */
  readonly run: (isCurrent: () => boolean) => Promise<R>
  readonly onDone: (result: R) => void
  readonly onFailed: (error: AuthError) => void
}

/** `onDone` and `onFailed` run when the work is over, before those who wait hear of it, unless it was disowned. */
export function createSingleFlight<R>({ run, onDone, onFailed }: Flight<R>): SingleFlight {
  let flight: Promise<void> | null = null

  const fly = async (isCurrent: () => boolean): Promise<void> => {
    if (!isCurrent()) return
    const conclude = (conclusion: () => void): void => {
      if (!isCurrent()) return
      flight = null
      conclusion()
    }
    let result: R
    try {
      result = await run(isCurrent)
    } catch (cause) {
      const error = toAuthError(cause, 'network', 'The refresh failed: look at "cause", or try later.')
      conclude(() => onFailed(error))
      throw error
    }
    conclude(() => onDone(result))
  }

  return {
    join() {
      if (flight !== null) return flight
      // In the next microtask: by then `flight` is this promise, unless it was disowned before it began.
      const own: Promise<void> = Promise.resolve().then(() => fly(() => flight === own))
      flight = own
      return own
    },
    isRunning: () => flight !== null,
    disown: () => void (flight = null),
  }
}
