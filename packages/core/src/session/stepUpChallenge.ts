import { membersOf } from '../ownMembers.ts'

/** What an API wants beyond what the session has. Plain data: it can be kept, compared and sent to a component. */
export interface StepUpChallenge {
  /** Scopes that the token must have (RFC 6750 §3); empty: it is not about scopes. */
  readonly scope: readonly string[]
  /** Ways to sign in of which one will do, the best first, separated by spaces (RFC 9470 §3). */
  readonly acrValues?: string | undefined
  /** The person must have signed in at the provider no longer ago than this (RFC 9470 §3); whole seconds. */
  readonly maxAgeMs?: number | undefined
  /** Origin and path of what was asked for, without its query; empty where the answer does not say. */
  readonly url: string
}

/** Most scopes of a challenge: nobody could be asked to consent to more. */
const maxScopes = 64

/** Longest text of a challenge, in characters. */
const maxLength = 2_048

/** Longest age in milliseconds: a hundred years. */
const maxAgeLimitMs = 3_155_760_000_000

/**
 * A frozen copy of a challenge, or `null` for anything else: scopes are those of RFC 6749 §3.3, ways to sign in printable ASCII, and
 * something has to be asked for.
 */
export function toStepUpChallenge(value: unknown): StepUpChallenge | null {
  const { scope, acrValues, maxAgeMs, url } = membersOf(value)
  if (!isScope(scope) || typeof url !== 'string' || url.length > maxLength) return null
  if (acrValues !== undefined && !isText(acrValues, /^[\x21-\x7e]+( [\x21-\x7e]+)*$/)) return null
  if (maxAgeMs !== undefined && !isAge(maxAgeMs)) return null
  if (scope.length === 0 && acrValues === undefined && maxAgeMs === undefined) return null
  return Object.freeze({
    scope: Object.freeze([...new Set(scope)]),
    ...(acrValues !== undefined && { acrValues }),
    ...(maxAgeMs !== undefined && { maxAgeMs }),
    url,
  })
}

function isScope(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= maxScopes && value.every((token) => isText(token, /^[\x21\x23-\x5b\x5d-\x7e]+$/))
}

function isText(value: unknown, shape: RegExp): value is string {
  return typeof value === 'string' && value.length <= maxLength && shape.test(value)
}

function isAge(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= maxAgeLimitMs && value % 1000 === 0
}
