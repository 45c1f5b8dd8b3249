import type { SessionRecord } from '@tessera-auth/core'
import type { BoundAuth } from './boundAuth.ts'

/** Who is signed in, as far as it matters here; `null`: nobody; `undefined`: not known yet. */
export type Person = Pick<SessionRecord, 'method' | 'subject' | 'family'> | null | undefined

export function personOf({ store, tokens }: BoundAuth): Person {
  const state = store.getState()
  if (state.status !== 'authenticated') return state.status === 'loading' ? undefined : null
  // A mock has no session: it has the claims of one.
  const claims = JSON.stringify(state.user)
  const { method, subject, family } = tokens.current?.tokens ?? { ...state, subject: claims, family: claims }
  return { method, subject, family }
}

/** Whether it is the same person. A method that knows nobody by name may bring somebody else with each login. */
export function isSamePerson(one: Person, other: Person): boolean {
  if (one == null || other == null) return one === other
  return one.family === other.family || (one.subject !== null && one.subject === other.subject && one.method === other.method)
}
