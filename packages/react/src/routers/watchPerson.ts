import { isSamePerson, type AuthCore, type AuthState, type Person } from '@tessera-auth/core'

/** The part of an auth that `followAuth` needs. */
export interface FollowedAuth extends Pick<AuthCore<unknown>, 'store'> {
  readonly tokens: Pick<AuthCore<unknown>['tokens'], 'current' | 'subscribe'>
}

/** What a listener was told of last. */
interface Seen {
  readonly state: AuthState
  readonly person: Person | null
}

/**
 * Calls `listener` when somebody signed in or out, here or in another tab, is somebody else or may do something else, or when it is
 * known at last who is signed in after a server did not answer. Not when it becomes known at the start: guards wait for that.
 */
export function watchPerson({ store, tokens }: FollowedAuth, listener: () => void): () => void {
  const look = (): Seen => ({ state: store.getState(), person: tokens.current?.tokens ?? null })
  let seen = look()
  const follow = (): void => {
    const before = seen
    seen = look()
    if (!isSame(seen, before)) listener()
  }
  // The tokens too: the state stays the same where two people look the same.
  const releases = [store.subscribe(follow), tokens.subscribe(follow)]
  return () => releases.forEach((release) => release())
}

function isSame({ state, person }: Seen, { state: before, person: personBefore }: Seen): boolean {
  if (state.status !== before.status) return before.status === 'loading' && before.error === null
  if (state.status !== 'authenticated' || before.status !== 'authenticated') return true
  if (person !== null && personBefore !== null && !isSamePerson(person, personBefore)) return false
  return state.user === before.user && state.scope === before.scope
}
