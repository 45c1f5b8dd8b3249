import { systemTimer } from './timer.ts'

/** A lock that this page was given. */
export interface HeldLock {
  readonly letGo: () => void
  /** Whether the page still has it; not once it was on its way into the back/forward cache. */
  readonly isHeld: () => boolean
}

/** Locks that all pages of this origin share. */
export interface Locks {
  /**
   * Waits until no other page holds the lock of this name, and takes it. `null` when one and the same page held it for `waitMs`, or
   * `abort` was aborted first. Rejects where there are no locks.
   *
   * A page on its way into the back/forward cache lets go by itself: whatever it writes afterwards must not rely on the lock.
   */
  readonly acquire: (name: string, waitMs: number, abort?: AbortSignal) => Promise<HeldLock | null>
}

/**
 * How often to look who holds the lock. Chromium does not let go of one whose page went into the back/forward cache before its
 * `pagehide` was heard; asking who holds locks makes it.
 */
const queryEveryMs = 1_000

/** The Web Locks of this origin. Never stolen: the robbed would go on. */
export const webLocks: Locks = {
  acquire: (name, waitMs, abort) =>
    new Promise((resolve, reject) => {
      if (abort?.aborted === true) return resolve(null)
      const waiting = new AbortController()
      const { signal } = waiting
      const request = (): void => {
        // Aborted while it waits, this takes the request back; afterwards it lets go of the lock.
        const turn = new AbortController()
        const letGo = (): void => turn.abort()
        const granted = async (): Promise<void> => {
          if (turn.signal.aborted) return
          signal.removeEventListener('abort', letGo)
          resolve({ letGo, isHeld: () => !turn.signal.aborted })
          waiting.abort()
          await new Promise((over) => turn.signal.addEventListener('abort', over))
        }
        navigator.locks.request(name, { signal: turn.signal }, granted).catch((error: unknown) => {
          if (turn.signal.aborted) return
          letGo()
          reject(error)
          waiting.abort()
        })
        signal.addEventListener('abort', letGo)
        // Granted in the back/forward cache, it would keep everybody else waiting.
        const hide = (): void => {
          letGo()
          globalThis.addEventListener('pageshow', request, { once: true, signal })
        }
        globalThis.addEventListener?.('pagehide', hide, { signal: turn.signal })
      }
      const giveUp = (): void => {
        resolve(null)
        waiting.abort()
      }
      request()
      watch(name, { waitMs, signal, giveUp })
      abort?.addEventListener('abort', giveUp, { signal })
    }),
}

interface Patience {
  readonly waitMs: number
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal
  readonly giveUp: () => void
}

/** Gives up when one and the same page has held the lock for that long: with several that take their turn, waiting is worth it. */
function watch(name: string, { waitMs, signal, giveUp }: Patience): void {
  let holder: string | undefined
  let stopWaiting = systemTimer.after(waitMs, giveUp)
  let stopLooking: () => void
  const look = async (): Promise<void> => {
    const { held = [] } = await navigator.locks.query()
    const clientId = held.find((each) => each.name === name)?.clientId
    if (signal.aborted || clientId === holder) return
    holder = clientId
    stopWaiting()
    stopWaiting = systemTimer.after(waitMs, giveUp)
  }
  const lookOn = (): void => {
    look().catch(() => {})
    stopLooking = systemTimer.after(queryEveryMs, lookOn)
  }
  lookOn()
  signal.addEventListener('abort', () => {
    stopWaiting()
    stopLooking()
  })
}
