import type { SessionRecord } from './session.ts'

/** What tells one person from another. */
export type Person = Pick<SessionRecord, 'method' | 'subject' | 'family'>

/** Whether two sessions are of the same person. A method that knows nobody by name may bring somebody else with each login. */
export function isSamePerson(one: Person, other: Person): boolean {
  return one.family === other.family || (one.subject !== null && one.subject === other.subject && one.method === other.method)
}
