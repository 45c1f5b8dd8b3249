import { AuthError } from '../errors.ts'
import type { Arrival, Keep, StepUpHost } from '../methods/method.ts'
import { decodeClaims } from '../session/claims.ts'
import { isSamePerson } from '../session/person.ts'
import type { SessionRecord } from '../session/session.ts'
import { resumableReasons, type AuthState } from '../session/state.ts'
import { askedOf, stepUpRounds, type Round } from './stepUpRounds.ts'
import type { StepUpTerms } from './stepUpTerms.ts'

/**
 * Judges the answer to a step-up. It becomes the session in use if it is of the same person, who signed in as was asked: in the place
 * of the one that is there after a popup, as a new one where the page was away.
 */
export function keepStepUp({ challenge, subject, family }: StepUpTerms, { held, context }: Pick<StepUpHost, 'held' | 'context'>): Keep {
  const note = (result: Round['result']): void => {
    const { scratch, now } = context()
    const inUse = held()?.family ?? family
    const rounds = stepUpRounds(scratch)
    rounds.move(family, inUse)
    const mark = { family: inUse, asked: askedOf(challenge) }
    rounds.keep({ ...mark, urls: [challenge.url], at: now(), count: rounds.find(mark)?.count ?? 1, result })
  }
  const check = (session: SessionRecord): void => {
    const inUse = held()
    if (session.subject !== subject || (inUse !== null && !isSamePerson(inUse, session))) throw somebodyElse()
    const ways = challenge.acrValues?.split(' ')
    const way = session.idToken === undefined ? undefined : decodeClaims(session.idToken)?.['acr']
    if (ways === undefined || ways.some((each) => each === way)) return
    note('insufficient_user_authentication')
    throw new AuthError('insufficient_user_authentication', 'The person signed in in another way than the API asked for, as far as the ID token tells: look at what the provider makes of acr_values.')
  }
  const commit = async ({ session, set, replace, state }: Arrival): Promise<boolean> => {
    const isAnew = session.family !== family
    const before = held()
    if (isAnew && (before === null || keptRefresh(session, before) === null)) return set()
    try {
      // What is kept has to be the newest that any tab has, not what was in use a moment ago.
      await replace((inUse) => {
        if (!isSamePerson(inUse, session)) throw somebodyElse()
        return { ...keptRefresh(session, inUse), ...(isAnew && { family: session.family }) }
      })
      return true
    } catch (error) {
      // It ran out while the person signed in again: that is as good as a login.
      if (mayResume(state())) return set()
      throw error
    }
  }

  return async (arrival) => {
    const { scope } = arrival.session
    try {
      check(arrival.session)
      if (!(await commit(arrival))) return false
    } catch (error) {
      arrival.discard()
      throw error
    }
    const missingScope = challenge.scope.filter((each) => !scope.includes(each))
    note(missingScope.length === 0 ? 'granted' : 'insufficient_scope')
    if (missingScope.length === 0) return true
    throw new AuthError('insufficient_scope', `Signed in again, but not granted: ${missingScope.join(' ')}. Say so.`, { missingScope })
  }
}

/**
 * What goes on of the session in use where the answer has no refresh token: its own, which gives what it was granted and no more.
 * `null`: nothing, as with one that is bound to another key (RFC 9449 §5).
 */
function keptRefresh(session: SessionRecord, { refreshToken, idToken, scope, secrets }: SessionRecord): Partial<Omit<SessionRecord, 'user'>> | null {
  const { jkt, refreshScope = scope.join(' ') } = secrets ?? {}
  const isBoundElsewhere = jkt !== undefined && jkt !== session.secrets?.['jkt']
  if (session.refreshToken !== undefined || refreshToken === undefined || isBoundElsewhere) return null
  // With the ID token that its own will be compared with (OpenID Connect Core §12.2).
  return { refreshToken, idToken, secrets: { ...session.secrets, refreshScope } }
}

/** Whether the session has ended, and not by somebody who signed out. */
function mayResume(state: AuthState): boolean {
  return state.status === 'unauthenticated' && resumableReasons.includes(state.reason)
}

function somebodyElse(): AuthError {
  return new AuthError('user_changed', 'Somebody else signed in at the provider: the session in use stays as it is. Say whose it is.')
}
