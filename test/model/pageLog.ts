import type { AuthByName, AuthMethod, AuthState, Claims } from '@tessera-auth/core'
import type { PasswordInput } from '@tessera-auth/core/password'
import type { RefreshTokenInput } from '@tessera-auth/core/refresh-token'
import type { VisitEnvironment } from '@tessera-auth/testing'

export type ModelAuth = AuthByName<{
  readonly home: AuthMethod<PasswordInput, Claims>
  readonly token: AuthMethod<RefreshTokenInput, Claims>
}>

/** One load of a page, and what the reference notes of it. */
export interface LoadedPage {
  readonly id: number
  readonly tab: number
  readonly auth: ModelAuth
  readonly environment: VisitEnvironment
  isGone: boolean
  isDisposed: boolean
  /** It has met a database or a channel that failed, and shares by other means from then on. */
  isDegraded: boolean
  isStarted: boolean
  /** Its `sessionStorage` was full or blocked at some time. */
  isStorageBroken: boolean
  /** Stops it from refreshing ahead. */
  release: () => void
  /** When it was last frozen, or put into the back/forward cache. */
  stoppedTick: number
  /** When it was given a lock last. */
  lockTick: number
  /** When it could last go on after a pause, in true time. */
  resumedAt: number
  /** The refresh token that it showed last. */
  order: { readonly family: number; readonly index: number } | null
  /** Families that were its own, or on their way, when somebody signed out in it. */
  readonly forgotten: Set<number>
  /** Families that logins of this page obtained. */
  readonly obtained: Set<number>
  /** The family in the storage when it was loaded. */
  readonly storedFamily: number | null
  readonly loadedTick: number
  shownFamily: number | null
  lastState: AuthState<Claims>
  /** What it saw first of an access token, in elapsed time. */
  readonly firstSeen: Map<string, number>
  /** Generations of the session that it showed last. */
  generation: number
  refreshes: number
  asks: number
  /** News that it has written and not yet told. */
  readonly untold: Map<string, number>
  readonly isAlive: () => boolean
}

export interface PageOptions {
  readonly tab: number
  readonly storage: 'session' | 'memory'
  readonly shareAcrossTabs: boolean
  readonly isStarted: boolean
  readonly storedFamily: number | null
  readonly isStorageBroken: boolean
}
