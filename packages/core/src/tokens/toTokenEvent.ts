import { AuthError } from '../errors.ts'
import type { Change } from './catchUp.ts'
import type { TokenEvent } from './tokenEvent.ts'

/** What other tabs did, as the event that it is here. */
export function toTokenEvent(change: Change): TokenEvent {
  if (change.type === 'switched') return { type: 'set' }
  return change.type === 'left' ? { type: 'cleared', isElsewhere: true } : change
}

/** What those hear who wait for tokens of before; `null`: they go on with the new ones. */
export function interruptionOf(change: Change): AuthError | null {
  switch (change.type) {
    case 'adopted':
      return null
    case 'switched':
      return new AuthError('user_changed', 'Somebody signed in in another tab: drop the request.')
    case 'left':
      return new AuthError('not_authenticated', 'Signed out in another tab: sign in again.')
    case 'ended':
      return change.error
  }
}
