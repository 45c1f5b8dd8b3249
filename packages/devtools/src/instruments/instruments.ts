import type { Environment, InspectEvent } from '@tessera-auth/core'
import type { Cell } from '../createCell.ts'
import type { Sightings } from '../feed/createSightings.ts'

/** What is made to go wrong. */
export interface Interference {
  /** How far the wall clock is put ahead, in milliseconds; less than zero: back. */
  readonly skewMs: number
  readonly isOffline: boolean
  /** Whether the next refresh is to fail. */
  readonly isFailing: boolean
}

/** The handles of an environment that `withDevtools` made. */
export interface Instruments extends Pick<Sightings, 'subscribe'> {
  /** The environment as it is without them. */
  readonly base: Environment
  readonly interference: Cell<Interference>
  /** Puts the wall clock ahead by this much more, or back. */
  readonly skew: (byMs: number) => void
  /** Puts the wall clock right. */
  readonly unskew: () => void
  /** As if so much time had passed in sleep. */
  readonly passTime: (byMs: number) => void
  readonly setOffline: (isOffline: boolean) => void
  readonly failNextRefresh: (isFailing: boolean) => void
  /** From now until somebody signs in here, other tabs hear nothing of this one, and it nothing of them. */
  readonly isolate: () => void
  /** What the auth said: it tells when a refresh is under way. */
  readonly onEvent: (event: InspectEvent) => void
  /** From now on nobody tells what the auth says. */
  readonly onUnwatched: () => void
}
