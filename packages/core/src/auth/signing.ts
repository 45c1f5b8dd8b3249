import type { LogoutResult } from './auth.ts'
import { createIntents } from './intents.ts'
import { createReturnWatch } from './returnWatch.ts'
import { createSignIn, type SignIn, type SignInOptions } from './signIn.ts'
import { createSignOut } from './signOut.ts'

/** Signing in and out: one sequence of intents, whichever they are. */
export interface Signing<Input, User> extends SignIn<Input, User> {
  readonly logout: () => Promise<LogoutResult>
  /** Drops whatever is under way. */
  readonly stop: () => void
}

export function createSigning<Input, User>(options: Omit<SignInOptions<Input, User>, 'intents' | 'watch'>): Signing<Input, User> {
  const intents = createIntents()
  const watch = createReturnWatch(options.environment, () => options.stores.state.dispatch({ type: 'login_left' }))
  const shared = { ...options, intents, watch }
  return {
    ...createSignIn(shared),
    logout: createSignOut(shared),
    stop() {
      intents.next()
      watch.stop()
    },
  }
}
