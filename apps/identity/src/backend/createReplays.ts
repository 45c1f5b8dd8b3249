import { digest } from '../api/digest.ts'
import { removeExpired } from '../api/removeExpired.ts'

/** Answers a repeated request with what came of the first. */
export interface Replays<Outcome> {
  /** Runs the first time that it sees the key, and gives the outcome of that to whoever comes with the key again. */
  readonly once: (key: string, run: () => Promise<Outcome>) => Promise<Outcome>
}

/** Remembers outcomes for some time, under digests of their keys. One that failed is forgotten. */
export function createReplays<Outcome>(lifetimeMs: number): Replays<Outcome> {
  const entries = new Map<string, { readonly outcome: Promise<Outcome>; readonly expiresAt: number }>()
  return {
    once(key, run) {
      removeExpired(entries)
      const id = digest(key)
      const known = entries.get(id)
      if (known !== undefined) return known.outcome
      const outcome = run()
      entries.set(id, { outcome, expiresAt: Date.now() + lifetimeMs })
      outcome.catch(() => entries.delete(id))
      return outcome
    },
  }
}
