import type { QueryClient } from '@tanstack/react-query'
import { resumableReasons } from '@tessera-auth/core'
import type { BoundAuth } from './boundAuth.ts'
import type { Person } from './person.ts'

/** By client, and by the name of an auth: whose person is away, with what is theirs kept. */
const away = new WeakMap<QueryClient, Map<string, Person>>()

/** Whether the session of whoever this client keeps things of has expired, and nobody has signed in since. */
export function isAway(client: QueryClient, auth: BoundAuth): boolean {
  return whoIsAway(client, auth) !== null
}

export function whoIsAway(client: QueryClient, { name }: BoundAuth): Person {
  return away.get(client)?.get(name) ?? null
}

export function setAway(client: QueryClient, { name }: BoundAuth, person: Person): void {
  const people = away.get(client) ?? new Map<string, Person>()
  away.set(client, people.set(name, person))
}

/** Whether this person, who was signed in, may go on after another login. Without a subject, nobody can be told to be the same again. */
export function mayComeBack(person: Person, { store }: BoundAuth): boolean {
  const state = store.getState()
  return person?.subject != null && state.status === 'unauthenticated' && resumableReasons.includes(state.reason)
}
