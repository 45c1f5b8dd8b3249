import { randomBytes } from 'node:crypto'
import { digest } from './digest.ts'
import type { Principal } from './principal.ts'
import { removeExpired } from './removeExpired.ts'

/** What a new token is like. */
export interface OpaqueTokenOptions {
  /** Tells people and secret scanners what the token is, such as `ac_`. */
  readonly prefix: string
  readonly principal: Principal
  /** `null` for a permanent token, good until it is revoked. */
  readonly lifetimeSeconds: number | null
}

/** Tokens that say nothing by themselves: only this server knows what they stand for. */
export interface OpaqueTokens {
  issue(options: OpaqueTokenOptions): string
  /** `undefined` when the token is unknown, expired or revoked. */
  find(token: string): Principal | undefined
  /** Ends a token. False when it was not good any more. */
  revoke(token: string): boolean
}

interface Entry {
  readonly principal: Principal
  /** Milliseconds since 1970; infinite for a permanent token. */
  readonly expiresAt: number
}

/** Keeps opaque tokens of one kind, as digests only. A token is found in the store that issued it and in no other. */
export function createOpaqueTokens(): OpaqueTokens {
  const entries = new Map<string, Entry>()

  function find(token: string): Principal | undefined {
    const entry = entries.get(digest(token))
    return entry !== undefined && Date.now() < entry.expiresAt ? entry.principal : undefined
  }

  return {
    issue({ prefix, principal, lifetimeSeconds }) {
      removeExpired(entries)
      const token = `${prefix}${randomBytes(32).toString('base64url')}`
      const expiresAt = lifetimeSeconds === null ? Infinity : Date.now() + lifetimeSeconds * 1000
      entries.set(digest(token), { principal, expiresAt })
      return token
    },
    find,
    revoke(token) {
      const wasGood = find(token) !== undefined
      entries.delete(digest(token))
      return wasGood
    },
  }
}
