import { AuthError } from '../errors.ts'
import { checkTokenSet, type TokenSet } from '../session/session.ts'
import type { Parts } from './assemble.ts'
import { raceAbort } from './raceAbort.ts'

interface ReplaceOptions<T extends TokenSet> {
  readonly parts: Parts<T>
  /** What may change the tokens at any moment; `null`: nothing that is worth waiting for once more. */
  readonly changing: (waits: number) => Promise<unknown> | null
  /** Makes tokens the current ones; gives whether they are. */
  readonly commit: (tokens: T) => Promise<boolean>
  /** Takes tokens that came too late. */
  readonly onDiscard: (tokens: T) => void
  /** Aborts when the session is over, or somebody else's. */
  readonly signal: AbortSignal
}

/** Replaces the tokens by newer ones of the same session, whatever other tabs make of them meanwhile. */
export async function replace<T extends TokenSet>(update: (current: T) => T, options: ReplaceOptions<T>): Promise<void> {
  const { parts, changing, commit, onDiscard, signal } = options
  const { vault, refresher, lookout } = parts
  const busy = (waits: number): Promise<unknown> | null => changing(waits) ?? (refresher.isRunning() ? refresher.run(true).catch(() => {}) : null)
  let late: T | null = null
  try {
    for (;;) {
      let waits = 0
      for (let each = busy(waits); each !== null; each = busy(++waits)) await raceAbort(each, signal)
      signal.throwIfAborted()
      const held = vault.held()
      if (held === null) throw new AuthError('not_authenticated', 'Nobody is signed in: sign in first.')
      const tokens = update(held.tokens)
      checkTokenSet(tokens)
      refresher.reset()
      late = tokens
      if (await commit(tokens)) return
      // Another tab was first: the same is done to what that has made of it.
      lookout.look(vault.catchUp)
    }
  } catch (error) {
    if (late !== null) onDiscard(late)
    throw error
  }
}
