import { toAuthError, type AuthError } from '../errors.ts'

/** Work that is done once at a time, however many ask for it. */
export interface SingleFlight {
  /** Joins the work under way, or starts it. */
  readonly join: () => Promise<void>
  readonly isRunning: () => boolean
  /** Whoever waits still does, but nothing is concluded from it any more, and the next to ask starts anew. */
  readonly disown: () => void
}

interface Flight {
  /** @param isCurrent Whether this work has not been disowned. */
  readonly run: (isCurrent: () => boolean) => Promise<void>
  readonly onDone: () => void
  readonly onFailed: (error: AuthError) => void
}

/** `onDone` and `onFailed` run when the work is over, before those who wait hear of it, unless it was disowned. */
export function createSingleFlight({ run, onDone, onFailed }: Flight): SingleFlight {
  let flight: Promise<void> | null = null

  const fly = async (): Promise<void> => {
    const own = flight
    const isCurrent = (): boolean => flight === own
    const conclude = (conclusion: () => void): void => {
      if (!isCurrent()) return
      flight = null
      conclusion()
    }
    try {
      await run(isCurrent)
    } catch (cause) {
      const error = toAuthError(cause, 'network', 'The refresh failed.')
      conclude(() => onFailed(error))
      throw error
    }
    conclude(onDone)
  }

  return {
    // In the next microtask, when `flight` is this promise.
    join: () => (flight ??= Promise.resolve().then(fly)),
    isRunning: () => flight !== null,
    disown: () => void (flight = null),
  }
}
