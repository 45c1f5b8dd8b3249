import type { Result } from '../api/result.ts'
import { firebaseError } from './firebaseError.ts'

const hourSeconds = 3600

/** Keys that choose another life for ID tokens than Firebase's hour, in seconds. */
const shortLifetimes = new Map([
  ['demo-8s', 8],
  ['demo-60s', 60],
])

/** Life in seconds of the ID tokens that a request with this API key gets, or its refusal. Any text is a key. */
export function apiKeyLifetime(key: string | undefined): number | Result {
  if (key === undefined) {
    const message = 'The request is missing a valid API key.'
    return firebaseError({ status: 403, message, kind: 'PERMISSION_DENIED', reason: 'forbidden' })
  }
  if (key === '') {
    const message = 'API key not valid. Please pass a valid API key.'
    return firebaseError({ message, kind: 'INVALID_ARGUMENT', reason: 'badRequest' })
  }
  return shortLifetimes.get(key) ?? hourSeconds
}
