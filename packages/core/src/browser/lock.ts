import { systemTimer } from './timer.ts'

/** Locks that all pages of this origin share. */
export interface Locks {
  /**
   * Waits until no other page holds the lock of this name, and takes it. Gives the function that lets it go; `null` when others held it
   * for `waitMs`. Rejects where there are no locks.
   *
   * A page on its way into the back/forward cache lets go by itself: whatever it writes afterwards must not rely on the lock.
   */
  readonly acquire: (name: string, waitMs: number) => Promise<(() => void) | null>
}

/**
 * Chromium does not let go of a lock whose page went into the back/forward cache before its `pagehide` was heard; asking who holds
 * locks makes it.
 */
const queryEveryMs = 1_000

/** The Web Locks of this origin. Never stolen: the robbed would go on. */
export const webLocks: Locks = {
  acquire: (name, waitMs) =>
    new Promise((resolve, reject) => {
      const { locks } = navigator
      const waiting = new AbortController()
      const ask = (): void => {
        const stop = systemTimer.after(queryEveryMs, () => {
          locks.query().catch(() => {})
          if (!waiting.signal.aborted) ask()
        })
        waiting.signal.addEventListener('abort', stop, { once: true })
      }
      const request = (): void => {
        // Aborted while it waits, this takes the request back; afterwards it lets go of the lock.
        const over = new AbortController()
        const letGo = (): void => over.abort()
        // Granted in the back/forward cache, it would keep everybody else waiting.
        globalThis.addEventListener?.('pagehide', letGo, { signal: over.signal })
        waiting.signal.addEventListener('abort', letGo, { signal: over.signal })
        const granted = async (): Promise<void> => {
          if (over.signal.aborted) return
          const isOver = new Promise<void>((end) => over.signal.addEventListener('abort', () => end()))
          waiting.signal.removeEventListener('abort', letGo)
          resolve(letGo)
          waiting.abort()
          await isOver
        }
        locks.request(name, { signal: over.signal }, granted).catch((error: unknown) => {
          if (waiting.signal.aborted) return
          if (!over.signal.aborted) return fail(error)
          globalThis.addEventListener('pageshow', request, { once: true, signal: waiting.signal })
        })
      }
      const fail = (error: unknown): void => {
        reject(error)
        waiting.abort()
      }
      const stopWaiting = systemTimer.after(waitMs, () => {
        resolve(null)
        waiting.abort()
      })
      waiting.signal.addEventListener('abort', stopWaiting)
      ask()
      request()
    }),
}
