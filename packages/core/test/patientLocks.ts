import type { Locks } from '../src/browser/lock.ts'
import { systemTimer } from '../src/browser/timer.ts'

/** Locks as a browser has them: who waits too long for one holder, or is told to stop, goes without. */
export interface PatientLocks extends Locks {
  /** How many hold one or wait for it. */
  readonly count: () => number
}

interface Wish {
  readonly grant: () => void
  /** Somebody else has the lock. */
  readonly wait: () => void
}

export function createPatientLocks(): PatientLocks {
  const queues = new Map<string, Wish[]>()
  return {
    count: () => [...queues.values()].flat().length,
    acquire: (name, waitMs, abort) =>
      new Promise((resolve) => {
        if (abort?.aborted === true) return resolve(null)
        const queue = queues.get(name) ?? []
        queues.set(name, queue)
        let cancel = (): void => {}
        const letGo = (): void => {
          const index = queue.indexOf(wish)
          if (index >= 0) queue.splice(index, 1)
          if (index !== 0) return
          queue[0]?.grant()
          queue.slice(1).forEach((other) => other.wait())
        }
        const giveUp = (): void => {
          cancel()
          letGo()
          resolve(null)
        }
        const wish: Wish = {
          grant() {
            cancel()
            abort?.removeEventListener('abort', giveUp)
            resolve({ letGo, isHeld: () => queue[0] === wish })
          },
          wait() {
            cancel()
            cancel = systemTimer.after(waitMs, giveUp)
          },
        }
        queue.push(wish)
        if (queue.length === 1) return wish.grant()
        wish.wait()
        abort?.addEventListener('abort', giveUp)
      }),
  }
}
