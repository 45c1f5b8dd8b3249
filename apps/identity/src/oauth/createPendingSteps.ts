import { randomBytes } from 'node:crypto'
import { digest } from '../api/digest.ts'
import { removeExpired } from '../api/removeExpired.ts'
import type { User } from '../users.ts'
import type { AuthorizationRequest } from './readAuthorizationRequest.ts'

/** A page that waits for a person. */
export interface PendingStep {
  readonly request: AuthorizationRequest
  /** Who signed in and is asked for consent; `undefined` while the sign-in page is open. */
  readonly user: User | undefined
}

/** Steps of sign-ins under way, each behind a token that nobody can guess. */
export interface PendingSteps {
  /** Gives the token of a new step. */
  start(step: PendingStep): string
  find(token: string): PendingStep | undefined
  /** Ends a step that was answered: its form works once. */
  end(token: string): void
}

const hourMs = 3600 * 1000

/** Keeps the steps of one server. They wait for an hour. */
export function createPendingSteps(): PendingSteps {
  const entries = new Map<string, { readonly step: PendingStep; readonly expiresAt: number }>()
  return {
    start(step) {
      removeExpired(entries)
      const token = randomBytes(32).toString('base64url')
      entries.set(digest(token), { step, expiresAt: Date.now() + hourMs })
      return token
    },
    find(token) {
      const entry = entries.get(digest(token))
      return entry !== undefined && Date.now() < entry.expiresAt ? entry.step : undefined
    },
    end: (token) => void entries.delete(digest(token)),
  }
}
