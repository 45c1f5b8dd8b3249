import { isSamePerson as isSame, type Person as Somebody } from '@tessera-auth/core'
import type { BoundAuth } from './boundAuth.ts'

/** Who is signed in, as far as it matters here; `null`: nobody; `undefined`: not known yet. */
export type Person = Somebody | null | undefined

export function personOf({ store, tokens }: BoundAuth): Person {
  const state = store.getState()
  if (state.status !== 'authenticated') return state.status === 'loading' ? undefined : null
  // A mock has no session: it has the claims of one.
  const claims = JSON.stringify(state.user)
  const { method, subject, family } = tokens.current?.tokens ?? { ...state, subject: claims, family: claims }
  return { method, subject, family }
}

/** Whether it is the same person, or nobody in both cases. */
export function isSamePerson(one: Person, other: Person): boolean {
  return one == null || other == null ? one === other : isSame(one, other)
}
