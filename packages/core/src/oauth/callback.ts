import { AuthError, toAuthError } from '../errors.ts'
import type { CallbackHost, CallbackOutcome, Keep, MethodContext, StepUpHost } from '../methods/method.ts'
import type { Session } from '../session/session.ts'
import type { StepUpChallenge } from '../session/stepUpChallenge.ts'

/** No login of this tab has this state, or the callback does not match it: nothing was touched. */
export interface ForeignCallback {
  readonly type: 'foreign'
  readonly error: AuthError
  readonly returnTo: string
  readonly stepUp?: undefined
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
  | { readonly type: 'used'; readonly state: string; readonly cleanUrl: string; readonly returnTo: string; readonly stepUp?: undefined }
  /** Ours, and still to be completed. `complete` spends the transaction before its first await. */
  | {
      readonly type: 'pending'
      readonly state: string
      readonly cleanUrl: string
      readonly returnTo: string
      readonly complete: (ctx: MethodContext) => Promise<Session<User>>
      readonly stepUp?: CallbackOfStepUp | undefined
    }

/** What a callback of a step-up has beside that of a login. */
export interface CallbackOfStepUp {
  readonly keep: (host: Pick<StepUpHost, 'context' | 'held'>) => Keep
  /** What it was for; `null`: nobody knows any more. */
  readonly challenge: () => Promise<StepUpChallenge | null>
}

/** What will have come of a callback. */
export interface CallbackAnswer extends Promise<CallbackOutcome> {
  /** Of an address that is not this method's: there is no need to wait for it, while the code is still in the address. */
  readonly atOnce?: CallbackOutcome | undefined
}

/**
 * Handles callbacks, each once: StrictMode, a remount, and a second call with the address already cleaned all get the
 * outcome of the first. A refusal is forgotten with the next login or logout, as the cleaned address may be any page of the app.
 *
 * @param read Looks at an address without changing anything. `null`: not a callback of this method.
 */
export function createCallbackHandler<User>(
  read: (url: URL, ctx: MethodContext) => Callback<User> | null,
  host: CallbackHost<User>,
): (address: string) => CallbackAnswer {
  const outcomes = new Map<number, Handled>()
  const begin = (url: URL, ctx: MethodContext): CallbackAnswer => {
    const callback = read(url, ctx)
    if (callback === null) return atOnce({ type: 'none' })
    if (callback.type === 'foreign') return atOnce({ ...callback, type: 'failed' })
    const { state, cleanUrl } = callback
    clean(url, cleanUrl, ctx)
    // In this order: the login that settling it takes up is no later one.
    const handled = { state, cleanUrl, outcome: settle(callback, host), isLatest: host.mark() }
    outcomes.set(fingerprint(url.href), handled).set(fingerprint(cleanUrl), handled)
    return handled.outcome
  }
  const repeat = async (known: Handled, url: URL, ctx: MethodContext): Promise<CallbackOutcome> => {
    clean(url, known.cleanUrl, ctx)
    const isOver = !known.isLatest()
    const outcome = await known.outcome
    // Signed out since, or somebody else's session: this callback no longer says who is signed in.
    if (outcome.type === 'signed_in' ? (await host.currentFamily()) === known.state : !isOver) return outcome
    // Somebody else who waited has begun anew.
    return outcomes.get(fingerprint(url.href)) === known ? begin(url, ctx) : handle(url.href)
  }
  const handle = (address: string): CallbackAnswer => {
    const ctx = host.context()
    const here = ctx.page.href() ?? undefined
    if (!URL.canParse(address, here)) return atOnce({ type: 'none' })
    const url = new URL(address, here)
    // Nobody comes back to a page like `about:srcdoc`, which has no path.
    if (!url.pathname.startsWith('/')) return atOnce({ type: 'none' })
    const known = outcomes.get(fingerprint(url.href))
    return known === undefined ? begin(url, ctx) : repeat(known, url, ctx)
  }
  return handle
}

/** Before the first await, so that nothing loaded from here on sees the code in a `Referer`. */
function clean(url: URL, cleanUrl: string, { page }: MethodContext): void {
  if (url.href !== cleanUrl && url.href === page.href()) page.replace(cleanUrl)
}

function atOnce(outcome: CallbackOutcome): CallbackAnswer {
  return Object.assign(Promise.resolve(outcome), { atOnce: outcome })
}

/** Takes a callback to its end. Never rejects. */
async function settle<User>(callback: Exclude<Callback<User>, ForeignCallback>, host: CallbackHost<User>): Promise<CallbackOutcome> {
  const { returnTo } = callback
  try {
    if (callback.type === 'of_opener') {
      if (await callback.handOver()) return { type: 'handed_over' }
      throw callback.error
    }
    if (callback.type === 'pending') await host.signIn(callback.complete, callback.state, callback.stepUp?.keep(host))
    else if ((await host.currentFamily()) !== callback.state) {
      throw new AuthError('callback_used', 'This sign-in was completed before: sign in again.')
    }
    return { type: 'signed_in', returnTo }
  } catch (cause) {
    const error = toAuthError(cause, 'authorization_failed', 'The sign-in failed: look at "cause".')
    const stepUp = await callback.stepUp?.challenge().catch(() => {})
    return { type: error.code === 'access_denied' ? 'cancelled' : 'failed', returnTo, error, ...(stepUp && { stepUp }) }
  }
}

interface Handled {
  readonly state: string
  readonly cleanUrl: string
  readonly outcome: Promise<CallbackOutcome>
  /** Whether nobody asked for a login or logout since. */
  readonly isLatest: () => boolean
}

/** Tells addresses apart without keeping them: what was in one is secret, and spent. */
function fingerprint(address: string): number {
  let hash = 0
  for (let index = 0; index < address.length; index++) hash = (Math.imul(hash, 31) + address.charCodeAt(index)) | 0
  return hash
}
