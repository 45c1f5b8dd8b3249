import type { Clock } from '../browser/clock.ts'
import type { Timer } from '../browser/timer.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import { AuthError } from '../errors.ts'
import { elapsedSince, type Moment } from '../session/lifetime.ts'

/** A database that hangs must not hang the session. */
const deadlineMs = 3_000

/** A database that failed is left alone for as long: each try may take until the deadline. */
const restMs = 60_000

interface AttemptsOptions {
  readonly timer: Timer
  readonly clock: Clock
  readonly onDegraded: (error: AuthError) => void
  /** Brings the database up to date, once it works again. */
  readonly save: () => Promise<void>
  readonly isSaved: () => boolean
}

/** A database that may fail. */
export interface Attempts {
  /** Whether the tabs have to tell each other, as the database does not work. */
  readonly isDegraded: () => boolean
  /** The next that is read or written tries the database, be it that it has just failed. */
  readonly retry: () => void
  /** Saves as soon as may be, also when nothing is read or written any more: whoever has signed out has no reason to. */
  readonly saveLater: () => void
  /** What is unsaved now stays so. */
  readonly close: () => void
  /** Runs what needs the database or, where that fails or has just failed, what does not. */
  readonly bounded: <R>(run: () => Promise<R>, otherwise: () => R | Promise<R>) => Promise<R>
}

export function createAttempts({ timer, clock, onDegraded, save, isSaved }: AttemptsOptions): Attempts {
  let isDegraded = false
  let failedAt: Moment | null = null

  const bounded = async <R>(run: () => Promise<R>, otherwise: () => R | Promise<R>): Promise<R> => {
    const startedAt = clock.now()
    if (failedAt !== null && elapsedSince(failedAt, startedAt) < restMs) return otherwise()
    // What is read must not be older than what this tab has said.
    const work = isDegraded ? () => save().then(run) : run
    try {
      // Browsers also abort what runs while they suspend a page, and that passes: all that runs here can run again.
      const result = await withDeadline({ timer, deadlineMs }, () => work().catch(work))
      failedAt = null
      isDegraded = !isSaved()
      return result
    } catch (cause) {
      // Timers that a frozen page is late for come before the answer that is there as well.
      if (elapsedSince(startedAt, clock.now()) > 2 * deadlineMs) return bounded(run, otherwise)
      isDegraded = true
      failedAt = clock.now()
      onDegraded(new AuthError('storage_failed', 'IndexedDB failed: the tabs of a session can only ask each other. Allow storage.', { cause }))
      return otherwise()
    }
  }
  let [isClosed, stopWaiting] = [false, () => {}]
  const saveLater = (): void => {
    stopWaiting()
    if (!isClosed) stopWaiting = timer.after(restMs, () => void bounded(async () => {}, saveLater))
  }
  return {
    bounded,
    isDegraded: () => isDegraded,
    retry: () => void (failedAt = null),
    saveLater,
    close() {
      isClosed = true
      stopWaiting()
    },
  }
}
