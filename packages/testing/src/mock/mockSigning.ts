import { AuthError, isAuthError, type AuthenticatedState, type AuthState, type LogoutOptions, type LogoutResult } from '@tessera-auth/core'
import type { MockAuthCore } from './mockAuth.ts'
import type { EitherMockOptions } from './mockAuthOptions.ts'
import type { MockStore } from './mockStore.ts'

interface MockSigning extends Pick<MockAuthCore<unknown, unknown>, 'logins' | 'logouts' | 'logout'> {
  readonly login: (...given: readonly unknown[]) => Promise<void>
}

/** Signing in as a test says, and out, where the last of several intents wins. */
export function createMockSigning<User>(store: MockStore<AuthState<User>>, { methods, login: run }: EitherMockOptions<User>): MockSigning {
  const logins: unknown[] = []
  let [intents, logouts] = [0, 0]
  return {
    logins,
    logouts: () => logouts,
    async login(...given) {
      const method = methods === undefined ? 'mock' : nameIn(methods, given[0])
      const login = methods === undefined ? given[0] : given
      logins.push(login)
      const intent = ++intents
      if (run === undefined) return
      store.setState({ ...store.getState(), pending: method, error: null })
      try {
        const user = await run(login)
        if (intent !== intents) throw new AuthError('superseded', 'Another login or a logout came after this one: nothing to do.')
        store.setState(signedIn(user, method))
      } catch (cause) {
        const error = isAuthError(cause) ? cause : new AuthError('authorization_failed', 'The login threw something that is no AuthError: look at "cause".', { cause })
        if (intent === intents) store.setState({ ...store.getState(), pending: null, error })
        throw error
      }
    },
    // A handler of clicks is given an event.
    logout(given?: Partial<LogoutOptions>): Promise<LogoutResult> {
      intents++
      logouts++
      const isIdle = given?.reason === 'idle'
      const error = isIdle ? new AuthError('session_idle', 'Nobody did anything for too long: sign in again.') : null
      store.setState({ status: 'unauthenticated', reason: isIdle ? 'idle' : 'user', pending: null, error })
      return Promise.resolve({ isRemote: true, error: null })
    },
  }
}

/** Somebody who has just come by this method. */
export function signedIn<User>(user: User, method: string): AuthenticatedState<User> {
  return { status: 'authenticated', method, user, scope: [], pending: null, error: null }
}

function nameIn(methods: object, name: unknown): string {
  const found = Object.keys(methods).find((each) => each === name)
  if (found === undefined) throw new AuthError('invalid_input', `login() takes the name of a method first: ${Object.keys(methods).join(', ')}.`)
  return found
}
