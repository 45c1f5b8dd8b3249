import { environment as realEnvironment, type Environment } from '../browser/environment.ts'
import { createAuthedFetch } from '../http/authedFetch.ts'
import { createDestinations } from '../http/destinations.ts'
import type { Auth } from './auth.ts'
import { checkAuthOptions, type AuthOptions } from './authOptions.ts'
import { createContext } from './context.ts'
import { createCredentialSource } from './credentialSource.ts'
import { createReady } from './ready.ts'
import { createSigning } from './signing.ts'
import { createStores } from './stores.ts'
import { createTokens } from './tokens.ts'

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
export function createAuth<Input = void, User = unknown>(options: AuthOptions<Input, User>, environment: Environment = realEnvironment): Auth<Input, User> {
  const checked = checkAuthOptions(options)
  const { method } = checked
  const { network, page, clock } = environment
  const destinations = createDestinations(checked.api, page.href)
  const context = createContext(environment, checked.name, checked.requestTimeoutMs)
  const { tokens, discard } = createTokens(checked, context, environment)
  const stores = createStores(tokens, clock)
  const { state, refreshStore, events, emit } = stores
  const ready = createReady(tokens, state)
  const { login, takeUp, logout, stop } = createSigning({ method, tokens, discard, stores, ready, context, environment })
  const currentFamily = async (): Promise<string | null> => {
    await ready()
    return tokens.current?.tokens.family ?? null
  }
  tokens.subscribe(({ type }) => {
    if (type === 'set' || type === 'restored') method.prepare?.()
  })
  const callback = method.callback?.({ context, signIn: takeUp, currentFamily })

  return {
    store: state.store,
    refreshStore,
    tokens,
    get ready() {
      return ready()
    },
    login,
    logout,
    async handleCallback(url) {
      const address = url === undefined ? page.href() : String(url)
      return address === null || callback === undefined ? { type: 'none' } : callback(address)
    },
    getAccessToken(accessTokenOptions) {
      void ready()
      return tokens.getAccessToken(accessTokenOptions)
    },
    fetch: createAuthedFetch({ network, destinations, pageUrl: page.href, source: createCredentialSource(tokens, ready), emit }),
    inspect: events.subscribe,
    start() {
      const release = tokens.start()
      void ready()
      return release
    },
    dispose() {
      stop()
      tokens.dispose()
      events.clear()
    },
  }
}
