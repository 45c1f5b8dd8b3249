import { environment as realEnvironment, type Environment } from '../browser/environment.ts'
import { AuthError } from '../errors.ts'
import { createDestinations } from '../http/destinations.ts'
import type { Auth, AuthByName, AuthCore, MethodsByName } from './auth.ts'
import { checkAuthOptions, type AuthByNameOptions, type AuthOptions, type EitherOptions } from './authOptions.ts'
import { createCallbacks } from './callbacks.ts'
import { createContext } from './context.ts'
import { createCredentialSource } from './credentialSource.ts'
import { createDiagnosis } from './diagnosis.ts'
import { createElsewhere } from './elsewhere.ts'
import { createIntents } from './intents.ts'
import { createMethods, prepareAhead, type Methods, type NamedMethod } from './methods.ts'
import { createReady } from './ready.ts'
import { createSending } from './sending.ts'
import { createSigning } from './signing.ts'
import { createStepUp } from './stepUp.ts'
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
export function createAuth<Input = void, User = unknown>(options: AuthOptions<Input, User>, environment?: Environment): Auth<Input, User>
/**
 * Creates the auth of an app with several ways to sign in, of which each login names one.
 *
 * @example
 * export const auth = createAuth({
 *   methods: { work: authorizationCode({ issuer: 'https://id.example', clientId: 'web' }), home: password({ loginUrl: '/login' }) },
 * })
 * await auth.login('home', { email, password })
 */
export function createAuth<Named extends MethodsByName>(options: AuthByNameOptions<Named>, environment?: Environment): AuthByName<Named>
export function createAuth<User>(options: EitherOptions<User>, environment: Environment = realEnvironment): unknown {
  const checked = checkAuthOptions(options)
  const disposal = new AbortController()
  const destinations = createDestinations(checked.api, environment.page)
  const methods = createMethods(checked.methods, createContext(environment, { ...checked, destinations }, disposal.signal))
  const { tokens, discards } = createTokens(checked, methods, environment)
  const stores = createStores(checked.name, tokens, environment)
  const { state, refreshStore, events, emit, signOuts } = stores
  const elsewhere = createElsewhere({ name: checked.name, methods, tokens, environment })
  const presences = methods.presence?.together({ methods: methods.all, tokens, state, elsewhere, environment })
  const ready = createReady(tokens, presences, state)
  const intents = createIntents()
  const diagnosis = createDiagnosis({ ...checked, methods: methods.all, environment, signal: disposal.signal }, state.store)
  const { login, takeUp, again, logout, stop } = createSigning({ methods, tokens, discards, stores, elsewhere, presences, ready, intents, environment, allowFraming: checked.allowFraming })
  const stepUp = createStepUp({ methods, tokens, ready, again, store: state.store })
  const handleCallback = createCallbacks({ methods, tokens, ready, page: environment.page, intents, disposal: disposal.signal, takeUp, login, stepUp })
  prepareAhead(methods, tokens)

  return {
    name: checked.name,
    store: state.store,
    refreshStore,
    tokens,
    get ready() {
      return ready()
    },
    look: async () => presences?.again(ready) ?? ready(),
    get lastSignOut() {
      return signOuts.last()
    },
    login: async (...args: readonly unknown[]) => (checked.isByName ? login(named(methods, args[0]), args[1]) : login(methods.all[0], args[0])),
    logout,
    stepUp,
    handleCallback,
    ...createSending({ destinations, source: createCredentialSource(tokens, methods, async () => presences?.known(ready) ?? ready()), tokens, ready, emit, environment }),
    inspect: events.subscribe,
    diagnose: diagnosis.diagnose,
    start() {
      const releases = [tokens.start(), presences?.watch(), diagnosis.enter()]
      void ready()
      return () => releases.forEach((release) => release?.())
    },
    dispose() {
      stop()
      tokens.dispose()
      disposal.abort(new AuthError('disposed', 'dispose() was called: create a new one.'))
      state.dispatch({ type: 'login_left' })
      events.clear()
    },
  } satisfies AuthCore<User> & Record<'login', unknown>
}

function named<User>(methods: Methods<User>, name: unknown): NamedMethod<User> {
  const found = methods.find(name)
  if (found === undefined) throw new AuthError('invalid_input', `login() takes the name of a method first: ${methods.all.map((each) => each.name).join(', ')}.`)
  return found
}
