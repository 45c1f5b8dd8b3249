import type { Agreement, Sealing } from '../browser/sealing.ts'
import type { Timer } from '../browser/timer.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import { isCircle, type Circle } from '../session/record.ts'

/** Lets a tab into a circle, over a line that others hear: the key travels under one that only these two can make. */
export interface Joining {
  /** Asks to be let in; `null` when nobody does. */
  readonly join: (isWanted: (circle: Circle) => boolean) => Promise<Circle | null>
  readonly letIn: (circle: Circle, publicKey: Uint8Array) => Promise<void>
  /** An answer; it rejects when that is for somebody else. */
  readonly takeIn: (from: Uint8Array, sealed: Uint8Array) => Promise<void>
}

/** How long others get to answer, in milliseconds. Long for a page that is awake, short for a person. */
export const answerMs = 250

interface JoiningOptions {
  readonly timer: Timer
  readonly sealing: Sealing
  readonly post: (message: unknown) => void
  /** Ends the wait. */
  readonly signal: AbortSignal
}

interface Asked {
  readonly agreement: Agreement
  readonly give: (circle: Circle) => unknown
}

export function createJoining({ timer, sealing, post, signal }: JoiningOptions): Joining {
  let asked: Asked | null = null
  return {
    async join(isWanted) {
      const agreement = await sealing.agree()
      let own: Asked | null = null
      const answer = (): Promise<Circle> =>
        new Promise((give) => {
          own = asked = { agreement, give: (circle) => isWanted(circle) && give(circle) }
          post({ type: 'join', publicKey: agreement.publicKey })
        })
      try {
        return await withDeadline({ timer, deadlineMs: answerMs, signal }, answer)
      } catch {
        return null
      } finally {
        // Who asked since waits on.
        if (asked === own) asked = null
      }
    },
    async letIn(circle, publicKey) {
      const agreement = await sealing.agree()
      const sealed = await sealing.seal(JSON.stringify(circle), await agreement.keyWith(publicKey))
      post({ type: 'welcome', from: agreement.publicKey, sealed })
    },
    async takeIn(from, sealed) {
      if (asked === null) return
      const { agreement, give } = asked
      const circle: unknown = JSON.parse(await sealing.unseal(sealed, await agreement.keyWith(from)))
      if (isCircle(circle)) give(circle)
    },
  }
}
