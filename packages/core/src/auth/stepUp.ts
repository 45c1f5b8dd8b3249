import { AuthError } from '../errors.ts'
import type { SessionRecord } from '../session/session.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'
import type { AuthCore } from './auth.ts'
import type { Methods } from './methods.ts'
import type { SignIn } from './signIn.ts'

interface StepUpsOptions<User> extends Pick<SignIn<User>, 'again'> {
  readonly methods: Methods<User>
  readonly tokens: TokenManager<SessionRecord<User>>
  readonly ready: () => Promise<unknown>
}

/** Takes challenges to the method that made the session in use. */
export function createStepUp<User>({ methods, tokens, ready, again }: StepUpsOptions<User>): AuthCore<User>['stepUp'] {
  const held = (): SessionRecord<User> | null => tokens.current?.tokens ?? null
  return async (challenge, options) => {
    await ready()
    const session = held()
    if (session === null) throw new AuthError('not_authenticated', 'Nobody is signed in: sign in first.')
    const named = methods.of(session)
    const { method, context } = named
    if (method.stepUp === undefined) throw new AuthError('unsupported_request', 'This method has no step-up: sign in again.')
    await method.stepUp({ challenge, session, options: options ?? {} }, { context, held, signIn: (obtain, family, keep) => again(named, obtain, { family, keep }) })
  }
}
