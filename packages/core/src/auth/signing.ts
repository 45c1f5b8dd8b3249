import type { Logout } from './auth.ts'
import { createReturnWatch } from './returnWatch.ts'
import { createSignIn, type SignIn, type SignInOptions } from './signIn.ts'
import { createSignOut } from './signOut.ts'

/** Signing in and out: one sequence of intents, whichever they are. */
export interface Signing<User> extends SignIn<User> {
  readonly logout: Logout
  /** Drops whatever is under way, for good. */
  readonly stop: () => void
}

export function createSigning<User>(options: Omit<SignInOptions<User>, 'watch'>): Signing<User> {
  const { intents, discards, stores, elsewhere, presences } = options
  const watch = createReturnWatch(options.environment, () => {
    stores.state.dispatch({ type: 'login_left' })
    presences?.onLoginLeft()
  })
  const shared = { ...options, watch }
  return {
    ...createSignIn(shared),
    logout: createSignOut(shared),
    stop() {
      intents.next()
      watch.stop()
      discards.settle()
      presences?.stop()
      elsewhere.stop()
    },
  }
}
