import type { Environment } from '../browser/environment.ts'
import { AuthError, toAuthError } from '../errors.ts'
import { leavingPage, type AuthMethod, type MethodContext } from '../methods/method.ts'
import type { Session, SessionRecord } from '../session/session.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'
import type { LogoutResult } from './auth.ts'
import { stayingOnPage, type ContextFactory } from './context.ts'
import { createReturnWatch } from './returnWatch.ts'
import type { Stores } from './stores.ts'

interface SignInOptions<Input, User> {
  readonly method: AuthMethod<Input, User>
  readonly tokens: TokenManager<SessionRecord<User>>
  readonly stores: Stores<User>
  /** Resolves when it is known who is signed in. */
  readonly ready: () => Promise<unknown>
  readonly context: ContextFactory
  readonly environment: Environment
}

/** Signing in and out, where the last intent wins. */
export interface SignIn<Input, User> {
  readonly login: (input: Input) => Promise<void>
  /** Takes a login up where the provider left it. `family` will mark the session. */
  readonly takeUp: (obtain: Obtain<User>, family: string) => Promise<void>
  readonly logout: () => Promise<LogoutResult>
  /** Waits for nobody to come back any more. */
  readonly stop: () => void
}

type Obtain<User> = (ctx: MethodContext) => Promise<Session<User> | typeof leavingPage>

export function createSignIn<Input, User>(options: SignInOptions<Input, User>): SignIn<Input, User> {
  const { method, tokens, stores, ready, context, environment } = options
  const { emit, state: { dispatch } } = stores
  const watch = createReturnWatch(environment.wake, () => dispatch({ type: 'login_left' }))
  let latest = 0

  const signIn = async (obtain: Obtain<User>, family: string): Promise<void> => {
    const own = ++latest
    const ctx = context()
    void ready()
    dispatch({ type: 'login_started', method: method.name })
    try {
      const session = await obtain(ctx)
      if (session === leavingPage) return own === latest ? watch.start() : undefined
      const record = { ...session, method: method.name, family }
      if (own === latest) await tokens.setTokens(record)
      else method.logout?.(record, stayingOnPage(ctx)).catch(() => {})
      if (own !== latest) throw new AuthError('superseded', 'Another login or a logout came after this one.')
    } catch (cause) {
      const error = toAuthError(cause, 'authorization_failed', 'The sign-in failed.')
      emit({ type: 'login_failed', method: method.name, error })
      if (own === latest) dispatch({ type: 'login_failed', error })
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
    async logout() {
      latest++
      watch.stop()
      // What is stored is to be revoked too.
      if (tokens.current === null) await ready()
      const session = tokens.current?.tokens
      dispatch({ type: 'login_left' })
      tokens.clear()
      if (session === undefined || method.logout === undefined) return { isRemote: false, error: null }
      try {
        return { isRemote: await method.logout(session, context()), error: null }
      } catch (cause) {
        return { isRemote: false, error: toAuthError(cause, 'server_error', 'The server could not be told of the sign-out.') }
      }
    },
    stop: watch.stop,
  }
}
