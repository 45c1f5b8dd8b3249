import { randomBytes } from 'node:crypto'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { User } from '../users.ts'
import { digest } from './digest.ts'
import { removeExpired } from './removeExpired.ts'

/** One person signed in with one browser. The same object for the whole session. */
export interface AppSession {
  /** With the scopes that this session has. */
  readonly user: User
  /** What `X-CSRF-Token` must say in every unsafe request of this session. */
  readonly csrfToken: string
}

/** Sessions that the server keeps and a cookie names. */
export interface AppSessions {
  /**
   * Ends the older session of this browser, starts another under a fresh id, and sets its cookie.
   * With `isGood`, the session has ended as soon as that gives false.
   */
  start(c: Context, user: User, isGood?: () => boolean): AppSession
  /** The session that the request's cookie names; `undefined` when there is none, or it has ended. */
  find(c: Context): AppSession | undefined
  /** True when the request has the cookie, of a live session or not. */
  hasCookie(c: Context): boolean
  /** Ends the session of this browser and clears its cookie. */
  end(c: Context): void
  /** Ends a session on the server alone: the browser finds out at its next request. */
  revoke(session: AppSession): void
}

interface Entry {
  readonly session: AppSession
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  readonly isGood: () => boolean
}

const sessionMs = 12 * 3600 * 1000

/** Keeps the cookie sessions of one server, as digests of their ids only. They live for 12 hours. */
export function createAppSessions(origin: string): AppSessions {
  // Cookies do not tell ports apart (RFC 6265 §8.5): two servers on this computer would overwrite each other's.
  const cookieName = `tessera_app_${new URL(origin).port}`
  const entries = new Map<string, Entry>()
  const idOf = (c: Context) => getCookie(c, cookieName)

  function forget(c: Context): void {
    entries.delete(digest(idOf(c) ?? ''))
  }

  return {
    start(c, user, isGood = () => true) {
      removeExpired(entries)
      forget(c)
      const session = { user, csrfToken: randomBytes(32).toString('base64url') }
      // Always a fresh id: one that somebody planted in the browser before must never become a session.
      const id = randomBytes(32).toString('base64url')
      entries.set(digest(id), { session, expiresAt: Date.now() + sessionMs, isGood })
      // Not Secure: this server speaks plain HTTP, on this computer only.
      setCookie(c, cookieName, id, { httpOnly: true, sameSite: 'Lax', path: '/' })
      return session
    },
    find(c) {
      const entry = entries.get(digest(idOf(c) ?? ''))
      return entry !== undefined && Date.now() < entry.expiresAt && entry.isGood() ? entry.session : undefined
    },
    hasCookie: (c) => idOf(c) !== undefined,
    end(c) {
      forget(c)
      deleteCookie(c, cookieName, { path: '/' })
    },
    revoke(session) {
      for (const [id, entry] of entries) if (entry.session === session) entries.delete(id)
    },
  }
}
