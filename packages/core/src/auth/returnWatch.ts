import type { Wake } from '../browser/wake.ts'

/** Notices a page that left for a provider and is shown again as it was left: the back button brings it out of the cache. */
export interface ReturnWatch {
  readonly start: () => void
  readonly stop: () => void
}

export function createReturnWatch(wake: Wake, onReturn: () => void): ReturnWatch {
  let unsubscribe: (() => void) | null = null
  const stop = (): void => {
    unsubscribe?.()
    unsubscribe = null
  }
  const start = (): void => {
    stop()
    unsubscribe = wake.subscribe((reason) => {
      if (reason !== 'restored') return
      stop()
      onReturn()
    })
  }
  return { start, stop }
}
