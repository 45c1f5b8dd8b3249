import type { Visit } from './visit.ts'

/** Somebody's wish for a lock. */
export interface Claim {
  readonly name: string
  /** `null`: somebody outside our tabs. */
  readonly visit: Visit | null
  readonly onGranted: () => void
  /** Somebody else was granted it. */
  readonly onPassed: () => void
}

/** Who has which lock, and who waits for it, first come first served. */
export interface Claims {
  readonly holders: ReadonlyMap<string, Claim>
  readonly waiting: () => readonly Claim[]
  readonly request: (claim: Claim) => void
  /** Lets the lock go, or withdraws the wish. */
  readonly release: (claim: Claim) => void
  /** Takes a lock from its holder, who is not told. */
  readonly steal: (name: string) => void
  /** Grants what can be granted. */
  readonly grant: () => void
}

/** @param isRefusing Whether nothing is granted at present. */
export function createClaims(isRefusing: () => boolean): Claims {
  const holders = new Map<string, Claim>()
  const queues = new Map<string, Claim[]>()
  const grant = (name: string): void => {
    if (holders.has(name) || isRefusing()) return
    const next = queues.get(name)?.shift()
    if (next === undefined) return
    holders.set(name, next)
    next.onGranted()
    queues.get(name)?.forEach((claim) => claim.onPassed())
  }
  return {
    holders,
    waiting: () => [...queues.values()].flat(),
    request(claim) {
      const queue = queues.get(claim.name) ?? []
      queues.set(claim.name, queue)
      queue.push(claim)
      grant(claim.name)
    },
    release(claim) {
      const queue = queues.get(claim.name) ?? []
      const place = queue.indexOf(claim)
      if (place >= 0) queue.splice(place, 1)
      if (holders.get(claim.name) !== claim) return
      holders.delete(claim.name)
      grant(claim.name)
    },
    steal(name) {
      holders.delete(name)
      grant(name)
    },
    grant: () => [...queues.keys()].forEach(grant),
  }
}
