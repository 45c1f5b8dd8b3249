import type { QueryClient } from '@tanstack/react-query'
import { resumableReasons } from '@tessera-auth/core'
import type { BoundAuth } from './boundAuth.ts'
import type { Person } from './person.ts'

/** By client: the names of the auths whose person is away, with what is theirs kept. */
const away = new WeakMap<QueryClient, Set<string>>()

/** Whether the session of whoever this client keeps things of has expired, and nobody has signed in since. */
export function isAway(client: QueryClient, { name }: BoundAuth): boolean {
  return away.get(client)?.has(name) ?? false
}

export function setAway(client: QueryClient, { name }: BoundAuth, isNow: boolean): void {
  const names = away.get(client) ?? new Set()
  if (isNow) away.set(client, names.add(name))
  else names.delete(name)
}

/** Whether this person, who was signed in, may go on after another login. Without a subject, nobody can be told to be the same again. */
export function mayComeBack(person: Person, { store }: BoundAuth): boolean {
  const state = store.getState()
  return person?.subject != null && state.status === 'unauthenticated' && resumableReasons.includes(state.reason)
}
