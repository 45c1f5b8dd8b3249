import { createEmitter } from '../browser/emitter.ts'
import { environment as realEnvironment, type Environment } from '../browser/environment.ts'
import type { TokenStorage } from '../browser/storage.ts'
import { checkDurationMs, checkOptions, configError } from '../checkOptions.ts'
import { createAuthedFetch } from '../http/authedFetch.ts'
import { createDestinations } from '../http/destinations.ts'
import type { AuthMethod } from '../methods/method.ts'
import type { SessionRecord } from '../session/session.ts'
import { initialState, type AuthEvent, type AuthState } from '../session/state.ts'
import { transition } from '../session/transition.ts'
import { noTokensStatus, type RefreshStatus } from '../tokens/refreshStatus.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'
import type { Auth } from './auth.ts'
import { createContext } from './context.ts'
import { createReady } from './ready.ts'
import { createCredentialSource } from './credentialSource.ts'
import type { InspectEvent, Occurrence } from './inspect.ts'
import { createSignIn } from './signIn.ts'
import { createStore } from './store.ts'
import { emitChange, toStateEvent } from './stateEvent.ts'
import { createTokens } from './tokens.ts'

/** Options of {@link createAuth}. */
export interface AuthOptions<Input, User> {
  /** How people sign in. */
  readonly method: AuthMethod<Input, User>
  /**
   * Where credentials may go: origins, or origins with a path prefix, https or http on localhost. Default: this page's own origin.
   */
  readonly api?: string | readonly string[]
  /**
   * Where tokens are kept: `'memory'` (default; a reload signs out), `'session'` (sessionStorage; survives a reload, ends with the
   * tab, readable by any script of the page), or a storage of your own.
   */
  readonly storage?: 'memory' | 'session' | TokenStorage
  /** How long before expiry a refresh starts, in milliseconds; never more than a quarter of the token's life. Default 300 000. */
  readonly refreshLeadMs?: number
  /** How long one request to the token server may take, in milliseconds. Default 10 000. */
  readonly requestTimeoutMs?: number
  /** Tells several auths on one origin apart: letters, digits, `.`, `_` and `-`. Default `default`. */
  readonly name?: string
}

/**
 * Creates the auth of an app: once, in a module of its own, outside any framework. Touches nothing until it is used.
 *
 * @example
 * export const auth = createAuth({
 *   method: authorizationCode({ issuer: 'https://id.example', clientId: 'web' }),
 *   api: 'https://api.example/v1/',
 * })
 *
 * @throws AuthError `invalid_config`, naming the option.
 */
export function createAuth<Input, User>(options: AuthOptions<Input, User>, environment: Environment = realEnvironment): Auth<Input, User> {
  const checked = checkOptions(options, 'createAuth', ['method', 'api', 'storage', 'refreshLeadMs', 'requestTimeoutMs', 'name'])
  const { method, name = 'default', requestTimeoutMs = 10_000 } = checked
  if (typeof method !== 'object' || method === null || typeof method.login !== 'function') {
    throw configError('method', 'expected a method, such as password({ loginUrl }).')
  }
  if (typeof name !== 'string' || !/^[\w.-]{1,64}$/.test(name)) throw configError('name', 'expected 1 to 64 letters, digits, ".", "_" or "-".')
  const destinations = createDestinations(checked.api, environment.page.href)
  const context = createContext(environment, name, checkDurationMs(requestTimeoutMs, 'requestTimeoutMs'))

  const events = createEmitter<InspectEvent>()
  const emit = (event: Occurrence): void => {
    if (events.hasListeners()) events.emit({ ...event, at: environment.clock.now().wallAt })
  }
  const state = createStore<AuthState<User>, AuthEvent<User>>(initialState, transition)
  const refreshState = createStore<RefreshStatus, RefreshStatus>(noTokensStatus, (_, next) => next)
  const tokens: TokenManager<SessionRecord<User>> = createTokens(method, context, {
    storage: checked.storage ?? 'memory',
    storageKey: `tessera:${name}:tokens`,
    refreshLeadMs: checked.refreshLeadMs ?? 300_000,
    // The bounded fetch of each request has this deadline; a refresh may need two of them.
    requestTimeoutMs: 2 * requestTimeoutMs,
  }, environment)
  tokens.subscribe((event) => {
    emit(event)
    const stateEvent = toStateEvent(event, tokens.current?.tokens)
    if (stateEvent !== null) state.dispatch(stateEvent)
    refreshState.dispatch(tokens.status)
  })
  state.store.subscribe((now, before) => emitChange(now, before, emit))

  const { login, signIn, logout } = createSignIn({ method, tokens, context, environment, dispatch: state.dispatch, emit })
  const ready = createReady(tokens, state)
  const takeUp = method.callback?.({
    context,
    signIn,
    currentFamily: async () => {
      await ready()
      return tokens.current?.tokens.family ?? null
    },
  })

  return {
    store: state.store,
    refreshStore: refreshState.store,
    tokens,
    get ready() {
      return ready()
    },
    login,
    async logout() {
      if (state.store.getState().status === 'loading') await ready()
      return logout()
    },
    async handleCallback(url) {
      const address = url === undefined ? environment.page.href() : String(url)
      return address === null || takeUp === undefined ? { type: 'none' } : takeUp(address)
    },
    async getAccessToken(options) {
      await ready()
      return tokens.getAccessToken(options)
    },
    fetch: createAuthedFetch({
      network: environment.network,
      destinations,
      pageUrl: environment.page.href,
      source: createCredentialSource(tokens, ready),
      emit,
    }),
    inspect: events.subscribe,
    start() {
      const stop = tokens.start()
      void ready()
      return stop
    },
    dispose() {
      tokens.dispose()
      events.clear()
    },
  }
}
