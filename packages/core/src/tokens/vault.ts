import type { Clock } from '../browser/clock.ts'
import { decodeRecord, type Circle, type TokenRecord } from '../session/record.ts'
import type { TokenSet } from '../session/session.ts'
import type { CatchUp, Change } from './catchUp.ts'
import { createCommit, type Commit } from './commit.ts'
import { createHolding, type Held } from './holding.ts'
import type { RecordStore } from './recordStore.ts'
import type { LazySiblings } from './loadSiblings.ts'
import type { Siblings, SiblingsOptions } from './siblings.ts'

/** Keeps the current tokens in memory, in a storage and with the other tabs of the session: durable first, visible second. */
export interface Vault<T extends TokenSet> extends CatchUp, Commit<T> {
  readonly held: () => Held<T> | null
  /** The tabs that share the session; `null`: none but this one. */
  readonly circle: () => Circle | null
  /** `null`: the session is of one tab alone. */
  readonly siblings: () => Promise<Siblings | null>
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
  readonly siblingsOf: ((tab: Pick<SiblingsOptions<T>, 'holding' | 'store' | 'stored' | 'isSigningIn'>) => LazySiblings) | null
}

export function createVault<T extends TokenSet>({ store, clock, accept, siblingsOf }: VaultOptions<T>): Vault<T> {
  const holding = createHolding<T>(store, clock)
  const { held, circle } = holding
  let logins = 0
  let restoring: Promise<Restored<T>> | null = null

  const stored = async (): Promise<TokenRecord<T> | null> => {
    const text = await store.read()
    const record = typeof text === 'string' ? decodeRecord(text, accept) : null
    // Nothing has been written since that could be taken for it.
    if (record === null && text !== null && holding.isNew()) store.remove()
    return record
  }
  const lazy = siblingsOf?.({ holding, store, stored, isSigningIn: () => logins > 0 }) ?? null
  const siblings = async (): Promise<Siblings | null> => lazy?.load() ?? null
  const catchUp = async (): Promise<Change | null> => (circle() === null ? null : ((await siblings())?.catchUp() ?? null))
  const join = async (): Promise<Change | null> => (await siblings())?.join() ?? null
  const { commit, clear } = createCommit({ holding, clock, accept, stored, load: lazy?.load ?? null })

  const restore = async (): Promise<Restored<T>> => {
    if (!holding.isNew()) return { stored: null, change: null }
    const record = await stored()
    const others = record !== null || lazy?.mayJoin === true ? await siblings() : null
    // A login or logout meanwhile is newer than anything stored.
    if (!holding.isNew()) return { stored: record?.tokens ?? null, change: null }
    others?.open()
    if (record !== null && lazy !== null) holding.enter(record.circle ?? null)
    if (record !== null) holding.show(record)
    const change = record === null ? ((await others?.join()) ?? null) : await catchUp()
    return { stored: held()?.tokens ?? record?.tokens ?? null, change }
  }

  return {
    held,
    circle,
    siblings,
    close: () => lazy?.close(),
    catchUp,
    join,
    clear,
    restore: () => (restoring ??= restore()),
    async commit(tokens, isLogin, ageMs) {
      if (isLogin) logins++
      try {
        return await commit(tokens, isLogin, ageMs)
      } finally {
        if (isLogin) logins--
      }
    },
  }
}
