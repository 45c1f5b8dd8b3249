import { decodeClaims, jwtLifetimeMs } from '../session/claims.ts'
import type { TokenResponse } from './tokenResponse.ts'

/**
 * How long an access token lives from its receipt: as `expires_in` says (RFC 6749 §5.1), as the JWT itself says (`exp` − `iat`),
 * for ever, that is until a server refuses it, or so many milliseconds.
 */
export type TokenLifetime = 'expires_in' | 'jwt' | 'permanent' | { readonly expiresInMs: number }

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
  return Math.min(expiresInMs, statedMs ?? Infinity)
}
