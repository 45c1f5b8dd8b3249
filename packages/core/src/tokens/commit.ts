import type { Clock } from '../browser/clock.ts'
import type { AuthError } from '../errors.ts'
import { encodeRecord, type Circle, type TokenRecord } from '../session/record.ts'
import type { TokenSet } from '../session/session.ts'
import type { Holding } from './holding.ts'
import type { Siblings } from './siblings.ts'

/** Makes tokens the current ones, here and with the other tabs, or says that there are none any more. */
export interface Commit<T extends TokenSet> {
  /** Stores, then holds. Gives `false`, and keeps nothing, when another `commit` or a `clear` came meanwhile, here or in another tab. `ageMs`: of the tokens. */
  readonly commit: (tokens: T, isLogin: boolean, ageMs?: number) => Promise<boolean>
  /** Forgets everything at once; `error`: what ended the session. */
  readonly clear: (error: AuthError | null) => void
}

interface CommitOptions<T extends TokenSet> {
  readonly holding: Holding<T>
  readonly clock: Clock
  readonly accept: (tokens: TokenSet) => tokens is T
  /** What the storage has. */
  readonly stored: () => Promise<TokenRecord<T> | null>
  /** `null`: the session is of one tab alone. */
  readonly load: (() => Promise<Siblings | null>) | null
}

export function createCommit<T extends TokenSet>({ holding, clock, accept, stored, load }: CommitOptions<T>): Commit<T> {
  const tell = async (left: Promise<Circle | null | undefined>, generation: number, error: AuthError | null): Promise<void> => {
    const circle = await left
    const siblings = circle == null ? null : await load?.()
    if (circle != null) await siblings?.end(circle, generation, error?.code ?? null)
  }
  const leave = (error: AuthError | null): void => {
    if (load === null) return
    // Also of a session that is stored here, though nobody has looked yet: it is read before it is forgotten.
    const left = holding.hasEntered() ? Promise.resolve(holding.circle()) : stored().then((record) => record?.circle)
    void tell(left, holding.generation(), error)
    holding.enter(null)
  }

  return {
    async commit(tokens, isLogin, ageMs = 0) {
      const receivedAt = Math.floor(clock.now().wallAt - ageMs)
      const isWanted = holding.next()
      const recordOf = (generation: number): TokenRecord<T> => ({ tokens, receivedAt, generation, epoch: isLogin ? generation : holding.epoch() })
      if (!accept(tokens)) {
        leave(null)
        holding.forget()
        holding.show(recordOf(holding.generation()))
        return true
      }
      const siblings = load === null ? null : await load()
      if (siblings === null) return isWanted() && holding.keep(recordOf(holding.generation() + 1), isWanted)
      const generation = await siblings.publish({ encode: (next) => encodeRecord(recordOf(next)), isWanted, wins: isLogin })
      return generation !== null && isWanted() && holding.keep(recordOf(generation), isWanted)
    },
    clear(error) {
      leave(error)
      holding.forget()
    },
  }
}
