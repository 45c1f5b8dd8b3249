import { isSamePerson as isSame, type Person as Somebody } from '@tessera-auth/core'
import type { BoundAuth } from './boundAuth.ts'

/** Who is signed in, as far as it matters here; `null`: nobody; `undefined`: not known yet. */
export type Person = Somebody | null | undefined

export function personOf({ store, tokens }: BoundAuth): Person {
  const state = store.getState()
  if (state.status !== 'authenticated') return state.status === 'loading' ? undefined : null
  if (tokens.current === null) return null
  // Not the session itself, which has tokens.
  const { method, subject, family } = tokens.current.tokens
  return { method, subject, family }
}

/** Whether it is the same person, or nobody in both cases. */
export function isSamePerson(one: Person, other: Person): boolean {
  return one == null || other == null ? one === other : isSame(one, other)
}

/** Who it was, by what was stored; `null` for anything else. */
export function personIn(stored: unknown): Person {
  if (typeof stored !== 'object' || stored === null || !('method' in stored && 'subject' in stored && 'family' in stored)) return null
  const { method, subject, family } = stored
  const isPerson = typeof method === 'string' && (subject === null || typeof subject === 'string') && typeof family === 'string'
  return isPerson ? { method, subject, family } : null
}
