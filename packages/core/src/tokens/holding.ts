import type { Clock } from '../browser/clock.ts'
import { lifetimeOf, type Lifetime } from '../session/lifetime.ts'
import { encodeRecord, type Circle, type TokenRecord } from '../session/record.ts'
import type { TokenSet } from '../session/session.ts'
import type { RecordStore } from './recordStore.ts'

/** Tokens in use. */
export interface Held<T extends TokenSet> {
  readonly tokens: T
  /** Of this tab: grows with every change, never shrinks. */
  readonly generation: number
  readonly lifetime: Lifetime
}

/** What this tab has, in memory and in its storage. */
export interface Holding<T extends TokenSet> {
  readonly held: () => Held<T> | null
  /** The newest generation of the circle that is known: nothing older counts any more. */
  readonly generation: () => number
  /** The generation of the login that the tokens come from. */
  readonly epoch: () => number
  /** Notes that something newer is known, or on its way; gives a function that tells whether that is still the newest. */
  readonly next: (generation?: number) => () => boolean
  /** The same for the newest of the moment. */
  readonly mark: () => () => boolean
  /** Whether nothing has happened yet. */
  readonly isNew: () => boolean
  /** Writes a record for a reload to find, then shows it, if it is still wanted; gives whether it was. */
  readonly keep: (record: TokenRecord<T>, isWanted: () => boolean) => Promise<boolean>
  /** Shows a record that came from elsewhere. */
  readonly show: (record: TokenRecord<T>) => void
  /** Forgets the tokens, here and in the storage, at once. */
  readonly forget: () => void
  /** The tabs that share the session; `null`: none but this one. */
  readonly circle: () => Circle | null
  /** Whether this tab has shared a session, or looked for one that it does: what is stored is nothing new any more. */
  readonly hasEntered: () => boolean
  /** Shares the session with these tabs from now on, whose generations are others; `null`: with none. */
  readonly enter: (circle: Circle | null) => void
}

export function createHolding<T extends TokenSet>(store: RecordStore, clock: Clock): Holding<T> {
  let held: Held<T> | null = null
  let circle: Circle | null = null
  let hasEntered = false
  let [generation, epoch, intents, shown] = [0, 0, 0, 0]
  const mark = (): (() => boolean) => {
    const own = intents
    return () => own === intents
  }
  const next = (known = generation): (() => boolean) => {
    intents++
    generation = Math.max(generation, known)
    return mark()
  }
  const show = (record: TokenRecord<T>): void => {
    const now = clock.now()
    const { tokens, receivedAt } = record
    const elapsedMs = now.elapsedMs - Math.max(0, now.wallAt - receivedAt)
    ;({ generation, epoch } = record)
    shown = Math.max(shown + 1, generation)
    held = { tokens, generation: shown, lifetime: lifetimeOf(tokens, { wallAt: receivedAt, elapsedMs }) }
  }
  return {
    held: () => held,
    generation: () => generation,
    epoch: () => epoch,
    next,
    mark,
    isNew: () => intents === 0,
    show,
    async keep(record, isWanted) {
      await store.write(() => encodeRecord({ ...record, ...(circle !== null && { circle }) }), isWanted)
      if (isWanted()) show(record)
      return isWanted()
    },
    forget() {
      next(generation + 1)
      held = null
      store.remove()
    },
    circle: () => circle,
    hasEntered: () => hasEntered,
    enter(entered) {
      hasEntered = true
      circle = entered
      ;[generation, epoch] = [0, 0]
    },
  }
}
