import type { Page } from '../browser/page.ts'
import type { PageStorage } from '../browser/storage.ts'
import type { AuthError } from '../errors.ts'
import type { BoundedFetch } from '../http/boundedFetch.ts'
import type { Session } from '../session/session.ts'

/** What `login` gives when the page is on its way to the provider. */
export const leavingPage: unique symbol = Symbol('leavingPage')

/** What a method may use: no store, no token storage, no manager. A method cannot corrupt state. */
export interface MethodContext {
  /** Bounded in time and size, uncached, without redirects; rejects with typed errors. */
  readonly fetch: BoundedFetch
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Aborts when a refresh takes too long or is no longer wanted. */
  readonly signal: AbortSignal
  readonly page: Page
  /** 256 random bits as base64url. */
  readonly random: () => string
  /** Whether Web Crypto is complete here. */
  readonly isSecureContext: () => boolean
  /** Survives a redirect, ends with the tab; keys are private to this auth. For transactions, never for tokens. */
  readonly scratch: PageStorage
}

/**
 * A way to sign in. An absent member is a missing capability; nobody asks a method which kind it is.
 *
 * `User` must be plain data, as JSON has it: that is how it is stored and compared.
 */
export interface AuthMethod<Input = void, User = unknown> {
  /** Shown as `state.method`, and kept with the session. */
  readonly name: string
  readonly login: (input: Input, ctx: MethodContext) => Promise<Session<User> | typeof leavingPage>
  /** Called when there is a session: loads what a refresh will need while the network is there. */
  readonly prepare?: () => void
  /** For methods that leave the page and come back to it: makes what looks at an address and takes up a login found there. */
  readonly callback?: (host: CallbackHost<User>) => (address: string) => Promise<CallbackOutcome>
  readonly refresh?: (session: Session<User>, ctx: MethodContext) => Promise<Session<User>>
  /** Tells the server, after everything here is forgotten. May leave the page. Gives whether there was anything to tell it. */
  readonly logout?: (session: Session<User>, ctx: MethodContext) => Promise<boolean>
}

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

/** What auth offers to a method that handles callbacks. */
export interface CallbackHost<User = unknown> {
  readonly context: () => MethodContext
  /** Takes a login to its end, state and tokens and all; `family` will mark its session. Rejects with why it failed. */
  readonly signIn: (obtain: () => Promise<Session<User>>, family: string) => Promise<void>
  /** The `family` of whoever is signed in, once that is known; `null` when nobody is. */
  readonly currentFamily: () => Promise<string | null>
}
