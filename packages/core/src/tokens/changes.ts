import type { TokenSet } from '../session/session.ts'
import type { Parts } from './assemble.ts'
import { raceAbort } from './raceAbort.ts'

/** What is about to change the tokens: new ones on their way into the storage, or a look at what other tabs did. */
export interface Changes {
  /** Nobody gets a token, nor refreshes one, while `pause` gives what to wait for; until the returned function is called. */
  readonly guard: (pause: Pause) => () => void
  /** Whether nothing may be refreshed for now. */
  readonly isHeld: () => boolean
  readonly isSetting: () => boolean
  /** Nobody gets the old tokens, nor refreshes them, until this has settled; gives what it gives. */
  readonly set: (setting: Promise<boolean>) => Promise<boolean>
  readonly isPending: () => boolean
  /**
   * What is under way; `null`: nothing, or another look after so many `waits` that it is not waited for. Rejects when the tokens are
   * somebody else's by then, or nobody's.
   */
  readonly next: (waits?: number) => Promise<unknown> | null
  /** Waits for that, but not for ever, however often other tabs say that there is something new. */
  readonly settled: () => Promise<void>
  /** Looks what other tabs did, if any share the session, and waits for that. `null`: there is nothing to wait for. */
  readonly caughtUp: () => Promise<unknown> | null
}

/** Looks at the clock, or whatever decides, and gives what has to settle first; `null`: nothing. */
export type Pause = () => Promise<unknown> | null

/** A reason to look that comes while one looks for the third time has to wait. */
const mostLooks = 3

/** @param signal Aborts when the tokens of now become somebody else's, or nobody's. */
export function createChanges<T extends TokenSet>({ vault, lookout, schedule }: Parts<T>, signal: () => AbortSignal): Changes {
  let setting: Promise<boolean> | null = null
  const isSetting = (): boolean => setting !== null
  const guards = new Set<Pause>()
  const paused = (): Promise<unknown> | null => {
    for (const pause of guards) {
      const until = pause()
      if (until !== null) return until
    }
    return null
  }
  const isHeld = (): boolean => isSetting() || paused() !== null

  const next = (waits = 0): Promise<unknown> | null => {
    const change = setting ?? paused() ?? (waits < mostLooks ? lookout.looking() : null)
    return change === null || vault.held() === null ? change : raceAbort<unknown>(change, signal())
  }
  const settled = async (): Promise<void> => {
    let waits = 0
    // Made only to be waited for: nobody else would hear of its rejection.
    for (let change = next(); change !== null; change = next(++waits)) await change
  }
  return {
    guard(pause) {
      guards.add(pause)
      return () => {
        guards.delete(pause)
        schedule.update()
      }
    },
    isHeld,
    isSetting,
    async set(own) {
      setting = own
      const isSet = await own.finally(() => {
        if (setting === own) setting = null
      })
      return isSet
    },
    isPending: () => isHeld() || lookout.looking() !== null,
    next,
    settled,
    caughtUp() {
      if (vault.circle() === null) return next()
      lookout.look(vault.catchUp)
      return settled()
    },
  }
}
