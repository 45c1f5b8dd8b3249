import type { Clock } from '../browser/clock.ts'
import type { AuthError } from '../errors.ts'
import { encodeRecord, type TokenRecord } from '../session/record.ts'
import type { TokenSet } from '../session/session.ts'
import type { Holding } from './holding.ts'
import type { Left } from './publisher.ts'
import type { Siblings } from './siblings.ts'
import type { Visited } from './visit.ts'

/** Makes tokens the current ones, here and with the other tabs, or says that there are none any more. */
export interface Commit<T extends TokenSet> {
  /** Stores, then holds. Gives `false`, and keeps nothing, when another `commit` or a `clear` came meanwhile, here or in another tab. */
  readonly commit: (tokens: T, options: CommitOptions) => Promise<boolean>
  /** Forgets everything at once; `error`: what ended the session. */
  readonly clear: (error: AuthError | null) => void
}

interface CommitOptions {
  /** Whether they are of a new login. */
  readonly isLogin: boolean
  /** Of the tokens, in milliseconds. Default 0. */
  readonly ageMs?: number
  /** Whether they are kept here though the ledger does not take them. Default `false`. */
  readonly isLastTry?: boolean
}

interface CommitParts<T extends TokenSet> {
  readonly holding: Holding<T>
  readonly clock: Clock
  readonly accept: (tokens: TokenSet) => tokens is T
  /** What the storage has. */
  readonly stored: () => Promise<TokenRecord<T> | null>
  /** What other tabs have that this one would take part in. */
  readonly visited: () => Promise<Visited<T> | null>
  /** `null`: the session is of one tab alone. */
  readonly load: (() => Promise<Siblings<T> | null>) | null
}

export function createCommit<T extends TokenSet>({ holding, clock, accept, stored, visited, load }: CommitParts<T>): Commit<T> {
  /** Of a session that is stored here or in other tabs, though nobody has looked yet. */
  const unread = async (isLogout: boolean): Promise<Left | null> => {
    const record = await stored()
    const other = record === null && isLogout ? await visited() : null
    if (other !== null) return { ...other.record, circle: other.circle }
    return record?.circle === undefined ? null : { ...record, circle: record.circle }
  }
  const leave = (error: AuthError | null): void => {
    if (load === null) return
    const circle = holding.circle()
    const known = circle === null ? null : { circle, generation: holding.generation(), epoch: holding.epoch() }
    const tell = async (left: Left | null): Promise<void> => {
      if (left !== null) await (await load())?.end(left, error?.code ?? null)
    }
    // Read before it is forgotten.
    void (holding.hasEntered() ? Promise.resolve(known) : unread(error === null)).then(tell)
    holding.enter(null)
  }

  return {
    async commit(tokens, { isLogin, ageMs = 0, isLastTry = false }) {
      const receivedAt = Math.floor(clock.now().wallAt - ageMs)
      const isWanted = holding.next()
      // What is the first of a circle counts as its login.
      const epochOf = (generation: number): number => (isLogin || holding.epoch() === 0 ? generation : holding.epoch())
      const recordOf = (generation: number): TokenRecord<T> => ({ tokens, receivedAt, generation, epoch: epochOf(generation) })
      if (!accept(tokens)) {
        leave(null)
        holding.forget()
        holding.show(recordOf(holding.generation()))
        return true
      }
      const siblings = load === null ? null : await load()
      // Alone, it must not be taken for what those had who shared the session of before.
      if (siblings === null && isLogin && isWanted()) holding.enter(null)
      if (siblings === null) return isWanted() && holding.keep(recordOf(holding.generation() + 1), isWanted)
      const generation = await siblings.publish({ epochOf, encode: (next) => encodeRecord(recordOf(next)), isWanted, wins: isLogin })
      if (generation === null && !isLastTry) return false
      return isWanted() && holding.keep(recordOf(generation ?? holding.generation() + 1), isWanted)
    },
    clear(error) {
      leave(error)
      holding.forget()
    },
  }
}
