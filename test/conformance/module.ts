/** Members to put over those that are right; one that is undefined is left out. */
export type Changes = Readonly<Record<string, unknown>>

/** What the provider does otherwise than right. */
export interface Served {
  readonly metadata?: Changes
  /** Scopes that have to be asked for, separated by spaces. Default `openid`. */
  readonly wantedScope?: string
  /** Of the ID token of a login. */
  readonly claims?: Changes
  /** Of the ID token of a refresh. */
  readonly refreshedClaims?: Changes
  /** What ID tokens are signed with. Default RS256. */
  readonly algorithm?: 'RS256' | 'ES256' | 'none'
  /** Whether the signatures of ID tokens are broken. */
  readonly isBroken?: boolean
  /** Of the keys. Default: one, with a name. */
  readonly keys?: 'one_unnamed' | 'several_unnamed'
  /** Whether another key takes the place of the one that was published, once the code has come. */
  readonly rotatesBeforeSigning?: boolean
  /** Of the answer of the token endpoint. */
  readonly tokens?: Changes
  /** Of what is known of the person. UserInfo tells what was asked for by scope. */
  readonly userInfo?: Changes
  readonly isUserInfoSigned?: boolean
  /** Of the parameters that people come back with from signing in. */
  readonly callback?: Changes
  /** Of those from signing out. */
  readonly signedOut?: Changes
  /** Where tokens are bound to a key: what is wanted of the client. Default: they are not, and nothing is pushed. */
  readonly bound?: Bound
}

/** What a provider that binds tokens to a key (RFC 9449), and its API, want of a client. Requests have to be pushed (RFC 9126). */
export interface Bound {
  /** Whether both want proofs with a nonce: each its own, and the newest. */
  readonly isNonceWanted: boolean
  /** How the challenges of the API spell the scheme. Default `DPoP`. */
  readonly scheme?: string
  /** Which calls of the API, counted from 1, have their token refused, from then on, though it is good. Default: none. */
  readonly refusedCalls?: readonly number[]
}

/** What the client must do. */
export type Duty =
  /** Sign in so many times (default: once), call UserInfo with each new token, and fetch the keys at least so many times (default: 0). */
  | { readonly type: 'signs_in'; readonly logins?: number; readonly keyRequests?: number }
  /** Refuse the login and say why: with this code or, where the page has no code to show, in these words. */
  | { readonly type: 'refuses'; readonly shows: string; readonly after: LastRequest }
  /** Sign in, refresh, and call UserInfo with the new token. */
  | { readonly type: 'refreshes' }
  /** Sign in, refuse the answer to a refresh, and end the session in these words. */
  | { readonly type: 'ends'; readonly shows: string }
  /** Sign in and call the API twice, with good answers in the end, and send these endpoints just so many requests. */
  | { readonly type: 'calls_api'; readonly requests: Readonly<Record<'pushed' | 'token' | 'resource', number>> }
  /** Sign in, sign out at the provider too, and take the person coming back. */
  | { readonly type: 'signs_out' }

/** The last that a client which refuses may ask the provider for. */
export type LastRequest = 'metadata' | 'authorization' | 'token' | 'userinfo'

/** A module of the suite: what it serves, and what the client must do. */
export interface PlayedModule {
  readonly name: string
  /** The page of the demo that is driven. Default `/authorization-code`. */
  readonly page?: '/authorization-code' | '/sender-constrained'
  /** What is chosen there, beside tokens that live for an hour. Default: nothing. */
  readonly choices?: Readonly<Record<string, string>>
  readonly served: Served
  readonly duty: Duty
}

/** A module of the suite, and why it is not played. */
export interface SkippedModule {
  readonly name: string
  readonly skipped: string
}

export type Module = PlayedModule | SkippedModule

/** A plan of the suite. */
export interface Plan {
  readonly name: string
  readonly modules: readonly Module[]
}

/** A module in which the client must sign in. */
export function accepts(name: string, served: Served = {}): PlayedModule {
  return { name, served, duty: { type: 'signs_in' } }
}

/** Metadata of another issuer. It is on http, as the endpoints are: those of an issuer on https would be refused for that. */
export const otherIssuer: Changes = { issuer: 'http://localhost' }

/** A module in which the client must refuse the ID token. */
export function refusesIdToken(name: string, served: Served): PlayedModule {
  return { name, served, duty: { type: 'refuses', shows: 'invalid_id_token', after: 'token' } }
}

/** Modules that are not played, for one reason. */
export function skips(skipped: string, ...names: readonly string[]): SkippedModule[] {
  return names.map((name) => ({ name, skipped }))
}
