import { isSamePerson, resumableReasons, type AuthState, type Person, type ReadableStore } from '@tessera-auth/core'
import type { State } from './authView.ts'
import type { RegisteredAuth } from './register.ts'

/** Somebody's time on a page: from a login, through any end of the session and any login of the same person after it. */
export interface Stay {
  /** Another one for each stay, at any auth. */
  readonly key: number
  /** Whether the session came to an end, and nobody has signed in since. */
  readonly isExpired: boolean
  /** What the components of this person see; `null`: this is nobody's stay. */
  readonly shown: (State & { readonly status: 'authenticated' }) | null
}

/** The stay of the moment. */
export interface StayStore {
  readonly getSnapshot: () => Stay
  readonly getServerSnapshot: () => Stay
  readonly subscribe: (listener: () => void) => () => void
  /** The state of the auth for the components of whoever stays: through an end, it is the one before. */
  readonly store: ReadableStore<State>
}

const nobody: Stay = { key: 0, isExpired: false, shown: null }

let keys = 0

export function createStayStore(auth: RegisteredAuth): StayStore {
  const listeners = new Set<() => void>()
  let releases: readonly (() => void)[] = []
  let stay = nobody
  let person: Person | null = null

  const follow = (): Stay => {
    const state: State = auth.store.getState()
    const before = person
    // Within a page that outlives its session, the state is of somebody whose tokens are gone.
    person = state.status === 'authenticated' ? (auth.tokens.current?.tokens ?? before) : before
    return (stay = next(stay, state, before === person || (before !== null && person !== null && isSamePerson(before, person))))
  }
  const tell = (): void => {
    const before = stay
    if (follow() !== before) for (const listener of listeners) listener()
  }
  const watch = (): void => {
    // The tokens too: the state stays the same where two people look the same.
    releases = [auth.store.subscribe(tell), auth.tokens.subscribe(tell)]
    follow()
  }
  // Watched, it moves with the events alone: tokens are there before anybody is told whose they are.
  const getSnapshot = (): Stay => (listeners.size === 0 ? follow() : stay)
  const subscribe = (listener: () => void): (() => void) => {
    const own = (): void => listener()
    if (listeners.size === 0) watch()
    listeners.add(own)
    return () => {
      listeners.delete(own)
      if (listeners.size === 0) for (const release of releases) release()
    }
  }
  const getState = (): State => getSnapshot().shown ?? auth.store.getState()
  return {
    getSnapshot,
    getServerSnapshot: () => nobody,
    subscribe,
    store: {
      getState,
      getInitialState: auth.store.getInitialState,
      subscribe(listener) {
        let before = getState()
        return subscribe(() => {
          const previous = before
          before = getState()
          if (before !== previous) listener(before, previous)
        })
      },
    },
  }
}

/** The stay that follows; the same object where nothing changed. */
function next(stay: Stay, state: State, isSame: boolean): Stay {
  if (state.status === 'authenticated') {
    const stays = isSame && stay.shown !== null
    if (stays && stay.shown === state && !stay.isExpired) return stay
    return { key: stays ? stay.key : ++keys, isExpired: false, shown: state }
  }
  if (stay.shown !== null && isExpiry(state)) return stay.isExpired ? stay : { ...stay, isExpired: true }
  return nobody
}

function isExpiry(state: AuthState): boolean {
  return state.status === 'unauthenticated' && resumableReasons.includes(state.reason)
}
