import { createTaskRunner } from './taskRunner.ts'
import type { Visit } from './visit.ts'

/** When and where something runs. */
export interface TaskOptions {
  /** In milliseconds. Default 0: now, but in a task of its own. */
  readonly delayMs?: number
  /** Default: outside all pages. */
  readonly visit?: Visit | null
  readonly isLostInCache?: boolean
}

/** Virtual time, and everything that will happen in it. */
export interface Timeline {
  /** True time, in epoch milliseconds, as a server has it. */
  readonly now: () => number
  /** What the pages' clocks say. */
  readonly moment: () => { readonly wallAt: number; readonly elapsedMs: number }
  /** Runs it later; gives a function that cancels it. */
  readonly schedule: (run: () => unknown, options?: TaskOptions) => () => void
  /** Runs what was held back for this page, late and together. */
  readonly release: (visit: Visit) => void
  readonly settle: () => Promise<void>
  readonly advance: (byMs: number) => Promise<void>
  readonly sleep: (forMs: number) => Promise<void>
  readonly until: <R>(promise: Promise<R>, limitMs: number) => Promise<R>
  readonly setWallClock: (byMs: number) => void
}

export function createTimeline(startAt: number): Timeline {
  const tasks = createTaskRunner()
  let [sleptMs, wallOffsetMs] = [0, 0]

  const advanceTo = async (at: number): Promise<void> => {
    await tasks.settle()
    while (tasks.nextAt() <= at) {
      tasks.nowMs = Math.max(tasks.nowMs, tasks.nextAt())
      await tasks.settle()
    }
    tasks.nowMs = at
  }

  return {
    now: () => startAt + tasks.nowMs,
    // Whole milliseconds, as `Date.now()` has them.
    moment: () => ({ wallAt: Math.floor(startAt + tasks.nowMs + wallOffsetMs), elapsedMs: tasks.nowMs - sleptMs }),
    schedule(run, { delayMs = 0, visit = null, isLostInCache = false } = {}) {
      const task = { at: tasks.nowMs + Math.max(0, delayMs), order: 0, visit, run, isLostInCache, isCancelled: false }
      tasks.add(task)
      return () => void (task.isCancelled = true)
    },
    release: (visit) => tasks.release((task) => task.visit === visit),
    settle: tasks.settle,
    advance: (byMs) => advanceTo(tasks.nowMs + byMs),
    async sleep(forMs) {
      await tasks.settle()
      tasks.isAsleep = true
      try {
        await advanceTo(tasks.nowMs + forMs)
      } finally {
        tasks.isAsleep = false
      }
      sleptMs += forMs
      tasks.release(() => true)
    },
    async until(promise, limitMs) {
      const endAt = tasks.nowMs + limitMs
      const waiting = { isOver: false }
      const end = (): void => void (waiting.isOver = true)
      promise.then(end, end)
      await tasks.settle()
      while (!waiting.isOver) {
        const nextAt = tasks.nextAt()
        if (nextAt > endAt) throw new Error(`Nothing settled it within ${limitMs} ms of virtual time.`)
        await advanceTo(nextAt)
      }
      return promise
    },
    setWallClock: (byMs) => void (wallOffsetMs += byMs),
  }
}
