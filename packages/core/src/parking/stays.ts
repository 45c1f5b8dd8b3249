import { reasonOf } from '../auth/stateEvent.ts'
import type { SessionRecord } from '../session/session.ts'
import { isSamePerson, type Person } from '../session/person.ts'
import { resumableReasons } from '../session/state.ts'
import type { TokenEvent } from '../tokens/tokenEvent.ts'

/** The tokens of an auth, as far as they tell who is there. */
export interface WatchedTokens {
  readonly current: { readonly tokens: SessionRecord } | null
  readonly subscribe: (listener: (event: TokenEvent) => void) => () => void
}

/**
 * Somebody's time in this page: from a login, through any end of the session and any login of the same person after it, to a logout or
 * to somebody else.
 */
export interface Stay {
  /** How often the session came to an end meanwhile. */
  readonly ends: number
  /** Whether it did, and the person has not signed in again. */
  readonly isOver: boolean
}

/** One stay after the other. */
export interface Stays {
  /** The stay of whoever is signed in, or was until the session came to an end. */
  readonly now: () => Stay | null
  /** Whether its person is signed in at this very moment. */
  readonly isHere: (stay: Stay) => boolean
  readonly stop: () => void
}

interface StaysOptions {
  readonly tokens: WatchedTokens
  /** The person of this stay has signed in again. */
  readonly onBack: () => void
  /** The stay is over for good. */
  readonly onGone: (next: 'somebody' | 'nobody') => void
}

interface OwnStay extends Stay {
  person: Person
  ends: number
  isOver: boolean
}

export function createStays({ tokens, onBack, onGone }: StaysOptions): Stays {
  const holder = (): Person | null => tokens.current?.tokens ?? null
  let stay = startOf(holder())

  const follow = (person: Person): void => {
    if (stay === null || !isSamePerson(stay.person, person)) {
      stay = startOf(person)
      return onGone('somebody')
    }
    const isBack = stay.isOver
    Object.assign(stay, { person, isOver: false })
    if (isBack) onBack()
  }
  const unsubscribe = tokens.subscribe((event) => {
    const person = holder()
    if (person !== null) return follow(person)
    if (event.type !== 'ended' && event.type !== 'cleared') return
    // Without a subject, nobody can be told to be the same person again.
    if (event.type === 'ended' && stay?.person.subject != null && resumableReasons.includes(reasonOf(event.error))) {
      Object.assign(stay, { ends: stay.ends + 1, isOver: true })
      return
    }
    stay = null
    onGone('nobody')
  })

  const isHere = (own: Stay): boolean => {
    const person = holder()
    return own === stay && !stay.isOver && person !== null && isSamePerson(stay.person, person)
  }
  return {
    // New tokens are there before anybody is told of them.
    now: () => (stay === null || stay.isOver || isHere(stay) ? stay : null),
    isHere,
    stop() {
      unsubscribe()
      stay = null
    },
  }
}

function startOf(person: Person | null): OwnStay | null {
  return person && { person, ends: 0, isOver: false }
}
