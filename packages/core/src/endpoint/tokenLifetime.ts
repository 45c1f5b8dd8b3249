import { warn } from '../browser/warn.ts'
import { decodeClaims, jwtLifetimeMs } from '../session/claims.ts'
import type { TokenResponse } from './tokenResponse.ts'

/**
 * How long an access token lives from its receipt: as `expires_in` says (RFC 6749 §5.1), as the JWT itself says (`exp` − `iat`),
 * for ever, that is until a server refuses it, or so many milliseconds.
 */
export type TokenLifetime = 'expires_in' | 'jwt' | 'permanent' | { readonly expiresInMs: number }

/** An hour, if its milliseconds are taken for seconds, would be 41 days. */
const longestUnasked = 30 * 86_400_000

let isWarned = false

/**
 * Milliseconds; `undefined`: unknown, or for ever. Without an option, `expires_in` counts and what a JWT says of itself (RFC 9068 §2.2),
 * whichever ends earlier: what a server refuses before its time costs a request, and what it takes for longer costs nothing.
 */
export function tokenLifetimeMs(lifetime: TokenLifetime | undefined, { accessToken, expiresInMs }: TokenResponse): number | undefined {
  if (typeof lifetime === 'object') return lifetime.expiresInMs
  if (lifetime === 'permanent') return undefined
  if (lifetime === 'expires_in') return expiresInMs
  const statedMs = jwtLifetimeMs(decodeClaims(accessToken))
  if (lifetime === 'jwt' || expiresInMs === undefined) return statedMs
  if (expiresInMs > longestUnasked && !isWarned) {
    isWarned = true
    const days = Math.floor(expiresInMs / 86_400_000)
    warn(`A token is to live ${days} days: "expires_in" counts seconds, not milliseconds. If that is right, set "lifetime" to 'expires_in'.`)
  }
  return Math.min(expiresInMs, statedMs ?? Infinity)
}
