import { errors, type JWTPayload } from 'jose'
import { randomBytes, randomUUID } from 'node:crypto'
import type { Credential } from '../api/credential.ts'
import { digest } from '../api/digest.ts'
import { principalOf } from '../api/principal.ts'
import type { SigningKey } from '../signingKey.ts'
import { userByEmail, userBySub, type User } from '../users.ts'
import { createIdTokens } from './createIdTokens.ts'

/** What came of using a refresh token; a refusal is Firebase's own code. */
export type Grant =
  | { readonly ok: true; readonly user: User; readonly idToken: string }
  | { readonly ok: false; readonly user: User | undefined; readonly reason: 'INVALID_REFRESH_TOKEN' | 'TOKEN_EXPIRED' }

/** Sign-ins at Firebase: one refresh token each, which neither expires nor changes. */
export interface FirebaseSessions {
  /** Starts a session. Its first ID token lives for so many seconds. */
  signIn(user: User, lifetimeSeconds: number): Promise<{ readonly refreshToken: string; readonly idToken: string }>
  /** Gives another ID token. */
  refresh(refreshToken: string, lifetimeSeconds: number): Promise<Grant>
  /** Whom a valid ID token stands for; otherwise rejects with an error of jose. */
  verify(idToken: string): Promise<Credential>
}

interface Session {
  readonly sid: string
  readonly user: User
  /** Seconds since 1970. */
  readonly authTime: number
  isRevoked: boolean
}

/** Keeps the Firebase sign-ins of one server, the refresh tokens as digests only. */
export function createFirebaseSessions(signingKey: SigningKey): FirebaseSessions {
  const idTokens = createIdTokens(signingKey)
  const byRefreshToken = new Map<string, Session>()
  const bySid = new Map<unknown, Session>()
  const issue = ({ user, ...session }: Session, lifetimeSeconds: number) =>
    idTokens.issue(user, { ...session, lifetimeSeconds })

  return {
    async signIn(user, lifetimeSeconds) {
      const session = { sid: randomUUID(), user, authTime: Math.floor(Date.now() / 1000), isRevoked: false }
      const refreshToken = randomBytes(64).toString('base64url')
      byRefreshToken.set(digest(refreshToken), session)
      bySid.set(session.sid, session)
      return { refreshToken, idToken: await issue(session, lifetimeSeconds) }
    },
    async refresh(refreshToken, lifetimeSeconds) {
      const session = byRefreshToken.get(digest(refreshToken))
      if (session === undefined) return { ok: false, user: undefined, reason: 'INVALID_REFRESH_TOKEN' }
      const { user, isRevoked } = session
      if (isRevoked) return { ok: false, user, reason: 'TOKEN_EXPIRED' }
      return { ok: true, user, idToken: await issue(session, lifetimeSeconds) }
    },
    async verify(idToken) {
      const claims = await idTokens.verify(idToken)
      const principal = principalOf(holderOf(claims))
      const session = bySid.get(claims.sid)
      // Unknown: a token of the real Auth emulator, which this server cannot revoke.
      if (session === undefined) return { kind: 'accessToken', principal }
      if (session.isRevoked) throw new errors.JWTInvalid('the session was revoked')
      return { kind: 'accessToken', principal, revoke: () => void (session.isRevoked = true) }
    },
  }
}

/** One of our users, also under the id that the real Auth emulator gave them, or a stranger who may do nothing. */
function holderOf({ sub = '', email }: JWTPayload): Pick<User, 'sub' | 'apiScopes'> {
  const byEmail = typeof email === 'string' ? userByEmail(email) : undefined
  return userBySub(sub) ?? byEmail ?? { sub, apiScopes: [] }
}
