import { AuthError, environment, TokenManager, type AuthenticatedState, type Environment, type Held, type SessionRecord } from '@tessera-auth/core'

/** A TokenManager that has the one token of whoever is signed in; no timer, no storage, no network. */
export function createMockTokens<User>(accessToken: string, signedIn: () => AuthenticatedState<User> | null): TokenManager<SessionRecord<User>> {
  const still: Environment = { ...environment, timer: { after: () => () => {} }, wake: { subscribe: () => () => {} } }
  const session = (): SessionRecord<User> | null => {
    const state = signedIn()
    return state && sessionOf(accessToken, state)
  }
  const refresh = async (): Promise<SessionRecord<User>> => {
    const tokens = session()
    if (tokens === null) throw notSignedIn()
    return tokens
  }
  const manager = new TokenManager({ refresh, background: false, canRefresh: () => signedIn() !== null }, still)
  const current = (): Held<SessionRecord<User>> | null => {
    const tokens = session()
    return tokens && { tokens, generation: 0, lifetime: { received: environment.clock.now(), lifetimeMs: null } }
  }
  // A test says who is signed in at once; a manager is told later.
  return Object.defineProperty(manager, 'current', { get: current })
}

/** Who looks the same is the same person. */
function sessionOf<User>(accessToken: string, { user, method, scope }: AuthenticatedState<User>): SessionRecord<User> {
  const subject = JSON.stringify(user)
  return { accessToken, subject, user, scope, method, family: `${method} ${subject}` }
}

export function notSignedIn(): AuthError {
  return new AuthError('not_authenticated', 'Nobody is signed in: sign in first.')
}
