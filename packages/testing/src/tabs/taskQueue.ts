import type { Visit } from './visit.ts'

/** Something that will run. */
export interface Task {
  /** On the timeline, in milliseconds. */
  at: number
  order: number
  /** Whose page it runs in; `null`: outside all of them, as at a server. */
  readonly visit: Visit | null
  readonly run: () => unknown
  /** Whether a page in the back/forward cache never gets it, rather than late. */
  readonly isLostInCache: boolean
  isCancelled: boolean
}

/** Tasks by their time; of the same time, in the order in which they came. */
export interface TaskQueue {
  readonly add: (task: Task) => void
  /** Takes the first that is due at `at`; `undefined` without one. */
  readonly take: (at: number) => Task | undefined
  /** When the first one is due; `Infinity` without any. */
  readonly nextAt: () => number
}

export function createTaskQueue(): TaskQueue {
  // The last is the first to run: taking it moves nothing.
  const tasks: Task[] = []
  let count = 0
  const last = (): Task | undefined => {
    while (tasks.at(-1)?.isCancelled === true) tasks.pop()
    return tasks.at(-1)
  }
  return {
    add(task) {
      task.order = ++count
      let [low, high] = [0, tasks.length]
      while (low < high) {
        const middle = (low + high) >>> 1
        if ((tasks[middle]?.at ?? 0) > task.at) low = middle + 1
        else high = middle
      }
      tasks.splice(low, 0, task)
    },
    take(at) {
      const task = last()
      return task !== undefined && task.at <= at ? tasks.pop() : undefined
    },
    nextAt: () => last()?.at ?? Infinity,
  }
}
