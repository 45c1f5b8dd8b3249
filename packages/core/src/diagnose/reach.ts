import type { Environment } from '../browser/environment.ts'
import { pageViolations } from '../browser/violations.ts'
import { withDeadline } from '../browser/withDeadline.ts'

/** Whether a server could be reached and, where not, what was in the way. */
export type Reached =
  | { readonly type: 'answered'; readonly response: Response }
  /** Blocked by this directive of the page's Content-Security-Policy. */
  | { readonly type: 'csp_blocked'; readonly directive: string }
  /** It answers, but not so that this page may read it. */
  | { readonly type: 'cors_blocked' }
  /** It answers with a redirect, which is refused. */
  | { readonly type: 'redirected' }
  /** Nothing came, and the browser says that it is offline. */
  | { readonly type: 'offline' }
  /** Nothing came: down, DNS, TLS, a firewall, an extension. */
  | { readonly type: 'unreachable' }

/** Sends a request, and finds out what becomes of it. Never rejects. */
export type Reach = (url: string, init?: RequestInit) => Promise<Reached>

const eventsLateMs = 50

interface ReachOptions {
  /** As the real request would be sent. */
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>
  readonly environment: Environment
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

/**
 * Tells apart what all reads `TypeError: Failed to fetch`. The page's own policy says so by an event. A redirect can be told by a request
 * that does not follow it, and a server without CORS by one that wants to read nothing: both are sent only when the first has failed.
 */
export function createReach({ fetch, environment, deadlineMs, signal }: ReachOptions): Reach {
  const { network, timer, violations = pageViolations } = environment
  const attempt = (url: string, init: RequestInit): Promise<Response | null> => {
    const request = (limit: AbortSignal): Request => new Request(url, { credentials: 'omit', cache: 'no-store', ...init, signal: limit })
    return withDeadline({ timer, deadlineMs, signal }, (limit) => network.fetch(request(limit))).catch(() => null)
  }
  const lookCloser = async (url: string, init: RequestInit): Promise<Reached> => {
    const unfollowed = await attempt(url, { ...init, redirect: 'manual' })
    if (unfollowed?.type === 'opaqueredirect') return { type: 'redirected' }
    if (unfollowed !== null) {
      // What was too large, or comes only now: that it comes is known. It is not made anew, as no script may make one with a status like 999.
      void unfollowed.body?.cancel().catch(() => {})
      return { type: 'answered', response: unfollowed }
    }
    if ((await attempt(url, { mode: 'no-cors' })) !== null) return { type: 'cors_blocked' }
    return { type: network.isOnline() ? 'unreachable' : 'offline' }
  }
  return async (url, init = {}) => {
    const stop = violations.watch()
    try {
      return { type: 'answered', response: await fetch(url, { ...init, signal }) }
    } catch {
      const found = await lookCloser(url, init)
      // Chromium tells of what it blocked a moment after all three requests have failed.
      await new Promise<void>((resolve) => void timer.after(eventsLateMs, resolve))
      const { origin } = new URL(url)
      const blocked = stop().find((violation) => /^(connect|default)-src$/.test(violation.directive) && `${violation.url}/`.startsWith(`${origin}/`))
      return blocked === undefined ? found : { type: 'csp_blocked', directive: blocked.directive }
    } finally {
      stop()
    }
  }
}
