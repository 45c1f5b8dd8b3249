import { AuthError } from '../errors.ts'
import { membersOf } from '../ownMembers.ts'

/** What a TokenManager keeps. Extend it with whatever belongs to the tokens. */
export interface TokenSet {
  /** Sent as `Authorization: Bearer …` unless the method has another way. `null`: there is none in JavaScript, as with a session cookie. */
  readonly accessToken: string | null
  /** Absent: the session cannot be refreshed, or needs no token for it. */
  readonly refreshToken?: string | undefined
  /**
   * Life of the access token counted from its receipt, in milliseconds. Absent: unknown or unlimited;
   * the token is used until a server refuses it.
   */
  readonly expiresInMs?: number | undefined
}

/** What a method obtains at login and at each refresh: the tokens, and whose they are. */
export interface Session<User = unknown> extends TokenSet {
  /** Identifies the person at the issuer (`sub`); `null` when the method knows no person. */
  readonly subject: string | null
  /** What `useAuth().user` shows: claims about the person, no tokens. */
  readonly user: User
  /** Scopes granted; empty when the server did not say. */
  readonly scope: readonly string[]
  /** Kept to tell the provider who signs out (`id_token_hint`). Never sent to an API. */
  readonly idToken?: string | undefined
  /** Life of the refresh token counted from the receipt of this session, in milliseconds. Absent: unknown; it is used until a server refuses it. */
  readonly refreshExpiresInMs?: number | undefined
  /** What else the method has to keep and send, by names of its own, such as a CSRF token. As secret as the access token. */
  readonly secrets?: Readonly<Record<string, string>> | undefined
}

/** Stands for the session that the browser keeps, while it is not known whose it is. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- There is nobody to speak of.
export const unknownSession: Session<never> = Object.freeze({ accessToken: null, subject: null, user: null as never, scope: [] })

/** A session as auth keeps it: stamped with the login it comes from. */
export interface SessionRecord<User = unknown> extends Session<User> {
  /** Name of the method that signed in and will refresh. */
  readonly method: string
  /** One random value from login to sign-out, through every refresh. Not a secret. */
  readonly family: string
}

/**
 * Whether a value can be used as tokens: right types, and an access token that fits into a header (RFC 6750 §2.1).
 * Only its own members count: others are lost as soon as it is copied or stored.
 */
export function isTokenSet(value: unknown): value is TokenSet {
  const { accessToken, refreshToken, expiresInMs } = membersOf(value)
  return (
    (accessToken === null || isToken(accessToken)) &&
    (refreshToken === undefined || isToken(refreshToken)) &&
    (expiresInMs === undefined || Number.isFinite(expiresInMs))
  )
}

/** @throws AuthError `invalid_input` unless {@link isTokenSet}. */
export function checkTokenSet(value: unknown): void {
  if (!isTokenSet(value)) throw new AuthError('invalid_input', 'Tokens are { accessToken, refreshToken?, expiresInMs? }.')
}

/** Whether a value is a token that can travel in a header: printable ASCII without spaces, at most 64 kB. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 65_536 && /^[\x21-\x7e]+$/.test(value)
}
