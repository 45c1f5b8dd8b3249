import { AuthError, environment, TokenManager, type AccessTokenOptions, type AuthenticatedState, type AuthState, type Held, type SessionRecord } from '@tessera-auth/core'
import { isKnown } from './mockReady.ts'
import type { MockStore } from './mockStore.ts'

interface MockTokensOptions<User> {
  readonly accessToken: string
  readonly store: MockStore<AuthState<User>>
  /** Resolves when it is known who is signed in. */
  readonly ready: () => Promise<unknown>
}

/** A TokenManager that has the one token of whoever is signed in, and refreshes nothing; no timer, no storage, no network. */
export function createMockTokens<User>({ accessToken, store, ready }: MockTokensOptions<User>): TokenManager<SessionRecord<User>> {
  const manager = new TokenManager<SessionRecord<User>>({ refresh: () => Promise.reject(notSignedIn()), background: false })
  const current = (): Held<SessionRecord<User>> | null => {
    const state = store.getState()
    if (state.status !== 'authenticated') return null
    return { tokens: sessionOf(accessToken, state), generation: 0, lifetime: { received: environment.clock.now(), lifetimeMs: null } }
  }
  manager.guard(() => (isKnown(store.getState()) ? null : ready()))
  const refresh = manager.refresh.bind(manager)
  const acquire = async (options?: AccessTokenOptions): Promise<Held<SessionRecord<User>>> => {
    // Of no generation: it looks at what is asked, and waits, no longer than that says.
    await refresh({ ...options, generation: -1 })
    const held = current()
    if (held === null) throw notSignedIn()
    return held
  }
  // A test says who is signed in at once; a manager is told later. So this one never has tokens itself, that could outlive a sign-out.
  return Object.defineProperties(manager, {
    current: { get: current },
    acquire: { value: acquire },
    refresh: { value: async (options?: AccessTokenOptions) => void (await acquire(options)) },
  })
}

/** The same `sub` is the same person, and so is who looks the same without one. */
function sessionOf<User>(accessToken: string, { user, method, scope }: AuthenticatedState<User>): SessionRecord<User> {
  const subject = subOf(user) ?? JSON.stringify(user)
  return { accessToken, subject, user, scope, method, family: `${method} ${subject}` }
}

function subOf(user: unknown): string | null {
  return typeof user === 'object' && user !== null && 'sub' in user && typeof user.sub === 'string' ? user.sub : null
}

export function notSignedIn(): AuthError {
  return new AuthError('not_authenticated', 'Nobody is signed in: sign in first.')
}
