import { AuthError, toAuthError } from '../errors.ts'
import type { AuthMethod, Callback, MethodContext } from '../methods/method.ts'
import type { Session } from '../session/session.ts'

/** What came of a callback. Each outcome has a way on. */
export type CallbackOutcome =
  /** Signed in: go to `returnTo`. Also when this callback had signed in before. */
  | { readonly type: 'signed_in'; readonly returnTo: string }
  /** The person cancelled or refused consent: offer to try again. */
  | { readonly type: 'cancelled'; readonly returnTo: string; readonly error: AuthError }
  /** It failed: say so, and offer to sign in. Whoever was signed in still is. */
  | { readonly type: 'failed'; readonly returnTo: string; readonly error: AuthError }
  /** This address is no callback: nothing was touched. */
  | { readonly type: 'none' }

interface CallbackOptions<User> {
  readonly method: AuthMethod<never, User>
  readonly context: () => MethodContext
  /** Runs a login to its end: state, commit and all; rejects with why it failed. */
  readonly signIn: (obtain: () => Promise<Session<User>>, family: string) => Promise<void>
  /** The login that the current session comes from; resolves when the storage has been read. */
  readonly currentFamily: () => Promise<string | null>
}

/**
 * Handles callbacks, each once: StrictMode, a remount, and a second call with the address already cleaned all get the
 * outcome of the first.
 */
export function createCallbackHandler<User>(options: CallbackOptions<User>): (url: string | null) => Promise<CallbackOutcome> {
  const { method, context, signIn, currentFamily } = options
  const outcomes = new Map<string, Promise<CallbackOutcome>>()

  const settle = async (callback: Callback<User>): Promise<CallbackOutcome> => {
    const { returnTo } = callback
    switch (callback.type) {
      case 'foreign':
        return { type: 'failed', returnTo, error: toAuthError(callback.error, 'invalid_callback', 'The callback was refused.') }
      case 'used':
        return (await currentFamily()) === callback.state
          ? { type: 'signed_in', returnTo }
          : { type: 'failed', returnTo, error: new AuthError('callback_used', 'This sign-in was completed before: sign in again.') }
      case 'pending':
        try {
          await signIn(callback.complete, callback.state)
          return { type: 'signed_in', returnTo }
        } catch (cause) {
          const error = toAuthError(cause, 'authorization_failed', 'The sign-in failed.')
          return { type: error.code === 'access_denied' ? 'cancelled' : 'failed', returnTo, error }
        }
    }
  }

  return (url) => {
    const ctx = context()
    const address = url ?? ctx.page.href()
    if (address === null || method.callback === undefined) return Promise.resolve({ type: 'none' })
    const known = outcomes.get(address)
    if (known !== undefined) return known
    const callback = method.callback.read(new URL(address, ctx.page.href() ?? undefined), ctx)
    if (callback === null) return Promise.resolve({ type: 'none' })
    if (callback.type === 'foreign') return settle(callback)
    // Before the first await, so that nothing loaded from here on sees the code in a `Referer`.
    if (address === ctx.page.href()) ctx.page.replace(callback.cleanUrl)
    const outcome = settle(callback)
    outcomes.set(address, outcome).set(callback.cleanUrl, outcome)
    return outcome
  }
}
