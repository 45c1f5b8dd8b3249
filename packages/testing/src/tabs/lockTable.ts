import type { Locks } from '@tessera-auth/core'
import { createClaims, type Claim, type Claims } from './claims.ts'
import type { Machine } from './machine.ts'
import type { Visit } from './visit.ts'

/** The locks of an origin. */
export interface LockTable {
  readonly locksOf: (visit: Visit) => Locks
  /** Names of the locks that the page has. */
  readonly heldBy: (visit: Visit) => readonly string[]
  /** Names of the locks that the page waits for. */
  readonly awaitedBy: (visit: Visit) => readonly string[]
  /** Who has which lock: the `id` of a tab, `null` for somebody outside. */
  readonly holders: () => ReadonlyMap<string, number | null>
  /** Somebody outside our tabs takes the lock, in turn, and keeps it until the returned function is called. */
  readonly hold: (name: string) => () => void
  readonly steal: (name: string) => void
  /** Takes all locks and wishes from a page: it is gone, or in the back/forward cache. */
  readonly drop: (visit: Visit) => void
  /** Wishes again for what the page waited for when its wishes were dropped. */
  readonly renew: (visit: Visit) => void
  /** Grants what can be granted. */
  readonly grant: () => void
}

export function createLockTable(machine: Machine): LockTable {
  const claims = createClaims(() => machine.faults.lockNeverGranted)
  /** Wishes of pages, until they hear that they were granted, or give up. */
  const open = new Set<Claim>()
  const openOf = (visit: Visit): Claim[] => [...open].filter((claim) => claim.visit === visit)
  const heldBy = (visit: Visit): Claim[] => [...claims.holders.values()].filter((claim) => claim.visit === visit)
  return {
    locksOf: (visit) => ({ acquire: (name, waitMs, abort) => acquire({ machine, claims, open, visit }, name, { waitMs, abort }) }),
    heldBy: (visit) => heldBy(visit).map(({ name }) => name),
    awaitedBy: (visit) => claims.waiting().filter((claim) => claim.visit === visit).map(({ name }) => name),
    holders: () => new Map([...claims.holders].map(([name, { visit }]) => [name, visit?.tab ?? null])),
    hold(name) {
      const claim: Claim = { name, visit: null, onGranted: () => {}, onPassed: () => {} }
      claims.request(claim)
      return () => claims.release(claim)
    },
    steal: claims.steal,
    drop(visit) {
      for (const claim of [...openOf(visit), ...heldBy(visit)]) claims.release(claim)
      if (visit.state === 'gone') openOf(visit).forEach((claim) => open.delete(claim))
    },
    renew: (visit) => openOf(visit).forEach(claims.request),
    grant: claims.grant,
  }
}

/** Where a page asks for locks. */
interface Desk {
  readonly machine: Machine
  readonly claims: Claims
  readonly open: Set<Claim>
  readonly visit: Visit
}

interface Patience {
  readonly waitMs: number
  readonly abort: AbortSignal | undefined
}

function acquire({ machine, claims, open, visit }: Desk, name: string, { waitMs, abort }: Patience): ReturnType<Locks['acquire']> {
  const { timeline, steps, faults, latencies } = machine
  return new Promise((resolve, reject) => {
    steps.take({ visit, name: 'lock.acquire', detail: name }, () => {
      if (faults.withoutLocks) {
        timeline.schedule(() => reject(new DOMException('There are no locks here.', 'SecurityError')), { visit })
        return
      }
      const letGo = (): void => {
        steps.take({ visit, name: 'lock.released', detail: name }, () => claims.release(claim))
      }
      const giveUp = (): void => {
        stopWaiting()
        open.delete(claim)
        claims.release(claim)
        steps.take({ visit, name: 'lock.refused', detail: name }, () => resolve(null))
      }
      const take = (): void => {
        // Taken away on its way here: the page was in the back/forward cache, or somebody stole it.
        if (!open.has(claim) || claims.holders.get(name) !== claim) return
        open.delete(claim)
        stopWaiting()
        steps.take({ visit, name: 'lock.granted', detail: name }, () => resolve({ letGo, isHeld: () => claims.holders.get(name) === claim }))
      }
      const wait = (): (() => void) => timeline.schedule(giveUp, { delayMs: waitMs, visit })
      const onPassed = (): void => {
        stopTimer()
        stopTimer = wait()
      }
      const claim: Claim = { name, visit, onGranted: () => timeline.schedule(take, { delayMs: latencies.lockMs, visit }), onPassed }
      let stopTimer = wait()
      const stopWaiting = (): void => {
        stopTimer()
        abort?.removeEventListener('abort', giveUp)
      }
      open.add(claim)
      if (abort?.aborted === true) return giveUp()
      abort?.addEventListener('abort', giveUp)
      // In the back/forward cache it asks when it is back.
      if (visit.state !== 'cached') claims.request(claim)
    })
  })
}
