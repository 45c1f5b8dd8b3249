import type { Clock } from '../browser/clock.ts'
import type { AuthError } from '../errors.ts'
import { decodeRecord, type Circle, type TokenRecord } from '../session/record.ts'
import { elapsedSince, type Moment } from '../session/lifetime.ts'
import type { TokenSet } from '../session/session.ts'
import type { CatchUp, Change } from './catchUp.ts'
import { createCommit, type Commit } from './commit.ts'
import { createHolding, type Held } from './holding.ts'
import type { RecordStore } from './recordStore.ts'
import type { LazySiblings } from './loadSiblings.ts'
import type { Siblings, SiblingsOptions } from './siblings.ts'
import type { Visited } from './visit.ts'

/** Keeps the current tokens in memory, in a storage and with the other tabs of the session: durable first, visible second. */
export interface Vault<T extends TokenSet> extends CatchUp, Commit<T> {
  /** @param isElsewhere Whether this follows a sign-out in another tab, which may be long ago. */
  readonly clear: (error: AuthError | null, isElsewhere?: boolean) => void
  readonly held: () => Held<T> | null
  /** The tabs that share the session; `null`: none but this one. */
  readonly circle: () => Circle | null
  /** `null`: the session is of one tab alone. */
  readonly siblings: () => Promise<Siblings<T> | null>
  /** Hears nothing of other tabs any more. */
  readonly close: () => void
  /** Reads the storage, once. Whatever is there, it does not throw. */
  readonly restore: () => Promise<Restored<T>>
}

interface Restored<T extends TokenSet> {
  /** What the storage held, be it too late to be used. */
  readonly stored: T | null
  /** How another tab had ended it meanwhile. */
  readonly change: Change | null
}

interface VaultOptions<T extends TokenSet> {
  readonly store: RecordStore
  readonly clock: Clock
  readonly accept: (tokens: TokenSet) => tokens is T
  /** Makes what knows the other tabs of the session; `null`: it is of one tab alone. */
  readonly siblingsOf: ((tab: Pick<SiblingsOptions<T>, 'holding' | 'store' | 'stored' | 'isSigningIn' | 'leftAt'>) => LazySiblings<T>) | null
}

export function createVault<T extends TokenSet>({ store, clock, accept, siblingsOf }: VaultOptions<T>): Vault<T> {
  const holding = createHolding<T>(store, clock)
  const { held, circle } = holding
  let logins = 0
  let restoring: Promise<Restored<T>> | null = null
  let left: Moment | null = null
  // As the clock tells it now, whatever it has been set to since.
  const leftAt = (): number => (left === null ? -Infinity : clock.now().wallAt - elapsedSince(left, clock.now()))

  const stored = async (): Promise<TokenRecord<T> | null> => {
    const text = await store.read()
    const record = typeof text === 'string' ? decodeRecord(text, accept) : null
    // Nothing has been written since that could be taken for it.
    if (record === null && text !== null && holding.isNew()) store.remove()
    return record
  }
  const lazy = siblingsOf?.({ holding, store, stored, isSigningIn: () => logins > 0, leftAt }) ?? null
  const siblings = async (): Promise<Siblings<T> | null> => lazy?.load() ?? null
  const catchUp = async (): Promise<Change | null> => (circle() === null ? null : ((await siblings())?.catchUp() ?? null))
  const join = async (): Promise<Change | null> => (await siblings())?.join() ?? null
  /** Of other tabs, whom a sign-out right at the start is meant for as well. */
  const visited = async (): Promise<Visited<T> | null> =>
    held() === null && logins === 0 && lazy?.mayJoin === true ? ((await siblings())?.visit() ?? null) : null
  const { commit, clear } = createCommit({ holding, clock, accept, stored, visited, load: lazy?.load ?? null })

  const restore = async (): Promise<Restored<T>> => {
    if (!holding.isNew()) return { stored: null, change: null }
    const record = await stored()
    const others = record !== null || lazy?.mayJoin === true ? await siblings() : null
    // A login or logout meanwhile is newer than anything stored.
    if (!holding.isNew()) return { stored: record?.tokens ?? (await visited())?.record.tokens ?? null, change: null }
    others?.open()
    if (record !== null && lazy !== null) holding.enter(record.circle ?? null)
    if (record !== null) holding.show(record)
    const change = record === null ? ((await others?.join()) ?? null) : await catchUp()
    // What a sign-out meanwhile ends elsewhere is to be revoked.
    return { stored: held()?.tokens ?? record?.tokens ?? (left === null ? null : await visited())?.record.tokens ?? null, change }
  }

  return {
    held,
    circle,
    siblings,
    close: () => lazy?.close(),
    catchUp,
    join,
    clear(error, isElsewhere) {
      if (error === null && isElsewhere !== true) left = clock.now()
      clear(error)
    },
    restore: () => (restoring ??= restore()),
    commit(tokens, options) {
      if (!options.isLogin) return commit(tokens, options)
      logins++
      return commit(tokens, options).finally(() => logins--)
    },
  }
}
