import { AuthError, toAuthError } from '../errors.ts'
import type { CallbackHost, CallbackOutcome, MethodContext } from '../methods/method.ts'
import type { Session } from '../session/session.ts'

/** A callback whose `state` was looked up: what it is, before anything else it says is believed. */
export type Callback<User> =
  /** No login of this tab has this state, or the callback does not match it: nothing was touched. */
  | { readonly type: 'foreign'; readonly error: AuthError; readonly returnTo: string }
  /** This login was completed or refused before. */
  | { readonly type: 'used'; readonly state: string; readonly cleanUrl: string; readonly returnTo: string }
  /** Ours, and still to be completed. `complete` spends the transaction before its first await. */
  | {
      readonly type: 'pending'
      readonly state: string
      readonly cleanUrl: string
      readonly returnTo: string
      readonly complete: () => Promise<Session<User>>
    }

/**
 * Handles callbacks, each once: StrictMode, a remount, and a second call with the address already cleaned all get the
 * outcome of the first.
 *
 * @param read Looks at an address without changing anything. `null`: not a callback of this method.
 */
export function createCallbackHandler<User>(
  read: (url: URL, ctx: MethodContext) => Callback<User> | null,
  { context, signIn, currentFamily }: CallbackHost<User>,
): (address: string) => Promise<CallbackOutcome> {
  const outcomes = new Map<string, { readonly state: string; readonly outcome: Promise<CallbackOutcome> }>()

  const settle = async (callback: Callback<User>): Promise<CallbackOutcome> => {
    const { returnTo } = callback
    try {
      if (callback.type === 'foreign') throw callback.error
      if (callback.type === 'pending') await signIn(callback.complete, callback.state)
      else if ((await currentFamily()) !== callback.state) {
        throw new AuthError('callback_used', 'This sign-in was completed before: sign in again.')
      }
      return { type: 'signed_in', returnTo }
    } catch (cause) {
      const error = toAuthError(cause, 'authorization_failed', 'The sign-in failed.')
      return { type: error.code === 'access_denied' ? 'cancelled' : 'failed', returnTo, error }
    }
  }

  return async (address) => {
    const ctx = context()
    const here = ctx.page.href() ?? undefined
    if (!URL.canParse(address, here)) return { type: 'none' }
    const url = new URL(address, here)
    const known = outcomes.get(url.href)
    if (known !== undefined) {
      const outcome = await known.outcome
      // Signed out since, or somebody else's session: this callback no longer says who is signed in.
      if (outcome.type !== 'signed_in' || (await currentFamily()) === known.state) return outcome
    }
    const callback = read(url, ctx)
    if (callback === null) return { type: 'none' }
    if (callback.type === 'foreign') return settle(callback)
    // Before the first await, so that nothing loaded from here on sees the code in a `Referer`.
    if (url.href === here) ctx.page.replace(callback.cleanUrl)
    const handled = { state: callback.state, outcome: settle(callback) }
    outcomes.set(url.href, handled).set(callback.cleanUrl, handled)
    return handled.outcome
  }
}
