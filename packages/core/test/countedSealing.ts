import { vi } from 'vitest'
import { webSealing, type Sealing } from '../src/browser/sealing.ts'

/** The real Web Crypto, which takes as long as the machine lets it. */
export interface CountedSealing {
  readonly sealing: Sealing
  /** Waits for a promise; fake time passes only while nothing is being sealed, opened or agreed on. */
  readonly settled: <R>(promise: Promise<R>) => Promise<R>
}

/** Of before time is faked. */
const nextTurn = setImmediate

export function createCountedSealing(): CountedSealing {
  let busy = 0
  const count = <R>(work: Promise<R>): Promise<R> => {
    busy++
    return work.finally(() => busy--)
  }
  return {
    sealing: {
      seal: (...given) => count(webSealing.seal(...given)),
      unseal: (...given) => count(webSealing.unseal(...given)),
      async agree() {
        const { publicKey, keyWith } = await count(webSealing.agree())
        return { publicKey, keyWith: (other) => count(keyWith(other)) }
      },
    },
    async settled(promise) {
      const work = { isOver: false }
      const over = (): void => void (work.isOver = true)
      promise.then(over, over)
      while (!work.isOver) {
        await new Promise((resolve) => nextTurn(resolve))
        if (busy === 0 && !work.isOver) await vi.advanceTimersByTimeAsync(10)
      }
      return promise
    },
  }
}
