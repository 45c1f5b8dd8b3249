import type { Visit } from './visit.ts'

/** What a page asks of its browser, and what it gets: each is a moment at which something can go wrong. */
export type StepName =
  | 'lock.acquire'
  | 'lock.granted'
  | 'lock.refused'
  | 'lock.released'
  | 'database.read'
  | 'database.update'
  | 'database.sweep'
  | 'database.committed'
  | 'database.answered'
  | 'storage.get'
  | 'storage.set'
  | 'storage.remove'
  | 'fetch.sent'
  | 'fetch.committed'
  | 'fetch.answered'
  | 'channel.joined'
  | 'channel.posted'
  | 'channel.heard'
  | 'timer.armed'
  | 'timer.fired'
  | 'sealing.seal'
  | 'sealing.unseal'
  | 'sealing.agree'
  | 'page.assign'
  | 'page.replace'

/** One side of a moment in a page. */
export interface Step {
  readonly name: StepName
  /** `before` it happened: what happens to the page now keeps it from happening. */
  readonly phase: 'before' | 'after'
  /** The `id` of the tab. */
  readonly tab: number
  /** The name of the lock or channel, the key of the record or entry, the URL of the request. */
  readonly detail: string
  /** Counts the steps of this browser, from 0: the same run has the same steps. */
  readonly index: number
}

/** Hears each step, within it: what it does comes in between. */
export type StepListener = (step: Step) => void

/** Where a step is taken. */
export interface Footing {
  readonly visit: Visit
  readonly name: StepName
  readonly detail: string
}

/** The steps of a browser. */
export interface Steps {
  /** Does `work` between two steps, unless its page is gone: `undefined` then. */
  readonly take: <R>(footing: Footing, work: () => R) => R | undefined
  /** Tells of one side of what takes longer, unless its page is gone. */
  readonly tell: (footing: Footing, phase: Step['phase']) => void
  readonly listen: (listener: StepListener) => () => void
}

export function createSteps(): Steps {
  const listeners = new Set<StepListener>()
  let index = 0
  const tell = ({ name, visit, detail }: Footing, phase: Step['phase']): void => {
    if (visit.state === 'gone' || listeners.size === 0) return
    const step = { name, phase, tab: visit.tab, detail, index: index++ }
    for (const listener of listeners) listener(step)
  }
  return {
    take(footing, work) {
      const { visit } = footing
      tell(footing, 'before')
      if (visit.state === 'gone') return undefined
      const result = work()
      tell(footing, 'after')
      return result
    },
    tell,
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
