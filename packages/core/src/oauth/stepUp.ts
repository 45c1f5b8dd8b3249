import { AuthError, isAuthError } from '../errors.ts'
import type { leavingPage, MethodContext, StepUpHost, StepUpRequest } from '../methods/method.ts'
import { membersOf } from '../ownMembers.ts'
import type { Session, SessionRecord } from '../session/session.ts'
import { toStepUpChallenge, type StepUpChallenge } from '../session/stepUpChallenge.ts'
import type { AuthorizationCodeInput } from './authorizationCodeOptions.ts'
import type { CodeClient } from './codeClient.ts'
import { keepStepUp } from './keepStepUp.ts'
import { askedOf, roundLifeMs, stepUpRounds, type Round } from './stepUpRounds.ts'
import { unionOf, type StepUpTerms } from './stepUpTerms.ts'

/** A login for a step-up. */
export interface StepUpLogin {
  readonly input: AuthorizationCodeInput
  readonly terms: StepUpTerms
}

/** What a method gives to step up. */
export interface StepUpWays<User> {
  readonly client: Pick<CodeClient, 'scope'>
  readonly login: (login: StepUpLogin, ctx: MethodContext) => Promise<Session<User> | typeof leavingPage>
}

/** A step-up that was begun. */
interface Begun {
  readonly key: string
  readonly done: Promise<void>
  /** Whether it is under way, or has the page leave. */
  readonly isOn: () => boolean
}

/** The latest ones, each by what makes the contexts of its method in its auth. */
const latest = new WeakMap<object, Begun>()

/** Rounds in a row that nobody finished (closed windows, refusals, somebody else), or whose scopes were gone again at once. */
const mostInARow = 3

/** Where what was asked for is older at once, how long the repeated request may take. */
const shortestMs = 30_000

/**
 * Has the person who is signed in sign in again with more, at most once for the same thing.
 *
 * @throws AuthError as `auth.stepUp()` says.
 */
export async function stepUp<User>(request: StepUpRequest<User>, host: StepUpHost<User>, ways: StepUpWays<User>): Promise<void> {
  const challenge = toStepUpChallenge(request.challenge)
  if (challenge === null) throw new AuthError('invalid_input', 'stepUp() takes what readStepUp(response) gave.')
  const { session } = request
  const asked = askedOf(challenge)
  // An API that says the token again would have it sent on in an address.
  if (session.accessToken !== null && asked.includes(session.accessToken)) throw new AuthError('invalid_input', 'The API asks for a scope that is the access token: look at the API.')
  const key = `${session.family} ${asked}`
  const before = latest.get(host.context)
  if (before?.key === key && before.isOn()) {
    await before.done
    // While the page is leaving, nothing is met yet.
    return before.isOn() ? undefined : meet(host, challenge, asked)
  }
  const begun: { ctx?: MethodContext } = {}
  const login: typeof ways.login = (wanted, ctx) => {
    begun.ctx = ctx
    return ways.login(wanted, ctx)
  }
  const done = go({ ...request, challenge }, host, { ...ways, login })
  // One that needs no login takes the place of none.
  if (begun.ctx !== undefined) latest.set(host.context, { key, done, isOn: begun.ctx.isWanted })
  await done
}

async function go<User>(request: StepUpRequest<User>, host: StepUpHost<User>, { client, login }: StepUpWays<User>): Promise<void> {
  const { challenge, session, options } = request
  const terms = termsOf(request, client)
  const { now, scratch } = host.context()
  const mark = { family: session.family, asked: askedOf(challenge) }
  const rounds = stepUpRounds(scratch)
  const before = rounds.find(mark)
  if (isMet(challenge, session, { round: before, nowAt: now() })) {
    if (before?.urls.includes(challenge.url) === true) throw again()
    return meet(host, challenge, mark.asked)
  }
  const isRecent = before !== undefined && ageMs(before, now()) < roundLifeMs
  // A sign-in that was granted and is too old by now, the person has finished.
  const isInARow = isRecent && (before.result === 'begun' || !hasScopes(challenge, session))
  const count = isInARow ? before.count + 1 : 1
  if (isRecent && before.result !== 'begun' && before.result !== 'granted') throw new AuthError(before.result, 'The provider gave less than that a moment ago: show what the API answered.')
  if (count > mostInARow) throw again()
  const begun: Round = { ...mark, urls: [], at: now(), count, result: 'begun' }
  rounds.keep(begun)
  const { returnTo, presentation, loginHint = hintOf(session) } = options
  const { acrValues, maxAgeMs } = challenge
  const input = { returnTo, presentation, acrValues, maxAgeMs, ...(loginHint !== null && { loginHint }) }
  try {
    await host.signIn((ctx) => login({ input, terms }, ctx), session.family, keepStepUp(terms, host))
  } catch (error) {
    // That passes by itself, or with the next click: nobody was sent round for it.
    if (isAuthError(error) && (error.retryable || error.code === 'popup_blocked')) rounds.keep(before ?? { ...begun, count: 0 })
    throw error
  }
}

/** What to hold the answer to. */
function termsOf<User>({ challenge, session }: StepUpRequest<User>, client: StepUpWays<User>['client']): StepUpTerms {
  const { subject, family, scope } = session
  if (subject === null) throw new AuthError('unsupported_request', 'Nobody knows whose session this is, so nobody could tell whether the same person is back: that needs an issuer and the scope openid.')
  const { acrValues, maxAgeMs } = challenge
  const needsIdToken = acrValues !== undefined || maxAgeMs !== undefined || challenge.scope.includes('openid')
  if (needsIdToken && !client.scope.includes('openid')) {
    throw new AuthError('unsupported_request', 'How and when the person signed in, only an ID token tells: it needs an issuer and the scope openid.')
  }
  return { subject, family, scope: unionOf(client.scope, scope, challenge.scope), challenge }
}

/** Whether the session has what is asked for, so that it would not help to ask again. */
function isMet(challenge: StepUpChallenge, session: SessionRecord, { round, nowAt }: { readonly round: Round | undefined; readonly nowAt: number }): boolean {
  if (!hasScopes(challenge, session)) return false
  const { acrValues, maxAgeMs } = challenge
  if (acrValues === undefined && maxAgeMs === undefined) return true
  return round?.result === 'granted' && ageMs(round, nowAt) < Math.max(maxAgeMs ?? roundLifeMs, shortestMs)
}

function hasScopes({ scope }: StepUpChallenge, session: SessionRecord): boolean {
  return scope.every((each) => session.scope.includes(each))
}

/** A clock that was set back since makes a round as old as one that was set forward. */
function ageMs({ at }: Round, nowAt: number): number {
  return Math.abs(nowAt - at)
}

/** Notes that this address was told, for once. */
function meet<User>({ held, context }: StepUpHost<User>, { url }: StepUpChallenge, asked: string): void {
  const family = held()?.family ?? ''
  const { scratch, now } = context()
  const rounds = stepUpRounds(scratch)
  const round = rounds.find({ family, asked }) ?? { family, asked, urls: [], at: now(), count: 0, result: 'granted' }
  rounds.keep({ ...round, urls: [...round.urls, url] })
}

function hintOf({ user }: SessionRecord): string | null {
  const { preferred_username: name, email } = membersOf(user)
  return [name, email].find((hint) => typeof hint === 'string') ?? null
}

function again(): AuthError {
  return new AuthError('redirect_loop', 'The same was asked for just now: it does not help to sign in once more. Does the API look at what it asks for?')
}
