import { csrfMismatch } from './csrfMismatch.ts'
import type { AppSessions } from './createAppSessions.ts'
import type { CredentialCheck } from './credential.ts'
import { principalOf } from './principal.ts'
import { problem } from './result.ts'

/** Methods that change nothing (RFC 9110 §9.2.1). */
const safeMethods = ['GET', 'HEAD', 'OPTIONS']

/**
 * Checks the cookie of an app session. Browsers add cookies to requests of other sites too, so a request that could
 * change something must also carry the CSRF token, which other sites cannot read.
 */
export function cookieCredential(appSessions: AppSessions): CredentialCheck {
  return async (c) => {
    if (!appSessions.hasCookie(c)) return undefined
    const session = appSessions.find(c)
    if (session === undefined) return problem(401, 'unauthenticated', 'The session has ended.')
    const mismatch = safeMethods.includes(c.req.method) ? undefined : csrfMismatch(c, session)
    if (mismatch !== undefined) return mismatch
    return { kind: 'appSession', principal: principalOf(session.user), revoke: () => appSessions.revoke(session) }
  }
}
