import type { AuthError } from '../errors.ts'
import type { FetchEvent } from '../http/authedFetch.ts'
import type { SignedOutReason } from '../session/state.ts'
import type { TokenEvent } from '../tokens/tokenEvent.ts'

/** How a request's wait for a login ended: it was let go, to be sent once more, or why it was given up. */
export type ParkingVerdict =
  | 'released'
  | 'user_changed'
  | 'signed_out'
  | 'too_late'
  | 'aborted'
  /** Its body is too large, or could not be read. */
  | 'not_kept'

/** What an observer may see of a request that waits for a login: no header, no body, no query. */
export type ParkingEvent =
  | { readonly type: 'parked'; readonly url: string }
  | { readonly type: 'unparked'; readonly url: string; readonly verdict: ParkingVerdict }

/** Something that happened, for logs and devtools. Holds no token, code, password or key. */
export type InspectEvent = { readonly at: number } & (
  | TokenEvent
  | FetchEvent
  | ParkingEvent
  | { readonly type: 'login_started'; readonly method: string }
  /** Back from the provider. */
  | { readonly type: 'login_resumed'; readonly method: string }
  | { readonly type: 'login_failed'; readonly method: string; readonly error: AuthError }
  | { readonly type: 'signed_in'; readonly method: string }
  | { readonly type: 'signed_out'; readonly reason: SignedOutReason; readonly error: AuthError | null }
)

/** An {@link InspectEvent} before it is given its time. */
export type Occurrence = InspectEvent extends infer E ? (E extends { at: number } ? Omit<E, 'at'> : never) : never
