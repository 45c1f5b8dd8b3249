import { isAuthError, AuthError } from '../errors.ts'

/** Waits for a promise that others wait for too: an aborted signal ends this wait alone. */
export function raceAbort<R>(promise: Promise<R>, ...signals: readonly (AbortSignal | undefined)[]): Promise<R> {
  const done = new AbortController()
  return new Promise<R>((resolve, reject) => {
    for (const signal of signals) {
      const onAbort = (): void => reject(reasonOf(signal))
      if (signal?.aborted === true) onAbort()
      signal?.addEventListener('abort', onAbort, { signal: done.signal })
    }
    promise.then(resolve, reject)
  }).finally(() => done.abort())
}

function reasonOf(signal: AbortSignal | undefined): AuthError {
  const reason: unknown = signal?.reason
  return isAuthError(reason) ? reason : new AuthError('aborted', "The caller's own signal aborted: nothing to do.", { cause: reason })
}
