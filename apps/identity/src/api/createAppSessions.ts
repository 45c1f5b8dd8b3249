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
  const { protocol, port } = new URL(origin)
  // Over plain HTTP, on this computer only, Safari takes no Secure cookie.
  const secure = protocol === 'https:'
  // Browsers take a cookie of such a name from this very host alone, so that no sibling domain can set it (RFC 6265bis §4.1.3.2).
  const prefix = secure ? '__Host-' : ''
  // Cookies do not tell ports apart (RFC 6265 §8.5): two servers on this computer would overwrite each other's.
  const cookieName = `${prefix}tessera_app_${port}`
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
      setCookie(c, cookieName, id, { httpOnly: true, sameSite: 'Lax', path: '/', secure })
      return session
    },
    find(c) {
      const entry = entries.get(digest(idOf(c) ?? ''))
      return entry !== undefined && Date.now() < entry.expiresAt && entry.isGood() ? entry.session : undefined
    },
    hasCookie: (c) => idOf(c) !== undefined,
    end(c) {
      forget(c)
      deleteCookie(c, cookieName, { path: '/', secure })
    },
    revoke(session) {
      for (const [id, entry] of entries) if (entry.session === session) entries.delete(id)
    },
  }
}
