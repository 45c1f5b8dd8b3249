import type { HeldLock, Locks } from '../browser/lock.ts'
import { AuthError, transientCodes } from '../errors.ts'
import { membersOf } from '../ownMembers.ts'
import type { TokenSet } from '../session/session.ts'
import type { Holding } from './holding.ts'

/** Where this tab waits for its turn. */
export interface Queue {
  /** Gives the lock of the circle; `null`: not in time. Rejects with what {@link fail} was given meanwhile. */
  readonly acquire: (waitMs: number, abort: AbortSignal) => Promise<HeldLock | null>
  /** Another tab could not refresh: who waits right now does not try the same straight after it. */
  readonly fail: (error: AuthError) => void
}

interface QueueOptions {
  readonly locks: Locks
  readonly holding: Pick<Holding<TokenSet>, 'circle'>
  readonly onDegraded: (error: AuthError) => void
}

export function createQueue({ locks, holding, onDegraded }: QueueOptions): Queue {
  const waits = new Set<(error: AuthError) => void>()
  return {
    async acquire(waitMs, abort) {
      const waiting = new AbortController()
      const stop = (): void => waiting.abort()
      const failures: AuthError[] = []
      const fail = (error: AuthError): void => {
        failures.push(error)
        stop()
      }
      waits.add(fail)
      if (abort.aborted) stop()
      abort.addEventListener('abort', stop)
      try {
        const lock = await locks.acquire(`tessera:${holding.circle()?.id}`, waitMs, waiting.signal).catch(withoutLocks(onDegraded))
        const [failure] = failures
        if (lock === null && failure !== undefined) throw failure
        return lock
      } finally {
        abort.removeEventListener('abort', stop)
        waits.delete(fail)
      }
    },
    fail: (error) => waits.forEach((fail) => fail(error)),
  }
}

/** Where there are no locks everybody has a turn at once. */
function withoutLocks(onDegraded: (error: AuthError) => void): (cause: unknown) => HeldLock {
  return (cause) => {
    onDegraded(new AuthError('insecure_context', 'There are no Web Locks: two tabs may refresh at once.', { cause }))
    return { letGo: () => {}, isHeld: () => true }
  }
}

/** As long as a server may ask to wait. */
const longestMs = 300_000

/** What a tab said of a refresh that failed; `null`: nothing that passes by itself. */
export function parseTrouble(message: unknown): AuthError | null {
  const { code, retryAfterMs } = membersOf(message)
  const known = [...transientCodes].find((each) => each === code)
  const isBounded = typeof retryAfterMs === 'number' && retryAfterMs >= 0 && retryAfterMs <= longestMs
  return known === undefined ? null : new AuthError(known, `Another tab could not refresh: ${known}.`, isBounded ? { retryAfterMs } : {})
}
