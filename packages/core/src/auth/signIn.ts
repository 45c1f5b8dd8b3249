import type { Environment } from '../browser/environment.ts'
import { AuthError, toAuthError } from '../errors.ts'
import { leavingPage, type AuthMethod, type MethodContext } from '../methods/method.ts'
import type { Session, SessionRecord } from '../session/session.ts'
import type { AuthEvent } from '../session/state.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'
import type { LogoutResult } from './auth.ts'
import { stayingOnPage, type ContextFactory } from './context.ts'
import type { Occurrence } from './inspect.ts'

interface SignInOptions<Input, User> {
  readonly method: AuthMethod<Input, User>
  readonly tokens: TokenManager<SessionRecord<User>>
  readonly context: ContextFactory
  readonly environment: Environment
  readonly dispatch: (event: AuthEvent<User>) => void
  readonly emit: (event: Occurrence) => void
}

/** Signing in and out, where the last intent wins. */
export interface SignIn<Input, User> {
  readonly login: (input: Input) => Promise<void>
  /** Takes a login to its end. `family` will mark the session. */
  readonly signIn: (obtain: Obtain<User>, family: string) => Promise<void>
  readonly logout: () => Promise<LogoutResult>
}

type Obtain<User> = (ctx: MethodContext) => Promise<Session<User> | typeof leavingPage>

export function createSignIn<Input, User>(options: SignInOptions<Input, User>): SignIn<Input, User> {
  const { method, tokens, context, environment, dispatch, emit } = options
  let latest = 0

  const signIn = async (obtain: Obtain<User>, family: string): Promise<void> => {
    const own = ++latest
    const ctx = context()
    emit({ type: 'login_started', method: method.name })
    dispatch({ type: 'login_started', method: method.name })
    try {
      const session = await obtain(ctx)
      if (session === leavingPage) return own === latest ? awaitReturn() : undefined
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

  /** Back from the provider by the back button, the page may be shown as it was left: no login is under way then. */
  const awaitReturn = (): void => {
    const unsubscribe = environment.wake.subscribe((reason) => {
      if (reason !== 'restored') return
      unsubscribe()
      dispatch({ type: 'login_left' })
    })
  }

  return {
    login: (input) => signIn((ctx) => method.login(input, ctx), environment.crypto.random()),
    signIn,
    async logout() {
      latest++
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
  }
}
