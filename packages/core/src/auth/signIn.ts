import type { Environment } from '../browser/environment.ts'
import { AuthError, toAuthError } from '../errors.ts'
import { leavingPage, type AuthMethod, type MethodContext } from '../methods/method.ts'
import type { Session, SessionRecord } from '../session/session.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'
import { leavingOnlyIf, type ContextFactory } from './context.ts'
import type { Intents } from './intents.ts'
import type { ReturnWatch } from './returnWatch.ts'
import type { Stores } from './stores.ts'

/** What signing in and signing out share. */
export interface SignInOptions<Input, User> {
  readonly method: AuthMethod<Input, User>
  readonly tokens: TokenManager<SessionRecord<User>>
  readonly discard: (session: SessionRecord<User>) => void
  readonly stores: Stores<User>
  /** Resolves when it is known who is signed in. */
  readonly ready: () => Promise<unknown>
  readonly context: ContextFactory
  readonly intents: Intents
  readonly watch: ReturnWatch
  readonly environment: Environment
}

/** Signing in, where the last intent wins. */
export interface SignIn<Input, User> {
  readonly login: (input: Input) => Promise<void>
  /** Takes a login up where the provider left it. `family` will mark the session. */
  readonly takeUp: (obtain: Obtain<User>, family: string) => Promise<void>
}

type Obtain<User> = (ctx: MethodContext) => Promise<Session<User> | typeof leavingPage>

export function createSignIn<Input, User>(options: SignInOptions<Input, User>): SignIn<Input, User> {
  const { method, tokens, discard, stores, ready, context, intents, watch, environment } = options
  const { emit, state: { dispatch } } = stores

  const signIn = async (obtain: Obtain<User>, family: string): Promise<void> => {
    const isLatest = intents.next()
    watch.stop()
    void ready()
    dispatch({ type: 'login_started', method: method.name })
    try {
      const session = await obtain(leavingOnlyIf(context(), isLatest))
      if (session === leavingPage && isLatest()) return watch.start()
      const record = session === leavingPage ? null : { ...session, method: method.name, family }
      if (record !== null && isLatest()) await tokens.setTokens(record)
      else if (record !== null) discard(record)
      if (!isLatest()) throw new AuthError('superseded', 'Another login or a logout came after this one.')
      if (tokens.current === null) throw new AuthError('clock_skew', 'The token had expired on arrival: is this clock right?')
    } catch (cause) {
      const error = toAuthError(cause, 'authorization_failed', 'The sign-in failed.')
      emit({ type: 'login_failed', method: method.name, error })
      if (isLatest()) dispatch({ type: 'login_failed', error })
      throw error
    }
  }

  return {
    async login(input) {
      emit({ type: 'login_started', method: method.name })
      await signIn((ctx) => method.login(input, ctx), environment.crypto.random())
    },
    async takeUp(obtain, family) {
      emit({ type: 'login_resumed', method: method.name })
      await signIn(obtain, family)
    },
  }
}
