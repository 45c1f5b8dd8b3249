import { preloadTabs } from '@tessera-auth/core'
import { createTaskQueue, type Task } from './taskQueue.ts'
import { turn } from './turn.ts'

/** Runs tasks, one after the other, each after everything that the one before it set off has settled. */
export interface TaskRunner {
  /** On the timeline, in milliseconds. */
  nowMs: number
  /** While the machine sleeps, nothing runs in any page. */
  isAsleep: boolean
  readonly add: (task: Task) => void
  /** Runs what was held back and is released now, late and together. */
  readonly release: (isReleased: (task: Task) => boolean) => void
  /** When the next task is due; `Infinity` without any. */
  readonly nextAt: () => number
  /** Runs what is due until nothing is. Rejects with what a task threw. */
  readonly settle: () => Promise<void>
}

/** More tasks in one moment than this many is a page that does not come to rest. */
const mostTasks = 100_000

export function createTaskRunner(): TaskRunner {
  const queue = createTaskQueue()
  let held: Task[] = []
  let draining: Promise<void> | null = null
  const errors: unknown[] = []

  /** Runs the next task that is due and may run; `false` without one. */
  const runNext = (): boolean => {
    for (let task = queue.take(runner.nowMs); task !== undefined; task = queue.take(runner.nowMs)) {
      if (isHeldBack(task, runner.isAsleep)) held.push(task)
      else if (task.visit === null || task.visit.state === 'running') return attempt(task, errors)
    }
    return false
  }
  const drain = async (): Promise<void> => {
    try {
      for (let count = 0; count < mostTasks; count++) {
        await turn()
        if (!runNext()) return
      }
      errors.push(new Error(`${mostTasks} tasks in one moment: a timer without a delay that arms itself again?`))
    } finally {
      draining = null
    }
  }
  const runner: TaskRunner = {
    nowMs: 0,
    isAsleep: false,
    nextAt: queue.nextAt,
    add(task) {
      queue.add(task)
      // Nobody has to call `settle` for what needs no time.
      if (task.at <= runner.nowMs) draining ??= drain()
    },
    release(isReleased) {
      const released = held.filter(isReleased)
      held = held.filter((task) => !isReleased(task))
      for (const task of released) runner.add(Object.assign(task, { at: runner.nowMs }))
    },
    async settle() {
      // Loading a part of the code takes real time, which no virtual time can wait for.
      await preloadTabs()
      do await (draining ??= drain())
      while (errors.length === 0 && queue.nextAt() <= runner.nowMs)
      if (errors.length > 0) throw errors.shift()
    },
  }
  return runner
}

/** Runs it; what it throws is for whoever settles. */
function attempt({ run }: Task, errors: unknown[]): true {
  try {
    run()
  } catch (error) {
    errors.push(error)
  }
  return true
}

function isHeldBack({ visit, isLostInCache }: Task, isAsleep: boolean): boolean {
  if (visit === null || visit.state === 'gone') return false
  if (visit.state === 'cached' && isLostInCache) return false
  return isAsleep || visit.state !== 'running'
}
