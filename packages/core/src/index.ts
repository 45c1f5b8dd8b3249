export { createAuth } from './auth/createAuth.ts'
export type { AuthByNameOptions, AuthOptions } from './auth/authOptions.ts'
export type { Auth, AuthByName, AuthCore, CallbackResult, LoginInput, Logout, LogoutOptions, LogoutResult, MethodsByName, UserOf } from './auth/auth.ts'
export type { InspectEvent, ParkingEvent, ParkingVerdict } from './auth/inspect.ts'
export type { LastSignOut } from './auth/lastSignOut.ts'
export type { ReadableStore } from './auth/store.ts'
export { definePresence } from './endpoint/presences.ts'
export { AuthError, isAuthError, type AuthErrorCode, type AuthErrorDetails } from './errors.ts'
export type { AuthedFetch, FetchEvent } from './http/authedFetch.ts'
export { readStepUp } from './http/readStepUp.ts'
export {
  leavingPage,
  type Arrival,
  type AuthMethod,
  type CallbackHost,
  type CallbackOutcome,
  type DiagnosisHost,
  type Keep,
  type MethodContext,
  type Presence,
  type PresenceDefinition,
  type PresenceHost,
  type StepUpHost,
  type StepUpOptions,
  type StepUpRequest,
} from './methods/method.ts'
export type { Finding, FindingCode } from './session/finding.ts'
export { safeReturnTo } from './oauth/returnTo.ts'
export { isSamePerson, type Person } from './session/person.ts'
export type { Lifetime, Moment } from './session/lifetime.ts'
export type { Session, SessionRecord, TokenSet } from './session/session.ts'
export type { Claims } from './session/claims.ts'
export { resumableReasons } from './session/state.ts'
export type { StepUpChallenge } from './session/stepUpChallenge.ts'
export type { AuthState, AuthenticatedState, LoadingState, SignedOutReason, UnauthenticatedState } from './session/state.ts'
export { TokenManager } from './tokens/tokenManager.ts'
export type { AccessTokenOptions } from './tokens/accessTokenOptions.ts'
export { preloadTabs } from './tokens/loadSiblings.ts'
export type { TokenManagerOptions } from './tokens/tokenManagerOptions.ts'
export type { RefreshFunction } from './tokens/attempt.ts'
export type { RefreshStatus } from './tokens/refreshStatus.ts'
export type { TokenEvent } from './tokens/tokenEvent.ts'
export { environment, type Environment } from './browser/environment.ts'
export type { Clock } from './browser/clock.ts'
export type { Crypto } from './browser/crypto.ts'
export type { Leaving } from './browser/leaving.ts'
export type { Network } from './browser/network.ts'
export type { Timer } from './browser/timer.ts'
export type { Wake, WakeReason } from './browser/wake.ts'
export { broadcastChannels, type Channels, type Place } from './browser/channel.ts'
export { indexedDatabase, type Database } from './browser/database.ts'
export { webLocks, type HeldLock, type Locks } from './browser/lock.ts'
export type { Agreement, Sealing } from './browser/sealing.ts'
export type { Page } from './browser/page.ts'
export type { Line, Popup, Popups } from './browser/popup.ts'
export type { Resident } from './browser/roster.ts'
export type { PageStorage, TokenStorage } from './browser/storage.ts'
export type { Violation, Violations } from './browser/violations.ts'
export type { BoundedFetch } from './http/boundedFetch.ts'
export type { FieldsSchema } from './endpoint/extraFields.ts'
export type { TokenLifetime } from './endpoint/tokenLifetime.ts'
export type { Held } from './tokens/holding.ts'
