import type { AuthError, AuthErrorCode } from '../errors.ts'
import type { SessionRecord } from '../session/session.ts'
import type { AuthEvent, SignedOutReason } from '../session/state.ts'
import type { TokenEvent } from '../tokens/tokenEvent.ts'

/**
 * What something that happened to the tokens means for the state; `null`: nothing, as with a refresh that failed.
 *
 * @param login The `family` of the login that was begun last.
 */
export function toStateEvent<User>(event: TokenEvent, session: SessionRecord<User> | undefined, login: string | null): AuthEvent<User> | null {
  switch (event.type) {
    case 'set':
      return session === undefined ? null : { type: 'signed_in', ...shown(session), method: session.method, isLogin: session.family === login }
    case 'restored':
      return session === undefined ? null : { type: 'restored', ...shown(session), method: session.method }
    case 'refreshed':
    case 'adopted':
      return session === undefined ? null : { type: 'renewed', ...shown(session) }
    case 'ended':
      return { type: 'signed_out', reason: reasonOf(event.error), error: event.error }
    case 'cleared':
      return { type: 'signed_out', reason: event.isElsewhere ? 'other_tab' : 'user', error: null }
    case 'refresh_started':
    case 'refresh_failed':
    case 'tabs_degraded':
    case 'storage_failed':
      return null
  }
}

function shown<User>({ user, scope }: SessionRecord<User>): Pick<SessionRecord<User>, 'user' | 'scope'> {
  return { user, scope }
}

const reasons: Partial<Record<AuthErrorCode, SignedOutReason>> = {
  session_expired: 'expired',
  session_idle: 'idle',
  revoked: 'revoked',
  key_lost: 'key_lost',
  subject_changed: 'subject_changed',
  storage_failed: 'storage_cleared',
}

/** Why nobody is signed in after an end with this error. */
export function reasonOf({ code }: AuthError): SignedOutReason {
  return reasons[code] ?? 'refresh_rejected'
}
