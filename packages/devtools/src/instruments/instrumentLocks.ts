import type { Locks } from '@tessera-auth/core'
import type { Sightings } from '../feed/createSightings.ts'

/** Tells how long this tab waits for locks. */
export function instrumentLocks(locks: Locks, sightings: Sightings): Locks {
  return {
    async acquire(name, waitMs, abort) {
      const what = name.endsWith(':late') ? 'Late turn' : 'Turn to refresh'
      const end = sightings.begin('lock', `${what}: waiting`)
      try {
        const lock = await locks.acquire(name, waitMs, abort)
        if (lock === null) end('failed', `${what}: gave up waiting`)
        else end('done', `${what}: granted`)
        return lock
      } catch (error) {
        end('failed', `${what}: there are no locks`)
        throw error
      }
    },
  }
}
