import type { SessionRecord } from '../session/session.ts'
import { leavingOnlyIf, neverAborted } from './context.ts'
import type { Methods } from './methods.ts'

/** Sessions that came too late to be used: nobody else should be able to use them either. */
export interface Discards<User> {
  /**
   * Ends a session at its server, once no login is under way, unless it is in use after all or is of the person who is signed in: a
   * provider may revoke by person. The session that the browser keeps is ended for a login alone, and not when a later login by the
   * same method has taken its place.
   *
   * @param before Of a login: the `family` of whoever was signed in when it began; `null`: nobody.
   */
  readonly add: (session: SessionRecord<User>, before?: string | null) => void
  /** A login is under way. */
  readonly hold: () => void
  /** The last login or logout is done. */
  readonly settle: () => void
}

export function createDiscards<User>(methods: Methods<User>, current: () => SessionRecord<User> | undefined): Discards<User> {
  const waiting: (() => void)[] = []
  let isHeld = false

  const end = (session: SessionRecord<User>, before?: string | null): void => {
    const { method, context } = methods.of(session)
    const held = current()
    const isReplaced = before === undefined || (held?.method === session.method && held.family !== before)
    const isInUse = method.presence === undefined ? held !== undefined && isSame(held, session) : isReplaced
    if (!isInUse) method.logout?.(session, leavingOnlyIf(context(neverAborted()), () => false)).catch(() => {})
  }
  const settle = (): void => {
    isHeld = false
    for (const each of waiting.splice(0)) each()
  }

  return {
    add(session, before) {
      waiting.push(() => end(session, before))
      if (!isHeld) settle()
    },
    hold: () => void (isHeld = true),
    settle,
  }
}

/** `null` is nobody in particular. */
function isSame(a: SessionRecord, b: SessionRecord): boolean {
  if (a.subject !== null && a.subject === b.subject) return true
  // Two persons share no session, whatever token the server gave to both. What the subject of another method says is another matter.
  if (a.subject !== null && b.subject !== null && a.method === b.method) return false
  return a.refreshToken === undefined ? a.accessToken === b.accessToken : a.refreshToken === b.refreshToken
}
