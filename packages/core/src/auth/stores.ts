import { createEmitter, type Emitter } from '../browser/emitter.ts'
import type { Environment } from '../browser/environment.ts'
import type { SessionRecord } from '../session/session.ts'
import { initialState, type AuthEvent, type AuthState } from '../session/state.ts'
import { transition } from '../session/transition.ts'
import { noTokensStatus, type RefreshStatus } from '../tokens/refreshStatus.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'
import type { InspectEvent, Occurrence } from './inspect.ts'
import { createSignOutMemory, type SignOutMemory } from './lastSignOut.ts'
import { toStateEvent } from './stateEvent.ts'
import { createStore, type ReadableStore, type Store } from './store.ts'

/** What can be seen of an auth. */
export interface Stores<User> {
  readonly state: Store<AuthState<User>, AuthEvent<User>>
  readonly refreshStore: ReadableStore<RefreshStatus>
  readonly signOuts: SignOutMemory
  readonly events: Emitter<InspectEvent>
  /** Shows that a login by this method is under way; `family` will mark its session. */
  readonly begin: (method: string, family: string) => void
  /** Tells observers; costs nothing without any. */
  readonly emit: (event: Occurrence) => void
}

/**
 * Keeps the stores in step with the tokens.
 *
 * @param name Of the auth.
 */
export function createStores<User>(name: string, tokens: TokenManager<SessionRecord<User>>, environment: Environment): Stores<User> {
  const state = createStore<AuthState<User>, AuthEvent<User>>(initialState, transition)
  const signOuts = createSignOutMemory({ name, store: state.store, environment })
  const refresh = createStore<RefreshStatus, RefreshStatus>(noTokensStatus, (_, next) => next)
  const events = createEmitter<InspectEvent>()
  let login: string | null = null
  const emit = (event: Occurrence): void => {
    if (events.hasListeners()) events.emit({ ...event, at: environment.clock.now().wallAt })
  }
  tokens.subscribe((event) => {
    emit(event)
    const wasSignedIn = state.store.getState().status === 'authenticated'
    const change = toStateEvent(event, tokens.current?.tokens, login)
    if (change !== null) state.dispatch(change)
    refresh.dispatch(tokens.status)
    if (change?.type === 'signed_in' || change?.type === 'restored') emit({ type: 'signed_in', method: change.method })
    if (change?.type === 'signed_out' && wasSignedIn) emit(change)
  })
  const begin = (method: string, family: string): void => {
    login = family
    state.dispatch({ type: 'login_started', method })
  }
  return { state, refreshStore: refresh.store, signOuts, events, begin, emit }
}
