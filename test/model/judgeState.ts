import type { AuthState, Claims, UnauthenticatedState } from '@tessera-auth/core'
import type { LoadedPage } from './pageLog.ts'
import type { LoggedOut, Oracle } from './oracle.ts'

interface SignedOut {
  readonly state: UnauthenticatedState
  readonly before: AuthState<Claims>
}

/** Whether somebody signed out of it in this page. A tab that has not heard of it lets others join again where nothing can tell it. */
export function hasLeft(oracle: Oracle, page: LoadedPage, family: number): boolean {
  const isUntold = oracle.isSharing && (page.isDegraded || oracle.wasLedgerBrokenSince(oracle.begunTicks.get(family) ?? 0) || oracle.clockTick >= (oracle.begunTicks.get(family) ?? 0))
  return page.forgotten.has(family) && !isUntold
}

/** INV-8 INV-23 INV-25: who is shown is whose tokens these are. */
export function judgeSignedIn(oracle: Oracle, page: LoadedPage): void {
  const { current } = page.auth.tokens
  const state = page.auth.store.getState()
  // A listener has just signed out: the state follows when all have heard this one.
  if (current === null) return
  const { subject, scope, accessToken } = current.tokens
  if (state.status !== 'authenticated' || subject === null || state.user.sub !== subject) {
    oracle.violate('INV-25', `page ${page.id} shows ${JSON.stringify(state)} for ${subject}`)
  } else if (state.scope.join(' ') !== scope.join(' ')) oracle.violate('INV-23', `page ${page.id} shows other scopes than those of its token`)
  const told = oracle.told.get(accessToken ?? '')
  if (told !== undefined && hasLeft(oracle, page, told.family)) oracle.violate('INV-6', `page ${page.id} is signed in with family ${told.family}, which it has left`)
}

/** INV-5 INV-6 INV-15: every end has a cause that the reference knows. */
export function judgeSignedOut(oracle: Oracle, page: LoadedPage, { state, before }: SignedOut): void {
  const family = page.shownFamily ?? (before.status === 'loading' ? page.storedFamily : null)
  const why = whyNot(oracle, page, { state, family })
  if (why !== null) oracle.violate('INV-5', `page ${page.id} with family ${family} was signed out (${state.reason}, ${state.error?.code}): ${why}`)
}

interface Ended {
  readonly state: UnauthenticatedState
  readonly family: number | null
}

function whyNot(oracle: Oracle, page: LoadedPage, { state, family }: Ended): string | null {
  switch (state.reason) {
    case 'user':
      return oracle.loggedOut.some((left) => left.page === page && left.tick >= (oracle.begunTicks.get(family ?? 0) ?? -1)) ? null : 'nobody signed out here'
    case 'never_signed_in':
      // A login is newer than whatever is stored.
      return family === null || state.pending !== null || oracle.hasLostSiteData || page.isStorageBroken ? null : 'the storage had a session'
    case 'storage_cleared':
      // Without a database, and with a storage that shows nothing, it looks the same.
      return oracle.hasLostSiteData || (page.isStorageBroken && page.isDegraded) ? null : 'nothing was cleared'
    case 'other_tab':
      return family === null || wasLeft(oracle, family) ? null : 'nobody has signed out since its login'
    case 'revoked':
    case 'subject_changed':
      return family === null || oracle.wasRefused(family, state.reason) ? null : 'no server said so'
    case 'key_lost':
      return 'no token is bound to a key'
    case 'idle':
      return 'nobody watches for that'
    case 'expired':
      return family === null || isOver(oracle, family) ? null : 'another refresh may have worked'
    case 'refresh_rejected':
      return family === null || oracle.wasRefused(family, 'refresh_rejected', 'user_disabled', 'invalid_id_token') ? null : 'no server said so'
  }
}

/** By somebody who signed out of the circle, or of another session of the same person, after the login. */
function wasLeft(oracle: Oracle, family: number): boolean {
  if (oracle.isSharing) return wasOutlived(oracle, family)
  const begunTick = oracle.begunTicks.get(family) ?? -1
  const isOurs = ({ families, subjects }: LoggedOut): boolean => families.some((left) => oracle.areTogether(left, family)) || subjects.includes(oracle.subjectOf(family) ?? '')
  return oracle.loggedOut.some((left) => left.tick >= begunTick && isOurs(left))
}

/** Of tabs that share all: somebody has signed out in any of them since the login, or a session that began later is that of all. */
function wasOutlived(oracle: Oracle, family: number): boolean {
  const begunTick = oracle.begunTicks.get(family) ?? -1
  const sinceAt = (each: number): number => [...oracle.told.values()].find((told) => oracle.areTogether(told.family, each))?.receivedWallAt ?? -Infinity
  // What came first is told by the clock.
  const isUnclear = oracle.clockTick >= Math.min(begunTick, ...oracle.loggedOut.map(({ tick }) => tick))
  const isReplaced = [...oracle.begunTicks.keys()].some((other) => !oracle.areTogether(other, family) && sinceAt(other) >= sinceAt(family))
  return isUnclear || isReplaced || oracle.loggedOut.some(({ tick }) => tick >= begunTick)
}

/** What will not pass was said, or there is no refresh token. */
function isOver(oracle: Oracle, family: number): boolean {
  const families = [...oracle.blocked, ...oracle.withoutRefreshToken]
  return families.some((each) => oracle.areTogether(each, family))
}
