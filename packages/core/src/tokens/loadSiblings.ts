import { withDeadline } from '../browser/withDeadline.ts'
import { AuthError } from '../errors.ts'
import type { TokenSet } from '../session/session.ts'
import type { Siblings, SiblingsOptions } from './siblings.ts'

/** The other tabs of a session, for who can wait until what that needs is loaded. */
export interface LazySiblings<T extends TokenSet> {
  /** `null`: it could not be loaded, so this tab is alone until it can; or this is no browser. */
  readonly load: () => Promise<Siblings<T> | null>
  /** Whether there may be some before anybody has signed in here. */
  readonly mayJoin: boolean
  /** Hears and says nothing any more. */
  readonly close: () => void
}

/** A file that does not come must not hold up the session. */
const deadlineMs = 10_000

let create: (<T extends TokenSet>(options: SiblingsOptions<T>) => Siblings<T>) | null = null

/**
 * Loads what tabs need to share a session, which is a chunk of its own as not every app has such tabs. It is loaded by itself at the
 * first use; an app that wants to have it before, or a test that must not wait for it, calls this.
 */
export async function preloadTabs(): Promise<void> {
  create ??= (await import('./siblings.ts')).createSiblings
}

export function loadSiblings<T extends TokenSet>(options: SiblingsOptions<T>): LazySiblings<T> {
  let siblings: Siblings<T> | null = null
  let [isTold, isClosed] = [false, false]
  return {
    mayJoin: options.sharesAcross,
    async load() {
      // Where one program serves many people, its channels lead from one to the next.
      if (!options.environment.page.isBrowser()) return null
      try {
        if (create === null) await withDeadline({ timer: options.environment.timer, deadlineMs }, preloadTabs)
        siblings ??= create?.(options) ?? null
        // A sign-out right before the end has still to be told.
        if (isClosed) siblings?.close()
      } catch (cause) {
        if (!isTold) options.onDegraded(new AuthError('network', 'What tabs need to share a session could not be loaded: this one refreshes alone.', { cause }))
        isTold = true
      }
      return siblings
    },
    close() {
      isClosed = true
      siblings?.close()
    },
  }
}
