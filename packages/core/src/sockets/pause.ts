import type { Environment } from '../browser/environment.ts'

/** Waits; not longer than until `signal` aborts or, unless told otherwise, the network or the page is back. Never rejects. */
export type Pause = (forMs: number, signal: AbortSignal, isHurried?: boolean) => Promise<void>

export function createPause({ timer, wake }: Pick<Environment, 'timer' | 'wake'>): Pause {
  return (forMs, signal, isHurried = true) =>
    new Promise((resolve) => {
      const done = (): void => {
        cancel()
        unsubscribe()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const cancel = timer.after(forMs, done)
      const unsubscribe = wake.subscribe((reason) => ['online', 'restored'].includes(reason) && isHurried && done())
      signal.addEventListener('abort', done)
      if (signal.aborted) done()
    })
}
