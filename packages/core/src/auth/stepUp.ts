import { AuthError } from '../errors.ts'
import type { StepUpHost } from '../methods/method.ts'
import type { SessionRecord } from '../session/session.ts'
import type { AuthState } from '../session/state.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'
import type { AuthCore } from './auth.ts'
import type { Methods } from './methods.ts'
import type { SignIn } from './signIn.ts'
import type { ReadableStore } from './store.ts'

interface StepUpsOptions<User> extends Pick<SignIn<User>, 'again'> {
  readonly methods: Methods<User>
  readonly tokens: TokenManager<SessionRecord<User>>
  readonly ready: () => Promise<unknown>
  readonly store: ReadableStore<AuthState<User>>
}

/** Takes challenges to the method that made the session in use. */
export function createStepUp<User>({ methods, tokens, ready, again, store }: StepUpsOptions<User>): AuthCore<User>['stepUp'] {
  const held = (): SessionRecord<User> | null => tokens.current?.tokens ?? null
  return async (challenge, options) => {
    await ready()
    const session = held()
    if (session === null) throw new AuthError('not_authenticated', 'Nobody is signed in: sign in first.')
    const named = methods.of(session)
    const { method, context } = named
    if (method.stepUp === undefined) throw new AuthError('unsupported_request', 'This method has no step-up: sign in again.')
    const signIn: StepUpHost<User>['signIn'] = (obtain, family, keep) =>
      // A page that was to leave and is still there, or there again, has given that up.
      again(named, (ctx) => obtain({ ...ctx, isWanted: () => ctx.isWanted() && store.getState().pending !== null }), { family, keep })
    await method.stepUp({ challenge, session, options: options ?? {} }, { context, held, signIn })
  }
}
