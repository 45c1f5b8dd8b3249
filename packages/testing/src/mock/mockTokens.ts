import { AuthError, environment, TokenManager, type Environment, type SessionRecord } from '@tessera-auth/core'

/** A TokenManager that has the one token when somebody is signed in; no timer, no storage, no network. */
export function createMockTokens<User>(accessToken: string, whoever: () => User | null): TokenManager<SessionRecord<User>> {
  const still: Environment = { ...environment, timer: { after: () => () => {} }, wake: { subscribe: () => () => {} } }
  const refresh = async (): Promise<SessionRecord<User>> => {
    const user = whoever()
    if (user === null) throw notSignedIn()
    return { accessToken, subject: null, user, scope: [], method: 'mock', family: 'mock' }
  }
  return new TokenManager({ refresh, background: false, canRefresh: () => whoever() !== null }, still)
}

export function notSignedIn(): AuthError {
  return new AuthError('not_authenticated', 'Nobody is signed in.')
}
