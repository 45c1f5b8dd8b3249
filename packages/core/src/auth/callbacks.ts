import type { Page } from '../browser/page.ts'
import type { CallbackOutcome } from '../methods/method.ts'
import type { SessionRecord } from '../session/session.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'
import type { CallbackResult } from './auth.ts'
import type { Intents } from './intents.ts'
import type { Methods, NamedMethod } from './methods.ts'
import type { SignIn } from './signIn.ts'

interface CallbacksOptions<User> extends SignIn<User> {
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
  const { methods, tokens, ready, page, login, takeUp, intents, disposal } = options
  const currentFamily = async (): Promise<string | null> => {
    await ready()
    return tokens.current?.tokens.family ?? null
  }
  const handlers = methods.all.flatMap((named) => {
    const signIn = (obtain: Parameters<typeof takeUp>[1], family: string): Promise<void> => takeUp(named, obtain, family)
    const handle = named.method.callback?.({ context: named.context, signIn, currentFamily, mark: intents.mark })
    return handle === undefined ? [] : [{ named, handle }]
  })

  return async (url) => {
    disposal.throwIfAborted()
    const address = url === undefined ? page.href() : String(url)
    if (address === null) return { type: 'none' }
    let foreign: CallbackResult | null = null
    for (const { named, handle } of handlers) {
      const result = withRetry(await handle(address), named, login)
      // Methods may share a redirect URI: the login may be of the next one.
      if ('error' in result && result.error.code === 'transaction_not_found') foreign ??= result
      else if (result.type !== 'none') return result
    }
    return foreign ?? { type: 'none' }
  }
}

function withRetry<User>(outcome: CallbackOutcome, named: NamedMethod<User>, login: SignIn<User>['login']): CallbackResult {
  return 'error' in outcome ? { ...outcome, retry: () => login(named, named.method.retryInput?.() ?? { returnTo: outcome.returnTo }) } : outcome
}
