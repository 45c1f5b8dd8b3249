import type { Page } from '../browser/page.ts'
import type { CallbackHost, CallbackOutcome } from '../methods/method.ts'
import type { CallbackAnswer } from '../oauth/callback.ts'
import type { SessionRecord } from '../session/session.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'
import type { AuthCore, CallbackResult } from './auth.ts'
import type { Intents } from './intents.ts'
import type { Methods, NamedMethod } from './methods.ts'
import type { SignIn } from './signIn.ts'

interface CallbacksOptions<User> extends Pick<SignIn<User>, 'login' | 'takeUp'>, Pick<AuthCore<User>, 'stepUp'> {
  readonly methods: Methods<User>
  readonly tokens: TokenManager<SessionRecord<User>>
  readonly ready: () => Promise<unknown>
  readonly page: Page
  readonly intents: Intents
  /** Aborts on `dispose()`. */
  readonly disposal: AbortSignal
}

/** Takes callbacks to the method that knows them. */
export function createCallbacks<User>(options: CallbacksOptions<User>): (url?: string | URL) => Promise<CallbackResult> {
  const { methods, tokens, ready, page, login, takeUp, stepUp, intents, disposal } = options
  const currentFamily = async (): Promise<string | null> => {
    await ready()
    return tokens.current?.tokens.family ?? null
  }
  const handlers = methods.all.flatMap((named) => {
    const signIn: CallbackHost<User>['signIn'] = (obtain, family, keep) => takeUp(named, obtain, { family, keep })
    const handle = named.method.callback?.({ context: named.context, signIn, held: () => tokens.current?.tokens ?? null, currentFamily, mark: intents.mark })
    return handle === undefined ? [] : [{ named, handle }]
  })

  const withRetry = (outcome: CallbackOutcome, named: NamedMethod<User>): CallbackResult => {
    if (!('error' in outcome)) return outcome
    const { returnTo, stepUp: challenge } = outcome
    const retry = async (): Promise<void> => {
      // With nobody signed in, there is nobody to step up.
      const isStepUp = challenge !== undefined && (await currentFamily()) !== null
      await (isStepUp ? stepUp(challenge, { returnTo }) : login(named, named.method.retryInput?.() ?? { returnTo }))
    }
    return { ...outcome, retry }
  }

  return async (url) => {
    disposal.throwIfAborted()
    const address = url === undefined ? page.href() : String(url)
    if (address === null) return { type: 'none' }
    let foreign: CallbackResult | null = null
    for (const { named, handle } of handlers) {
      const answer: CallbackAnswer = handle(address)
      // An await only for who may know it: until then the code is in the address, and in the `Referer` of what the page loads.
      const result = withRetry(answer.atOnce ?? (await answer), named)
      // Methods may share a redirect URI: the login may be of the next one.
      if ('error' in result && result.error.code === 'transaction_not_found') foreign ??= result
      else if (result.type !== 'none') return result
    }
    return foreign ?? { type: 'none' }
  }
}
