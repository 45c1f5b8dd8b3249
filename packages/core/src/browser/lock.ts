import { systemTimer } from './timer.ts'

/** Locks that all pages of this origin share. */
export interface Locks {
  /**
   * Waits until no other page holds the lock of this name, and takes it. Gives the function that lets it go; `null` when others held it
   * for `waitMs`, or `abort` was aborted first. Rejects where there are no locks.
   *
   * A page on its way into the back/forward cache lets go by itself: whatever it writes afterwards must not rely on the lock.
   */
  readonly acquire: (name: string, waitMs: number, abort?: AbortSignal) => Promise<(() => void) | null>
}

/**
 * Chromium does not let go of a lock whose page went into the back/forward cache before its `pagehide` was heard; asking who holds
 * locks makes it.
 */
const queryEveryMs = 1_000

/** The Web Locks of this origin. Never stolen: the robbed would go on. */
export const webLocks: Locks = {
  acquire: (name, waitMs, abort) =>
    new Promise((resolve, reject) => {
      const waiting = new AbortController()
      const { signal } = waiting
      const request = (): void => {
        // Aborted while it waits, this takes the request back; afterwards it lets go of the lock.
        const turn = new AbortController()
        const letGo = (): void => turn.abort()
        const granted = async (): Promise<void> => {
          if (turn.signal.aborted) return
          signal.removeEventListener('abort', letGo)
          resolve(letGo)
          waiting.abort()
          await new Promise((over) => turn.signal.addEventListener('abort', over))
        }
        navigator.locks.request(name, { signal: turn.signal }, granted).catch((error: unknown) => {
          if (turn.signal.aborted) return
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
      const after = (delayMs: number, run: () => void): void => signal.addEventListener('abort', systemTimer.after(delayMs, run))
      const ask = (): void =>
        after(queryEveryMs, () => {
          navigator.locks.query().catch(() => {})
          ask()
        })
      const giveUp = (): void => {
        resolve(null)
        waiting.abort()
      }
      request()
      ask()
      after(waitMs, giveUp)
      abort?.addEventListener('abort', giveUp, { signal })
    }),
}
