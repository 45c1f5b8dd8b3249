import type { Wake, WakeReason } from '../browser/wake.ts'
import type { Change } from './catchUp.ts'

/** Looks what other tabs have done, whenever there is a reason to. */
export interface Lookout {
  /** Until this settles, what is held may be of before; `null`: nothing to wait for. */
  readonly looking: () => Promise<void> | null
  /** Looks, one thing at a time; what is asked for meanwhile, or before `start`, comes afterwards. */
  readonly look: (find: Find) => void
  /** Begins, and looks at each wake: a page that slept may have missed what the others said. */
  readonly start: () => void
  readonly stop: () => void
}

type Find = () => Promise<Change | null>

interface LookoutOptions {
  readonly wake: Wake
  /** What to do at a wake, one after the other. */
  readonly atWake: (reason: WakeReason) => readonly Find[]
  readonly apply: (change: Change) => void
  readonly onStop: () => void
}

/** Of a session that no other tab has. */
export const noLookout: Lookout = { looking: () => null, look: () => {}, start: () => {}, stop: () => {} }

export function createLookout({ wake, atWake, apply, onStop }: LookoutOptions): Lookout {
  let current: Promise<void> | null = null
  /** What to look for afterwards, each once. */
  const next = new Set<Find>()
  let unsubscribe: (() => void) | null = null

  const run = async (find: Find): Promise<void> => {
    // What checks the tokens is the app's own code.
    const change = await find().catch(() => null)
    current = null
    if (unsubscribe === null) return
    if (change !== null) apply(change)
    proceed()
  }
  const proceed = (): void => {
    const [find] = next
    if (find === undefined) return
    next.delete(find)
    look(find)
  }
  const look = (find: Find): void => {
    if (unsubscribe === null || current !== null) next.add(find)
    else current = run(find)
  }

  return {
    looking: () => current,
    look,
    start() {
      unsubscribe ??= wake.subscribe((reason) => atWake(reason).forEach(look))
      proceed()
    },
    stop() {
      unsubscribe?.()
      unsubscribe = null
      onStop()
    },
  }
}
