import type { HeldLock, Locks } from '../browser/lock.ts'
import { AuthError, transientCodes } from '../errors.ts'
import { membersOf } from '../ownMembers.ts'
import type { TokenSet } from '../session/session.ts'
import type { Holding } from './holding.ts'

/** Where this tab waits for its turn. */
export interface Queue {
  /** Gives a lock of the circle; `null`: not in time. Rejects with what {@link fail} was given meanwhile. */
  readonly acquire: (which: LockName, waitMs: number, abort: AbortSignal) => Promise<HeldLock | null>
  /** Another tab could not refresh: who waits right now does not try the same straight after it. */
  readonly fail: (error: AuthError) => void
}

/** `late`: of those who gave up waiting for the other one. */
export type LockName = 'turn' | 'late'

interface QueueOptions {
  readonly locks: Locks
  readonly holding: Pick<Holding<TokenSet>, 'circle'>
  readonly onDegraded: (error: AuthError) => void
}

export function createQueue({ locks, holding, onDegraded }: QueueOptions): Queue {
  const waits = new Set<(error: AuthError) => void>()
  return {
    async acquire(which, waitMs, abort) {
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
        const name = `tessera:${holding.circle()?.id}${which === 'late' ? ':late' : ''}`
        // One that throws at once is one that rejects.
        const ask = async (): Promise<HeldLock | null> => locks.acquire(name, waitMs, waiting.signal)
        const lock = await ask().catch(withoutLocks(onDegraded))
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
    onDegraded(new AuthError('insecure_context', 'There are no Web Locks: two tabs may refresh at once. Use https or localhost.', { cause }))
    return { letGo: () => {}, isHeld: () => true }
  }
}

/** Anybody on this origin can say it: who has a server that asks for longer hears so from the server. */
const longestMs = 60_000

/** What a tab said of a refresh that failed; `null`: nothing that passes by itself. */
export function parseTrouble(message: unknown): AuthError | null {
  const { code, retryAfterMs } = membersOf(message)
  const known = [...transientCodes].find((each) => each === code)
  const isWait = typeof retryAfterMs === 'number' && retryAfterMs >= 0
  const details = isWait ? { retryAfterMs: Math.min(retryAfterMs, longestMs) } : {}
  return known === undefined ? null : new AuthError(known, `Another tab could not refresh (${known}): try later.`, details)
}
