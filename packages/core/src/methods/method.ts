import type { Clock } from '../browser/clock.ts'
import type { Database } from '../browser/database.ts'
import type { Environment } from '../browser/environment.ts'
import type { Page } from '../browser/page.ts'
import type { Popups } from '../browser/popup.ts'
import type { PageStorage } from '../browser/storage.ts'
import type { Timer } from '../browser/timer.ts'
import type { Wake } from '../browser/wake.ts'
import type { AuthError } from '../errors.ts'
import type { BoundedFetch } from '../http/boundedFetch.ts'
import type { Finding } from '../session/finding.ts'
import type { Session, SessionRecord } from '../session/session.ts'
import type { AuthEvent, AuthState } from '../session/state.ts'
import type { StepUpChallenge } from '../session/stepUpChallenge.ts'

/** What `login` gives when the page is on its way to the provider. */
export const leavingPage: unique symbol = Symbol('leavingPage')

/** What a method may use: no store, no token storage, no manager. A method cannot corrupt state. */
export interface MethodContext {
  /** Bounded in time and size, uncached, without redirects; rejects with typed errors. */
  readonly fetch: BoundedFetch
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Aborts on `dispose()`, with that as its reason, and when a refresh takes too long. */
  readonly signal: AbortSignal
  /** Whether the login or sign-out that this is for is still the last one asked for; of a refresh, whether its session is still in use. */
  readonly isWanted: () => boolean
  /** As `auth.checkDestination()`. For a server that the app names, and that is given what signs in. */
  readonly checkDestination: (url: string | URL) => void
  readonly page: Page
  /** Other windows, where they are not the real ones. */
  readonly popups?: Popups | undefined
  /** Records of this origin, where they are not the real ones. For keys that cannot be exported, never for tokens. */
  readonly database?: Database | undefined
  /** Names this method of this auth among all of this origin: for the keys of such records. */
  readonly owner: string
  readonly timer: Timer
  /** 256 random bits as base64url. */
  readonly random: () => string
  /** Whether Web Crypto is complete here. */
  readonly isSecureContext: () => boolean
  /** Survives a redirect, ends with the tab; keys are private to this method of this auth. For transactions, never for tokens. */
  readonly scratch: PageStorage
}

/**
 * A way to sign in. An absent member is a missing capability; nobody asks a method which kind it is.
 *
 * `User` must be plain data, as JSON has it: that is how it is stored and compared.
 */
export interface AuthMethod<Input = void, User = unknown> {
  /** Shown as `state.method`, and kept with the session, unless the app gives the method another name. */
  readonly name: string
  readonly login: (input: Input, ctx: MethodContext) => Promise<Session<User> | typeof leavingPage>
  /** Called when there is a session: loads what a refresh will need while the network is there. */
  prepare?(this: void): void
  /**
   * For methods that leave the page and come back to it: makes what looks at an address and takes up a login found there.
   * Such a method takes `{ returnTo }` at login.
   */
  callback?(this: void, host: CallbackHost<User>): (address: string) => Promise<CallbackOutcome>
  /** What `login` is to take when a callback that did not work is tried again; asked before that login begins. Default: `{ returnTo }`. */
  retryInput?(this: void): unknown
  /**
   * For sessions that the browser keeps by itself: how to find out who is signed in, by `definePresence()`. Nothing of them is stored
   * here. `refresh` and `logout` of such a method also take a session without a subject or secrets: the one that the browser has,
   * whosever it is.
   */
  readonly presence?: PresenceDefinition<User>
  /**
   * With `presence`: gives the session that the browser has after `exchange`, the request of another method which uses this one.
   * Nothing of this method runs meanwhile. Where `ctx` is not wanted any more by then, that session is ended instead.
   */
  adopt?(this: void, exchange: () => Promise<unknown>, ctx: MethodContext): Promise<Session<User>>
  refresh?(this: void, session: Session<User>, ctx: MethodContext): Promise<Session<User>>
  /**
   * Has the same person sign in again, with more: by `host.signIn()`, with a `keep` that judges what came. Resolves when the session in
   * use has what was asked for, or when the page is leaving; rejects with why it has not. At most once for the same thing.
   */
  stepUp?(this: void, request: StepUpRequest<User>, host: StepUpHost<User>): Promise<void>
  /** Whether this session can be refreshed. Default: when it has a refresh token. */
  canRefresh?(this: void, session: Session<User>): boolean
  /** Tells the server, after everything here is forgotten. May leave the page. Gives whether there was anything to tell it. */
  logout?(this: void, session: Session<User>, ctx: MethodContext): Promise<boolean>
  /**
   * Puts the session on a request, which is changed and given back, or made anew. `null`: it carries a credential of its own,
   * so it is sent as it is, and what the server says of it is the caller's affair. One that rejects with a code that ends a session
   * ends it. Default: `Authorization: Bearer`.
   */
  attach?(this: void, request: Request, session: Session<User>, ctx: MethodContext): Promise<Request> | Request | null
  /**
   * Sees each answer of an API to what was attached, and from which origin it came: gives whether the server asks for the same request
   * with something that it told just now, such as a nonce. Then it is sent once more, attached anew. Default: it never does.
   */
  asksAgain?(this: void, response: Response, origin: string): Promise<boolean>
  /** Whether an answer says that what was attached is no good. Default: a 401, and for a bearer token one that is about it. */
  isRefusal?(this: void, response: Response): boolean
  /** For `auth.diagnose()`: what is wrong with how this method is configured, as far as can be told from here. Nothing must come of it. */
  diagnose?(this: void, host: DiagnosisHost): Promise<readonly Finding[]>
}

/** What auth offers to a method that looks for what is wrong. */
export interface DiagnosisHost {
  readonly context: () => MethodContext
  /** Sends a request as `ctx.fetch` does, and gives the answer, or what is in its way. Never rejects. */
  readonly ask: (url: string, init?: RequestInit) => Promise<Response | Finding>
}

/** What came of a callback. Each outcome has a way on. */
export type CallbackOutcome =
  /** Signed in: go to `returnTo`. Also when this callback had signed in before. */
  | { readonly type: 'signed_in'; readonly returnTo: string }
  /** This window is a popup, and the one that opened it has the answer: nothing is left to do but to close it. */
  | { readonly type: 'handed_over' }
  /** The person cancelled or refused consent: offer to try again. */
  | (Refusal & { readonly type: 'cancelled' })
  /** It failed: say so, and offer to sign in. Whoever was signed in still is. */
  | (Refusal & { readonly type: 'failed' })
  /** This address is no callback: nothing was touched. */
  | { readonly type: 'none' }

interface Refusal {
  readonly returnTo: string
  readonly error: AuthError
  /** It was a step-up, for this. */
  readonly stepUp?: StepUpChallenge | undefined
}

/** What a step-up may be told. */
export interface StepUpOptions {
  /** Where to go afterwards: an address of this app. Default: the current one. Of no effect in a popup: this page stays. */
  readonly returnTo?: string | undefined
  /** Where the person signs in: in this tab, in a window beside it, or in a window unless the browser blocks it. Default: as at login. */
  readonly presentation?: 'redirect' | 'popup' | 'popup_or_redirect' | undefined
  /**
   * Tells the provider whom to expect; `null`: nobody. Default: the claim `preferred_username`, else `email`, of whoever is signed in.
   * Where requests are not pushed (RFC 9126), it is in the address of the provider's page.
   */
  readonly loginHint?: string | null | undefined
}

/** What is to be stepped up, and for what. */
export interface StepUpRequest<User = unknown> {
  readonly challenge: StepUpChallenge
  /** The session in use. */
  readonly session: SessionRecord<User>
  readonly options: StepUpOptions
}

/** A login that is complete, and not yet in use. */
export interface Arrival {
  readonly session: SessionRecord
  /** Who is signed in, or why nobody is. */
  readonly state: () => AuthState
  /** Its tokens become the current ones, unless another login or a logout has come since; gives whether they are. */
  readonly set: () => Promise<boolean>
  /**
   * Its tokens take the place of those in use, whose session goes on. Rejects when there is none any more, or when it is another by then.
   *
   * @param stays Gives, for the session in use at that moment, what goes on of it, or is to be another; what it throws is why this rejects.
   * A refresh token goes on with what is left of its life. Default: the `family`.
   */
  readonly replace: (stays?: (inUse: SessionRecord) => Partial<Omit<SessionRecord, 'user'>>) => Promise<void>
  /** Ends it at its server, unless it is of whoever is signed in. */
  readonly discard: () => void
}

/** Judges a login and has its tokens used; gives whether they are. Rejects where they may not be. */
export type Keep = (arrival: Arrival) => Promise<boolean>

/** What auth offers to a method that has people sign in again. */
export interface StepUpHost<User = unknown> {
  readonly context: () => MethodContext
  /**
   * Takes a login to its end, state and tokens and all; `family` will mark its session. Rejects with why it failed.
   *
   * @param keep Default: whoever it is, the tokens become the current ones.
   */
  readonly signIn: (obtain: (ctx: MethodContext) => Promise<Session<User> | typeof leavingPage>, family: string, keep?: Keep) => Promise<void>
  /** The session in use; `null`: there is none. */
  readonly held: () => SessionRecord | null
}

/** What auth offers to a method that handles callbacks. */
export interface CallbackHost<User = unknown> extends StepUpHost<User> {
  /** The `family` of whoever is signed in, once that is known; `null` when nobody is. */
  readonly currentFamily: () => Promise<string | null>
  /** Takes the moment: tells later whether nobody asked for a login or logout since. */
  readonly mark: () => () => boolean
}

/** Finds out who is signed in. */
export interface Presence {
  /** Looks once. Settles when it is known, or when the attempt failed; never rejects. */
  readonly look: () => Promise<void>
  /** Looks again when the person may have changed elsewhere, until the returned function is called. */
  readonly watch: () => () => void
}

/** What auth offers to a method that asks who is signed in. */
export interface PresenceHost<User = unknown> {
  readonly context: () => MethodContext
  readonly clock: Clock
  readonly wake: Wake
  /**
   * Notes an answer: `null` is nobody. Of no effect when somebody signed in or out since `isCurrent` was taken, while another method's
   * session is in use, and for somebody who signed out here and of whom the server, as far as is known, was not told.
   */
  readonly found: (session: Session<User> | null, isCurrent: () => boolean) => Promise<void>
  /** Notes that it could not be found out. Whoever is signed in still is. */
  readonly failed: (error: AuthError) => void
  /** Takes the moment of a question: tells later whether nobody signed in or out since. */
  readonly mark: () => () => boolean
}

/** What `definePresence()` makes of a way to find out who is signed in. */
export interface PresenceDefinition<User = unknown> {
  readonly create: (host: PresenceHost<User>) => Presence
  /** What takes the answers in, for all methods of an auth. Comes with the methods, so that apps with others do not carry it. */
  readonly together: <AnyUser>(host: PresencesHost<AnyUser>) => Presences
}

/** Finds out who is signed in, by all methods of an auth whose session the browser keeps. */
export interface Presences {
  /** Looks once. Never rejects. */
  readonly look: () => Promise<void>
  /** What `ready` gives after a look, also where it has looked before; once if `ready` does it as well. */
  readonly again: <State>(ready: () => Promise<State>) => Promise<State>
  /** For those who cannot go on without knowing: a server that did not answer is asked once more, and rejects with why it did not. */
  readonly known: (ready: () => Promise<unknown>) => Promise<void>
  /** Looks again whenever the person may have changed, until the returned function has been called as often as this one. */
  readonly watch: () => () => void
  /** Notes that this method has told its server of a sign-out: whomever that names from now on has signed in since. */
  readonly onTold: (method: string) => void
  /** Notes that a login is given up, which has hidden why a look failed. */
  readonly onLoginLeft: () => void
  /** Ends all looking for good. */
  readonly stop: () => void
}

/** What auth offers to {@link Presences}, and to no method. */
export interface PresencesHost<User> {
  readonly methods: readonly {
    readonly name: string
    readonly method: Pick<AuthMethod<never, User>, 'presence'>
    readonly context: () => MethodContext
  }[]
  readonly tokens: {
    readonly current: { readonly tokens: SessionRecord<User> } | null
    readonly isSetting: boolean
    readonly setTokens: (session: SessionRecord<User>) => Promise<unknown>
    readonly replaceTokens: (update: () => SessionRecord<User>) => Promise<unknown>
    readonly end: (error: AuthError) => void
    readonly settled: () => Promise<void>
    readonly subscribe: (listener: (event: { readonly type: string; readonly error?: AuthError; readonly isElsewhere?: boolean }) => void) => unknown
  }
  readonly state: {
    readonly store: { readonly getState: () => AuthState<User> }
    readonly dispatch: (event: AuthEvent<User>) => void
  }
  /** Whenever the session that the browser keeps may be another; tells other tabs so. */
  readonly elsewhere: { readonly wake: Wake; readonly tell: (method: string) => void }
  readonly environment: Pick<Environment, 'clock' | 'crypto'>
}
