import type { Environment } from '../browser/environment.ts'

/** Notices that a page which was to leave for a provider is still there, or there again. */
export interface ReturnWatch {
  readonly start: () => void
  readonly stop: () => void
}

/** A navigation that takes longer was stopped, or is not worth waiting for with the buttons off. */
const leaveDeadlineMs = 10_000

/** @param onReturn The back button brought the page out of the cache as it was left, or it never left. */
export function createReturnWatch({ wake, timer }: Pick<Environment, 'wake' | 'timer'>, onReturn: () => void): ReturnWatch {
  let release: (() => void) | null = null
  const stop = (): void => {
    release?.()
    release = null
  }
  const end = (): void => {
    stop()
    onReturn()
  }
  const start = (): void => {
    stop()
    const cancelTimer = timer.after(leaveDeadlineMs, end)
    const unsubscribe = wake.subscribe((reason) => {
      if (reason === 'restored') end()
    })
    release = () => {
      cancelTimer()
      unsubscribe()
    }
  }
  return { start, stop }
}
