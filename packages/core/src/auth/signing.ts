import type { LogoutResult } from './auth.ts'
import { createReturnWatch } from './returnWatch.ts'
import { createSignIn, type SignIn, type SignInOptions } from './signIn.ts'
import { createSignOut } from './signOut.ts'

/** Signing in and out: one sequence of intents, whichever they are. */
export interface Signing<User> extends SignIn<User> {
  readonly logout: () => Promise<LogoutResult>
  /** Drops whatever is under way. */
  readonly stop: () => void
}

export function createSigning<User>(options: Omit<SignInOptions<User>, 'watch'>): Signing<User> {
  const { intents, discards, stores, presences } = options
  const watch = createReturnWatch(options.environment, () => {
    const { dispatch } = stores.state
    dispatch({ type: 'login_left' })
    // The login has hidden it.
    dispatch({ type: 'looked', error: presences.failure() })
  })
  const shared = { ...options, watch }
  return {
    ...createSignIn(shared),
    logout: createSignOut(shared),
    stop() {
      intents.next()
      watch.stop()
      discards.settle()
    },
  }
}
