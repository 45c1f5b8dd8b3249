import type { Page } from '../browser/page.ts'
import type { PageStorage } from '../browser/storage.ts'
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
  /** Aborts when the result is no longer wanted. */
  readonly signal: AbortSignal
  readonly page: Page
  /** 256 random bits as base64url. */
  readonly random: () => string
  /** Whether Web Crypto is complete here. */
  readonly isSecureContext: () => boolean
  /** Survives a redirect, ends with the tab; keys are private to this auth. For transactions, never for tokens. */
  readonly scratch: PageStorage
}

/** A way to sign in. An absent member is a missing capability; nobody asks a method which kind it is. */
export interface AuthMethod<Input = void, User = unknown> {
  /** Shown as `state.method`, and kept with the session. */
  readonly name: string
  readonly login: (input: Input, ctx: MethodContext) => Promise<Session<User> | typeof leavingPage>
  /** For methods that leave the page and come back to it. */
  readonly callback?: CallbackHandler<User>
  readonly refresh?: (session: Session<User>, ctx: MethodContext) => Promise<Session<User>>
  /** Tells the server, after everything here is forgotten. May leave the page. */
  readonly logout?: (session: Session<User>, ctx: MethodContext) => Promise<void>
}

/** How a method takes up a login when the person comes back from the provider. */
export interface CallbackHandler<User = unknown> {
  /** Looks at an address without changing anything. `null`: not a callback of this method. */
  readonly read: (url: URL, ctx: MethodContext) => Callback<User> | null
}

/** A callback whose `state` was looked up: what it is, before anything it says is believed. */
export type Callback<User = unknown> =
  /** No login of this tab has this state, or the callback does not match it: nothing was touched. */
  | { readonly type: 'foreign'; readonly error: Error; readonly returnTo: string }
  /** This login was completed or refused before. */
  | { readonly type: 'used'; readonly state: string; readonly cleanUrl: string; readonly returnTo: string }
  /** Ours, and still to be completed. `complete` may be called once: it spends the transaction before its first await. */
  | {
      readonly type: 'pending'
      readonly state: string
      readonly cleanUrl: string
      readonly returnTo: string
      readonly complete: () => Promise<Session<User>>
    }
