import {
  AuthError,
  environment,
  isAuthError,
  type Auth,
  type AuthenticatedState,
  type AuthState,
  type CallbackResult,
  type Claims,
  type LastSignOut,
  type LogoutResult,
  type RefreshStatus,
  type StepUpChallenge,
} from '@tessera-auth/core'
import { createMockStore, type MockStore } from './mockStore.ts'
import { createMockTokens, notSignedIn } from './mockTokens.ts'

/** Options of {@link createMockAuth}. */
export interface MockAuthOptions<User = Claims, Input = unknown> {
  /** Who is signed in from the first render on. Default: nobody. */
  readonly user?: User
  /** The state at the first render, whatever `user` says. */
  readonly state?: AuthState<User>
  /** What `getAccessToken()` gives while somebody is signed in. Default `mock-access-token`. */
  readonly accessToken?: string
  /** What a login does: gives who is signed in then, or throws an `AuthError`. Default: it is recorded, and nothing changes. */
  readonly login?: (input: Input) => User | Promise<User>
  /** Answers `auth.fetch`. Default: 404. */
  readonly fetch?: (request: Request) => Response | Promise<Response>
  /** What comes of `handleCallback()`. Default `{ type: 'none' }`. */
  readonly callback?: CallbackResult
  readonly lastSignOut?: LastSignOut | null
}

/** An {@link Auth} for tests of components, with what they did to it. */
export interface MockAuth<User = Claims, Input = unknown> extends Auth<Input, User> {
  readonly store: MockStore<AuthState<User>>
  readonly refreshStore: MockStore<RefreshStatus>
  /** Puts it into any state, at once; in React within `act`. */
  readonly setState: (state: AuthState<User>) => void
  /** What each login was given. */
  readonly logins: readonly Input[]
  /** What each step-up was for. Nothing changes by one. */
  readonly stepUps: readonly StepUpChallenge[]
  /** How often somebody signed out. */
  readonly logouts: () => number
  /** What `auth.fetch` was asked for, with the access token on it. */
  readonly requests: readonly Request[]
  /** How often it was started and not stopped. */
  readonly starts: () => number
}

const idle: RefreshStatus = Object.freeze({ phase: 'idle', receivedAt: null, expiresAt: null, refreshAt: null, error: null })

/**
 * Creates an auth that is in the state you ask for at the first render, sends nothing and arms no timer.
 *
 * @example
 * const auth = createMockAuth({ user: { sub: '1', name: 'Ada' } })
 * render(<AuthProvider auth={auth}><Header /></AuthProvider>)
 */
export function createMockAuth<User = Claims, Input = unknown>(options: MockAuthOptions<User, Input> = {}): MockAuth<User, Input> {
  const { user, accessToken = 'mock-access-token', fetch: answer = notFound, callback = { type: 'none' }, lastSignOut = null } = options
  const store = createMockStore<AuthState<User>>(options.state ?? (user === undefined ? signedOut('never_signed_in') : signedIn(user)))
  const refreshStore = createMockStore<RefreshStatus>(idle)
  const logins: Input[] = []
  const stepUps: StepUpChallenge[] = []
  const requests: Request[] = []
  let [logouts, starts] = [0, 0]
  const whoever = (): AuthenticatedState<User> | null => {
    const state = store.getState()
    return state.status === 'authenticated' ? state : null
  }
  return {
    name: 'default',
    store,
    refreshStore,
    tokens: createMockTokens(accessToken, whoever),
    get ready() {
      return Promise.resolve(store.getState())
    },
    look: () => Promise.resolve(store.getState()),
    lastSignOut,
    setState: store.setState,
    logins,
    stepUps,
    logouts: () => logouts,
    requests,
    starts: () => starts,
    login: (input) => logIn(input, { logins, store, run: options.login }),
    logout(): Promise<LogoutResult> {
      logouts++
      store.setState(signedOut('user'))
      return Promise.resolve({ isRemote: true, error: null })
    },
    stepUp: async (challenge) => void stepUps.push(challenge),
    handleCallback: () => Promise.resolve(callback),
    getAccessToken: () => (whoever() === null ? Promise.reject(notSignedIn()) : Promise.resolve(accessToken)),
    async fetch(input, init) {
      const request = withToken(new Request(typeof input === 'string' ? resolve(input) : input, init), accessToken)
      if (whoever() === null) throw notSignedIn()
      requests.push(request)
      return answer(request)
    },
    checkDestination() {},
    inspect: () => () => {},
    diagnose: () => Promise.resolve([]),
    start: () => (starts++, () => void starts--),
    dispose() {},
  }
}

interface Login<User, Input> {
  readonly logins: Input[]
  readonly store: MockStore<AuthState<User>>
  readonly run: ((input: Input) => User | Promise<User>) | undefined
}

async function logIn<User, Input>(input: Input, { logins, store, run }: Login<User, Input>): Promise<void> {
  logins.push(input)
  if (run === undefined) return
  store.setState({ ...store.getState(), pending: 'mock', error: null })
  try {
    store.setState(signedIn(await run(input)))
  } catch (cause) {
    const error = isAuthError(cause) ? cause : new AuthError('authorization_failed', 'The login threw something that is no AuthError: look at "cause".', { cause })
    store.setState({ ...store.getState(), pending: null, error })
    throw error
  }
}

function signedIn<User>(user: User): AuthState<User> {
  return { status: 'authenticated', method: 'mock', user, scope: [], pending: null, error: null }
}

function signedOut<User>(reason: 'never_signed_in' | 'user'): AuthState<User> {
  return { status: 'unauthenticated', reason, pending: null, error: null }
}

function resolve(path: string): URL {
  return new URL(path, environment.page.href() ?? 'https://app.example/')
}

function withToken(request: Request, accessToken: string): Request {
  request.headers.set('authorization', `Bearer ${accessToken}`)
  return request
}

function notFound(): Response {
  return new Response(null, { status: 404 })
}
