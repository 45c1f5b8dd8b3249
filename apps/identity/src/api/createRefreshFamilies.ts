import { randomBytes } from 'node:crypto'
import type { User } from '../users.ts'
import { digest } from './digest.ts'
import { removeExpired } from './removeExpired.ts'

/** One password sign-in and every refresh token that followed from it. */
interface Family {
  readonly user: User
  /** Life of the access tokens of this family. */
  readonly lifetimeSeconds: number
  /** Digest of the only token that is still good. */
  current: string
  isRevoked: boolean
  /** Milliseconds since 1970. */
  expiresAt: number
}

/** What came of using a refresh token. */
export type Rotation =
  | { readonly ok: true; readonly user: User; readonly lifetimeSeconds: number; readonly refreshToken: string }
  | { readonly ok: false; readonly user: User | undefined; readonly reason: string }

/** Refresh tokens of the password door. Each works once; a second use ends the whole family (RFC 9700 §4.14.2). */
export interface RefreshFamilies {
  /** Starts a family and gives its first token. */
  start(user: User, lifetimeSeconds: number): string
  /** Gives the next token for the current one. */
  rotate(refreshToken: string): Rotation
  /** Ends the family of a token, and tells whose it was. */
  revoke(refreshToken: string): User | undefined
}

const fortnightMs = 14 * 24 * 3600 * 1000

/** Keeps the refresh tokens of one server, as digests only. They live for 14 days after their last use. */
export function createRefreshFamilies(): RefreshFamilies {
  const families = new Map<string, Family>()

  function issue(family: Family): string {
    const refreshToken = randomBytes(32).toString('base64url')
    family.current = digest(refreshToken)
    family.expiresAt = Date.now() + fortnightMs
    families.set(family.current, family)
    return refreshToken
  }

  return {
    start(user, lifetimeSeconds) {
      removeExpired(families)
      return issue({ user, lifetimeSeconds, current: '', isRevoked: false, expiresAt: 0 })
    },
    rotate(refreshToken) {
      const used = digest(refreshToken)
      const family = families.get(used)
      const reason = problem(family, used)
      if (family === undefined || reason !== undefined) {
        if (family !== undefined) family.isRevoked = true
        return { ok: false, user: family?.user, reason: reason ?? 'unknown' }
      }
      const { user, lifetimeSeconds } = family
      return { ok: true, user, lifetimeSeconds, refreshToken: issue(family) }
    },
    revoke(refreshToken) {
      const family = families.get(digest(refreshToken))
      if (family !== undefined) family.isRevoked = true
      return family?.user
    },
  }
}

function problem(family: Family | undefined, used: string): string | undefined {
  if (family === undefined) return 'unknown'
  if (family.isRevoked) return 'revoked'
  if (Date.now() >= family.expiresAt) return 'expired'
  return family.current === used ? undefined : 'already used'
}
