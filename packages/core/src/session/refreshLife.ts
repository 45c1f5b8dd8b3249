import type { Lifetime, Moment } from './lifetime.ts'
import type { Session } from './session.ts'

/** A session in use, and when it came. */
interface HeldSession {
  readonly tokens: Pick<Session, 'refreshToken' | 'refreshExpiresInMs'>
  readonly lifetime: Pick<Lifetime, 'received'>
}

/**
 * Milliseconds until the refresh token runs out; `Infinity` when nobody said. Of the two clocks the one by which less time has passed counts:
 * a clock that was set must sign nobody out, and a token that is sent in vain costs one request.
 */
export function refreshLeftMs({ tokens: { refreshExpiresInMs }, lifetime: { received } }: HeldSession, now: Moment): number {
  // It may come from a storage.
  if (typeof refreshExpiresInMs !== 'number') return Infinity
  return refreshExpiresInMs - Math.min(now.wallAt - received.wallAt, now.elapsedMs - received.elapsedMs)
}

/** What a refresh that brought no other refresh token leaves of the life of the one that stays. */
export function keptRefreshLife(next: Session, held: HeldSession, now: Moment): Pick<Session, 'refreshExpiresInMs'> {
  const isKept = next.refreshToken === undefined || next.refreshToken === held.tokens.refreshToken
  const leftMs = next.refreshExpiresInMs ?? (isKept ? refreshLeftMs(held, now) : Infinity)
  return leftMs === Infinity ? {} : { refreshExpiresInMs: leftMs }
}
