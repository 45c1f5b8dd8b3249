import { toAuthError } from '../errors.ts'
import type { LogoutResult } from './auth.ts'
import { leavingOnlyIf } from './context.ts'
import type { SignInOptions } from './signIn.ts'

type SignOutOptions<User> = Omit<SignInOptions<never, User>, 'ready' | 'environment'>

const notTold: LogoutResult = { isRemote: false, error: null }

/** Signing out: here at once, whatever is under way, then at the server. */
export function createSignOut<User>(options: SignOutOptions<User>): () => Promise<LogoutResult> {
  const { method, tokens, discard, stores, context, intents, watch } = options
  const { store, dispatch } = stores.state

  return async () => {
    const isLatest = intents.next()
    watch.stop()
    // Fails only when disposed. What it finds comes too late to be used, but not to be revoked.
    const stored = store.getState().status === 'loading' ? tokens.restore().catch(() => null) : null
    const held = tokens.current?.tokens
    tokens.clear()
    dispatch({ type: 'login_left' })
    // The tokens have said so, unless they were disposed of: then they tell nobody anything.
    dispatch({ type: 'signed_out', reason: 'user', error: null })

    const session = held ?? (await stored) ?? null
    if (session === null || method.logout === undefined) return notTold
    if (!isLatest()) {
      discard(session)
      return notTold
    }
    try {
      return { isRemote: await method.logout(session, leavingOnlyIf(context(), isLatest)), error: null }
    } catch (cause) {
      return { isRemote: false, error: toAuthError(cause, 'server_error', 'The server was not told.') }
    }
  }
}
