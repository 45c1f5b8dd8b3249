import { randomBytes } from 'node:crypto'
import { digest } from '../api/digest.ts'
import { removeExpired } from '../api/removeExpired.ts'
import type { User } from '../users.ts'

/** What a code stands for. */
export interface CodeGrant {
  readonly clientId: string
  /** With the scopes that this person allowed. */
  readonly user: User
  /** S256 challenge of PKCE (RFC 7636 §4.4). */
  readonly challenge: string | undefined
}

/** Who presents a code. */
export interface CodeHolder {
  readonly clientId: string
  /** PKCE code verifier (RFC 7636 §4.5). */
  readonly verifier: string | undefined
}

/** What a code is exchanged for. */
export interface Given<Tokens> {
  readonly tokens: Tokens
  /** Ends them: a second use of the code does. */
  readonly revoke: () => void
}

/** What came of presenting a code. */
export type Redemption<Tokens> =
  | { readonly ok: true; readonly tokens: Tokens }
  | { readonly ok: false; readonly user: User | undefined; readonly reason: string }

/** Authorization codes. Each works once; a second use ends what the first gave (RFC 6749 §4.1.2). */
export interface AuthorizationCodes {
  issue(grant: CodeGrant): string
  /** Calls `give` for a good code, with who allowed it. */
  redeem<Tokens>(code: string, holder: CodeHolder, give: (user: User) => Given<Tokens>): Redemption<Tokens>
}

interface Entry {
  readonly grant: CodeGrant
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** Ends what this code gave; `undefined` before its use. */
  revoke: (() => void) | undefined
}

/** Life of a code. */
export const codeMs = 5 * 60 * 1000

/** Keeps the codes of one server, as digests only. They live for 5 minutes. */
export function createAuthorizationCodes(): AuthorizationCodes {
  const entries = new Map<string, Entry>()
  return {
    issue(grant) {
      removeExpired(entries)
      const code = randomBytes(32).toString('base64url')
      entries.set(digest(code), { grant, expiresAt: Date.now() + codeMs, revoke: undefined })
      return code
    },
    redeem(code, holder, give) {
      const entry = entries.get(digest(code))
      // A stranger must not be able to end anything, so reuse is looked for last.
      const reason = problem(entry, holder)
      if (entry === undefined || reason !== undefined) {
        return { ok: false, user: entry?.grant.user, reason: reason ?? 'unknown' }
      }
      const { user } = entry.grant
      if (entry.revoke !== undefined) {
        entry.revoke()
        return { ok: false, user, reason: 'already used' }
      }
      const { tokens, revoke } = give(user)
      entry.revoke = revoke
      return { ok: true, tokens }
    },
  }
}

function problem(entry: Entry | undefined, { clientId, verifier }: CodeHolder): string | undefined {
  if (entry === undefined) return 'unknown'
  if (Date.now() >= entry.expiresAt) return 'expired'
  const { grant } = entry
  if (grant.clientId !== clientId) return 'of another client'
  // Also refuses a verifier where no challenge was sent: somebody may have removed it on the way (RFC 9700 §4.8.2).
  const presented = verifier === undefined ? undefined : digest(verifier)
  return presented === grant.challenge ? undefined : 'wrong code verifier'
}
