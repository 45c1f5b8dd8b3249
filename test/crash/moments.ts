import type { Browser, StepName } from '@tessera-auth/testing'
import type { Halves } from './halves.ts'

/** One side of something that a page asks for or gets, or a part of an answer that it has. */
export interface Moment {
  readonly name: StepName | 'body.half' | 'body.whole'
  readonly phase: 'before' | 'after'
  /** The `id` of its tab. */
  readonly tab: number
  readonly detail: string
  /** Whether the page has just begun to run: nothing of it came before in the same task. */
  readonly isFirst: boolean
}

/** What happened since it was begun, in order. */
export interface Moments {
  readonly all: readonly Moment[]
  /** Forgets what was, and calls `onMoment` within each moment from now on; its index counts from 0. */
  readonly begin: (onMoment: (moment: Moment, index: number) => void) => void
}

/** No chain of promises within one task is longer. */
export const turnsOfTask = 200

export function createMoments(browser: Browser, halves: Halves): Moments {
  const all: Moment[] = []
  let listener: ((moment: Moment, index: number) => void) | null = null
  /** The tab that runs; a task ends when no promise is left to settle. */
  let running: number | null = null
  const rest = (turns: number): void => queueMicrotask(() => (turns === 0 ? (running = null) : rest(turns - 1)))
  const note = (moment: Omit<Moment, 'isFirst'>): void => {
    if (listener === null) return
    const isFirst = running !== moment.tab
    if (running === null) rest(turnsOfTask)
    running = moment.tab
    all.push({ ...moment, isFirst })
    listener({ ...moment, isFirst }, all.length - 1)
  }
  browser.onStep(({ name, phase, tab, detail }) => note({ name, phase, tab, detail }))
  halves.listen((name, tab, detail) => note({ name, phase: 'after', tab, detail }))
  return {
    all,
    begin(onMoment) {
      all.length = 0
      listener = onMoment
    },
  }
}
