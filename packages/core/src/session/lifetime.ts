import { ownMembers } from '../ownMembers.ts'
import type { TokenSet } from './session.ts'

/** Two readings of one moment: wall clock (epoch ms) and elapsed time (ms, monotonic, may stop in sleep). */
export interface Moment {
  readonly wallAt: number
  readonly elapsedMs: number
}

/** When a token set was received, and how long it lives. */
export interface Lifetime {
  readonly received: Moment
  /** `null`: unknown or unlimited. */
  readonly lifetimeMs: number | null
}

/** A wrong unit on the server (milliseconds for seconds) must not switch refreshing off for weeks. */
const longestUseMs = 86_400_000

/** Margin before expiry inside which a token is no longer handed out: it has to reach the server alive. */
const hardMarginMs = 5_000

/** The lifetime of a token set received now. An absurd duration counts as unknown. */
export function lifetimeOf(tokens: TokenSet, received: Moment): Lifetime {
  const { expiresInMs = NaN } = ownMembers(tokens)
  return { received, lifetimeMs: Number.isFinite(expiresInMs) ? Math.max(0, expiresInMs) : null }
}

/**
 * Milliseconds between two moments. The wall clock runs on during sleep but can be set; elapsed time cannot be set but
 * may stop in sleep: the longer counts.
 */
export function elapsedSince(then: Moment, now: Moment): number {
  return Math.max(now.wallAt - then.wallAt, now.elapsedMs - then.elapsedMs)
}

/** Life left in milliseconds; `Infinity` when unknown; zero or less when expired. */
export function remainingMs(lifetime: Lifetime, now: Moment): number {
  return lifetime.lifetimeMs === null ? Infinity : lifetime.lifetimeMs - elapsedSince(lifetime.received, now)
}

/** How long before expiry a refresh starts: `refreshLeadMs`, but never more than a quarter of the lifetime. */
export function leadMs(lifetimeMs: number, refreshLeadMs: number): number {
  return Math.min(refreshLeadMs, lifetimeMs / 4)
}

/** Milliseconds until a refresh is due; zero or less when it is; `Infinity` when none is ever due by time. */
export function untilRefreshMs(lifetime: Lifetime, now: Moment, refreshLeadMs: number): number {
  if (lifetime.lifetimeMs === null) return Infinity
  const age = elapsedSince(lifetime.received, now)
  return Math.min(lifetime.lifetimeMs - age - leadMs(lifetime.lifetimeMs, refreshLeadMs), longestUseMs - age)
}

/** Whether the token will live at least `minValidityMs` longer (default: 5 s, at most an eighth of its life). */
export function isFresh(lifetime: Lifetime, now: Moment, minValidityMs?: number): boolean {
  if (lifetime.lifetimeMs === null) return true
  const left = remainingMs(lifetime, now)
  return left > 0 && left >= (minValidityMs ?? Math.min(hardMarginMs, lifetime.lifetimeMs / 8))
}
