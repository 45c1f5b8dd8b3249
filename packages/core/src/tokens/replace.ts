import { AuthError } from '../errors.ts'
import { checkTokenSet, type TokenSet } from '../session/session.ts'
import type { Parts } from './assemble.ts'
import type { Held } from './holding.ts'
import { raceAbort } from './raceAbort.ts'

/** A ledger that neither takes anything nor tells anything new is as good as none. */
const mostCommits = 3

interface ReplaceOptions<T extends TokenSet> {
  readonly parts: Parts<T>
  /** What may change the tokens at any moment; `null`: nothing that is worth waiting for once more. */
  readonly changing: (waits: number) => Promise<unknown> | null
  /** Makes tokens the current ones, on the last try though the ledger does not take them; gives whether they are. */
  readonly commit: (tokens: T, isLastTry: boolean) => Promise<boolean>
  /** Takes tokens that came too late. */
  readonly onDiscard: (tokens: T) => void
  /** Aborts when the session is over, or somebody else's. */
  readonly signal: AbortSignal
}

/** Replaces the tokens by newer ones of the same session, whatever other tabs make of them meanwhile. */
export async function replace<T extends TokenSet>(update: (current: T) => T, options: ReplaceOptions<T>): Promise<void> {
  if (typeof update !== 'function') throw new AuthError('invalid_input', 'replaceTokens() takes a function.')
  const { parts, changing, commit, onDiscard, signal } = options
  const { vault, refresher, lookout } = parts
  const busy = (waits: number): Promise<unknown> | null => changing(waits) ?? (refresher.isRunning() ? refresher.run(true).catch(() => {}) : null)
  let late: T | null = null
  let last: Held<T> | null = null
  let commits = 0
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
      commits = held === last ? commits + 1 : 1
      last = held
      if (await commit(tokens, commits >= mostCommits)) return
      // Another tab was first: the same is done to what that has made of it.
      lookout.look(vault.catchUp)
    }
  } catch (error) {
    if (late !== null) onDiscard(late)
    throw error
  }
}
