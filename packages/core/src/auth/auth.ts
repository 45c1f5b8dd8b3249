import type { AuthError } from '../errors.ts'
import type { AuthedFetch } from '../http/authedFetch.ts'
import type { AuthMethod, CallbackOutcome, StepUpOptions } from '../methods/method.ts'
import type { Finding } from '../session/finding.ts'
import type { SessionRecord } from '../session/session.ts'
import type { AuthState } from '../session/state.ts'
import type { StepUpChallenge } from '../session/stepUpChallenge.ts'
import type { RefreshStatus } from '../tokens/refreshStatus.ts'
import type { AccessTokenOptions } from '../tokens/accessTokenOptions.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'
import type { InspectEvent } from './inspect.ts'
import type { LastSignOut } from './lastSignOut.ts'
import type { ReadableStore } from './store.ts'

/** Why `logout()` is called, if not by the person. */
export interface LogoutOptions {
  /** Nobody did anything for too long: then `idle` is the reason that the state gives, in all tabs of the session. */
  readonly reason: 'idle'
}

/** Signing out. */
export interface Logout {
  (options: LogoutOptions): Promise<LogoutResult>
  (): Promise<LogoutResult>
}

/** How far a sign-out came. Here it is complete in any case. */
export interface LogoutResult {
  /** Whether the server was told. `false` also when there is no way to tell it. */
  readonly isRemote: boolean
  /** Why the server could not be told. */
  readonly error: AuthError | null
}

type Refusal = Extract<CallbackOutcome, { readonly error: AuthError }>

/** What came of `handleCallback()`: a {@link CallbackOutcome}, with a way to try again where it did not work. */
export type CallbackResult =
  | Exclude<CallbackOutcome, Refusal>
  | (Refusal & {
      /** Starts the login, or the step-up, again, by the same method and to the same place. Rejects as `login()` or `stepUp()` does. */
      readonly retry: () => Promise<void>
    })

/** A person's sign-in, kept alive: all but how to sign in. Its members need no `this`. */
export interface AuthCore<User> {
  /** The option `name`: tells several auths apart. */
  readonly name: string
  /** What an app shows. A token refresh does not change it. */
  readonly store: ReadableStore<AuthState<User>>
  /** How keeping the tokens fresh is going. */
  readonly refreshStore: ReadableStore<RefreshStatus>
  /** The tokens, for when more than {@link getAccessToken} is needed. */
  readonly tokens: TokenManager<SessionRecord<User>>
  /** The state once it is known who is signed in, or once that could not be found out. Reading it starts looking. Never rejects. */
  readonly ready: Promise<AuthState<User>>
  /**
   * For “Try again”, when it could not be found out who is signed in: asks anew where the browser keeps the session, at most once a
   * second and not before the server allows it, and gives the state then. Where there is nobody to ask, it is {@link ready}. Never rejects.
   */
  readonly look: () => Promise<AuthState<User>>
  /**
   * Why and when somebody was last signed out in this tab, for the page where they sign in: survives a reload and a redirect, and is
   * `null` again once somebody has signed in. Known at once, before {@link ready}.
   */
  readonly lastSignOut: LastSignOut | null
  /** Signs out: here at once, then at the server as best it can. Nothing under way can undo it. Never rejects. */
  readonly logout: Logout
  /**
   * Takes up a login when the person comes back from the provider. Safe to call on any page and any number of times: what cannot be
   * completed is an outcome, not an error.
   *
   * @param url Default: the current address.
   * @throws AuthError `invalid_config` when the redirect URI is not of this app's own origin; `disposed`.
   */
  readonly handleCallback: (url?: string | URL) => Promise<CallbackResult>
  /**
   * Has the person who is signed in sign in again with more, as an API asked for (RFC 6750 §3.1, RFC 9470): with the scopes granted and
   * those of the challenge, with its ways to sign in and its greatest age. The session in use stays until the same person is back.
   * Resolves when the session has what was asked for, or when the page is leaving for the provider; calls for the same thing share one
   * sign-in. What this session was given already is not asked for again: then it resolves once for each address, and rejects from then on.
   *
   * @param challenge What `readStepUp(response)` gave.
   * @throws AuthError `not_authenticated`; `unsupported_request` when the method cannot, when it knows nobody by name, or has no ID token
   * that would tell; `invalid_input`; `insufficient_scope` or `insufficient_user_authentication` when the provider gave less;
   * `user_changed` when somebody else came back; `redirect_loop` when it does not help to ask again; what {@link Auth.login} throws.
   */
  readonly stepUp: (challenge: StepUpChallenge, options?: StepUpOptions) => Promise<void>
  /**
   * A fresh access token.
   *
   * @param options.scope Scopes that it must have been granted.
   * @throws AuthError `not_authenticated`, `session_expired`, `refresh_rejected`, `user_changed`, `insufficient_scope`,
   * `unsupported_request` when the session lives in a cookie, `invalid_input`, or a transient code.
   */
  readonly getAccessToken: (options?: AccessTokenOptions & { readonly scope?: readonly string[] | undefined }) => Promise<string>
  /**
   * `fetch` with the credentials, for allowed destinations.
   *
   * @throws AuthError `destination_not_allowed`, `unsupported_request`, or what {@link getAccessToken} throws; a network failure
   * is the `TypeError` of fetch.
   */
  readonly fetch: AuthedFetch
  /**
   * Whether {@link fetch} would send credentials there: for what sends them by other means, such as a WebSocket. Asks nobody.
   *
   * @throws AuthError `destination_not_allowed`; a `TypeError`, as fetch, for what is no URL.
   */
  readonly checkDestination: (url: string | URL) => void
  /** Calls `listener` for everything that happens, until the returned function is called. Costs nothing without listeners. */
  readonly inspect: (listener: (event: InspectEvent) => void) => () => void
  /** Looks who is signed in and refreshes ahead of need, until the returned function is called; calls count. */
  readonly start: () => () => void
  /**
   * Looks for what keeps this from working, such as a blocked request, a redirect URI that is not registered, a clock that is wrong:
   * each with cause and cure, errors first. Empty: nothing was found. For developers; asks the provider and the destinations, without a
   * credential.
   *
   * @throws AuthError `disposed`; `network` when its code could not be loaded.
   */
  readonly diagnose: () => Promise<readonly Finding[]>
  /** Ends all work for good. The storage keeps the session. */
  readonly dispose: () => void
}

/** A person's sign-in by one method: created once by `createAuth`, outside any framework. */
export interface Auth<Input = void, User = unknown> extends AuthCore<User> {
  /**
   * Signs in. The last of several logins wins; a session in use stays until the new one is there. Resolves when signed in, or
   * when the page is leaving for the provider.
   *
   * @throws AuthError of the method, such as `invalid_credentials`; `superseded` when another login or a logout came after it.
   */
  readonly login: (input: Input) => Promise<void>
}

/** A person's sign-in by one of several methods: one session at a time, whichever made it. */
export interface AuthByName<Named extends MethodsByName> extends AuthCore<UserOf<Named[keyof Named]>> {
  /**
   * Signs in by the method of this name. The last of several logins wins, whatever their names; a session in use stays until the new
   * one is there.
   *
   * @throws AuthError of the method; `invalid_input` for an unknown name; `superseded` when another login or a logout came after it.
   */
  readonly login: <Name extends keyof Named & string>(name: Name, ...input: LoginInput<Named[Name]>) => Promise<void>
}

/** Methods by the names that `login()` and `state.method` use. */
export type MethodsByName = Readonly<Record<string, AuthMethod<never>>>

/** Arguments after the name: an input that may be left out where the method needs none. Of one of several methods: what suits them all. */
export type LoginInput<Method> =
  [Method] extends [{ readonly login: (input: infer Input, ctx: never) => unknown }] ? (void extends Input ? [input?: Input] : [input: Input]) : never

/** The user of a method; of several, any of theirs. */
export type UserOf<Method> = Method extends { readonly login: (input: never, ctx: never) => Promise<infer Result> } ? UserIn<Result> : never

type UserIn<Result> = Result extends { readonly user: infer User } ? User : never
