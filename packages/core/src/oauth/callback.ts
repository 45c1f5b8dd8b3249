import { AuthError, toAuthError } from '../errors.ts'
import type { CallbackHost, CallbackOutcome, MethodContext } from '../methods/method.ts'
import type { Session } from '../session/session.ts'

/** No login of this tab has this state, or the callback does not match it: nothing was touched. */
export interface ForeignCallback {
  readonly type: 'foreign'
  readonly error: AuthError
  readonly returnTo: string
}

/** A callback whose `state` was looked up: what it is, before anything else it says is believed. */
export type Callback<User> =
  | ForeignCallback
  /** Of a login that another window started and is waiting for. `handOver` gives whether it took the address; `error` is for when not. */
  | (Omit<ForeignCallback, 'type'> & {
      readonly type: 'of_opener'
      readonly state: string
      readonly cleanUrl: string
      readonly handOver: () => Promise<boolean>
    })
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
  const outcomes = new Map<number, { readonly state: string; readonly outcome: Promise<CallbackOutcome> }>()

  const settle = async (callback: Callback<User>): Promise<CallbackOutcome> => {
    const { returnTo } = callback
    try {
      if (callback.type === 'of_opener' && (await callback.handOver())) return { type: 'handed_over' }
      if ('error' in callback) throw callback.error
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
    const known = outcomes.get(fingerprint(url.href))
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
    outcomes.set(fingerprint(url.href), handled).set(fingerprint(callback.cleanUrl), handled)
    return handled.outcome
  }
}

/** Tells addresses apart without keeping them: what was in one is secret, and spent. */
function fingerprint(address: string): number {
  let hash = 0
  for (let index = 0; index < address.length; index++) hash = (Math.imul(hash, 31) + address.charCodeAt(index)) | 0
  return hash
}
