import { AuthError, type AuthState, type Claims, type MethodsByName, type RefreshStatus, type StepUpChallenge } from '@tessera-auth/core'
import type { MockAuth, MockAuthByName, MockAuthCore } from './mockAuth.ts'
import type { EitherMockOptions, MockAuthByNameOptions, MockAuthOptions } from './mockAuthOptions.ts'
import { createMockReady } from './mockReady.ts'
import { createMockSending } from './mockSending.ts'
import { createMockSigning, signedIn } from './mockSigning.ts'
import { createMockStore } from './mockStore.ts'
import { createMockTokens, notSignedIn } from './mockTokens.ts'

const idle: RefreshStatus = Object.freeze({ phase: 'idle', receivedAt: null, expiresAt: null, refreshAt: null, error: null })

/**
 * Creates an auth of several methods, of which each login names one.
 *
 * @example
 * const auth = createMockAuth({ methods: { work: authorizationCode({ … }), home: password({ … }) } })
 * await auth.login('home', { email, password })
 * auth.logins // [['home', { email, password }]]
 *
 * @throws AuthError `invalid_config` when the options are no object.
 */
export function createMockAuth<Named extends MethodsByName>(options: MockAuthByNameOptions<Named>): MockAuthByName<Named>
/**
 * Creates an auth that is in the state you ask for at the first render, sends nothing and arms no timer.
 *
 * @example
 * const auth = createMockAuth({ user: { sub: '1', name: 'Ada' } })
 * render(<AuthProvider auth={auth}><Header /></AuthProvider>)
 */
export function createMockAuth<User = Claims, Input = unknown>(options?: MockAuthOptions<User, Input>): MockAuth<User, Input>
export function createMockAuth<User>(options: EitherMockOptions<User> = {}): unknown {
  if (typeof options !== 'object' || options === null) throw new AuthError('invalid_config', 'Invalid option "createMockAuth": expected an object.', { option: 'createMockAuth' })
  const { accessToken = 'mock-access-token', fetch: answer, callback = { type: 'none' }, lastSignOut = null } = options
  const store = createMockStore(initialState(options))
  const ready = createMockReady(store)
  const tokens = createMockTokens({ accessToken, store, ready })
  const stepUps: StepUpChallenge[] = []
  let starts = 0
  return {
    name: 'default',
    store,
    refreshStore: createMockStore(idle),
    tokens,
    get ready() {
      return ready()
    },
    look: ready,
    lastSignOut,
    setState: store.setState,
    ...createMockSigning(store, options),
    stepUps,
    async stepUp(challenge) {
      await ready()
      if (tokens.current === null) throw notSignedIn()
      stepUps.push(challenge)
    },
    handleCallback: () => Promise.resolve(callback),
    ...createMockSending({ tokens, ready, answer }),
    inspect: () => () => {},
    diagnose: () => Promise.resolve([]),
    starts: () => starts,
    start: () => (starts++, () => void starts--),
    dispose() {},
  } satisfies MockAuthCore<User, unknown> & Record<'login', unknown>
}

function initialState<User>({ user, state, methods = {} }: EitherMockOptions<User>): AuthState<User> {
  const [first = 'mock'] = Object.keys(methods)
  if (state !== undefined) return state
  return user === undefined ? { status: 'unauthenticated', reason: 'never_signed_in', pending: null, error: null } : signedIn(user, first)
}
