import { AuthError, toAuthError } from '../errors.ts'
import type { Timer } from './timer.ts'

/** When to give up. */
export interface Deadline {
  readonly timer: Timer
  readonly deadlineMs: number
  /** Gives up earlier. */
  readonly signal?: AbortSignal | null | undefined
}

/**
 * Runs `run` and settles by `deadlineMs` at the latest, or when `signal` aborts, whether or not `run` heeds its own
 * signal.
 *
 * @throws AuthError `timeout`; when the caller's signal aborted first its reason, or `aborted` where that is no AuthError.
 */
export function withDeadline<R>(
  { timer, deadlineMs, signal }: Deadline,
  run: (signal: AbortSignal) => Promise<R>,
): Promise<R> {
  return new Promise<R>((resolve, reject) => {
    const controller = new AbortController()
    const stop = (error: AuthError): void => {
      finish()
      controller.abort(error)
      reject(error)
    }
    const onAbort = (): void => stop(toAuthError(signal?.reason, 'aborted', "The caller's own signal aborted: nothing to do."))
    const cancelTimer = timer.after(deadlineMs, () =>
      stop(new AuthError('timeout', `No answer within ${deadlineMs} ms: try later.`)),
    )
    const finish = (): void => {
      cancelTimer()
      signal?.removeEventListener('abort', onAbort)
    }
    if (signal?.aborted === true) return onAbort()
    signal?.addEventListener('abort', onAbort)
    // Within the promise, so that a synchronous throw of `run` becomes a rejection.
    new Promise<R>((settle) => settle(run(controller.signal))).finally(finish).then(resolve, reject)
  })
}
