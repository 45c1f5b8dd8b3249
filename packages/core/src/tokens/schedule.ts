import type { Timer } from '../browser/timer.ts'
import type { Wake } from '../browser/wake.ts'

/** Runs something when it is due, whatever timers and sleep do. */
export interface Schedule {
  /** Looks at the clock again: after anything that moves the deadline. */
  readonly update: () => void
  /** Runs ahead of need until the returned function has been called as often as this one. */
  readonly start: () => () => void
  readonly stop: () => void
}

/**
 * Longest nap. Timers stand still while a computer sleeps, and no event tells of it for certain, so the clock is read at
 * least this often; it also stays clear of the delay at which timers overflow.
 */
export const longestNapMs = 60_000

interface ScheduleOptions {
  readonly timer: Timer
  readonly wake: Wake
  /** Milliseconds until `run` is due, by the clock of this moment; `Infinity`: never. */
  readonly dueInMs: () => number
  readonly run: () => void
  /** Called when the page wakes, before the clock is read. */
  readonly onWake: () => void
}

export function createSchedule({ timer, wake, dueInMs, run, onWake }: ScheduleOptions): Schedule {
  let starts = 0
  let cancelTimer: (() => void) | null = null
  let unsubscribe: (() => void) | null = null

  const stop = (): void => {
    cancelTimer?.()
    unsubscribe?.()
    unsubscribe = null
  }
  const update = (): void => {
    cancelTimer?.()
    const delayMs = starts > 0 ? dueInMs() : Infinity
    // An open deadline is all that keeps listeners attached.
    if (delayMs === Infinity) return stop()
    unsubscribe ??= wake.subscribe(() => {
      onWake()
      update()
    })
    if (delayMs <= 0) return run()
    cancelTimer = timer.after(Math.min(delayMs, longestNapMs), update)
  }

  return {
    update,
    stop,
    start: () => {
      let isStarted = true
      starts++
      update()
      return () => {
        if (!isStarted) return
        isStarted = false
        starts--
        update()
      }
    },
  }
}
