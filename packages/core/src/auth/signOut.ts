import { AuthError, toAuthError } from '../errors.ts'
import { unknownSession } from '../session/session.ts'
import type { Logout, LogoutOptions, LogoutResult } from './auth.ts'
import { leavingOnlyIf, neverAborted } from './context.ts'
import type { NamedMethod } from './methods.ts'
import type { SignInOptions } from './signIn.ts'

type SignOutOptions<User> = Omit<SignInOptions<User>, 'ready' | 'environment'>

const notTold: LogoutResult = { isRemote: false, error: null }

/** Signing out: here at once, whatever is under way, then at the server. */
export function createSignOut<User>(options: SignOutOptions<User>): Logout {
  const { methods, tokens, discards, stores, presences, intents, watch } = options
  const { store, dispatch } = stores.state

  // A handler of clicks is given an event.
  return async (given?: Partial<LogoutOptions>) => {
    const idle = given?.reason === 'idle' ? new AuthError('session_idle', 'Nobody did anything for too long: sign in again.') : null
    const reason = idle === null ? 'user' : 'idle'
    const isLatest = intents.next()
    watch.stop()
    // Fails only when disposed. What it finds comes too late to be used, but not to be revoked.
    const stored = store.getState().status === 'loading' ? tokens.restore().catch(() => null) : null
    const held = tokens.current?.tokens
    if (idle === null) tokens.clear()
    else tokens.end(idle)
    dispatch({ type: 'login_left' })
    // The tokens have said so, unless they were disposed of: then they tell nobody anything.
    dispatch({ type: 'signed_out', reason, error: idle })
    discards.settle()

    const session = held ?? (await stored)
    if (!isLatest()) {
      if (session !== null) discards.add(session)
      return notTold
    }
    // Only now is it known that this was a sign-out of somebody.
    if (held === undefined && session !== null) stores.signOuts.note(reason, idle?.code ?? null)
    // What the browser keeps is there whether or not it is known here.
    const named = session === null ? methods.all.filter(({ method }) => method.presence !== undefined) : [methods.of(session)]
    const tell = async ({ name, method, context }: NamedMethod<User>): Promise<boolean> => {
      const isTold = (await method.logout?.(session ?? unknownSession, leavingOnlyIf(context(neverAborted()), isLatest))) ?? false
      if (isTold) presences?.onTold(name)
      return isTold
    }
    try {
      const told = await Promise.all(named.map(tell))
      return { isRemote: told.includes(true), error: null }
    } catch (cause) {
      return { isRemote: false, error: toAuthError(cause, 'server_error', 'The server was not told: look at "cause".') }
    }
  }
}
